"""The time window in which a signature is valid.

Fediverse servers' clocks differ by minutes and their queues delay by more; Mastodon allows an hour and five minutes
after a plain `Date`. Dates and seconds come in as they were sent; the last valid instant of the signature, which is how
long a replay has to be remembered, goes out.
"""

import re
from datetime import UTC, datetime

from syndicate.errors import SignatureRejected

MAX_SKEW_SECONDS = 65 * 60
"""How far `Date` or `created` may differ from our clock, in either direction."""
MAX_LIFETIME_SECONDS = 12 * 60 * 60
"""The longest validity, whatever `expires` says."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, start=1)}
_HTTP_DATE = re.compile(
    rf"(?:{'|'.join(_DAYS)}), ([0-9]{{1,2}}) ({'|'.join(_MONTHS)}) ([0-9]{{4}})"
    r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:GMT|UTC|\+0000)"
)
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")


def check_window(now: datetime, *, begin: float, expires: float | None = None, leeway: int = 0) -> datetime:
    """Return the last instant at which a signature made at `begin` (Unix seconds) is valid.

    `leeway` is granted to clocks beyond `expires`. Raises SignatureRejected("signature.time") when `now` is outside.
    """
    instant = now.timestamp()
    end = begin + MAX_SKEW_SECONDS if expires is None else min(expires, begin + MAX_LIFETIME_SECONDS) + leeway
    if begin > instant + MAX_SKEW_SECONDS:
        raise SignatureRejected("signature.time", "made in the future")
    if end < instant:
        raise SignatureRejected("signature.time", "no longer good")
    return datetime.fromtimestamp(end, UTC)


def parse_http_date(text: str) -> float:
    """Return the Unix seconds of an IMF-fixdate (RFC 9110 §5.6.7). Raises SignatureRejected("signature.time")."""
    match = _HTTP_DATE.fullmatch(text)
    if match is None:
        raise SignatureRejected("signature.time", "Date is no HTTP date")
    day, month, year, hour, minute, second = match.groups()
    try:
        instant = datetime(int(year), _MONTH_NUMBERS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError as error:
        raise SignatureRejected("signature.time", "Date is no day of any calendar") from error
    return instant.timestamp()


def render_http_date(instant: datetime) -> str:
    """Return an IMF-fixdate, independent of the locale."""
    utc = instant.astimezone(UTC)
    return f"{_DAYS[utc.weekday()]}, {utc.day:02} {_MONTHS[utc.month - 1]} {utc.year:04} {utc:%H:%M:%S} GMT"


def parse_seconds(text: str) -> float:
    """Parse Unix seconds as in draft-cavage §2.1. Raises SignatureRejected("signature.syntax")."""
    if _SECONDS.fullmatch(text) is None:
        raise SignatureRejected("signature.syntax", "created and expires are Unix seconds")
    return float(text)
