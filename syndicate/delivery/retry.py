"""Retry policy: when a delivery is retried, and when it is given up. Pure.

The input is an attempt, the result is the outcome and the time of the next attempt. A permanent answer ends a delivery.
Everything else is retried for two weeks at growing intervals, so that a server may be down over a holiday.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from syndicate.limits.backoff import Backoff

RETRY_SCHEDULE = tuple(
    timedelta(seconds=seconds)
    for seconds in (30, 120, 600, 1_800, 7_200, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800)
)
JITTER = 0.25
BACKOFF = Backoff(RETRY_SCHEDULE, jitter=(1 - JITTER, 1 + JITTER))
MAX_RETRY_AFTER = timedelta(days=1)
DEFAULT_PAUSE = timedelta(minutes=1)
"""The pause after a 429 without Retry-After."""


class DeliveryOutcome(StrEnum):
    DELIVERED = "delivered"
    AGAIN = "again"
    FAILED = "failed"
    GONE = "gone"
    """The inbox no longer exists, and its accounts may be gone, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The result of one try: a status, or None if there was no answer. `wait` is the server's Retry-After in seconds.
    `held` means that nothing was sent: the delivery has to wait for something here."""

    status: int | None
    answer: str = ""
    wait: float | None = None
    permanent: bool = False
    held: bool = False


def outcome_of(attempt: Attempt) -> DeliveryOutcome:
    """Classify an attempt. No answer, 401, 408, 425, 429 and 5xx (except 501) may succeed later."""
    status = attempt.status
    if attempt.permanent:
        return DeliveryOutcome.FAILED
    if status is None or status in (401, 408, 425, 429) or (status >= 500 and status != 501):
        return DeliveryOutcome.AGAIN
    if 200 <= status < 300:
        return DeliveryOutcome.DELIVERED
    return DeliveryOutcome.GONE if status in (404, 410) else DeliveryOutcome.FAILED


def requested_pause(attempt: Attempt) -> timedelta | None:
    """Return how long nothing is sent to the server, as it asked; None if it did not ask."""
    if attempt.wait is not None:
        return min(timedelta(seconds=attempt.wait), MAX_RETRY_AFTER)
    return DEFAULT_PAUSE if attempt.status == 429 else None


def next_attempt(attempts: int, attempt: Attempt, now: datetime, jitter: random.Random) -> datetime | None:
    """Return the time of the next attempt after `attempts` attempts; None to give up."""
    if BACKOFF.is_exhausted(attempts):
        return None
    return now + BACKOFF.delay(attempts, jitter, at_least=min(timedelta(seconds=attempt.wait or 0), MAX_RETRY_AFTER))
