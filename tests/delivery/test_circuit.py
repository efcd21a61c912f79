"""When a server is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.delivery.circuit import (
    FAILURE_LIMIT,
    INITIAL_LONG_PAUSE,
    MAX_PAUSE,
    SHORT_PAUSE,
    after_contact,
    after_failure,
    after_retry_after,
    after_success,
    asked_us_to_wait,
    closed_until,
)
from syndicate.storage.hosts import Host

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def failed(times: int) -> tuple[Host, datetime]:
    """A server that failed so often, each time when it was tried again, and when it failed last."""
    host, now = Host(host="m.example", dialect="cavage"), NOW
    for _ in range(times):
        now = host.paused_until or now
        host = after_failure(host, now)
    return host, now


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (1, SHORT_PAUSE),
        (FAILURE_LIMIT - 1, SHORT_PAUSE),
        (FAILURE_LIMIT, INITIAL_LONG_PAUSE),
        (FAILURE_LIMIT + 1, INITIAL_LONG_PAUSE * 2),
        (FAILURE_LIMIT + 4, INITIAL_LONG_PAUSE * 16),
        (FAILURE_LIMIT + 8, MAX_PAUSE),
        (FAILURE_LIMIT + 100, MAX_PAUSE),
    ],
)
def test_a_server_that_fails_is_left_alone_ever_longer(failures: int, pause: timedelta) -> None:
    host, last = failed(failures)
    assert host.failures == failures
    assert closed_until(host, last) == last + pause
    assert closed_until(host, last + pause) is None


def test_failures_at_one_time_count_once() -> None:
    host = Host(host="m.example")
    for seconds in range(15):
        host = after_failure(host, NOW + timedelta(seconds=seconds))
    assert (host.failures, host.paused_until) == (1, NOW + SHORT_PAUSE)


def test_it_is_remembered_since_when_it_fails() -> None:
    later = after_failure(failed(1)[0], NOW + timedelta(days=3))
    assert later.failing_since == NOW


def test_one_success_ends_it() -> None:
    host = after_success(failed(FAILURE_LIMIT + 3)[0], "rfc9421")
    assert host == Host(host="m.example", dialect="rfc9421")


def test_a_sign_of_life_ends_the_pause_but_not_what_the_server_asked_for() -> None:
    until = NOW + timedelta(hours=1)
    host = after_contact(after_retry_after(failed(FAILURE_LIMIT)[0], until))
    assert host == Host(host="m.example", dialect="cavage", asked_until=until)
    assert closed_until(host, NOW) == until


def test_who_asks_for_a_pause_gets_it_and_is_not_counted_as_failing() -> None:
    host = after_retry_after(Host(host="m.example"), NOW + timedelta(minutes=2))
    assert (host.failures, host.failing_since) == (0, None)
    assert asked_us_to_wait(host, NOW + timedelta(seconds=119))
    assert closed_until(host, NOW + timedelta(minutes=2)) is None
    assert after_retry_after(host, NOW).asked_until == host.asked_until
