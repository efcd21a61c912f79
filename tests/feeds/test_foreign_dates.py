"""Dates of feeds as they are written, in any language."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.feeds.foreign.dates import date_of, parse_date

FIVE = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
DATES = {
    "Mon, 02 Nov 2026 17:00:00 GMT": FIVE,
    "Mon, 02 Nov 2026 18:00:00 +01:00": FIVE,
    "Mon, 02 Nov 2026 18:00:00 CET": FIVE,
    "Sun, 02 Aug 2026 18:00:00 BST": datetime(2026, 8, 2, 17, 0, tzinfo=UTC),
    "Mon, 02 Nov 2026 19:00:00 GMT+2": FIVE,
    "Mon, 02 Nov 2026 22:30:00 UTC+05:30": FIVE,
    "Mon, 02 Nov 2026 24:00:00 +0000": datetime(2026, 11, 3, tzinfo=UTC),
    "2026-11-02T24:00:00Z": datetime(2026, 11, 3, tzinfo=UTC),
    "Mon, 02 Nov 2026 16:59:60 Z": FIVE - timedelta(seconds=1),
    "Mon, 2 November 2026 12:00:00 -0500 (EST)": FIVE,
    "2 Nov 26 17:00 UT": FIVE,
    "Mon Nov  2 17:00:00 2026": FIVE,
    "Mon Nov  2 18:00:00 CET 2026": FIVE,
    "November 2nd, 2026 5:00 pm": FIVE,
    "Fr, 02 Okt 2026 18:55:00 +0200": datetime(2026, 10, 2, 16, 55, tzinfo=UTC),
    "Sa, 01 Mär 2025 00:00:00 MEZ": datetime(2025, 2, 28, 23, 0, tzinfo=UTC),
    "mar., 03 févr. 2026 10:00:00 +0100": datetime(2026, 2, 3, 9, 0, tzinfo=UTC),
    "mer., 12 août 2026 10:00": datetime(2026, 8, 12, 10, 0, tzinfo=UTC),
    "2 de noviembre de 2026 17:00": FIVE,
    "Seg, 02 Dez 2024 17:00:00 -0300": datetime(2024, 12, 2, 20, 0, tzinfo=UTC),
    "lun, 02 giu 2025 17:00:00 +0000": datetime(2025, 6, 2, 17, 0, tzinfo=UTC),
    "ma 4 mei 2026 17:00": datetime(2026, 5, 4, 17, 0, tzinfo=UTC),
    "sob, 03 paź 2026 12:00:00 CEST": datetime(2026, 10, 3, 10, 0, tzinfo=UTC),
    "Pá, 03 čvc 2026": datetime(2026, 7, 3, tzinfo=UTC),
    "Пн, 02 ноя 2026 20:00:00 +0300": FIVE,
    "ma, 02 marraskuu 2026 19:00 +0200": FIVE,
    "Pzt, 02 Kas 2026 20:00:00 +0300": FIVE,
    "2026年11月2日 17:00": FIVE,
    "2026-11-02T17:00:00+0000": FIVE,
    "2026-11-02t17:00:00z": FIVE,
    "2026/11/02 17:00": FIVE,
    "20261102T170000Z": FIVE,
    "2026-11-02": datetime(2026, 11, 2, tzinfo=UTC),
}
NO_DATES = [
    "",
    "yesterday",
    "03/04/2020",
    "Sun, 31 Feb 2026 10:00:00 GMT",
    "2026-11-02T25:00Z",
    "0000-00-00",
    "9" * 500,
]


@pytest.mark.parametrize("written", DATES)
def test_a_clear_date_is_understood(written: str) -> None:
    assert parse_date(written) == DATES[written]


@pytest.mark.parametrize("written", NO_DATES)
def test_what_is_not_clear_is_no_date(written: str) -> None:
    assert parse_date(written) is None


def test_dates_ahead_and_before_feeds_are_none() -> None:
    assert date_of("Mon, 02 Nov 2026 17:00:00 GMT", FIVE) == FIVE
    assert date_of("Mon, 02 Nov 2026 17:00:01 GMT", FIVE) is None
    assert date_of("Mon, 02 Nov 1826 17:00:00 GMT", FIVE) is None


@given(
    st.text(max_size=90)
    | st.from_regex(r"[0-9]{1,4}[-/ ][0-9A-Za-z]{1,4}[-/ ][0-9]{1,4} [0-9:]{1,9} ?[+-]?[0-9:A-Z]{0,7}")
)
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.tzinfo is not None
