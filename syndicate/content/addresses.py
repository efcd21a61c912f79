"""Resolve addresses in HTML: in comes the value of a `href` or `src`, out goes an absolute ASCII address or None."""

import re
import unicodedata
from urllib.parse import quote, urljoin, urlsplit

_IGNORED = str.maketrans("", "", "\t\n\r")
_AROUND = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WEB = re.compile(r"(https?)://+([^/?#]+)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_KEPT = "%/?#:@!$&'()*+,;=-._~[]"
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_MAX_HOST_LENGTH = 300
_LOOSE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_PORT = re.compile(":[0-9]{0,5}$")
_HOST = re.compile(r"[a-z0-9_.-]{1,255}|\[[0-9a-f:.]{2,45}\]")
_USER = re.compile(r"[A-Za-z0-9._~!$&()*+,;=:%-]*@?")
_MAX_LABEL_LENGTH = 63
MAX_ADDRESS_LENGTH = 2_000


def absolute(address: str, *, base: str, schemes: frozenset[str]) -> str | None:
    """Return `address` resolved against `base` (RFC 3986; tabs, line ends and backslashes as in browsers).

    Return None if its scheme is not in `schemes`, if it is relative and there is no base, or if it is invalid.
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
    """Return the host of a web address as ASCII, with its port if present; empty if there is none."""
    web = _WEB.match(_with_slashes(address))
    return ascii_host(web[2].rpartition("@")[2]) if web else ""


def ascii_host(host: str) -> str:
    """Return a host in lower case with non-ASCII labels in punycode (UTS #46), so that look-alike letters are
    visible.
    """
    port = _PORT.search(host)
    name = host[: port.start()] if port else host
    labels = _DOTS.split(unicodedata.normalize("NFKC", name[:_MAX_HOST_LENGTH]).lower())
    return ".".join(label if label.isascii() else "xn--" + _punycode(label) for label in labels) + host[len(name) :]


def _punycode(label: str) -> str:
    return label[: _MAX_LABEL_LENGTH + 1].encode("punycode", errors="ignore").decode("ascii")


def _resolved(address: str, base: str) -> str | None:
    try:
        return _web(urljoin(base, _with_slashes(address)))
    except ValueError:  # an unclosed bracket of an IPv6 address
        return None


def _web(address: str) -> str | None:
    web = _WEB.fullmatch(_with_slashes(address))
    if not web:
        return None
    user, at, host = web[2].rpartition("@")
    host = ascii_host(host)
    if not _USER.fullmatch(user + at) or not _is_host(_PORT.sub("", host)):
        return None
    return f"{web[1].lower()}://{user}{at}{host}{_encoded(web[3] + web[4])}"


def _is_host(name: str) -> bool:
    return bool(_HOST.fullmatch(name)) and all(len(label) <= _MAX_LABEL_LENGTH for label in name.split("."))


def _with_slashes(address: str) -> str:
    """Replace backslashes before the query by slashes, as browsers do."""
    end = re.search("[?#]", address)
    split = end.start() if end else len(address)
    return address[:split].replace("\\", "/") + address[split:]


def _encoded(text: str) -> str:
    return quote(_LOOSE_PERCENT.sub("%25", text), safe=_KEPT, errors="ignore")


def is_web_address(text: str) -> bool:
    """Return whether a text is the whole address of a page or an object."""
    if len(text) > MAX_ADDRESS_LENGTH or not text.isprintable() or any(map(str.isspace, text)):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
