"""When a feed is asked next, and what its answers mean for it. Pure.

A feed that is well is asked once an hour at most and once a day at least, depending on how often the blog posts and on
what it asks for itself (`max-age`, `Expires`, `<ttl>`, `Retry-After`). One that fails is asked ever more seldom. One that
says that it is gone, or has not been found for a month, is asked no more.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import assert_never

MIN_INTERVAL = timedelta(hours=1)
MAX_INTERVAL = timedelta(days=1)
"""Of a feed that is well, whatever it asks for by `max-age`: servers are set up for pages, and their feeds with them."""
MAX_RETRY_AFTER = timedelta(days=7)
"""Of what `Retry-After` asks for."""
MAX_BACKOFF = timedelta(days=4)
MAX_FAILING_TIME = timedelta(days=30)
MIN_FAILURES = 8
MAX_CONDITIONAL_TIME = timedelta(days=30)
"""How long `304 Not Modified` is believed: some servers never change a tag."""
JITTER = 0.1
INITIAL_INTERVAL = timedelta(seconds=2)
"""Between two of many feeds that were added at once: 1,800 fill an hour."""
POLLS_PER_POST = 6
"""A blog is looked at so many times in the time that it takes to write a post."""
MAX_INTERVALS = 10


class PollOutcome(StrEnum):
    """What asking a feed came to."""

    READ = "read"
    UNCHANGED = "unchanged"
    """It said so, or the body is the one that we had."""
    UNUSABLE = "unusable"
    """It is no feed, or one that we do not take."""
    UNAVAILABLE = "unavailable"
    """No answer, or one that says: later."""
    REFUSED = "refused"
    MISSING = "missing"
    """404: it may come back."""
    GONE = "gone"
    """410: it is not to be asked again."""


SUCCESSFUL = frozenset({PollOutcome.READ, PollOutcome.UNCHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingHints:
    """How long a server wants not to be asked, where it says so. `retry_after` is none of the others' kind: it is a
    request, and they are habits."""

    max_age: timedelta = timedelta()
    retry_after: timedelta = timedelta()
    ttl: timedelta = timedelta()


def outcome_of(status: int) -> PollOutcome:
    """What an HTTP status means for a feed; a 200 has still to be read."""
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
    """For how long an answer is fresh (RFC 9111 §4.2.1): `max-age`, else `Expires`; nothing where neither can be read."""
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
    """How often a blog is worth a look, from its newest posts; between an hour and a day."""
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
    """When to ask again; None for never. `pushed` says that its news come without asking; `failures` counts this one."""
    match answer:
        case PollOutcome.READ | PollOutcome.UNCHANGED:
            asked = max(min(max(hints.max_age, hints.ttl), MAX_INTERVAL), MIN_INTERVAL)
            wait = MAX_INTERVAL if pushed else pace
            wait = min(max(wait * chance.uniform(1 - JITTER, 1 + JITTER), asked), MAX_INTERVAL)
        case PollOutcome.UNAVAILABLE | PollOutcome.UNUSABLE | PollOutcome.REFUSED | PollOutcome.MISSING:
            if answer is PollOutcome.MISSING and is_given_up(now, failures=failures, failing_since=failing_since):
                return None
            wait = min(MIN_INTERVAL * 2 ** min(max(failures - 1, 0), 10), MAX_BACKOFF)
            wait *= chance.uniform(1, 1 + JITTER)
        case PollOutcome.GONE:
            return None
        case _:
            assert_never(answer)
    return now + max(wait, min(hints.retry_after, MAX_RETRY_AFTER))


def is_given_up(now: datetime, *, failures: int, failing_since: datetime | None) -> bool:
    """Whether a feed has not been found for so long that it is taken to be gone."""
    return failing_since is not None and now - failing_since >= MAX_FAILING_TIME and failures >= MIN_FAILURES


def first_poll(now: datetime, place: int) -> datetime:
    """Of the feed at this place among many that were added together."""
    return now + INITIAL_INTERVAL * place


def may_be_conditional(read: datetime | None, now: datetime) -> bool:
    return read is not None and now - read < MAX_CONDITIONAL_TIME
