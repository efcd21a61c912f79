"""Whether a server is worth trying now. Pure.

After a few failures in a row a server is left alone for a while, then tried with one delivery; one success ends
it. So a dead server costs one try now and then, however many deliveries wait for it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from syndicate.storage.hosts import Host

FAILURES = 5
FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=12)


def after_success(host: Host, dialect: str) -> Host:
    return Host(host=host.host, dialect=dialect)


def after_failure(host: Host, now: datetime) -> Host:
    """Count one more; from `FAILURES` on, pause, twice as long each time."""
    failures = host.failures + 1
    paused_until = host.paused_until
    if failures >= FAILURES:
        paused_until = now + min(FIRST_PAUSE * 2 ** min(failures - FAILURES, 10), LONGEST_PAUSE)
    return replace(host, failures=failures, paused_until=paused_until, failing_since=host.failing_since or now)


def asked_to_wait(host: Host, until: datetime) -> Host:
    """It wants nothing before then, whatever is due."""
    return replace(host, paused_until=max(host.paused_until or until, until))


def is_paused(host: Host, now: datetime) -> bool:
    return host.paused_until is not None and host.paused_until > now
