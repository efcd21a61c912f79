"""Liveness, readiness and metrics for operators."""

import math
import shutil
import time
from pathlib import Path

from aiohttp import web

from syndicate.clock import to_text
from syndicate.errors import StorageError
from syndicate.federation.actors.local_actors import BLOG
from syndicate.storage import Store
from syndicate.web.http.clients import is_direct_from
from syndicate.web.http.keys import RESPONSE_CACHE
from syndicate.web.http.problems import problem_of
from syndicate.web.keys import CONFIG, METRICS, STORE

CHECK_INTERVAL_SECONDS = 1.0
MIN_FREE_BYTES = 1024 * 1024
"""The size of the largest inbox request."""
READINESS: "web.AppKey[Readiness]" = web.AppKey("readiness")


async def get_healthz(_: web.Request) -> web.Response:
    """Answer that the process runs."""
    return web.Response(text="ok\n", headers={"Cache-Control": "no-store"})


class Readiness:
    """Checks by writing that the database accepts writes, at most once a second because the address is public."""

    def __init__(self, store: Store, directory: Path) -> None:
        self._store, self._directory = store, directory
        self._ready_at = -math.inf

    async def check(self) -> None:
        """Raises StorageError if the database does not accept writes or the disk is full."""
        if time.monotonic() - self._ready_at < CHECK_INTERVAL_SECONDS:
            return
        # SQLite may fit a small write into the space that its log occupies already
        where = next(path for path in (self._directory, *self._directory.parents) if path.exists())
        if shutil.disk_usage(where).free < MIN_FREE_BYTES:
            raise StorageError(f"{where}: the disk is full")
        await self._store.transaction(lambda tx: tx.key_values.save("ready", to_text(self._store.clock())))
        self._ready_at = time.monotonic()


async def get_readyz(request: web.Request) -> web.Response:
    """Answer whether the server can work: the database answers and accepts writes."""
    try:
        await request.app[READINESS].check()
    except StorageError as error:
        return problem_of(error)
    return web.Response(text="ready\n", headers={"Cache-Control": "no-store"})


async def get_metrics(request: web.Request) -> web.Response:
    """Return the metrics in Prometheus' text format to the addresses that may read them."""
    if not is_direct_from(request, request.app[CONFIG].server):
        return web.Response(status=403, text="metrics are not available from this address\n")
    store, metrics = request.app[STORE], request.app[METRICS]
    metrics.deliveries_waiting.set(await store.delivery_lists.count_waiting(store.clock()))
    metrics.followers.set(await store.followers.count(BLOG))
    metrics.subscriptions.set(await store.subscriptions.count())
    metrics.posts.set(await store.totals.get("posts"))
    metrics.renders.set(request.app[RESPONSE_CACHE].renders)
    return web.Response(body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
