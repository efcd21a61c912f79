"""When a feed is asked next: never too soon, never too late, and at some point no more."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.blogroll import schedule
from syndicate.blogroll.schedule import SUCCESSFUL, PollingHints, PollOutcome, max_age, next_poll, outcome_of, pace

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def wait(answer: PollOutcome, **how: object) -> timedelta:
    """Until the next try, in the middle of its jitter."""
    due = next_poll(answer, NOW, random.Random(1), **{"hints": PollingHints(), **how})  # type: ignore[arg-type]
    assert due is not None
    return due - NOW


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, PollOutcome.READ),
        (226, PollOutcome.READ),
        (304, PollOutcome.UNCHANGED),
        (404, PollOutcome.MISSING),
        (410, PollOutcome.GONE),
        (408, PollOutcome.UNAVAILABLE),
        (429, PollOutcome.UNAVAILABLE),
        (500, PollOutcome.UNAVAILABLE),
        (503, PollOutcome.UNAVAILABLE),
        (302, PollOutcome.REFUSED),
        (401, PollOutcome.REFUSED),
        (403, PollOutcome.REFUSED),
        (451, PollOutcome.REFUSED),
    ],
)
def test_a_status_has_one_meaning(status: int, answer: PollOutcome) -> None:
    assert outcome_of(status) is answer


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, timedelta()),
        ({"Cache-Control": "public, max-age=43200"}, 12 * HOUR),
        ({"Cache-Control": 'MAX-AGE="7200"'}, 2 * HOUR),
        ({"Cache-Control": "s-maxage=9, max-age=99999999999999999999"}, DAY),
        ({"Cache-Control": "max-age=-5"}, timedelta()),
        ({"Cache-Control": "max-age=soon"}, timedelta()),
        ({"Cache-Control": "no-cache", "Expires": format_datetime(NOW + 5 * HOUR)}, timedelta()),
        ({"Expires": format_datetime(NOW + 5 * HOUR)}, 5 * HOUR),
        ({"Expires": format_datetime(NOW + 500 * DAY)}, DAY),
        ({"Expires": format_datetime(NOW - DAY)}, timedelta()),
        ({"Expires": "0"}, timedelta()),
        ({"Expires": "Sun, 99 Foo 99999 99:99:99 GMT"}, timedelta()),
        ({"Cache-Control": "max-age=60", "Expires": format_datetime(NOW + 5 * HOUR)}, timedelta(minutes=1)),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], expected: timedelta) -> None:
    assert max_age(headers, NOW) == expected


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (timedelta(minutes=5), HOUR),
        (timedelta(hours=12), 2 * HOUR),
        (timedelta(days=2), 8 * HOUR),
        (timedelta(days=30), DAY),
        (timedelta(days=2000), DAY),
    ],
)
def test_who_posts_often_is_asked_often(gap: timedelta, expected: timedelta) -> None:
    assert pace([NOW - gap * number for number in range(1, 11)], NOW) == expected


def test_who_posts_no_longer_is_asked_more_seldom() -> None:
    posts = [NOW - timedelta(minutes=number) for number in range(30)]
    assert pace(posts, NOW) == HOUR < pace(posts, NOW + 3 * DAY) < pace(posts, NOW + 30 * DAY) == DAY
    assert pace([], NOW) == DAY


def test_what_is_asked_for_is_heeded_within_bounds() -> None:
    assert wait(PollOutcome.READ, pace=HOUR, hints=PollingHints(max_age=12 * HOUR)) == 12 * HOUR
    assert wait(PollOutcome.READ, pace=HOUR, hints=PollingHints(ttl=6 * HOUR)) == 6 * HOUR
    assert wait(PollOutcome.READ, pace=HOUR, hints=PollingHints(max_age=9 * DAY)) == DAY
    assert wait(PollOutcome.READ, pace=HOUR, hints=PollingHints(max_age=timedelta(seconds=1))) >= HOUR
    assert wait(PollOutcome.UNCHANGED, pace=HOUR, hints=PollingHints(retry_after=3 * DAY)) == 3 * DAY
    assert wait(PollOutcome.UNAVAILABLE, failures=1, hints=PollingHints(retry_after=3650 * DAY)) == 7 * DAY


def test_what_is_pushed_is_asked_for_once_a_day() -> None:
    assert 21 * HOUR < wait(PollOutcome.READ, pace=HOUR, pushed=True) <= DAY


def test_failures_are_forgiven_ever_more_slowly() -> None:
    waits = [wait(PollOutcome.UNAVAILABLE, failures=failures) for failures in range(1, 15)]
    assert HOUR <= waits[0] <= 1.1 * HOUR
    assert waits[:7] == sorted(waits[:7])
    assert 4 * DAY <= waits[-1] <= 4.4 * DAY


def test_a_feed_is_polled_no_more_after_410_or_a_month_of_404() -> None:
    assert next_poll(PollOutcome.GONE, NOW, random.Random(1), hints=PollingHints()) is None
    assert wait(PollOutcome.MISSING, failures=1, failing_since=NOW)
    assert wait(PollOutcome.MISSING, failures=7, failing_since=NOW - 40 * DAY), "too few tries"
    assert (
        next_poll(
            PollOutcome.MISSING, NOW, random.Random(1), hints=PollingHints(), failures=9, failing_since=NOW - 30 * DAY
        )
        is None
    )
    assert wait(PollOutcome.UNAVAILABLE, failures=99, failing_since=NOW - 400 * DAY), (
        "a server that is down may come back"
    )


@given(
    answer=st.sampled_from(sorted(SUCCESSFUL)),
    seconds=st.tuples(*[st.integers(0, 10**9)] * 3),
    pace_seconds=st.integers(0, 10**7),
    pushed=st.booleans(),
    seed=st.integers(),
)
def test_a_feed_that_is_well_is_asked_within_an_hour_and_a_day(
    answer: PollOutcome, seconds: tuple[int, int, int], pace_seconds: int, pushed: bool, seed: int
) -> None:
    asked, ttl, retry = (timedelta(seconds=each) for each in seconds)
    hints = PollingHints(max_age=asked, ttl=ttl, retry_after=retry)
    due = next_poll(
        answer,
        NOW,
        random.Random(seed),
        hints=hints,
        pace=min(max(timedelta(seconds=pace_seconds), HOUR), DAY),
        pushed=pushed,
    )
    assert due is not None
    assert HOUR <= due - NOW <= max(DAY, min(retry, 7 * DAY))
    assert due - NOW >= min(max(asked, ttl), DAY)


def test_ten_thousand_feeds_come_spread_over_hours_and_do_not_meet_again() -> None:
    firsts = [schedule.first_poll(NOW, place) for place in range(10_000)]
    assert firsts[-1] - firsts[0] > 5 * HOUR
    chance = random.Random(7)
    again = sorted(
        next_poll(PollOutcome.READ, NOW, chance, hints=PollingHints(), pace=8 * HOUR) or NOW for _ in range(10_000)
    )
    assert again[-1] - again[0] > HOUR


def test_conditional_requests_are_made_for_a_month() -> None:
    assert schedule.may_be_conditional(NOW - 29 * DAY, NOW)
    assert not schedule.may_be_conditional(NOW - 30 * DAY, NOW)
    assert not schedule.may_be_conditional(None, NOW)
