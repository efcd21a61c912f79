"""What is sent is as other servers can show and store it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicate.model.post import Post, Term, TermKind
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.pictures import drawn, encoded

MISSKEYS_LIMIT = 64 * 1024


@pytest.fixture
async def follower(instance: RunningInstance, ann: Peer) -> Peer:
    await ann.follow()
    await instance.settle()
    ann.received.clear()
    ann.requests.clear()
    return ann


def bodies(peer: Peer) -> Iterator[bytes]:
    return (request.body or b"" for request in peer.requests if request.method == "POST")


async def sent(instance: RunningInstance, peer: Peer, **fields: Any) -> tuple[Post, dict[str, Any]]:
    """A post, and its object as it arrived at the server of a follower."""
    post = await instance.publish(**fields)
    await instance.settle()
    return post, peer.of_type("Create")[-1]["object"]


async def test_all_pictures_of_a_note_are_attached_and_none_is_in_its_text(
    instance: RunningInstance, follower: Peer, tmp_path: Path
) -> None:
    for shade in range(6):
        (tmp_path / f"{shade}.png").write_bytes(encoded("PNG", drawn(shade)))
    source = "Before.\n\n" + "\n\n".join(f"![Shade {shade}]({shade}.png)" for shade in range(6)) + "\n\nAfter."
    _, note = await sent(instance, follower, title="", slug="shades", source=source, local_files=str(tmp_path))
    assert note["content"] == "<p>Before.</p><p>After.</p>"
    assert [item["name"] for item in note["attachment"]] == [f"Shade {shade}" for shade in range(6)]


async def test_a_bare_picture_is_sent_without_text(instance: RunningInstance, follower: Peer, tmp_path: Path) -> None:
    (tmp_path / "leaf.png").write_bytes(encoded("PNG", drawn(1)))
    _, note = await sent(
        instance, follower, title="", slug="leaf", source="![A leaf](leaf.png)", local_files=str(tmp_path)
    )
    assert note["content"] == ""
    assert len(note["attachment"]) == 1


async def test_no_newline_stands_between_blocks_of_what_is_sent(instance: RunningInstance, follower: Peer) -> None:
    source = "One\ntwo\n\n- a\n- b\n\n> quoted\n\n```\nx\n\ny\n```\n"
    post, article = await sent(instance, follower, title="Blocks", source=source)
    assert "\n" not in article["content"].partition("<pre>")[0]
    assert "x\n\ny\n" in article["content"]
    assert (await instance.document(post.uri))["content"] == article["content"]
    await instance.server.services.author_replies.reply(post.slug, "One\n\ntwo")
    await instance.settle()
    assert follower.of_type("Create")[-1]["object"]["content"] == "<p>One</p><p>two</p>"


@pytest.mark.parametrize("word", ["word ", "字", "🎉 ", '"\\" '], ids=["latin", "japanese", "emoji", "quotes"])
@pytest.mark.parametrize("title", ["Long", ""], ids=["article", "note"])
async def test_every_post_fits_into_an_inbox_of_64_kib(
    instance: RunningInstance, follower: Peer, word: str, title: str
) -> None:
    """Misskey refuses more, and does not try again."""
    paragraph = word * (1000 // len(word))
    post, pushed = await sent(instance, follower, title=title, slug="long", source=f"{paragraph}\n\n" * 200)
    assert all(len(body) < MISSKEYS_LIMIT for body in bodies(follower))
    assert "contentMap" not in pushed
    assert pushed.get("nameMap") == ({"en": "Long"} if title else None)
    whole = (await instance.document(post.uri))["content"]
    kept, _, ending = pushed["content"].rpartition("<p>… read on")
    assert whole.startswith(kept)
    assert kept.endswith("</p>")
    assert len(json.dumps(kept, ensure_ascii=False).encode()) > 55_000
    assert f'href="{pushed["url"]}"' in ending


async def test_what_fits_without_its_copy_is_sent_whole(instance: RunningInstance, follower: Peer) -> None:
    post, pushed = await sent(instance, follower, title="Half", source="Some words. " * 4000)
    assert pushed["content"] == (await instance.document(post.uri))["content"]
    assert "contentMap" not in pushed
    assert pushed["nameMap"] == {"en": "Half"}
    _, short = await sent(instance, follower, title="Short", source="Some words.")
    assert short["contentMap"] == {"en": short["content"]}
    assert "nameMap" not in short


async def test_a_single_block_that_is_too_large_is_cut_at_a_word(instance: RunningInstance, follower: Peer) -> None:
    _, pushed = await sent(instance, follower, title="", slug="one", source="Some words. " * 20_000)
    assert all(len(body) < MISSKEYS_LIMIT for body in bodies(follower))
    assert pushed["content"].startswith("<p>Some words. Some words.")
    assert " words.</p><p>… read on" in pushed["content"] or " Some</p><p>… read on" in pushed["content"]
    assert len(pushed["content"]) > 50_000


async def test_hundreds_of_hashtags_leave_room_for_words(instance: RunningInstance, follower: Peer) -> None:
    terms = tuple(Term(kind=TermKind.TAG, slug=f"tag-{n}", name=f"Tag{n}") for n in range(900))
    _, pushed = await sent(instance, follower, title="Tags", source="Some words.\n\n" * 10, terms=terms)
    assert all(len(body) < MISSKEYS_LIMIT for body in bodies(follower))
    assert pushed["content"].startswith("<p>Some words.</p>")


async def test_a_long_answer_fits_too(instance: RunningInstance, follower: Peer) -> None:
    post = await instance.publish("Hello")
    await instance.server.services.author_replies.reply(post.slug, "Some words.\n\n" * 9_000)
    await instance.settle()
    assert all(len(body) < MISSKEYS_LIMIT for body in bodies(follower))
    assert "… read on" in follower.of_type("Create")[-1]["object"]["content"]


async def test_an_empty_summary_in_a_header_sends_none(instance: RunningInstance, follower: Peer) -> None:
    """The feeds keep theirs."""
    post, article = await sent(instance, follower, title="Quiet", source="Some words.", unsummarized=True)
    assert "summary" not in article
    assert "summary" not in await instance.document(post.uri)
    [item] = (await instance.get("/feed/json/")).json()["items"]
    assert item["summary"] == "Some words."
