"""More comes to the inboxes than can be taken in: senders are asked to come back, before anything is read."""

from contextlib import ExitStack

import pytest

from syndicate.web.http.rate_limits import DEFAULT_BURST, MAX_CONCURRENT, MAX_CONCURRENT_PER_CLIENT
from syndicate.web.keys import INBOX_LIMITER
from tests.instances import RunningInstance
from tests.peer import Peer


async def test_a_flood_from_one_address_is_put_off_and_readers_are_not(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    for _ in range(int(DEFAULT_BURST) * 3):
        answer = await instance.get("/inbox", method="POST", Content_Type="application/activity+json")
        if answer.status == 429:
            break
        assert answer.status == 401
    assert answer.status == 429
    assert answer.json()["reason"] == "inbox.flood"
    assert int(answer.headers["Retry-After"]) > 0
    for path in ("/", post.path, "/feed/", "/healthz"):
        assert (await instance.get(path)).status == 200


@pytest.mark.parametrize(
    "taken",
    [{"127.0.0.1": MAX_CONCURRENT_PER_CLIENT}, {f"192.0.2.{client}": MAX_CONCURRENT // 4 for client in range(4)}],
)
async def test_who_finds_all_places_taken_comes_back_later(
    instance: RunningInstance, ann: Peer, taken: dict[str, int]
) -> None:
    await instance.publish("Hello")
    with ExitStack() as places:
        for client, number in taken.items():
            for _ in range(number):
                places.enter_context(instance.server.app[INBOX_LIMITER].slot(client))
        response = await ann.follow()
        assert response.status == 503
        assert int(response.headers["Retry-After"]) > 0
        assert b"inbox.busy" in response.body
        assert (await instance.get("/")).status == 200
    assert (await ann.follow()).status == 202
    await instance.settle()
    assert await instance.store.followers.count("blog") == 1
