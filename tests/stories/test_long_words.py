"""Somebody writes more than anybody reads: the beginning is shown, and meanwhile nobody waits."""

import threading

import pytest

from syndicate.content.text import plain
from syndicate.federation.actors.sanitizer_thread import SanitizerThread
from tests.instances import RunningInstance
from tests.peer import Peer


async def test_of_a_very_long_comment_the_beginning_is_shown(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    await ann.reply(post.uri, "<p>Word by word.</p>" * 40_000)
    await open_instance.settle()
    [comment] = await open_instance.comments(post)
    assert plain(comment.html).endswith("…")
    assert 20_000 < len(comment.html) < 60_000


@pytest.mark.parametrize(
    "content",
    [
        "<" * 490_000,
        "<p>" + '<a href="https://evil.example/">https://bank.example</a>' * 8_000,
        '<a href="https://evil.example/">' + "\ufdfa" * 160_000 + "</a>",
        "<svg><a>" * 60_000 + "x",
        "<p><b><i>x" * 49_000,
        "&" * 490_000,
    ],
    ids=["less", "hosts", "ligatures", "svg", "unclosed", "ampersands"],
)
async def test_what_is_hard_to_read_is_kept_small(open_instance: RunningInstance, ann: Peer, content: str) -> None:
    post = await open_instance.publish("Tea")
    await ann.reply(post.uri, content)
    await open_instance.settle()
    assert sum(len(comment.html.encode()) for comment in await open_instance.comments(post)) <= 80_000


async def test_what_takes_long_is_done_beside_the_loop() -> None:
    aside = SanitizerThread()
    assert await aside.do(threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        await aside.do(divmod, 1, 0)
    aside.close()
