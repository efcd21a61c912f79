"""When a delivery is tried again, and when it is given up. Pure.

In comes what a try met with; out comes what is to become of the delivery. Permanent answers end it, everything
else is tried again for two weeks with growing waits: a server that was down over a holiday gets its post.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SCHEDULE = tuple(
    timedelta(seconds=seconds)
    for seconds in (30, 120, 600, 1_800, 7_200, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800)
)
JITTER = 0.25
LONGEST_ASKED = timedelta(days=1)
WHEN_TOO_MANY = timedelta(minutes=1)
"""What a server is left alone for that has had too many requests and does not say for how long."""


class DeliveryOutcome(StrEnum):
    DELIVERED = "delivered"
    AGAIN = "again"
    FAILED = "failed"
    GONE = "gone"
    """The inbox is no more: whoever stood behind it may be too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a try met with: a status, or None for no answer at all; `wait` is the server's Retry-After in seconds.
    `held` says that nothing was tried: the time has not come."""

    status: int | None
    answer: str = ""
    wait: float | None = None
    permanent: bool = False
    held: bool = False


def outcome_of(met: Attempt) -> DeliveryOutcome:
    """What an answer means. 401, 408, 425, 429 and 5xx (but 501) may go right later, and so may no answer."""
    status = met.status
    if met.permanent:
        return DeliveryOutcome.FAILED
    if status is None or status in (401, 408, 425, 429) or (status >= 500 and status != 501):
        return DeliveryOutcome.AGAIN
    if 200 <= status < 300:
        return DeliveryOutcome.DELIVERED
    return DeliveryOutcome.GONE if status in (404, 410) else DeliveryOutcome.FAILED


def pause(met: Attempt) -> timedelta | None:
    """How long the whole server is to be left alone: as long as it asks; None where it does not."""
    if met.wait is not None:
        return min(timedelta(seconds=met.wait), LONGEST_ASKED)
    return WHEN_TOO_MANY if met.status == 429 else None


def next_try(attempts: int, met: Attempt, now: datetime, chance: random.Random) -> datetime | None:
    """When to try again after `attempts` tries; None to give up."""
    if attempts > len(SCHEDULE):
        return None
    wait = SCHEDULE[attempts - 1] * chance.uniform(1 - JITTER, 1 + JITTER)
    if met.wait is not None:
        wait = max(wait, min(timedelta(seconds=met.wait), LONGEST_ASKED))
    return now + wait
