"""Circuit breaker: whether a server is worth trying now. Pure.

After a failure the circuit of a server opens for half a minute, and from the fifth consecutive failure on for ten
minutes, doubling up to twelve hours. Then it is half-open: one delivery tries the server, and one success closes the
circuit. So an unreachable server costs one attempt per pause, however many deliveries wait for it. Failures during a
pause do not count, since they were sent together with the one that began it: a restart is not mistaken for an outage.

A server may also ask us to wait (Retry-After). Hearing from it does not shorten that wait.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from syndicate.limits.backoff import Backoff, growing
from syndicate.storage.hosts import Host

FAILURE_LIMIT = 5
SHORT_PAUSE = timedelta(seconds=30)
INITIAL_LONG_PAUSE = timedelta(minutes=10)
MAX_PAUSE = timedelta(hours=12)
BACKOFF = Backoff((*(FAILURE_LIMIT - 1) * (SHORT_PAUSE,), *growing(INITIAL_LONG_PAUSE, maximum=MAX_PAUSE)))


def after_success(host: Host, dialect: str) -> Host:
    """Close the circuit, and remember the signature dialect that the server accepted."""
    return Host(host=host.host, dialect=dialect)


def after_failure(host: Host, now: datetime) -> Host:
    """Count one more failure and pause the server, unless it is paused already."""
    if host.paused_until is not None and host.paused_until > now:
        return host
    failures = host.failures + 1
    until = now + BACKOFF.delay(failures)
    return replace(host, failures=failures, paused_until=until, failing_since=host.failing_since or now)


def after_contact(host: Host) -> Host:
    """Close the circuit because the server has sent us something. A wait that it asked for remains."""
    return replace(host, failures=0, paused_until=None, failing_since=None)


def is_failing(host: Host) -> bool:
    """Whether it failed so often that deliveries already attempted wait for the end of the pause."""
    return host.failures >= FAILURE_LIMIT


def after_retry_after(host: Host, until: datetime) -> Host:
    """Send nothing to the server before `until`, as it asked."""
    return replace(host, asked_until=max(host.asked_until or until, until))


def closed_until(host: Host, now: datetime) -> datetime | None:
    """Return when the next delivery may be sent to the server; None if one may be sent now."""
    return max(
        (until for until in (host.paused_until, host.asked_until) if until is not None and until > now), default=None
    )


def asked_us_to_wait(host: Host, now: datetime) -> bool:
    """Whether the server itself asked us to wait, and that time is not over."""
    return host.asked_until is not None and host.asked_until > now
