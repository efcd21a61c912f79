"""For whoever runs the server: alive, ready, and the numbers."""

from aiohttp import web

from syndicate.errors import StorageError
from syndicate.federation.local import BLOG
from syndicate.web.clients import is_direct_from
from syndicate.web.keys import CONFIG, METRICS, SHELF, STORE
from syndicate.web.problems import problem_of


async def get_healthz(_: web.Request) -> web.Response:
    """The process runs."""
    return web.Response(text="ok\n", headers={"Cache-Control": "no-store"})


async def get_readyz(request: web.Request) -> web.Response:
    """It can do its work: the database answers and takes writes."""
    try:
        await request.app[STORE].transaction(lambda tx: tx.facts.find("ready"))  # takes the lock, writes nothing
    except StorageError as error:
        return problem_of(error)
    return web.Response(text="ready\n", headers={"Cache-Control": "no-store"})


async def get_metrics(request: web.Request) -> web.Response:
    """Prometheus' text form, for the addresses that may see it."""
    if not is_direct_from(request, request.app[CONFIG].server):
        return web.Response(status=403, text="not from here\n")
    store, metrics = request.app[STORE], request.app[METRICS]
    metrics.deliveries_waiting.set(await store.deliveries.waiting(store.clock()))
    metrics.followers.set(await store.followers.total(BLOG))
    metrics.subscriptions.set(await store.subscriptions.total())
    metrics.posts.set(await store.totals.of("posts"))
    metrics.renders.set(request.app[SHELF].renders)
    return web.Response(body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
