"""The clock: functions that return the current time, and the text forms of an instant.

Inside Syndicate an instant is an aware UTC `datetime`; outside it is fixed-width RFC 3339 text: with six digits of
fraction in the database (so that text sorts chronologically), and whole seconds on the wire.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
Stopwatch = Callable[[], float]
"""Return monotonic seconds from an arbitrary start, like `time.monotonic`."""


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


def to_text(instant: datetime) -> str:
    """`2026-11-22T19:00:00.000000Z`: sortable as text, readable in a database shell."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def from_text(text: str) -> datetime:
    """The inverse of `to_text`; takes any RFC 3339 date-time. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return instant.astimezone(UTC)


def to_text_or_empty(instant: datetime | None) -> str:
    """Like `to_text`, with empty text for None."""
    return "" if instant is None else to_text(instant)


def from_text_or_none(text: str) -> datetime | None:
    """The inverse of `to_text_or_empty`. Raises ValueError."""
    return from_text(text) if text else None


def to_wire(instant: datetime) -> str:
    """`2026-11-22T19:00:00Z` (RFC 3339, whole seconds)."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
