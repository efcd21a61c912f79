"""Addresses inside HTML: whatever stands in a `href` or `src` in, an absolute ASCII address or nothing out."""

import re
import unicodedata
from urllib.parse import quote, urljoin

_IGNORED = str.maketrans("", "", "\t\n\r")
_AROUND = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WEB = re.compile(r"(https?)://+([^/?#]+)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_KEPT = "%/?#:@!$&'()*+,;=-._~[]"
_LOOSE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_NO_HOST = re.compile(r"""[\s"'<>\\^`{|}%]""")


def absolute(address: str, *, base: str, schemes: frozenset[str]) -> str | None:
    """`address` resolved against `base` (RFC 3986, and tabs, line ends and backslashes as browsers take them).

    None when its scheme is not one of `schemes`, when it is relative and there is no base, or when it makes no sense.
    Resolving a result again changes nothing.
    """
    address = address.translate(_IGNORED).strip(_AROUND)
    scheme = _SCHEME.match(address)
    if not scheme:
        return _resolved(address, base) if base else None
    if scheme[1].lower() not in schemes:
        return None
    if scheme[1].lower() in ("http", "https"):
        return _web(address)
    return scheme[1].lower() + ":" + _encoded(address[scheme.end() :])


def host_of(address: str) -> str:
    """The host of a web address as ASCII, with its port if there is one; empty where it has none."""
    web = _WEB.match(_with_slashes(address))
    return ascii_host(web[2].rpartition("@")[2]) if web else ""


def ascii_host(host: str) -> str:
    """A host in lower case with every label of another script as punycode (RFC 3492), so that no letter deceives."""
    labels = re.split("[.\u3002\uff0e\uff61]", unicodedata.normalize("NFKC", host).lower())
    return ".".join(label if label.isascii() else "xn--" + _punycode(label) for label in labels)


def _punycode(label: str) -> str:
    return label[:63].encode("punycode").decode("ascii", errors="replace")


def _resolved(address: str, base: str) -> str | None:
    try:
        return _web(urljoin(base, _with_slashes(address)))
    except ValueError:  # an unclosed bracket of an IPv6 address
        return None


def _web(address: str) -> str | None:
    web = _WEB.fullmatch(_with_slashes(address))
    if not web or _NO_HOST.search(web[2].rpartition("@")[2]):
        return None
    return f"{web[1].lower()}://{web[2]}{_encoded(web[3] + web[4])}"


def _with_slashes(address: str) -> str:
    """Backslashes before the query are slashes to a browser."""
    end = re.search("[?#]", address)
    split = end.start() if end else len(address)
    return address[:split].replace("\\", "/") + address[split:]


def _encoded(text: str) -> str:
    return quote(_LOOSE_PERCENT.sub("%25", text), safe=_KEPT, errors="ignore")
