"""When a server is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.delivery.circuit import (
    FAILURES,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    after_failure,
    after_success,
    asked_to_wait,
    is_paused,
)
from syndicate.storage.hosts import Host

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def failed(times: int) -> Host:
    host = Host(host="m.example", dialect="cavage")
    for _ in range(times):
        host = after_failure(host, NOW)
    return host


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (1, None),
        (FAILURES - 1, None),
        (FAILURES, FIRST_PAUSE),
        (FAILURES + 1, FIRST_PAUSE * 2),
        (FAILURES + 4, FIRST_PAUSE * 16),
        (FAILURES + 8, LONGEST_PAUSE),
        (FAILURES + 10_000, LONGEST_PAUSE),
    ],
)
def test_a_server_that_fails_is_left_alone_ever_longer(failures: int, pause: timedelta | None) -> None:
    host = failed(min(failures, FAILURES + 20))
    assert host.failures == min(failures, FAILURES + 20)
    assert host.paused_until == (None if pause is None else NOW + pause)
    assert is_paused(host, NOW) is (pause is not None)
    if pause is not None:
        assert not is_paused(host, NOW + pause)


def test_it_is_remembered_since_when_it_fails() -> None:
    later = after_failure(failed(1), NOW + timedelta(days=3))
    assert later.failing_since == NOW


def test_one_success_ends_it() -> None:
    host = after_success(failed(FAILURES + 3), "rfc9421")
    assert host == Host(host="m.example", dialect="rfc9421")


def test_who_asks_for_a_pause_gets_it_and_is_not_counted_as_failing() -> None:
    host = asked_to_wait(Host(host="m.example"), NOW + timedelta(minutes=2))
    assert (host.failures, host.failing_since) == (0, None)
    assert is_paused(host, NOW + timedelta(seconds=119))
    assert not is_paused(host, NOW + timedelta(minutes=2))
    longer = after_failure(failed(FAILURES), NOW)
    assert asked_to_wait(longer, NOW).paused_until == longer.paused_until
