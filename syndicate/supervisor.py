"""Runs a server: its workers side by side, until a signal or a bug ends them all.

A bug in one worker ends the process, visibly, and the service manager restarts it. A database that
cannot be used for a while does not.
"""

import asyncio
import contextlib
import fcntl
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import structlog

from syndicate import __version__
from syndicate.config import Config
from syndicate.errors import DatabaseInUse, SyndicateError
from syndicate.maintenance.single_process import SingleProcessJobs
from syndicate.services.server import Server
from syndicate.web.http.access_log import AccessLog
from syndicate.web.http.feed_readers import FEED_READERS
from syndicate.web.http.keys import REFUSALS
from syndicate.web.http.refusal_log import RefusalLog
from syndicate.web.http.server import listening
from syndicate.workers.loop import restart_on_storage_error
from syndicate.workers.queue import RENEW_INTERVAL
from syndicate.workers.worker import Worker, WorkerRole, regular

log = structlog.get_logger()

Part = Literal["all", "web", "workers"]
POLL_SECONDS = 1.0
"""How often commits of other processes are looked for, in case their hint was lost."""
ROLES: dict[Part, frozenset[WorkerRole]] = {
    "all": frozenset(WorkerRole),
    "web": frozenset({WorkerRole.EVERY, WorkerRole.WEB}),
    "workers": frozenset({WorkerRole.EVERY, WorkerRole.WORKERS, WorkerRole.MAINTENANCE}),
}


class StopRequested(Exception):
    """The process received SIGTERM or SIGINT."""


@contextlib.contextmanager
def sole_server(config: Config) -> Iterator[None]:
    """Hold the lock that lets one server work on a SQLite file. Raises DatabaseInUse."""
    if config.storage.is_postgresql:
        yield
        return
    path = Path(f"{config.storage.database}-server")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DatabaseInUse(f"{config.storage.database}: another `syndicate serve` works on it") from error
        yield


async def supervise(server: Server, *, part: Part = "all", ready: Callable[[int], None] | None = None) -> None:
    """Run until SIGTERM or SIGINT, or until a worker fails. `ready` is called with the port."""
    store, config = server.services.store, server.services.config
    await store.database.listen()
    await server.services.settings.note_start(__version__)
    if part != "web" and not config.storage.is_postgresql:  # no other process works on the file
        await store.transaction(lambda tx: tx.leases.release_rows())
    background = server.workers
    wake = partial(_wake, background)
    workers = [it for it in (*background, *_own_workers(server, ready, wake)) if it.role in ROLES[part]]
    store.database.on_commit(wake)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_signals(), name="signals")
            for worker in workers:
                if worker.role is not WorkerRole.MAINTENANCE:
                    tasks.create_task(worker.run(), name=worker.name)
            if jobs := [worker for worker in workers if worker.role is WorkerRole.MAINTENANCE]:
                tasks.create_task(_run_maintenance(server, jobs), name="maintenance")
    except BaseExceptionGroup as ended:
        reason = _reason(ended)
        if not isinstance(reason, StopRequested):
            raise reason from None
        log.info("server stopped")
    finally:
        await server.close()


def _own_workers(server: Server, ready: Callable[[int], None] | None, wake: Callable[[], None]) -> list[Worker]:
    return [
        Worker(name="http", role=WorkerRole.WEB, run=lambda: _serve(server, ready)),
        Worker(name="database watch", role=WorkerRole.EVERY, run=lambda: _watch_database_file(server)),
        regular("commit poll", lambda: _poll_commits(server, wake), WorkerRole.EVERY),
        regular("feed readers", server.app[FEED_READERS].run, WorkerRole.WEB),
        regular("leases", lambda: _renew_leases(server), WorkerRole.WORKERS),
    ]


def _reason(ended: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return why the group ended: a single error of ours, so that it can be shown in one line, else the group."""
    stops, others = ended.split(StopRequested)
    if others is None:
        assert stops is not None
        return stops.exceptions[0]
    known = others.subgroup(SyndicateError)
    return known.exceptions[0] if known is not None and known.exceptions == others.exceptions else others


def _wake(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker.wake()


async def _run_maintenance(server: Server, jobs: list[Worker]) -> None:
    """Run the workers that may run in one process at a time. With SQLite there is only one, so it needs no lease."""
    services = server.services
    if services.config.storage.is_postgresql:
        runs: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {job.name: job.run for job in jobs}
        await restart_on_storage_error("maintenance", SingleProcessJobs(services.store, services.clock, runs).run)
        return
    async with asyncio.TaskGroup() as tasks:
        for job in jobs:
            tasks.create_task(job.run(), name=job.name)


async def _signals() -> None:
    received = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, received.set)
    await received.wait()
    raise StopRequested


async def _serve(server: Server, ready: Callable[[int], None] | None) -> None:
    config = server.services.config
    access_log = AccessLog(config.server, server.metrics)
    async with listening(server.app, config, access_log) as port:
        if ready is not None:  # before the first log line, which scripts wait for
            ready(port)
        log.info("server ready", address=f"http://{config.server.host}:{port}", site=config.site.url)
        refusals = RefusalLog(server.services.store, server.app[REFUSALS])
        try:
            await restart_on_storage_error("refusals", refusals.run)
        finally:
            access_log.flush()


async def _poll_commits(server: Server, wake: Callable[[], None]) -> None:
    """Notice commits of other processes whose hint was lost, also while the database was unavailable."""
    database = server.services.store.database
    version: int | None = None
    while True:
        await asyncio.sleep(POLL_SECONDS)
        await database.poll()
        if (newest := database.version()) != version:
            await server.services.settings.refresh()
            await server.services.local_actors.renew()
            wake()
            version = newest


async def _watch_database_file(server: Server) -> None:
    """End the server when the database file was replaced: what it acknowledges would be lost.

    Raises DatabaseReplaced.
    """
    while True:
        await asyncio.sleep(POLL_SECONDS)
        server.services.store.database.require_own_file()


async def _renew_leases(server: Server) -> None:
    """Keep the leases of rows that this process is working on."""
    while True:
        await asyncio.sleep(RENEW_INTERVAL.total_seconds())
        await server.services.store.renew_leases()
