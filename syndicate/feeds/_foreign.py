"""The bytes of other people's XML as text that an XML parser takes: whatever encoding they are in, and whatever
references stand in them. Linear, and without a look at anything but the bytes."""

import re
from html.entities import html5
from typing import Literal

from syndicate.feeds._text import clean

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_KNOWN = r"iso-8859-\d{1,2}|latin1|windows-\d{3,4}|cp\d{3,4}|us-ascii|koi8-[ru]|iso-2022-jp|gbk|gb2312|gb18030|big5|shift_jis|euc-(?:jp|kr|tw)"
"""A list, because Python also knows encodings that take quadratic time (punycode)."""
_DECLARED = re.compile(
    rf"""<\?xml[^>]{{0,100}}?encoding\s{{0,9}}=\s{{0,9}}["']({_KNOWN})["']""".encode("ascii"), re.IGNORECASE
)
_NAME = re.compile(_KNOWN, re.IGNORECASE)


def decoded(data: bytes, *, charset: str = "", errors: Literal["strict", "replace"] = "replace") -> str:
    """UTF-8 where it is UTF-8, whatever anybody says; else by `charset` (of the HTTP header), else as declared; else as
    Windows wrote it. What cannot be decoded becomes U+FFFD, or with `strict` raises UnicodeDecodeError."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors=errors)
    if b"\0" in data[:2]:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", errors=errors)
    declared = _DECLARED.match(data.lstrip())
    said = (charset if _NAME.fullmatch(charset) else "", declared[1].decode("ascii") if declared else "")
    for encoding in ("utf-8", *filter(None, said), "cp1252"):
        try:
            return data.decode(encoding)
        except (LookupError, ValueError):  # LookupError: an encoding of the family that does not exist
            continue
    return data.decode("cp1252", errors=errors)


_REFERENCE = re.compile(r"&(?:#[xX]([0-9A-Fa-f]{1,6});|#([0-9]{1,7});|([A-Za-z][A-Za-z0-9]{0,40};))?")
_NAMES_OF_XML = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))


def with_sound_references(text: str) -> str:
    """Bare ampersands (`?a=1&b=2`), names of HTML and references to control characters, as XML can hold them."""
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
