"""Clean text for databases, feeds and pages: strings from anywhere in, harmless strings out.

One control character or lone surrogate in a comment makes a whole XML feed unreadable, a bidi override in a name
reverses the line that follows, and a thousand combining marks cover the page. All input is therefore cleaned here
first. Nothing raises, and everything is linear in its input.
"""

import re
import unicodedata
from html import unescape
from urllib.parse import quote, unquote

from syndicate.content import mathml
from syndicate.content.tags import BLOCKS, SEPARATE, VOID, Tag, tokens

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPLIT_LETTER = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""A letter beyond the first plane as UTF-16 spells it, in two escapes: "\\ud83e\\udd94" in YAML is one emoji."""
_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_INVISIBLE = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\u180e\u3164\uffa0]|[\u200c\u200d]{2,}")
_JOINERS = "\u200c\u200d"
_ORDER = re.compile("[\u202a-\u202e\u2066-\u2069]")
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What Unicode calls default ignorable: nobody sees it."""

_FAR_FROM_LATIN = re.compile("[\u0300-\U0010ffff]{5,}")
_MAX_MARKS_IN_TEXT = 30
"""The stream-safe limit of UAX #15. Without it, Unicode normalization sorts a run of marks in quadratic time."""
_MAX_MARKS_IN_NAME = 4

_LOOSE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_IN_PATH = "/%:@!$&'()*+,;=-._~"

_MAX_NAME_FACTOR = 100
"""Only this many times the maximum length of a name is processed."""

_LETTERS_PER_WORD = 12
_MAX_SLUG_LENGTH = 120


def clean(text: str, *, marks: int = _MAX_MARKS_IN_TEXT) -> str:
    """Return NFC text without controls (tab and line feed stay), non-characters and lone surrogates; lines end in LF.

    Of a longer run of combining marks, the first `marks` stay.
    """
    if text.isascii():
        return _UNWANTED.sub("", _BREAKS.sub("\n", text))
    text = _UNWANTED.sub("", _BREAKS.sub("\n", _SPLIT_LETTER.sub(_joined, text)))
    text = unicodedata.normalize("NFC", _with_fewer_marks(text, _MAX_MARKS_IN_TEXT))
    return _with_fewer_marks(text, marks)


def _joined(halves: re.Match[str]) -> str:
    return halves[0].encode("utf-16", "surrogatepass").decode("utf-16")


def clean_name(text: str, *, limit: int = 200) -> str:
    """Return a name, handle or title as one line of at most `limit` characters, without bidi controls and invisible
    ones.

    Single joiners stay: emoji of families and Persian words contain them.
    """
    text = _INVISIBLE.sub("", _BIDI.sub("", clean(text[: limit * _MAX_NAME_FACTOR])))
    text = _with_fewer_marks(" ".join(text.split()), _MAX_MARKS_IN_NAME)
    return text[:limit].strip().strip(_JOINERS).strip()


def without_disguise(text: str) -> str:
    """Return other people's text without what reverses the order of what follows and without invisible characters.

    Single joiners and marks of direction stay: emoji, Persian and Hebrew words contain them.
    """
    return text if text.isascii() else _INVISIBLE.sub("", _ORDER.sub("", text))


def visible(text: str) -> str:
    """Return what is seen of a text: without any character that Unicode calls default ignorable."""
    return text if text.isascii() else _IGNORABLE.sub("", text)


def _with_fewer_marks(text: str, limit: int) -> str:
    return _FAR_FROM_LATIN.sub(lambda run: _thinned(run[0], limit), text)


def _thinned(run: str, limit: int) -> str:
    """Return `run` with at most `limit` combining marks after each base character."""
    kept = []
    marks = 0
    for char in run:
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        if marks <= limit:
            kept.append(char)
    return "".join(kept)


def plain(html: str) -> str:
    """Return the text of HTML: entities resolved, each block on lines of its own, spaces collapsed, formulas
    on a line. Not safe as HTML."""
    pieces = [_text_of(token) for token in tokens(mathml.as_text(html))]
    lines = (" ".join(line.split()) for line in clean("".join(pieces)).split("\n"))
    return "\n".join(line for line in lines if line)


def _text_of(token: Tag | str) -> str:
    if isinstance(token, str):
        return unescape(token).replace("\n", " ")
    return "\n" if token.name in BLOCKS or token.name == "br" else " " if token.name in _CELLS else ""


_CELLS = VOID - {"wbr"} | {"td", "th"} | SEPARATE


def excerpt(text: str, *, words: int = 55) -> str:
    """Return the first `words` words of plain text on one line, with `…` only if something was cut.

    Text in scripts without spaces between words is cut by length.
    """
    every = text.split()
    short = " ".join(every[:words])
    limit = words * _LETTERS_PER_WORD
    if len(short) > limit:
        at_space = short.rfind(" ", 0, limit + 1)
        return short[: at_space if at_space > 0 else limit].rstrip() + "…"
    return short + "…" if len(every) > words else short


def slugify(text: str) -> str:
    """Return lower-case letters and digits of any script, joined by single hyphens; empty if the text has none."""
    words = words_of(clean(unicodedata.normalize("NFKC", clean(text))).replace("'", "").replace("’", "").lower())
    slug = "-".join(words)
    if len(slug) <= _MAX_SLUG_LENGTH:
        return slug
    at_hyphen = slug.rfind("-", 0, _MAX_SLUG_LENGTH + 1)
    return slug[: at_hyphen if at_hyphen > 0 else _MAX_SLUG_LENGTH]


def same_name(name: str) -> str:
    """Return what is equal for the spellings of one name of a category or tag: case, spaces and hyphens do not count."""
    return re.sub(r"[\s_-]+", "-", unicodedata.normalize("NFKC", name).casefold()).strip("-")


def hashtag(name: str) -> str:
    """Return a name as a hashtag without its `#`: "self-hosting" → "SelfHosting"; empty if it contains no letter."""
    words = words_of(clean(name).replace("'", "").replace("’", ""))
    if not any(char.isalpha() for word in words for char in word):
        return ""
    if len(words) == 1:
        return words[0]
    return "".join(word[0].upper() + word[1:] for word in words)


def words_of(text: str) -> list[str]:
    """Return runs of letters, digits and their marks (the vowels of Indic scripts are marks)."""
    spaced = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in text)
    return spaced.split()


def percent_encode_path(path: str) -> str:
    """Percent-encode a path (RFC 3986): UTF-8 `%XX` in upper case for invalid characters, including `?` and `#`.

    Encoded characters stay, so encoding twice changes nothing.
    """
    encoded = quote(_LOOSE_PERCENT.sub("%25", path), safe=_IN_PATH, errors="ignore")
    return _ESCAPE.sub(lambda escape: escape[0].upper(), encoded)


def canonical_path(path: str) -> str:
    """Return the canonical form in which a path is stored and found; a query stays as it is."""
    path, mark, query = path.partition("?")
    return quote(unquote(path), safe=_IN_PATH.replace("%", ""), errors="ignore") + mark + query
