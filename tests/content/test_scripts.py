"""Names that mix alphabets."""

import pytest

from syndicate.content.scripts import has_mixed_scripts


@pytest.mark.parametrize(
    "handle",
    [
        "@\u0430nn@social.example",  # a Cyrillic а before Latin letters
        "@b\u03bfb@elsewhere.example",  # a Greek ο
        "@ann@soci\u0430l.example",
        "@\uff41nn@social.example",  # a full-width a
        "@\U0001d41ann@social.example",  # a mathematical a
        "@\u0570ello@social.example",  # an Armenian հ
    ],
)
def test_a_name_that_mixes_alphabets_is_told_apart(handle: str) -> None:
    assert has_mixed_scripts(handle)


@pytest.mark.parametrize(
    "handle",
    [
        "@ann@social.example",
        "@zoë_2@social.example",
        "@\u0431\u043e\u0440\u0438\u0441@social.example",  # Cyrillic alone, on a server with a Latin name
        "@\u0431\u043e\u0440\u0438\u0441@\u043f\u0440\u0438\u043c\u0435\u0440.example",
        "@\u5c71\u7530\u306f\u306a@social.example",
        "@\u5c71\u7530hana@social.example",
        "@ann@xn--80akhbyknj4f.example",
        "@123@social.example:8443",
        "",
    ],
)
def test_a_name_in_one_alphabet_is_not(handle: str) -> None:
    assert not has_mixed_scripts(handle)
