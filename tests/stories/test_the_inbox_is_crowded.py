"""More comes to the inboxes than can be taken in: senders are asked to come back, before anything is read."""

import asyncio
import contextlib

from syndicate.web.admission import AT_ONCE, BURST
from tests.houses import RunningHouse
from tests.peer import Peer

HALF = (
    b"POST /inbox HTTP/1.1\r\nHost: blog.example\r\nContent-Type: application/activity+json\r\n"
    b"Content-Length: 1000\r\nConnection: close\r\n\r\n{"
)


async def test_a_flood_from_one_address_is_put_off_and_readers_are_not(house: RunningHouse, ann: Peer) -> None:
    post = await house.publish("Hello")
    for _ in range(int(BURST) * 3):
        answer = await house.get("/inbox", method="POST", Content_Type="application/activity+json")
        if answer.status == 429:
            break
        assert answer.status == 401
    assert answer.status == 429
    assert answer.json()["reason"] == "inbox.flood"
    assert int(answer.headers["Retry-After"]) > 0
    for path in ("/", post.path, "/feed/", "/healthz"):
        assert (await house.get(path)).status == 200


async def test_who_finds_all_places_taken_comes_back_later(house: RunningHouse, ann: Peer) -> None:
    await house.publish("Hello")
    writers = []
    for _ in range(AT_ONCE):
        _, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(HALF)
        writers.append(writer)
    async with asyncio.timeout(20):
        while (response := await ann.follow()).status == 202:  # until all of them are inside
            await ann.unfollow()
    assert response.status == 503
    assert int(response.headers["Retry-After"]) > 0
    assert b"inbox.busy" in response.body
    assert (await house.get("/")).status == 200
    for writer in writers:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    async with asyncio.timeout(20):
        while (await ann.follow()).status == 503:
            pass  # until they have been seen to leave
    await house.settle()
    assert await house.store.followers.total("blog") == 1
