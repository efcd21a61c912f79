"""Text that every format can hold: the second line of defence, behind the cleaning at the edges of the house.

One control character makes a whole XML feed unreadable, and one lone surrogate cannot be encoded at all; so
what goes into a document passes here. Nothing raises, everything is linear.
"""

import re
from html import unescape

_UNWANTED_IN_IDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What lies outside of Char (XML 1.0 §2.2), and the control characters that it discourages."""
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
_BREAKS = re.compile("[\r\u0085\u2028\u2029]\n?")
_TAG = re.compile("<[^<>]*>")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}")

_WORDS = 55
_LONGEST = 600


def clean_id(id: str) -> str:
    """`id` as it is, without control characters: an id is the same in every format, also when it looks odd."""
    return _UNWANTED_IN_IDS.sub("", id)


def clean(text: str) -> str:
    """Without controls, non-characters and U+FFFD (which validators take for a broken encoding); lines end in LF."""
    if text.replace("\n", "").isprintable() and "\ufffd" not in text:
        return text  # nearly all text, at a tenth of the price
    return _UNWANTED.sub("", _BREAKS.sub("\n", text))


def clean_html(html: str) -> str:
    """As `clean`; a U+FFFD that somebody meant stays, as a reference."""
    return clean(html.replace("\ufffd", "&#xFFFD;"))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def excerpt(html: str) -> str:
    """The first words of HTML as plain text, for entries that come without a summary."""
    beginning = html[: _LONGEST * 20]
    if len(beginning) < len(html):
        beginning = beginning.rpartition("<")[0] or beginning  # not half a tag
    words = one_line(unescape(_TAG.sub(" ", beginning))).split(" ")
    short = " ".join(words[:_WORDS])
    if len(short) > _LONGEST:
        return short[:_LONGEST].rstrip() + "…"
    return short + "…" if len(words) > _WORDS else short


def language_tag(language: str) -> str:
    """A tag as BCP 47 spells it (`en_GB` is `en-GB`), or nothing where it is none."""
    tag = language.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def media_type(type: str) -> str:
    """The type without its parameters (RFC 9110 §8.3.1), or nothing where it is none."""
    bare = type.partition(";")[0].strip()
    return bare if _MEDIA_TYPE.fullmatch(bare) else ""
