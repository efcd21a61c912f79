"""Converts a language tag (BCP 47) to the key that other servers use for that language.

Mastodon compares the key of `contentMap` with the languages that its users chose, by equality, and knows codes of two
and three letters and four variants of Chinese: a post in `en-GB` is filtered out for those who read English.
"""

import re

_CODE = re.compile("[a-z]{2,3}")
_NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})
_KINDS_OF_CHINESE = {"cn": "zh-CN", "hk": "zh-HK", "tw": "zh-TW", "yue": "zh-YUE"}
_TRADITIONAL = {"hk": "zh-HK", "mo": "zh-HK"}


def federated_language(tag: str) -> str:
    """Return the language without region and script, except the variants of Chinese that Mastodon knows; empty if the
    tag names no language."""
    code, *subtags = tag.strip().lower().replace("_", "-").split("-")
    if not _CODE.fullmatch(code) or code in _NO_LANGUAGE:
        return ""
    return _chinese(subtags) if code == "zh" else code


def _chinese(subtags: list[str]) -> str:
    """Return the variant of Chinese by script, for traditional characters by region; without a script, by region."""
    if "hans" in subtags:
        return "zh-CN"
    if "hant" in subtags:
        return next((_TRADITIONAL[subtag] for subtag in subtags if subtag in _TRADITIONAL), "zh-TW")
    return next((_KINDS_OF_CHINESE[subtag] for subtag in subtags if subtag in _KINDS_OF_CHINESE), "zh")
