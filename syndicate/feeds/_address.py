"""Normalize addresses for feeds: RFC 3986, ASCII only.

Readers and validators reject a feed for a single space or umlaut in an address. Valid addresses stay as they are.
"""

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from syndicate.feeds._text import clean

_PLAIN = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,3}[a-z]{2,63}"
    r"/(?:[A-Za-z0-9/:@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})*(?:\?[A-Za-z0-9=&_.-]*[A-Za-z0-9])?(?:#[A-Za-z0-9_.-]+)?"
)
"""The usual form of an address, which needs no further processing."""
_LOOSE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_IN_PATH = "/%:@!$&'()*+,;=-._~"
_IN_QUERY = _IN_PATH + "?"
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_LABEL = re.compile("[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_IPV6 = re.compile(r"\[[0-9A-Fa-f:.]+\]")
_MAX_LENGTH = 8_192
_MAX_HOST_LENGTH = 253


def ascii_url(url: str) -> str:
    """Return an absolute http(s) address, percent-encoded, with the host in punycode. Raises ValueError for anything
    else.
    """
    if len(url) > _MAX_LENGTH:
        raise ValueError("the address is too long")
    if _PLAIN.fullmatch(url):
        return url
    parts = urlsplit(clean(url).strip())
    if parts.scheme not in ("http", "https"):
        raise ValueError("the address is not a web address (http or https)")
    return urlunsplit(
        (
            parts.scheme,
            _authority(parts),
            _encoded(parts.path, _IN_PATH),
            _encoded(parts.query, _IN_QUERY),
            _encoded(parts.fragment, _IN_QUERY),
        )
    )


def ascii_url_or_nothing(url: str | None) -> str:
    """Return the same, or an empty string for an optional address that is invalid."""
    try:
        return ascii_url(url or "")
    except ValueError:
        return ""


def _authority(parts: SplitResult) -> str:
    if "@" in parts.netloc:
        raise ValueError("the address contains a user name or password")
    port = parts.port  # raises ValueError for an invalid port
    host = parts.netloc if port is None else parts.netloc[: parts.netloc.rindex(":")]
    host = host.removesuffix(":")
    if not _IPV6.fullmatch(host):
        host = _ascii_host(host)
    return host if port is None else f"{host}:{port}"


def _ascii_host(host: str) -> str:
    if len(host) > _MAX_HOST_LENGTH:
        raise ValueError("the host's name is too long")
    labels = [_ascii_label(label) for label in _DOTS.split(host.removesuffix("."))]
    ascii_host = ".".join(labels)
    if len(ascii_host) > _MAX_HOST_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("the address has no usable host")
    return ascii_host


def _ascii_label(label: str) -> str:
    """Encode a label (RFC 5891 §4.4). The `idna` codec implements IDNA 2003, which turns `straße` into `strasse`."""
    if label.isascii():
        return label
    label = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).lower())
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _encoded(part: str, safe: str) -> str:
    return quote(_LOOSE_PERCENT.sub("%25", part), safe=safe)
