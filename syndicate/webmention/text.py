"""Decodes pages of other sites. Pure."""

import re

_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|us-ascii|iso-8859-(?:[1-9]|1[013-6])|latin-?1|windows-125[0-8]|koi8-[ru]|gb2312|gbk|gb18030"
    r"|big5|euc-jp|euc-kr|iso-2022-jp|shift[_-]jis",
    re.IGNORECASE,
)
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]{1,40})", re.IGNORECASE)


def decoded(body: bytes, media_type: str) -> str:
    """Return the text of a page.

    Only encodings that pages use are believed: others of Python raise, or take unbounded time (`punycode`).
    """
    found = _CHARSET.search(media_type)
    known = found is not None and _ENCODINGS.fullmatch(found[1]) is not None
    return body.decode(found[1] if found and known else "utf-8", "replace")
