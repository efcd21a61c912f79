"""How much is taken in at once: a bucket for each address, and places for all together."""

from contextlib import ExitStack

import pytest

from syndicate.errors import TooBusy, TooManyRequests
from syndicate.web.admission import ADDRESSES, Admission


def test_an_address_that_floods_is_held_back_and_others_are_not() -> None:
    admission = Admission(per_second=0.001, burst=3)
    for _ in range(3):
        with admission.of("192.0.2.1"):
            pass
    with pytest.raises(TooManyRequests), admission.of("192.0.2.1"):
        pass
    with admission.of("192.0.2.2"):
        pass


def test_there_are_so_many_places_and_each_is_given_back() -> None:
    admission = Admission(at_once=2)
    with ExitStack() as inside:
        inside.enter_context(admission.of("192.0.2.1"))
        inside.enter_context(admission.of("192.0.2.2"))
        with pytest.raises(TooBusy), admission.of("192.0.2.3"):
            pass
    with admission.of("192.0.2.3"):
        pass


def test_a_refusal_inside_gives_the_place_back() -> None:
    admission = Admission(at_once=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="no"), admission.of("192.0.2.1"):
            raise ValueError("no")


def test_addresses_that_were_not_seen_for_long_are_forgotten() -> None:
    admission = Admission(per_second=0.001, burst=1)
    for number in range(ADDRESSES + 1):
        with admission.of(str(number)):
            pass
    with admission.of("0"):
        pass
    with pytest.raises(TooManyRequests), admission.of(str(ADDRESSES)):
        pass
