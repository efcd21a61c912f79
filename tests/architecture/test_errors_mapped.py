"""Every error of the program has a status, a text for readers, and an entry in the handbook."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from syndicate import errors
from syndicate.errors import Refused, SyndicateError, Transient
from syndicate.web.http.problems import STATUS, problem_of, status_of

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def family(error: type[SyndicateError]) -> Iterator[type[SyndicateError]]:
    yield error
    for child in error.__subclasses__():
        yield from family(child)


ERRORS = sorted(
    {error for error in family(SyndicateError) if error.__module__ == errors.__name__}, key=lambda e: e.__name__
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_a_status_by_its_ancestry(error: type[SyndicateError]) -> None:
    made = error.__new__(error)
    status = status_of(made)
    assert isinstance(status, HTTPStatus)
    assert status.value >= 400


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_words_for_strangers(error: type[SyndicateError]) -> None:
    assert error.public.endswith(".")
    assert error.public[0].isupper()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_stands_in_the_handbook(error: type[SyndicateError]) -> None:
    assert f"`{error.__name__}`" in OPERATIONS


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_the_tree_at_the_top_of_the_file_is_whole(error: type[SyndicateError]) -> None:
    assert errors.__doc__ is not None
    assert error.__name__ in errors.__doc__


@pytest.mark.parametrize("error", [error for error in ERRORS if issubclass(error, Refused)], ids=lambda e: e.__name__)
def test_the_handbook_names_the_status_of_every_refusal(error: type[Refused]) -> None:
    if error is Refused:
        return
    assert f"`{error.__name__}` ({status_of(error('a.reason')).value})" in OPERATIONS


@pytest.mark.parametrize(
    "error", [error for error in ERRORS if issubclass(error, Refused) and issubclass(error, Transient)], ids=str
)
def test_what_may_go_right_later_says_when_to_come_back(error: type[Refused]) -> None:
    assert int(problem_of(error("a.reason")).headers["Retry-After"]) > 0


def test_the_public_text_of_an_error_contains_nothing_of_its_message() -> None:
    problem = problem_of(errors.SignatureRejected("signature.wrong", "key of https://inside.example"))
    assert b"inside.example" not in bytes(problem.body)  # type: ignore[arg-type]
    assert b"signature.wrong" in bytes(problem.body)  # type: ignore[arg-type]


def test_the_table_of_statuses_names_only_errors_that_exist() -> None:
    assert set(STATUS) <= set(ERRORS)
