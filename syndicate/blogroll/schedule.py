"""Decides when a feed is polled next. Pure.

The outcome of a poll and the history of the feed come in, an instant goes out. A working feed is polled between once an
hour and once a day, depending on how often the blog posts and on the intervals that it requests (`max-age`, `Expires`,
`<ttl>`, `Retry-After`). A failing one is polled less and less often. Polling ends with 410, or after a month of 404.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import assert_never

from syndicate.limits.backoff import Backoff, growing

MIN_INTERVAL = timedelta(hours=1)
MAX_INTERVAL = timedelta(days=1)
"""For a working feed, whatever its `max-age`: servers are configured for pages, and their feeds with them."""
MAX_RETRY_AFTER = timedelta(days=7)
"""The limit for `Retry-After`."""
MAX_FAILING_TIME = timedelta(days=30)
MIN_FAILURES = 8
MAX_CONDITIONAL_TIME = timedelta(days=30)
"""How long `304 Not Modified` is trusted: some servers never change a tag."""
JITTER = 0.1
BACKOFF = Backoff(growing(MIN_INTERVAL, maximum=timedelta(days=4)), jitter=(1, 1 + JITTER))
INITIAL_INTERVAL = timedelta(seconds=2)
"""Between the first polls of feeds that were added together: 1,800 fill an hour."""
POLLS_PER_POST = 6
"""Polls per average interval between two posts."""
MAX_INTERVALS = 10


class PollOutcome(StrEnum):
    """The outcome of a poll."""

    READ = "read"
    UNCHANGED = "unchanged"
    """A 304, or the same body as before."""
    UNUSABLE = "unusable"
    """The document is not a feed, or cannot be parsed."""
    UNAVAILABLE = "unavailable"
    """No response, or a temporary error."""
    REFUSED = "refused"
    MISSING = "missing"
    """404: it may come back."""
    GONE = "gone"
    """410: it must not be polled again."""


SUCCESSFUL = frozenset({PollOutcome.READ, PollOutcome.UNCHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingHints:
    """The polling intervals that a server requests. `retry_after` is addressed to us; the others are general defaults."""

    max_age: timedelta = timedelta()
    retry_after: timedelta = timedelta()
    ttl: timedelta = timedelta()


def outcome_of(status: int) -> PollOutcome:
    """Return what an HTTP status means for a feed; the body of a 200 has still to be parsed."""
    if 200 <= status < 300:
        return PollOutcome.READ
    match status:
        case 304:
            return PollOutcome.UNCHANGED
        case 404:
            return PollOutcome.MISSING
        case 410:
            return PollOutcome.GONE
        case _ if status in (408, 425, 429) or status >= 500:
            return PollOutcome.UNAVAILABLE
        case _:
            return PollOutcome.REFUSED


def max_age(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long a response is fresh (RFC 9111 §4.2.1): `max-age`, else `Expires`, else zero."""
    directives = headers.get("Cache-Control", "")[:1000].lower().split(",")
    for directive in directives:
        name, _, value = directive.strip().partition("=")
        value = value.strip('" ')
        if name == "max-age" and value.isascii() and value.isdigit():
            return min(timedelta(seconds=int(value[:9])), MAX_INTERVAL)
    if any(directive.strip() in ("no-cache", "no-store") for directive in directives):
        return timedelta()
    try:
        expires = parsedate_to_datetime(headers.get("Expires", "")[:64])
        ahead = expires.replace(tzinfo=expires.tzinfo or UTC) - now
    except (ValueError, OverflowError, TypeError, IndexError):
        return timedelta()
    return min(max(ahead, timedelta()), MAX_INTERVAL)


def pace(published: Sequence[datetime], now: datetime) -> timedelta:
    """Return the polling interval of a blog from its newest posts, between an hour and a day."""
    newest = sorted(published, reverse=True)[:MAX_INTERVALS]
    if not newest:
        return MAX_INTERVAL
    gap = max((now - newest[-1]) / len(newest), now - newest[0])
    return min(max(gap / POLLS_PER_POST, MIN_INTERVAL), MAX_INTERVAL)


def next_poll(
    answer: PollOutcome,
    now: datetime,
    chance: random.Random,
    *,
    hints: PollingHints,
    pace: timedelta = MAX_INTERVAL,
    pushed: bool = False,
    failures: int = 0,
    failing_since: datetime | None = None,
) -> datetime | None:
    """Return when to poll next; None for never. `pushed` marks a feed that is pushed to us; `failures` counts this one."""
    match answer:
        case PollOutcome.READ | PollOutcome.UNCHANGED:
            asked = max(min(max(hints.max_age, hints.ttl), MAX_INTERVAL), MIN_INTERVAL)
            wait = MAX_INTERVAL if pushed else pace
            wait = min(max(wait * chance.uniform(1 - JITTER, 1 + JITTER), asked), MAX_INTERVAL)
        case PollOutcome.UNAVAILABLE | PollOutcome.UNUSABLE | PollOutcome.REFUSED | PollOutcome.MISSING:
            if answer is PollOutcome.MISSING and is_given_up(now, failures=failures, failing_since=failing_since):
                return None
            wait = BACKOFF.delay(failures, chance)
        case PollOutcome.GONE:
            return None
        case _:
            assert_never(answer)
    return now + max(wait, min(hints.retry_after, MAX_RETRY_AFTER))


def is_given_up(now: datetime, *, failures: int, failing_since: datetime | None) -> bool:
    """Whether a feed has been missing for so long that polling ends."""
    return failing_since is not None and now - failing_since >= MAX_FAILING_TIME and failures >= MIN_FAILURES


def first_poll(now: datetime, place: int) -> datetime:
    """Return the first poll of the feed at this position among those added together."""
    return now + INITIAL_INTERVAL * place


def may_be_conditional(read: datetime | None, now: datetime) -> bool:
    return read is not None and now - read < MAX_CONDITIONAL_TIME
