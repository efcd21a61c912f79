"""Requests to other servers and their responses, as values.

A `Request` includes its limits: an `ExchangeBudget` of time and bytes, and how far redirects are followed. Code that needs the
network takes a `Transport`, so that tests can supply a fake one.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Protocol

from multidict import CIMultiDict, CIMultiDictProxy

from syndicate.errors import RemoteGone, RemoteRefused, RemoteUnavailable
from syndicate.transport.url import shown

Headers = tuple[tuple[str, str], ...]
Sign = Callable[[str, str], Iterable[tuple[str, str]]]
"""`sign(method, url)` returns the headers that authenticate one request; it is called for every hop."""

MAX_RETRY_AFTER_SECONDS = 24 * 60 * 60.0

_KIB = 1024
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeBudget:
    """How much one exchange may cost, redirects included.

    `connect` and `total` are seconds of wall-clock time. `wire` and `decoded` are the bytes of a body before
    and after its coding. Less than 1 KiB/s during `window` seconds ends it too: a server that drips would otherwise
    hold a slot for the whole of `total`. With `status_only` the status is the result: the body is read within the
    budget, and an unusable body is not a failure.
    """

    connect: float
    total: float
    wire: int
    decoded: int
    window: float = 5.0
    status_only: bool = False


OBJECT = ExchangeBudget(connect=3, total=8, wire=_MIB, decoded=_MIB)
"""Actors, keys, objects."""
WEBFINGER = ExchangeBudget(connect=3, total=5, wire=64 * _KIB, decoded=64 * _KIB)
"""WebFinger, NodeInfo, host-meta."""
FEED = ExchangeBudget(connect=5, total=20, wire=8 * _MIB, decoded=16 * _MIB)
PAGE = ExchangeBudget(connect=5, total=10, wire=_MIB, decoded=2 * _MIB)
"""Web pages: the source of a webmention, a home page that may link to a feed."""
MEDIA = ExchangeBudget(connect=5, total=20, wire=8 * _MIB, decoded=8 * _MIB)
DELIVERY = ExchangeBudget(connect=5, total=15, wire=16 * _KIB, decoded=16 * _KIB, status_only=True)


class Redirects(Enum):
    """Which redirects a GET follows. Never from https to http, never twice to one address, never for a POST."""

    NONE = (0, True)
    SAME_ORIGIN = (3, True)
    """For ids: another origin has no authority over an object (FEP-fe34)."""
    WEBFINGER = (2, False)
    MEDIA = (3, False)
    ANY = (5, False)

    @property
    def limit(self) -> int:
        return self.value[0]

    @property
    def same_origin(self) -> bool:
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `headers` go to `url`; after a redirect those that authenticate are dropped, and `sign` is called
    for new ones. `plain_http` allows addresses without TLS: for the pictures of an imported blog."""

    method: str = "GET"
    url: str
    headers: Headers = ()
    body: bytes | None = None
    budget: ExchangeBudget = OBJECT
    redirects: Redirects = Redirects.NONE
    sign: Sign | None = None
    plain_http: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response, whatever its status.

    `headers` are looked up without regard to case and give the first value (`getall` gives all). `body` is decoded;
    `encoding` is the content coding of the body, or empty. `url` is the final address, and `moved` the address that an
    unbroken chain of permanent redirects (301, 308) led to, or empty.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    url: str
    encoding: str = ""
    moved: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", CIMultiDictProxy(CIMultiDict(self.headers)))

    def all(self, name: str) -> list[str]:
        """Return every value of a header that may be repeated (`Link`)."""
        assert isinstance(self.headers, CIMultiDictProxy)
        return self.headers.getall(name, [])


class Transport(Protocol):
    """Sends requests to other servers."""

    async def fetch(self, request: Request) -> Response:
        """Return the response, whatever its status.

        Raises AddressDenied (the address is not allowed), RemoteUnavailable (no response: network, TLS, timeout) and
        DocumentUnusable (a response that is too large, truncated, wrongly coded, or a redirect loop).
        """


def retry_after(response: Response, now: datetime, *, limit: float = MAX_RETRY_AFTER_SECONDS) -> float | None:
    """Return the seconds of `Retry-After`, a number or a date (RFC 9110 §10.2.3), from 0 to `longest` (one day, if nothing else
    is said); None without one."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,300}", text):
        return min(float(text), limit)
    try:
        instant = parsedate_to_datetime(text)
        seconds = (instant.replace(tzinfo=instant.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return min(max(math.ceil(seconds), 0), limit)


def require_success(response: Response, now: datetime) -> None:
    """Raise the error for a status other than 2xx: RemoteGone (404, 410), RemoteUnavailable with its `wait`
    (408, 425, 429, 5xx) or RemoteRefused (everything else)."""
    status = response.status
    message = f"{shown(response.url)} answered {status}"
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise RemoteGone(message, status=status)
    if status in (408, 425, 429) or status >= 500:
        raise RemoteUnavailable(message, status=status, wait=retry_after(response, now))
    raise RemoteRefused(message, status=status)
