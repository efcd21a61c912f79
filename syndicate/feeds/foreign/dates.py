"""Dates of the feeds of other blogs: RFC 822 and RFC 3339, and what is written in their places."""

import re
from datetime import UTC, datetime, timedelta

from syndicate.feeds.foreign.months import month_of

EARLIEST_YEAR = 1970
_MAX_LENGTH = 80
_DIGITS = re.compile(
    r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})|(?P<months>\d\d)(?P<days>\d\d)"
    r"|\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일])(?=\D|$)[T\s,]*",
    re.IGNORECASE | re.ASCII,
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?\s*(?P<half>[ap]\.?m\.?(?![a-z]))?",
    re.IGNORECASE,
)
_COMPACT_TIME = re.compile(r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?=\D|$)(?P<fraction>)(?P<half>)")
_WORD = re.compile(r"[0-9]+|[^\W\d_]+")
_OFFSET = re.compile(
    r"(?:GMT|UTC|UT|Z)?\s*(?P<sign>[+-])\s*(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?(?!\d)", re.IGNORECASE
)
_NAME = re.compile(r"[A-Za-z]{2,5}")
_FILLERS = frozenset({"of", "the", "de", "del", "d", "di", "den", "der", "st", "nd", "rd", "th", "er", "г"})
_HOURS = {
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "akst": -9,
    "akdt": -8,
    "hst": -10,
    "ast": -4,
    "adt": -3,
    "nst": -3.5,
    "ndt": -2.5,
    "brt": -3,
    "brst": -2,
    "art": -3,
    "clt": -4,
    "wet": 0,
    "west": 1,
    "bst": 1,
    "ist": 5.5,
    "cet": 1,
    "met": 1,
    "mez": 1,
    "cest": 2,
    "mest": 2,
    "mesz": 2,
    "eet": 2,
    "eest": 3,
    "sast": 2,
    "msk": 3,
    "msd": 4,
    "trt": 3,
    "gst": 4,
    "pkt": 5,
    "npt": 5.75,
    "wib": 7,
    "ict": 7,
    "hkt": 8,
    "sgt": 8,
    "pht": 8,
    "awst": 8,
    "jst": 9,
    "kst": 9,
    "acst": 9.5,
    "acdt": 10.5,
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
}
"""Hours east of Greenwich. Of names with several meanings, the one of the most feeds; unknown names are UTC."""


def date_of(text: str, now: datetime) -> datetime | None:
    """Return a date; None if it is invalid, in the future, or before 1970."""
    instant = parse_date(text)
    return instant if instant is not None and instant.year >= EARLIEST_YEAR and instant <= now else None


def parse_date(text: str) -> datetime | None:
    """Return the instant of a date in any form that is clear; without a zone, it is in UTC. None if there is none."""
    text = " ".join(text[: _MAX_LENGTH + 1].replace("\u2212", "-").split())
    if len(text) > _MAX_LENGTH:
        return None
    try:
        return _from_digits(text) or _from_words(text)
    except (ValueError, OverflowError):  # there is no such day or time
        return None


def _from_digits(text: str) -> datetime | None:
    """Parse RFC 3339 and what resembles it."""
    found = _DIGITS.match(text)
    if found is None:
        return None
    month = found["month"] or found["months"] or found["m"]
    day = found["day"] or found["days"] or found["d"]
    rest = text[found.end() :]
    return _at(int(found["year"]), int(month), int(day), rest, _TIME.match(rest) or _COMPACT_TIME.match(rest))


def _from_words(text: str) -> datetime | None:
    """Parse RFC 822 and what resembles it, with the month as a word in any known language."""
    time = _TIME.search(text)
    before = text[: time.start()] if time else text
    words = _words(before)
    year_behind = (
        next((word for word in _words(text[time.end() :]) if len(word) == 4 and word.isdigit()), "") if time else ""
    )
    found = _day_and_month([*words, year_behind] if year_behind else words)
    if found is None:
        return None
    day, month, year = found
    return _at(year, month, day, text[time.start() :] if time else "", time and _TIME.match(text[time.start() :]))


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word.lower() not in _FILLERS]


def _day_and_month(words: list[str]) -> tuple[int, int, int] | None:
    """Return day, month and year. The month stands behind the day, else before it: `mar` may be a Tuesday."""
    for at, word in enumerate(words):
        if not (word.isdigit() and len(word) <= 2):
            continue
        for beside, year_at in ((at + 1, at + 2), (at - 1, at + 1)):
            month = month_of(words[beside]) if 0 <= beside < len(words) and not words[beside].isdigit() else None
            if month and year_at < len(words) and words[year_at].isdigit():
                return int(word), month, _year(words[year_at])
    return None


def _year(digits: str) -> int:
    """Return a year of four digits or of two (RFC 2822 §4.3)."""
    return int(digits) if len(digits) > 2 else int(digits) + (2000 if int(digits) < 50 else 1900)


def _at(year: int, month: int, day: int, rest: str, time: re.Match[str] | None) -> datetime:
    hour, minute, second = (int(time[name] or 0) for name in ("hour", "minute", "second")) if time else (0, 0, 0)
    if time and time["half"]:
        hour = hour % 12 + (12 if time["half"][0].lower() == "p" else 0)
    if hour == 24 and minute == second == 0:  # the end of the day (ISO 8601)
        return _at(year, month, day, "", None) + timedelta(days=1) - _offset(rest[time.end() :] if time else "")
    fraction = int(f"{(time['fraction'] or '')[:6]:0<6}") if time else 0
    there = datetime(year, month, day, hour, minute, min(second, 59), fraction, tzinfo=UTC)
    return there - _offset(rest[time.end() :] if time else "")


def _offset(zone: str) -> timedelta:
    """Return how far a zone is east of Greenwich."""
    zone = zone.strip(" ()")
    if found := _OFFSET.match(zone):
        size = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
        return size if found["sign"] == "+" else -size
    name = _NAME.match(zone)
    return timedelta(hours=_HOURS.get(name[0].lower(), 0)) if name else timedelta()
