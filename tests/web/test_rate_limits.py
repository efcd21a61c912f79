"""Rate limits: a token bucket per client, and slots in total with a share per client."""

from contextlib import ExitStack

import pytest

from syndicate.errors import TooBusy, TooManyRequests
from syndicate.web.http.clients import client_of
from syndicate.web.http.rate_limits import MAX_CLIENTS, RateLimiter


def test_one_client_gets_only_its_share_of_the_slots() -> None:
    limiter = RateLimiter(max_concurrent=5, max_concurrent_per_client=3, name="inbox")
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(limiter.slot("192.0.2.1"))
        with pytest.raises(TooBusy):
            stack.enter_context(limiter.slot("192.0.2.1"))
        for _ in range(2):
            stack.enter_context(limiter.slot("192.0.2.2"))
        with pytest.raises(TooBusy):
            stack.enter_context(limiter.slot("192.0.2.3"))
    with limiter.slot("192.0.2.1"), limiter.slot("192.0.2.3"):
        pass


def test_clients_have_separate_tokens() -> None:
    limiter = RateLimiter(per_second=0.001, burst=2, name="inbox")
    for _ in range(2):
        limiter.spend("192.0.2.1")
    with pytest.raises(TooManyRequests):
        limiter.spend("192.0.2.1")
    limiter.spend("192.0.2.2")


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
def test_all_addresses_of_a_network_are_one_client(one: str, other: str, same: bool) -> None:
    assert (client_of(one) == client_of(other)) is same


def test_an_address_that_floods_is_limited_and_others_are_not() -> None:
    limiter = RateLimiter(per_second=0.001, burst=3, name="inbox")
    for _ in range(3):
        with limiter.admit("192.0.2.1"):
            pass
    with pytest.raises(TooManyRequests), limiter.admit("192.0.2.1"):
        pass
    with limiter.admit("192.0.2.2"):
        pass


def test_slots_are_limited_and_released() -> None:
    limiter = RateLimiter(max_concurrent=2, name="inbox")
    with ExitStack() as inside:
        inside.enter_context(limiter.admit("192.0.2.1"))
        inside.enter_context(limiter.admit("192.0.2.2"))
        with pytest.raises(TooBusy), limiter.admit("192.0.2.3"):
            pass
    with limiter.admit("192.0.2.3"):
        pass


def test_an_error_releases_the_slot() -> None:
    limiter = RateLimiter(max_concurrent=1, name="inbox")
    for _ in range(3):
        with pytest.raises(ValueError, match="no"), limiter.admit("192.0.2.1"):
            raise ValueError("no")


def test_the_least_recent_clients_are_forgotten() -> None:
    limiter = RateLimiter(per_second=0.001, burst=1, name="inbox")
    for number in range(MAX_CLIENTS + 1):
        with limiter.admit(str(number)):
            pass
    with limiter.admit("0"):
        pass
    with pytest.raises(TooManyRequests), limiter.admit(str(MAX_CLIENTS)):
        pass
