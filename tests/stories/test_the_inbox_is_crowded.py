"""More comes to the inboxes than can be taken in: senders are asked to come back, before anything is read."""

from contextlib import ExitStack

from syndicate.web.admission import AT_ONCE, BURST
from syndicate.web.keys import ADMISSION
from tests.houses import RunningHouse
from tests.peer import Peer


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
    admission = house.house.app[ADMISSION]
    with ExitStack() as others:
        for number in range(AT_ONCE):
            others.enter_context(admission.place(f"198.51.{number // 250}.{number % 250}"))
        response = await ann.follow()
        assert (response.status, int(response.headers["Retry-After"]) > 0) == (503, True)
        assert b"inbox.busy" in response.body
        assert (await house.get("/")).status == 200
    assert (await ann.follow()).status == 202
    await house.settle()
    assert await house.store.followers.total("blog") == 1
