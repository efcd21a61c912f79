"""Text says its language and direction where what is around it has another."""

import pytest

from syndicate.content.direction import in_language, is_right_to_left


@pytest.mark.parametrize("language", ["ar", "ar-EG", "he", "fa", "ur-PK", "yi", "az-Arab", "pa-Arab-PK", "AR", "dv"])
def test_languages_from_right_to_left(language: str) -> None:
    assert is_right_to_left(language)


@pytest.mark.parametrize("language", ["en", "de-CH", "ar-Latn", "az", "yi-Latn-US", "zh-Hant", "", "x-word"])
def test_other_languages(language: str) -> None:
    assert not is_right_to_left(language)


def test_only_what_differs_from_its_surroundings_is_wrapped() -> None:
    assert in_language("<p>x</p>", "en", "en") == in_language("<p>x</p>", "", "en") == "<p>x</p>"
    assert in_language("<p>x</p>", "de", "en") == '<div lang="de" dir="ltr"><p>x</p></div>'
    assert in_language("<p>x</p>", "ar", "ar") == '<div lang="ar" dir="rtl"><p>x</p></div>'
    assert in_language("", "ar", "en") == ""
