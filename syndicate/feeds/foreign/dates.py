"""Dates of the feeds of other blogs."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

EARLIEST_YEAR = 1970


def date_of(text: str, now: datetime) -> datetime | None:
    """Parse a date of RFC 3339, RFC 822 or a similar form; None if it is invalid, in the future, or before 1970."""
    if not text or len(text) > 64:
        return None
    text = text.strip()
    try:
        found = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        instant = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return instant if instant.year >= EARLIEST_YEAR and instant <= now else None
