"""When a server is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.delivery.circuit import (
    FAILURES,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    SHORT_PAUSE,
    after_failure,
    after_sign_of_life,
    after_success,
    asked_to_wait,
    closed_until,
    has_asked,
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
        (FAILURES - 1, SHORT_PAUSE),
        (FAILURES, FIRST_PAUSE),
        (FAILURES + 1, FIRST_PAUSE * 2),
        (FAILURES + 4, FIRST_PAUSE * 16),
        (FAILURES + 8, LONGEST_PAUSE),
        (FAILURES + 100, LONGEST_PAUSE),
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
    host = after_success(failed(FAILURES + 3)[0], "rfc9421")
    assert host == Host(host="m.example", dialect="rfc9421")


def test_a_sign_of_life_ends_the_pause_but_not_what_the_server_asked_for() -> None:
    until = NOW + timedelta(hours=1)
    host = after_sign_of_life(asked_to_wait(failed(FAILURES)[0], until))
    assert host == Host(host="m.example", dialect="cavage", asked_until=until)
    assert closed_until(host, NOW) == until


def test_who_asks_for_a_pause_gets_it_and_is_not_counted_as_failing() -> None:
    host = asked_to_wait(Host(host="m.example"), NOW + timedelta(minutes=2))
    assert (host.failures, host.failing_since) == (0, None)
    assert has_asked(host, NOW + timedelta(seconds=119))
    assert closed_until(host, NOW + timedelta(minutes=2)) is None
    assert asked_to_wait(host, NOW).asked_until == host.asked_until
