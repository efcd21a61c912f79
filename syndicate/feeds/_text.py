"""Clean text for feeds: the second line of defence, after the cleaning of all input.

A single control character makes a whole XML feed unreadable, and a lone surrogate cannot be encoded; therefore
everything in a document is cleaned here. Nothing raises, and everything is linear.
"""

import re
from html import unescape

_UNWANTED_IN_IDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters outside of Char (XML 1.0 §2.2), and the control characters that it discourages."""
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
_BREAKS = re.compile("[\r\u0085\u2028\u2029]\n?")
_TAG = re.compile("<[^<>]*>")
_ALTERNATIVE_TEXT = re.compile(r"""<img\s(?:[^<>]*\s)?alt=(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}")

_EXCERPT_WORDS = 55
_MAX_EXCERPT_LENGTH = 600


def clean_id(id: str) -> str:
    """Return `id` without control characters and otherwise unchanged: an id is the same in every format."""
    return _UNWANTED_IN_IDS.sub("", id)


def clean(text: str) -> str:
    """Remove controls, non-characters and U+FFFD (which validators take for a broken encoding); lines end in LF."""
    if text.replace("\n", "").isprintable() and "\ufffd" not in text:
        return text  # fast path for nearly all text
    return _UNWANTED.sub("", _BREAKS.sub("\n", text))


def clean_html(html: str) -> str:
    """Clean HTML as `clean` does; a U+FFFD stays as a character reference."""
    return clean(html.replace("\ufffd", "&#xFFFD;"))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def excerpt(html: str) -> str:
    """Return the first words of HTML as plain text, for entries without a summary."""
    beginning = html[: _MAX_EXCERPT_LENGTH * 20]
    if len(beginning) < len(html):
        beginning = beginning.rpartition("<")[0] or beginning  # not half a tag
    words = one_line(unescape(_TAG.sub(" ", beginning))).split(" ")
    short = " ".join(words[:_EXCERPT_WORDS])
    if len(short) > _MAX_EXCERPT_LENGTH:
        return short[:_MAX_EXCERPT_LENGTH].rstrip() + "…"
    return short + "…" if len(words) > _EXCERPT_WORDS else short


def excerpt_of_pictures(html: str) -> str:
    """Return the alternative texts of the first pictures, which stand for a text that is nothing else."""
    beginning = html[: _MAX_EXCERPT_LENGTH * 20]
    texts = (one_line(unescape(found[1] or found[2] or "")) for found in _ALTERNATIVE_TEXT.finditer(beginning))
    return ", ".join(text for text in texts if text)[:_MAX_EXCERPT_LENGTH]


def language_tag(language: str) -> str:
    """Return a language tag in the form of BCP 47 (`en_GB` becomes `en-GB`), or an empty string if it is invalid."""
    tag = language.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def media_type(type: str) -> str:
    """Return a media type without its parameters (RFC 9110 §8.3.1), or an empty string if it is invalid."""
    bare = type.partition(";")[0].strip()
    return bare if _MEDIA_TYPE.fullmatch(bare) else ""
