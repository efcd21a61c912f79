"""Documents are rendered once per edition of what they show, whoever asks and however many at once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from syndicate.errors import NotFound
from syndicate.storage import Store
from syndicate.storage.version_watch import VersionWatch
from syndicate.web.http.response_cache import MAX_BYTES, RenderedDocument, ResponseCache
from syndicate.web.keys import RESPONSE_CACHE
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, RunningInstance
from tests.waiting import becomes

Render = Callable[[], Awaitable[RenderedDocument]]


class Press:
    """Renders a counted text that depends on `scopes`."""

    def __init__(self, *dependencies: str, size: int = 0) -> None:
        self.dependencies, self.size, self.runs = dependencies, size, 0

    async def __call__(self) -> RenderedDocument:
        self.runs += 1
        run = self.runs
        await asyncio.sleep(0)
        return RenderedDocument(
            body=b"%d " % run + b"x" * self.size, media_type="text/plain", dependencies=self.dependencies
        )


@pytest.fixture
def response_cache(store: Store, clock: FakeClock) -> ResponseCache:
    return ResponseCache(VersionWatch(store, clock), clock, clock.stopwatch)


async def move(store: Store, *dependencies: str) -> None:
    await store.transaction(lambda tx: tx.versions.move(*dependencies))


async def test_a_document_is_rendered_once(response_cache: ResponseCache) -> None:
    press = Press("site")
    documents = [await response_cache.get("/", press) for _ in range(3)]
    assert press.runs == response_cache.renders == 1
    assert {document.etag for document in documents} == {documents[0].etag}


async def test_many_who_ask_at_once_wait_for_one_rendering(response_cache: ResponseCache) -> None:
    press = Press("site")
    documents = await asyncio.gather(*(response_cache.get("/", press) for _ in range(100)))
    assert press.runs == 1
    assert all(document is documents[0] for document in documents)


async def test_what_it_shows_has_changed_so_it_is_rendered_anew(response_cache: ResponseCache, store: Store) -> None:
    press = Press("site", "post:1")
    first = await response_cache.get("/", press)
    await move(store, "post:1")
    second = await response_cache.get("/", press)
    assert (first.rendered.body, second.rendered.body) == (b"1 ", b"2 ")
    assert first.etag != second.etag


async def test_what_it_does_not_show_is_of_no_concern(response_cache: ResponseCache, store: Store) -> None:
    press = Press("post:1")
    await response_cache.get("/", press)
    await move(store, "post:2", "site")
    await response_cache.get("/", press)
    assert press.runs == 1


async def test_another_process_has_published_and_the_next_reader_sees_it(
    response_cache: ResponseCache, store: Store, database_address: str, clock: FakeClock
) -> None:
    await store.database.listen()
    press = Press("site")
    await response_cache.get("/", press)
    other = await Store.open(database_address, clock)
    await move(other, "site")
    await other.close()
    await becomes(
        lambda: response_cache.get("/", press), until=lambda _: press.runs == 2
    )  # PostgreSQL tells us in a moment


async def test_a_clock_that_was_set_back_hides_nothing(
    response_cache: ResponseCache, store: Store, clock: FakeClock
) -> None:
    press = Press("site")
    await response_cache.get("/", press)
    clock.advance(days=-1)
    await move(store, "site")
    await response_cache.get("/", press)
    clock.advance(days=-1)
    await move(store, "site")
    await response_cache.get("/", press)
    assert press.runs == 3


async def test_talk_makes_a_page_anew_once_a_second_and_not_for_every_word(
    response_cache: ResponseCache, store: Store, clock: FakeClock
) -> None:
    press = Press("post:1", "talk:1", "comments")
    await response_cache.get("/", press)
    for _ in range(20):
        await move(store, "talk:1", "comments")
        await response_cache.get("/", press)
        clock.advance(seconds=0.25)
    assert press.runs == 5


async def test_a_decision_of_the_author_shows_at_once_although_people_talk(
    response_cache: ResponseCache, store: Store
) -> None:
    press = Press("post:1", "talk:1")
    await response_cache.get("/", press)
    await move(store, "talk:1")
    await move(store, "post:1")
    await response_cache.get("/", press)
    assert press.runs == 2


async def test_what_moves_while_a_page_is_made_makes_it_stale_at_once(
    response_cache: ResponseCache, store: Store
) -> None:
    press = Press("site")

    async def slow() -> RenderedDocument:
        rendered = await press()
        if press.runs == 1:
            await move(store, "site")
        return rendered

    await response_cache.get("/", slow)
    await response_cache.get("/", slow)
    assert press.runs == 2


async def test_a_page_that_cannot_be_made_is_not_kept(response_cache: ResponseCache) -> None:
    async def fail() -> RenderedDocument:
        raise NotFound("no such page")

    for _ in range(2):
        with pytest.raises(NotFound):
            await response_cache.get("/nowhere/", fail)
    assert (await response_cache.get("/nowhere/", Press())).rendered.body == b"1 "


async def test_a_reader_who_leaves_does_not_take_the_page_from_others(response_cache: ResponseCache) -> None:
    press = Press("site")
    leaving = asyncio.ensure_future(response_cache.get("/", press))
    staying = asyncio.ensure_future(response_cache.get("/", press))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).rendered.body == b"1 "


async def test_memory_is_bounded_and_the_least_asked_for_goes_first(response_cache: ResponseCache) -> None:
    size = MAX_BYTES // 8
    presses = {f"/{number}": Press(size=size) for number in range(10)}
    for path, press in presses.items():
        await response_cache.get(path, press)
        await response_cache.get("/0", presses["/0"])
    assert presses["/0"].runs == 1
    await response_cache.get("/1", presses["/1"])
    assert presses["/1"].runs == 2
    assert response_cache._bytes <= MAX_BYTES


async def test_a_document_too_large_for_the_shelf_is_served_all_the_same(response_cache: ResponseCache) -> None:
    press = Press(size=MAX_BYTES)
    for _ in range(2):
        assert len((await response_cache.get("/large", press)).rendered.body) > MAX_BYTES
    assert press.runs == 2


async def test_a_document_is_packed_once(response_cache: ResponseCache) -> None:
    document = await response_cache.get("/", Press(size=5000))
    await asyncio.gather(*(document.pack() for _ in range(10)))
    packed = document.packed
    await document.pack()
    assert packed is not None
    assert document.packed is packed


@pytest.mark.parametrize(("letters", "kept"), [(20, 8_500), (8_000, 2_500)])
async def test_short_documents_are_not_kept_without_number(
    response_cache: ResponseCache, letters: int, kept: int
) -> None:
    press = Press()
    for number in range(kept):
        await response_cache.get(f"{number}".ljust(letters, "x"), press)
    before = press.runs
    await response_cache.get("0".ljust(letters, "x"), press)
    assert press.runs == before + 1, "the first one has gone"


@pytest.mark.parametrize("of", ["replies", "context"])
async def test_what_a_stranger_adds_to_an_address_makes_no_other_document(instance: RunningInstance, of: str) -> None:
    post = await instance.publish("Tea")
    response_cache = instance.server.app[RESPONSE_CACHE]
    for page in ("", "page=1&"):
        await instance.get(f"{post.uri}/{of}?{page}", accept=ACTIVITY)
        renders = response_cache.renders
        for added in ("x=1", "after=nonsense", "after=nonsense,1", f"after=,{'1' * 200}", f"y={'1' * 7000}"):
            assert (await instance.get(f"{post.uri}/{of}?{page}{added}", accept=ACTIVITY)).status == 200
        assert response_cache.renders == renders
