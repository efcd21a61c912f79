"""Whether a server is worth trying now. Pure.

After a failure a server is paused for half a minute, and from the fifth in a row on for ten minutes and ever longer;
then one delivery tries it, and one success ends it. So a dead server costs one try now and then, however many
deliveries wait for it. What fails during a pause was sent at the same time as what began it, and counts no more: a
server that restarts is not taken for a dead one.

A server may also ask to be left alone until some time; no sign of life ends that.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from syndicate.storage.hosts import Host

FAILURES = 5
SHORT_PAUSE = timedelta(seconds=30)
FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=12)


def after_success(host: Host, dialect: str) -> Host:
    return Host(host=host.host, dialect=dialect)


def after_failure(host: Host, now: datetime) -> Host:
    """Count one more and pause, unless the server is paused already."""
    if host.paused_until is not None and host.paused_until > now:
        return host
    failures = host.failures + 1
    pause = SHORT_PAUSE
    if failures >= FAILURES:
        pause = min(FIRST_PAUSE * 2 ** min(failures - FAILURES, 10), LONGEST_PAUSE)
    return replace(host, failures=failures, paused_until=now + pause, failing_since=host.failing_since or now)


def after_sign_of_life(host: Host) -> Host:
    """It has sent us something: what failed does not count any more."""
    return replace(host, failures=0, paused_until=None, failing_since=None)


def is_given_up(host: Host) -> bool:
    """Whether it failed so often that even what was tried waits for the end of the pause."""
    return host.failures >= FAILURES


def asked_to_wait(host: Host, until: datetime) -> Host:
    """It wants nothing before then, whatever is due."""
    return replace(host, asked_until=max(host.asked_until or until, until))


def closed_until(host: Host, now: datetime) -> datetime | None:
    """When the next delivery may go there; None if one may go now."""
    return max(
        (until for until in (host.paused_until, host.asked_until) if until is not None and until > now), default=None
    )


def has_asked(host: Host, now: datetime) -> bool:
    """Whether it is the server's own wish to be left alone now."""
    return host.asked_until is not None and host.asked_until > now
