"""Detect names that mix alphabets in order to imitate another name, such as `аnn` with a Cyrillic а."""

import re
import unicodedata
from functools import lru_cache

_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO", "HANGUL", "IDEOGRAPHIC"})
"""Written together, and together with Latin letters (UTS #39, "highly restrictive")."""
_PARTS = re.compile(r"[@.:]")


@lru_cache(maxsize=4096)
def has_mixed_scripts(handle: str) -> bool:
    """Whether a part of `@user@host` mixes alphabets that are never used in one word. Host labels in DNS form
    (`xn--…`) are not deceptive.
    """
    return any(len(_scripts(part)) > 1 for part in _PARTS.split(handle))


def marked(handle: str) -> str:
    """Return the handle, with a warning if it mixes alphabets."""
    return f"{handle} (mixed alphabets)" if has_mixed_scripts(handle) else handle


def _scripts(word: str) -> set[str]:
    """Return the alphabets of the letters; East Asian ones count as Latin, with which they are combined."""
    scripts = {unicodedata.name(char, "UNNAMED").partition(" ")[0] for char in word if char.isalpha()}
    return {"LATIN" if script in _EAST_ASIAN else script for script in scripts}
