"""A worker waits for its database, and ends for nothing else that was foreseen."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from syndicate.errors import DatabaseBusy, StorageError
from syndicate.workers import loop
from syndicate.workers.loop import WorkerLoop, isolated, restart_on_storage_error
from tests.clocks import FakeClock
from tests.waiting import in_time

TROUBLES = [
    StorageError("disk full"),
    DatabaseBusy("locked"),
    ExceptionGroup("several", [StorageError("disk full"), DatabaseBusy("locked")]),
    ExceptionGroup("several", [ExceptionGroup("deeper", [StorageError("disk full")])]),
]
BUGS = [LookupError("a bug"), ExceptionGroup("several", [StorageError("disk full"), LookupError("a bug")])]


def failing_once(trouble: Exception, then: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[bool]]:
    failed = False

    async def work() -> bool:
        nonlocal failed
        if not failed:
            failed = True
            raise trouble
        await then()
        return True

    return work


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "STORAGE_RETRY_SECONDS", 0.0)


async def nothing_due() -> None:
    return None


async def stop() -> None:
    raise EOFError


@pytest.mark.parametrize("trouble", TROUBLES, ids=repr)
async def test_trouble_with_the_database_ends_no_worker(trouble: Exception) -> None:
    with pytest.raises(EOFError):
        await WorkerLoop("worker", FakeClock(), nothing_due).run(failing_once(trouble, stop))

    async def task() -> None:
        await work()

    work = failing_once(trouble, stop)
    with pytest.raises(EOFError):
        await restart_on_storage_error("task", task)


@pytest.mark.parametrize("bug", BUGS, ids=repr)
async def test_a_bug_ends_a_worker(bug: Exception) -> None:
    with pytest.raises(type(bug)):
        async with in_time():
            await WorkerLoop("worker", FakeClock(), nothing_due).run(failing_once(bug, stop))


@pytest.mark.parametrize("trouble", [*TROUBLES, *BUGS], ids=repr)
def test_nothing_that_goes_wrong_leaves_a_job(trouble: Exception) -> None:
    with capture_logs() as logged, isolated("work", id="1"):
        raise trouble
    assert [(entry["job"], entry["id"]) for entry in logged] == [("work", "1")]


def test_a_job_that_is_cancelled_is_cancelled() -> None:
    with pytest.raises(asyncio.CancelledError), isolated("work", id="1"):
        raise asyncio.CancelledError
