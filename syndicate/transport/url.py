"""Parses external addresses into a canonical form.

Text comes in, a canonical `yarl.URL` goes out. Raises AddressDenied. This is the only parser in the code, and every check
uses its result: full-width digits, for example, become an IPv4 address only in the parser (UTS #46). The *origin* of an address is its scheme, host and effective port (RFC 6454, FEP-fe34).
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from yarl import URL

from syndicate.errors import AddressDenied
from syndicate.transport.address import IPAddress, is_denied

MAX_URL_LENGTH = 2048
PUBLIC_PORTS = frozenset({80, 443, 8443})

_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_AUTHORITY = re.compile(r"[^:/?#]*://([^/?#]*)")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_HOST_LENGTH = 253
_MAX_SHOWN_LENGTH = 300


def parse_url(text: str, *, allow_private: bool, plain_http: bool = False) -> URL:
    """Return the address to fetch. Raises AddressDenied.

    `allow_private` lifts the rules on scheme (https), port (80, 443, 8443) and address together, and nothing else;
    `plain_http` that on the scheme.
    """
    url = read_url(text)
    if url.raw_fragment:
        raise AddressDenied("an address to fetch has no fragment")
    if not allow_private:
        _require_public(url, plain_http=plain_http)
    return url


def join_url(base: URL, reference: str, *, allow_private: bool, plain_http: bool = False) -> URL:
    """Return the target of a `Location`, without its fragment (RFC 9110 §10.2.2). Raises AddressDenied."""
    _require_readable(reference)
    try:
        text = str(base.join(URL(reference)).with_fragment(None))
    except ValueError as error:
        raise AddressDenied(f"not an address: {shown(error)}") from error
    return parse_url(text, allow_private=allow_private, plain_http=plain_http)


def read_url(text: str) -> URL:
    """Return any http or https address in canonical form, with its fragment. Raises AddressDenied.

    Canonical: lower-case A-labels, no trailing dot, no default port, `/` for an empty path.
    """
    _require_readable(text)
    try:
        url = URL(text)
        host = (url.raw_host or "").lower().removesuffix(".")
        authority = _AUTHORITY.match(text)
        _require_host(host, bracketed=authority is not None and authority[1].startswith("["))
        url.host  # noqa: B018 - decodes the A-labels, so that broken Punycode fails here and not in the client
    except ValueError as error:
        raise AddressDenied(f"not an address: {shown(error)}") from error
    if url.scheme not in ("http", "https"):
        raise AddressDenied(f"not a web address: {url.scheme or 'no'} scheme")
    if authority is None or "@" in authority[1]:
        raise AddressDenied("an address must not have a user name")
    if url.port == 0:
        raise AddressDenied("port 0 is no port")
    if host != url.raw_host:
        url = url.with_host(host)
    if url.raw_path == "/":
        url = url.with_path("/", keep_query=True, keep_fragment=True)
    canonical = str(url)
    if len(canonical) > MAX_URL_LENGTH:
        raise AddressDenied("the address is too long")
    return URL(canonical)  # parsed again, since yarl treats an explicit default port as a different address


def origin_of(url: str | URL) -> str:
    """Return the canonical `scheme://host` or `scheme://host:port`; equal origins have equal texts.

    Raises AddressDenied for other schemes than http and https.
    """
    return str(read_url(str(url)).origin())


def same_origin(a: str | URL, b: str | URL) -> bool:
    """Whether both have the same origin. Raises AddressDenied for other schemes than http and https."""
    return origin_of(a) == origin_of(b)


def literal_address(host: str) -> IPAddress | None:
    """Return the IP address of a canonical host, or None for a name."""
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(host)
    except AddressValueError:
        return None


def shown(text: object) -> str:
    """Return remote text shortened to one line, for use in our messages and logs."""
    line = " ".join(str(text)[:1000].split())
    return line if len(line) <= _MAX_SHOWN_LENGTH else f"{line[:_MAX_SHOWN_LENGTH]}…"


def _require_readable(text: str) -> None:
    if len(text) > MAX_URL_LENGTH:
        raise AddressDenied("the address is too long")
    if _UNSAFE.search(text):
        raise AddressDenied("the address holds a space, a control character, a surrogate or a backslash")


def _require_host(host: str, *, bracketed: bool) -> None:
    """Raises ValueError unless `host` is a name, a dotted IPv4 address or a bracketed IPv6 address without a zone.

    The resolver of most systems reads `0x7f000001`, `2130706433` and `127.1` as addresses, hence the rule on the last
    label (WHATWG URL §3.5 "ends in a number").
    """
    if bracketed:
        IPv6Address(host)
        if "%" in host:
            raise ValueError("an address with a zone leads into our own network")
        return
    labels = host.split(".")
    if len(host) > _MAX_HOST_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("not a host name")
    if _NUMBER.fullmatch(labels[-1]):
        IPv4Address(host)


def _require_public(url: URL, *, plain_http: bool) -> None:
    host = url.raw_host or ""
    if url.scheme != "https" and not plain_http:
        raise AddressDenied("only https addresses are fetched")
    if url.port not in PUBLIC_PORTS:
        raise AddressDenied(f"port {url.port} is not fetched from")
    if host == "localhost" or host.endswith(".localhost"):
        raise AddressDenied(f"{host} is this machine")
    ip = literal_address(host)
    if ip is not None and is_denied(ip):
        raise AddressDenied(f"{host} is not a public address")
