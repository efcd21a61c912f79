"""Where lists cut a text that was edited."""

import pytest

from syndicate.content.cut import opening_of_edited
from syndicate.model.post import SourceFormat

BEFORE = "One two three.\n\nFour five."


@pytest.mark.parametrize(
    ("after", "opening"),
    [
        ("One two three.\n\nFour six.", "One two three."),
        ("One *2* three.\n\nFour five.", "One 2 three."),
        ("Zero one.\n\nOne two three.\n\nFour five.", "Zero one. One two three."),
        ("One two three.\n\nAdded.\n\nFour five.", "One two three."),
        ("One two three, and more.\n\nFour five.", "One two three, and more."),
        ("Four five.", ""),
        ("One two three.\n\nFour five.\n\n<!--more-->\n\nSix.", "One two three.\nFour five."),
        ("Something else.", "Something else."),
    ],
)
def test_the_cut_stays_between_the_same_words(after: str, opening: str) -> None:
    assert opening_of_edited("One two three.", BEFORE, after, SourceFormat.MARKDOWN) == opening


def test_a_text_without_a_cut_gets_none() -> None:
    assert opening_of_edited("", BEFORE, f"{BEFORE} Six.", SourceFormat.MARKDOWN) == ""
    assert opening_of_edited("What is not in it.", BEFORE, f"{BEFORE} Six.", SourceFormat.MARKDOWN) == ""
    assert opening_of_edited("One.", "One.\n\n<!--more-->\n\nTwo.", "One.\n\nTwo.", SourceFormat.MARKDOWN) == ""
