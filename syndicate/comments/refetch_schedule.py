"""When a comment is looked at again where it was written: often while people talk, ever more seldom, then never. Pure."""

from datetime import datetime, timedelta

WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(days=3),
    timedelta(days=14),
)


def first_visit(now: datetime) -> datetime:
    """Of a comment that is shown from now on, however old it is: it may have been answered before we knew it."""
    return now + WAITS[0]


def next_visit(now: datetime, *, warm: datetime) -> datetime | None:
    """After a visit; None for never. `warm` is when the comment was written, or when an answer to it was last found.

    The wait is the first one that is longer than all the time since then.
    """
    wait = next((wait for wait in WAITS if wait > now - warm), None)
    return None if wait is None else now + wait
