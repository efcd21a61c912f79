"""How many are let in: a bucket for each client, and places for all together, of which one client has a share."""

from contextlib import ExitStack

import pytest

from syndicate.errors import TooBusy, TooManyRequests
from syndicate.web.http.clients import client_of
from syndicate.web.http.rate_limits import CLIENTS, RateLimiter


def test_one_client_has_a_share_of_the_places_and_not_all() -> None:
    admission = RateLimiter(at_once=5, at_once_per_client=3, of="inbox")
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(admission.place("192.0.2.1"))
        with pytest.raises(TooBusy):
            stack.enter_context(admission.place("192.0.2.1"))
        for _ in range(2):
            stack.enter_context(admission.place("192.0.2.2"))
        with pytest.raises(TooBusy):
            stack.enter_context(admission.place("192.0.2.3"))
    with admission.place("192.0.2.1"), admission.place("192.0.2.3"):
        pass


def test_one_client_spends_nobody_elses_tokens() -> None:
    admission = RateLimiter(per_second=0.001, burst=2, of="inbox")
    for _ in range(2):
        admission.spend("192.0.2.1")
    with pytest.raises(TooManyRequests):
        admission.spend("192.0.2.1")
    admission.spend("192.0.2.2")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:0:ffff::", True),
        ("2001:db8::1", "2001:db8:0:ff::1", True),
        ("2001:db8::1", "2001:db8:0:100::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("unix", "unix", True),
        ("", "unix", False),
    ],
)
def test_whoever_has_a_network_has_all_its_addresses(one: str, other: str, same: bool) -> None:
    assert (client_of(one) == client_of(other)) is same


def test_an_address_that_floods_is_held_back_and_others_are_not() -> None:
    admission = RateLimiter(per_second=0.001, burst=3, of="inbox")
    for _ in range(3):
        with admission.of("192.0.2.1"):
            pass
    with pytest.raises(TooManyRequests), admission.of("192.0.2.1"):
        pass
    with admission.of("192.0.2.2"):
        pass


def test_there_are_so_many_places_and_each_is_given_back() -> None:
    admission = RateLimiter(at_once=2, of="inbox")
    with ExitStack() as inside:
        inside.enter_context(admission.of("192.0.2.1"))
        inside.enter_context(admission.of("192.0.2.2"))
        with pytest.raises(TooBusy), admission.of("192.0.2.3"):
            pass
    with admission.of("192.0.2.3"):
        pass


def test_a_refusal_inside_gives_the_place_back() -> None:
    admission = RateLimiter(at_once=1, of="inbox")
    for _ in range(3):
        with pytest.raises(ValueError, match="no"), admission.of("192.0.2.1"):
            raise ValueError("no")


def test_addresses_that_were_not_seen_for_long_are_forgotten() -> None:
    admission = RateLimiter(per_second=0.001, burst=1, of="inbox")
    for number in range(CLIENTS + 1):
        with admission.of(str(number)):
            pass
    with admission.of("0"):
        pass
    with pytest.raises(TooManyRequests), admission.of(str(CLIENTS)):
        pass
