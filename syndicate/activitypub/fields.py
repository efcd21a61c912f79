"""Renders plain text as fields of objects, at lengths that other servers can store.

Misskey drops a post whose `summary` has more than 512 characters, its `name` more than 256 or its `url` more than 512,
and answers 202 all the same.
"""

import re
import unicodedata
from html import unescape
from itertools import accumulate

MAX_NAME_LENGTH = 256
MAX_SUMMARY_LENGTH = 500
MAX_URL_LENGTH = 512

_LETTER = re.compile("&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);?|.", re.DOTALL)
"""A character, or what looks like a character reference: that is never cut."""
_JOINED = frozenset("\u200c\u200d\ufe0e\ufe0f")


def name_field(text: str) -> str:
    """Render a title (FEP-b2b8: plain text without references)."""
    return _fitted(list(_one_line(text)), MAX_NAME_LENGTH)


def warning_field(text: str) -> str:
    """Render the content warning of a note, which every server reads as plain text."""
    return _fitted(list(_one_line(text)), MAX_SUMMARY_LENGTH)


def summary_field(text: str) -> str:
    """Render the summary of an article, which is HTML in Mastodon and plain text elsewhere: `&` is escaped only where
    it would begin a character reference."""
    return _fitted([_escaped(letter) for letter in _LETTER.findall(_one_line(text))], MAX_SUMMARY_LENGTH)


def url_field(url: str, id: str) -> str:
    """Return the page of an object, or its id, which redirects browsers to the page, if the address is too long."""
    return url if len(url) <= MAX_URL_LENGTH else id


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(letter: str) -> str:
    """Escape a character or what looks like a character reference."""
    return letter.replace("&", "&amp;") if unescape(letter) != letter else letter.replace("<", "&lt;")


def _fitted(letters: list[str], limit: int) -> str:
    """Return the letters with at most `limit` characters, ending in "…" if some were cut. The cut is at a space if one
    is near, else (as in Japanese) behind a whole grapheme."""
    if sum(map(len, letters)) <= limit:
        return "".join(letters)
    available = limit - 1
    end = next(end for end, used in enumerate(accumulate(map(len, letters))) if used > available)
    at_space = next((index for index in range(end, end // 2, -1) if letters[index] == " "), 0)
    end = at_space or end
    while end and (unicodedata.combining(letters[end][0]) or not _JOINED.isdisjoint(letters[end - 1 : end + 1])):
        end -= 1
    return "".join(letters[:end]).rstrip(" …") + "…"
