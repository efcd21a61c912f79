"""When a comment is refetched from its origin: often while the conversation is active, then less, then never. Pure."""

from datetime import datetime, timedelta

REFETCH_INTERVALS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(days=3),
    timedelta(days=14),
)


def first_refetch(now: datetime) -> datetime:
    """Return when a comment is first refetched that is shown from now on. Its age does not matter: it may have older
    replies."""
    return now + REFETCH_INTERVALS[0]


def next_refetch(now: datetime, *, warm: datetime) -> datetime | None:
    """Return the time of the next refetch, or None if there is none.

    `warm` is when the comment was written, or when a reply to it was last found. The interval is the first one that is
    longer than the time since then.
    """
    interval = next((interval for interval in REFETCH_INTERVALS if interval > now - warm), None)
    return None if interval is None else now + interval
