"""The response cache: documents are rendered once per version of their dependencies."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from syndicate.errors import NotFound
from syndicate.storage import Store
from syndicate.storage.site_settings import SiteSettings
from syndicate.storage.version_watch import VersionWatch
from syndicate.web.http.keys import RESPONSE_CACHE
from syndicate.web.http.response_cache import MAX_BYTES, RenderedDocument, ResponseCache
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, RunningInstance
from tests.settings import config_of
from tests.waiting import becomes

Render = Callable[[], Awaitable[RenderedDocument]]


class CountingRenderer:
    """Renders a text that counts its renderings and depends on `dependencies`."""

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
    return ResponseCache(VersionWatch(store, clock, SiteSettings(store, config_of())), clock, clock.stopwatch)


async def move(store: Store, *dependencies: str) -> None:
    await store.transaction(lambda tx: tx.versions.move(*dependencies))


async def test_a_document_is_rendered_once(response_cache: ResponseCache) -> None:
    renderer = CountingRenderer("site")
    documents = [await response_cache.get("/", renderer) for _ in range(3)]
    assert renderer.runs == response_cache.renders == 1
    assert {document.etag for document in documents} == {documents[0].etag}


async def test_concurrent_requests_share_one_rendering(response_cache: ResponseCache) -> None:
    renderer = CountingRenderer("site")
    documents = await asyncio.gather(*(response_cache.get("/", renderer) for _ in range(100)))
    assert renderer.runs == 1
    assert all(document is documents[0] for document in documents)


async def test_a_document_is_rendered_again_when_a_dependency_moves(
    response_cache: ResponseCache, store: Store
) -> None:
    renderer = CountingRenderer("site", "post:1")
    first = await response_cache.get("/", renderer)
    await move(store, "post:1")
    second = await response_cache.get("/", renderer)
    assert (first.rendered.body, second.rendered.body) == (b"1 ", b"2 ")
    assert first.etag != second.etag


async def test_other_changes_do_not_cause_a_rendering(response_cache: ResponseCache, store: Store) -> None:
    renderer = CountingRenderer("post:1")
    await response_cache.get("/", renderer)
    await move(store, "post:2", "site")
    await response_cache.get("/", renderer)
    assert renderer.runs == 1


async def test_a_change_by_another_process_is_noticed(
    response_cache: ResponseCache, store: Store, database_address: str, clock: FakeClock
) -> None:
    await store.database.listen()
    renderer = CountingRenderer("site")
    await response_cache.get("/", renderer)
    other = await Store.open(database_address, clock)
    await move(other, "site")
    await other.close()
    await becomes(
        lambda: response_cache.get("/", renderer), until=lambda _: renderer.runs == 2
    )  # PostgreSQL tells us in a moment


async def test_a_clock_that_is_set_back_hides_no_change(
    response_cache: ResponseCache, store: Store, clock: FakeClock
) -> None:
    renderer = CountingRenderer("site")
    await response_cache.get("/", renderer)
    clock.advance(days=-1)
    await move(store, "site")
    await response_cache.get("/", renderer)
    clock.advance(days=-1)
    await move(store, "site")
    await response_cache.get("/", renderer)
    assert renderer.runs == 3


async def test_comments_cause_at_most_one_rendering_a_second(
    response_cache: ResponseCache, store: Store, clock: FakeClock
) -> None:
    renderer = CountingRenderer("post:1", "talk:1", "comments")
    await response_cache.get("/", renderer)
    for _ in range(20):
        await move(store, "talk:1", "comments")
        await response_cache.get("/", renderer)
        clock.advance(seconds=0.25)
    assert renderer.runs == 5


async def test_a_change_by_the_author_shows_at_once_among_new_comments(
    response_cache: ResponseCache, store: Store
) -> None:
    renderer = CountingRenderer("post:1", "talk:1")
    await response_cache.get("/", renderer)
    await move(store, "talk:1")
    await move(store, "post:1")
    await response_cache.get("/", renderer)
    assert renderer.runs == 2


async def test_a_change_during_rendering_makes_the_document_stale(response_cache: ResponseCache, store: Store) -> None:
    renderer = CountingRenderer("site")

    async def slow() -> RenderedDocument:
        rendered = await renderer()
        if renderer.runs == 1:
            await move(store, "site")
        return rendered

    await response_cache.get("/", slow)
    await response_cache.get("/", slow)
    assert renderer.runs == 2


async def test_a_failed_rendering_is_not_cached(response_cache: ResponseCache) -> None:
    async def fail() -> RenderedDocument:
        raise NotFound("no such page")

    for _ in range(2):
        with pytest.raises(NotFound):
            await response_cache.get("/nowhere/", fail)
    assert (await response_cache.get("/nowhere/", CountingRenderer())).rendered.body == b"1 "


async def test_a_cancelled_request_does_not_cancel_the_rendering(response_cache: ResponseCache) -> None:
    renderer = CountingRenderer("site")
    leaving = asyncio.ensure_future(response_cache.get("/", renderer))
    staying = asyncio.ensure_future(response_cache.get("/", renderer))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).rendered.body == b"1 "


async def test_memory_is_bounded_and_the_least_recently_used_is_evicted(response_cache: ResponseCache) -> None:
    size = MAX_BYTES // 8
    presses = {f"/{number}": CountingRenderer(size=size) for number in range(10)}
    for path, renderer in presses.items():
        await response_cache.get(path, renderer)
        await response_cache.get("/0", presses["/0"])
    assert presses["/0"].runs == 1
    await response_cache.get("/1", presses["/1"])
    assert presses["/1"].runs == 2
    assert response_cache._bytes <= MAX_BYTES


async def test_a_document_too_large_for_the_cache_is_served(response_cache: ResponseCache) -> None:
    renderer = CountingRenderer(size=MAX_BYTES)
    for _ in range(2):
        assert len((await response_cache.get("/large", renderer)).rendered.body) > MAX_BYTES
    assert renderer.runs == 2


async def test_a_document_is_compressed_once(response_cache: ResponseCache) -> None:
    document = await response_cache.get("/", CountingRenderer(size=5000))
    await asyncio.gather(*(document.pack() for _ in range(10)))
    packed = document.packed
    await document.pack()
    assert packed is not None
    assert document.packed is packed


@pytest.mark.parametrize(("letters", "kept"), [(20, 8_500), (8_000, 2_500)])
async def test_the_number_of_short_documents_is_bounded(response_cache: ResponseCache, letters: int, kept: int) -> None:
    renderer = CountingRenderer()
    for number in range(kept):
        await response_cache.get(f"{number}".ljust(letters, "x"), renderer)
    before = renderer.runs
    await response_cache.get("0".ljust(letters, "x"), renderer)
    assert renderer.runs == before + 1, "the first one has gone"


@pytest.mark.parametrize("of", ["replies", "context"])
async def test_unknown_query_parameters_do_not_create_documents(instance: RunningInstance, of: str) -> None:
    post = await instance.publish("Tea")
    response_cache = instance.server.app[RESPONSE_CACHE]
    for page in ("", "page=1&"):
        await instance.get(f"{post.uri}/{of}?{page}", accept=ACTIVITY)
        renders = response_cache.renders
        for added in ("x=1", "after=nonsense", "after=nonsense,1", f"after=,{'1' * 200}", f"y={'1' * 7000}"):
            assert (await instance.get(f"{post.uri}/{of}?{page}{added}", accept=ACTIVITY)).status == 200
        assert response_cache.renders == renders
