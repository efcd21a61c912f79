"""The interface between the supervisor and a worker, which runs as long as the server."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from syndicate.workers.loop import restart_on_storage_error


class WorkerRole(StrEnum):
    """In which processes a worker runs."""

    EVERY = "every"
    WEB = "web"
    WORKERS = "workers"
    MAINTENANCE = "maintenance"
    """In one process at a time: it reads, decides and writes without leasing rows."""


class Wakeable(Protocol):
    """A worker that looks for work when it is woken."""

    async def run(self) -> None: ...

    def wake(self) -> None: ...


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """`run` returns only when nothing is left to do; `wake` is called after each commit of any process."""

    name: str
    role: WorkerRole
    run: Callable[[], Coroutine[Any, Any, None]]
    wake: Callable[[], None] = _nothing


def regular(name: str, run: Callable[[], Awaitable[None]], role: WorkerRole = WorkerRole.MAINTENANCE) -> Worker:
    """Return a worker for a job that runs at intervals and waits when the database cannot be used."""
    return Worker(name=name, role=role, run=lambda: restart_on_storage_error(name, run))
