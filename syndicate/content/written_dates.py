"""Parse dates in headers and file names: text in, an instant in UTC out.

RFC 3339 and the formats of other blog programs. Ambiguous dates (`03/04/2020`) are rejected.
"""

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?[ ]+)?"
_TIME = r"""
    (?:(?:[ ]*T[ ]*|[ ]+|,[ ]*)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?
    [ ]*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?|[A-Za-z]+(?:/[A-Za-z_+0-9-]+)+)?)?"""
_FORMS = tuple(
    re.compile(form + _TIME, re.IGNORECASE | re.VERBOSE)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]+{_MONTH}[ ,-]+(?P<year>\d{{4}})",
        rf"{_WEEKDAY}{_MONTH}[ ]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[ ]+(?P<year>\d{{4}})",
    )
)


class NoDate(ValueError):
    """The message says what is expected."""


def parse_date(text: str, timezone: tzinfo) -> datetime:
    """Return the instant; dates without a zone are in `timezone`. Raises NoDate."""
    text = " ".join(text.split())
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        raise NoDate("it must be a date such as 2024-05-31 or 2024-05-31T18:30:00+02:00")
    try:
        return _moment(found, timezone).astimezone(UTC)
    except (ValueError, OverflowError, OSError):  # ZoneInfo raises a subclass of KeyError for an unknown zone
        raise NoDate("there is no such day or time") from None
    except KeyError:
        raise NoDate(f"there is no time zone {found['zone']}") from None


def _moment(found: re.Match[str], timezone: tzinfo) -> datetime:
    fraction = f"{(found['fraction'] or '')[:6]:0<6}"
    return datetime(
        int(found["year"]),
        _month(found["month"]),
        int(found["day"]),
        int(found["hour"] or 0),
        int(found["minute"] or 0),
        int(found["second"] or 0),
        int(fraction),
        tzinfo=_zone(found["zone"], timezone),
    )


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.index(text[:3].lower()) + 1


def _zone(text: str | None, default: tzinfo) -> tzinfo:
    if text is None:
        return default
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if "/" in text:
        return ZoneInfo(text)
    hours, minutes = text[:3], text[3:].lstrip(":") or "00"
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{hours}:{minutes}").tzinfo
    assert zone is not None
    return zone
