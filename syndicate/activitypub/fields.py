"""Plain text → the fields of objects, at the lengths that other servers can store.

Misskey loses a post whose `summary` has more than 512 characters, its `name` more than 256 or its `url` more than 512,
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
"""A letter; what looks like a character reference is cut nowhere."""
_JOINED = frozenset("\u200c\u200d\ufe0e\ufe0f")


def name_field(text: str) -> str:
    """A title (FEP-b2b8: plain text without references)."""
    return _fitted(list(_one_line(text)), MAX_NAME_LENGTH)


def warning_field(text: str) -> str:
    """The content warning of a note, which everybody takes for plain text."""
    return _fitted(list(_one_line(text)), MAX_SUMMARY_LENGTH)


def summary_field(text: str) -> str:
    """The summary of an article, which is HTML in Mastodon and plain text elsewhere: `&` is escaped only where it would
    begin a character reference."""
    return _fitted([_escaped(letter) for letter in _LETTER.findall(_one_line(text))], MAX_SUMMARY_LENGTH)


def url_field(url: str, id: str) -> str:
    """Where people read an object: its id, which leads browsers there, if the address is too long."""
    return url if len(url) <= MAX_URL_LENGTH else id


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(letter: str) -> str:
    """A letter, or what looks like a character reference, as HTML."""
    return letter.replace("&", "&amp;") if unescape(letter) != letter else letter.replace("<", "&lt;")


def _fitted(letters: list[str], limit: int) -> str:
    """The letters, as they are written, with at most `limit` characters, ended by "…" where some were left out. Where no
    words are in sight, as in Japanese, it ends behind a whole letter."""
    if sum(map(len, letters)) <= limit:
        return "".join(letters)
    room = limit - 1
    end = next(end for end, used in enumerate(accumulate(map(len, letters))) if used > room)
    at_space = next((index for index in range(end, end // 2, -1) if letters[index] == " "), 0)
    end = at_space or end
    while end and (unicodedata.combining(letters[end][0]) or not _JOINED.isdisjoint(letters[end - 1 : end + 1])):
        end -= 1
    return "".join(letters[:end]).rstrip(" …") + "…"
