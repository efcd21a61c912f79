"""Decode XML from other servers to text that an XML parser accepts, whatever its encoding and character references.

Linear in the input, and without further information than the bytes and the charset of the response.
"""

import re
from html.entities import html5
from typing import Literal

from syndicate.feeds._text import clean

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_KNOWN = r"iso-8859-\d{1,2}|latin1|windows-\d{3,4}|cp\d{3,4}|us-ascii|koi8-[ru]|iso-2022-jp|gbk|gb2312|gb18030|big5|shift_jis|euc-(?:jp|kr|tw)"
"""A closed list, because Python also has encodings that take quadratic time (punycode)."""
_DECLARED = re.compile(
    rf"""<\?xml[^>]{{0,100}}?encoding\s{{0,9}}=\s{{0,9}}["']({_KNOWN})["']""".encode("ascii"), re.IGNORECASE
)
_NAME = re.compile(_KNOWN, re.IGNORECASE)


def decoded(data: bytes, *, charset: str = "", errors: Literal["strict", "replace"] = "replace") -> str:
    """Decode as UTF-8 if that is valid, else by `charset` (of the HTTP header), else as declared, else as UTF-8 with
    the bytes replaced that are not, if it is that on the whole, else as Windows-1252.

    Invalid bytes become U+FFFD, or raise UnicodeDecodeError with `strict`.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors=errors)
    if b"\0" in data[:2]:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", errors=errors)
    declared = _DECLARED.match(data.lstrip())
    said = (charset if _NAME.fullmatch(charset) else "", declared[1].decode("ascii") if declared else "")
    if not any(said) and _is_damaged_utf_8(
        data, is_declared=charset.lower() in _UTF_8 or bool(_SAYS_UTF_8.match(data))
    ):
        return data.decode(errors="replace")
    for encoding in ("utf-8", *filter(None, said), "cp1252"):
        try:
            return data.decode(encoding)
        except (LookupError, ValueError):  # LookupError: an unknown encoding of a known family
            continue
    return data.decode("cp1252", errors=errors)


def has_replaced(text: str, data: bytes) -> bool:
    """Whether bytes were replaced in decoding."""
    return "\ufffd" in text and b"\xef\xbf\xbd" not in data


_UTF_8 = ("utf-8", "utf8")
_SAYS_UTF_8 = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}["']utf-?8["']""", re.IGNORECASE)


def _is_damaged_utf_8(data: bytes, *, is_declared: bool) -> bool:
    """Whether data is UTF-8 but for a few bytes: text in another encoding has hardly any valid sequence. A declaration
    alone proves nothing, since many state it for text in another encoding.
    """
    text = data.decode(errors="replace")
    replaced = text.count("\ufffd")
    valid = sum(map(len, _NOT_ASCII.findall(text))) - replaced
    return replaced > 0 and valid > (0 if is_declared else replaced)


_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_REFERENCE = re.compile(r"&(?:#[xX]([0-9A-Fa-f]{1,6});|#([0-9]{1,7});|([A-Za-z][A-Za-z0-9]{0,40};))?")
_NAMES_OF_XML = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))


def with_sound_references(text: str) -> str:
    """Replace bare ampersands (`?a=1&b=2`), HTML entities and references to control characters, so that XML accepts
    them.
    """
    return _REFERENCE.sub(_sound_reference, clean(text))


def _sound_reference(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        if name in _NAMES_OF_XML:
            return found[0]
        return "".join(f"&#{ord(char)};" for char in html5[name]) if name in html5 else f"&amp;{name}"
    if not (hexadecimal or decimal):
        return "&amp;"
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return f"&#{number};" if number <= 0x10FFFF and clean(chr(number)) else ""
