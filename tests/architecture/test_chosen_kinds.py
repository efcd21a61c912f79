"""No test is left out on every kind of database."""

from itertools import product

import pytest

from tests.chosen_kinds import KINDS, chosen

FUNCTIONS = [f"tests/stories/test_a.py::test_{number}" for number in range(40)]


def ran(tests: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [test for test, runs in zip(tests, chosen(tests), strict=True) if runs]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", ""])
def test_what_runs_on_one_kind_alone_always_runs(kind: str) -> None:
    tests = [(function, kind) for function in FUNCTIONS for _ in range(3)]
    assert ran(tests) == tests


def test_what_could_run_on_both_runs_on_one_about_half_on_either() -> None:
    found = ran([*product(FUNCTIONS, KINDS)])
    assert [function for function, _ in found] == FUNCTIONS
    assert 10 < sum(kind == "sqlite" for _, kind in found) < 30


def test_every_input_runs_and_the_further_ones_on_sqlite() -> None:
    for function in FUNCTIONS:
        kinds = [kind for _, kind in ran([(function, kind) for kind in KINDS for _ in range(3)])]
        assert len(kinds) == 3
        assert kinds.count("postgresql") <= 1


def test_the_storage_is_tested_on_both() -> None:
    tests = [*product(["tests/storage/test_a.py::test_a", "tests/storage/test_a.py::test_b"], KINDS)]
    assert ran(tests) == tests
