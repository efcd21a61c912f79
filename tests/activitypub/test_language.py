"""The languages that other servers know."""

import pytest

from syndicate.activitypub.language import federated_language


@pytest.mark.parametrize(
    ("tag", "federated"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("pt-BR", "pt"),
        ("sr-Latn-RS", "sr"),
        ("gsw-CH", "gsw"),
        ("de-1996", "de"),
        ("zh", "zh"),
        ("zh-CN", "zh-CN"),
        ("zh-hk", "zh-HK"),
        ("zh-TW", "zh-TW"),
        ("zh-yue", "zh-YUE"),
        ("zh-YUE", "zh-YUE"),
        ("zh-Hans", "zh-CN"),
        ("zh-Hans-SG", "zh-CN"),
        ("zh-Hant", "zh-TW"),
        ("zh-Hant-TW", "zh-TW"),
        ("zh-Hant-HK", "zh-HK"),
        ("zh-SG", "zh"),
        ("yue-HK", "yue"),
    ],
)
def test_a_language_is_federated_without_its_region(tag: str, federated: str) -> None:
    """Mastodon shows a post to those who follow in English only if it is in `en`."""
    assert federated_language(tag) == federated


@pytest.mark.parametrize("tag", ["", "und", "und-Latn", "mul", "zxx", "x-klingon", "i-klingon", "english", "-"])
def test_what_names_no_language_is_not_federated(tag: str) -> None:
    assert federated_language(tag) == ""
