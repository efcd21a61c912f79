"""What an answer to a delivery means, and when it is tried again."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.delivery.retry import (
    JITTER,
    RETRY_SCHEDULE,
    Attempt,
    DeliveryOutcome,
    next_attempt,
    outcome_of,
    requested_pause,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CHANCE = random.Random(7)


@pytest.mark.parametrize(
    ("statuses", "fate"),
    [
        ((200, 201, 202, 204), DeliveryOutcome.DELIVERED),
        ((401, 408, 425, 429, 500, 502, 503, 504, 520, 599, None), DeliveryOutcome.AGAIN),
        ((400, 403, 405, 406, 409, 413, 415, 422, 451, 501), DeliveryOutcome.FAILED),
        ((300, 301, 302, 303, 307, 308), DeliveryOutcome.FAILED),
        ((404, 410), DeliveryOutcome.GONE),
    ],
)
def test_what_an_answer_means(statuses: tuple[int | None, ...], fate: DeliveryOutcome) -> None:
    assert {outcome_of(Attempt(status=status)) for status in statuses} == {fate}


def test_what_cannot_be_mended_is_not_tried_again() -> None:
    assert outcome_of(Attempt(status=None, permanent=True)) is DeliveryOutcome.FAILED


@pytest.mark.parametrize("attempts", range(1, len(RETRY_SCHEDULE) + 1))
def test_waits_grow_and_are_spread(attempts: int) -> None:
    wait = RETRY_SCHEDULE[attempts - 1]
    tries = [next_attempt(attempts, Attempt(status=503), NOW, CHANCE) for _ in range(50)]
    assert all(at is not None and wait * (1 - JITTER) <= at - NOW <= wait * (1 + JITTER) for at in tries)
    assert len(set(tries)) > 40


def test_a_server_is_tried_for_two_weeks() -> None:
    assert list(RETRY_SCHEDULE) == sorted(RETRY_SCHEDULE)
    assert timedelta(days=14) <= sum(RETRY_SCHEDULE, timedelta()) <= timedelta(days=16)
    assert next_attempt(len(RETRY_SCHEDULE) + 1, Attempt(status=503), NOW, CHANCE) is None


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(120.0, timedelta(minutes=2)), (7200.0, timedelta(hours=2)), (10.0**9, timedelta(days=1))],
)
def test_a_server_is_left_alone_for_as_long_as_it_asks_up_to_a_day(asked: float, waits: timedelta) -> None:
    met = Attempt(status=503, wait=asked)
    assert next_attempt(1, met, NOW, CHANCE) == NOW + waits
    assert requested_pause(met) == waits


def test_what_it_asks_for_makes_no_wait_shorter() -> None:
    at = next_attempt(6, Attempt(status=503, wait=1.0), NOW, CHANCE)
    assert at is not None
    assert at - NOW >= RETRY_SCHEDULE[5] * (1 - JITTER)


def test_too_many_requests_are_answered_with_a_pause_though_none_is_named() -> None:
    assert requested_pause(Attempt(status=429)) == timedelta(minutes=1)
    assert requested_pause(Attempt(status=429, wait=5.0)) == timedelta(seconds=5)
    assert requested_pause(Attempt(status=503)) is None
    assert requested_pause(Attempt(status=None)) is None
