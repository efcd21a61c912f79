"""A text that goes through a form comes back with its own line ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.line_ends import as_edited, with_line_ends_of

LINES = st.lists(st.sampled_from(["a", "b", "\r\n", "\n", "\r", "\0", "é"])).map("".join)


@given(LINES)
def test_what_was_not_edited_comes_back(text: str) -> None:
    assert with_line_ends_of(text, as_edited(text)) == text


@given(LINES, LINES)
def test_what_was_edited_is_in_it(before: str, after: str) -> None:
    assert as_edited(with_line_ends_of(before, as_edited(after))) == as_edited(after)


@pytest.mark.parametrize(
    ("before", "edited", "after"),
    [
        ("a\r\nb\r\nc", "a\nx\ny\nc", "a\r\nx\r\ny\r\nc"),
        ("a\r\nb\nc\rd", "a\nb!\nc\nd", "a\r\nb!\nc\rd"),
        ("a\nb", "a\n\nb", "a\n\nb"),
        ("a\r\na\r\n", "a\na\na\n", "a\r\na\r\na\r\n"),
        ("a\r\n", "", ""),
    ],
)
def test_only_what_was_edited_changes(before: str, edited: str, after: str) -> None:
    assert with_line_ends_of(before, edited) == after
