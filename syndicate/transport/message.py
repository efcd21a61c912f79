"""What is asked of other servers and what comes back, as values.

A `Request` carries its own limits: a `Budget` of time and bytes, and how far redirects are followed. Whoever needs
the network takes a `Transport`, so that tests can give a pretended one.
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
"""`sign(method, url)` gives the headers that authenticate one request: asked again for every hop."""

MAX_RETRY_AFTER_SECONDS = 24 * 60 * 60.0

_KIB = 1024
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much one exchange may cost, redirects included.

    `connect` and `total` are seconds by the clock on the wall. `wire` and `decoded` are the bytes of a body before
    and after its coding. Less than 1 KiB/s during `window` seconds ends it too: a server that drips would otherwise
    hold a slot for the whole of `total`. With `status_only` the answer has been given by its status: the body is
    read as far as the budget goes, and whatever is wrong with it is no failure.
    """

    connect: float
    total: float
    wire: int
    decoded: int
    window: float = 5.0
    status_only: bool = False


OBJECT = Budget(connect=3, total=8, wire=_MIB, decoded=_MIB)
"""Actors, keys, objects."""
WEBFINGER = Budget(connect=3, total=5, wire=64 * _KIB, decoded=64 * _KIB)
"""WebFinger, NodeInfo, host-meta."""
FEED = Budget(connect=5, total=20, wire=8 * _MIB, decoded=16 * _MIB)
PAGE = Budget(connect=5, total=10, wire=_MIB, decoded=2 * _MIB)
"""Web pages: the source of a webmention, a home page in which a feed is looked for."""
MEDIA = Budget(connect=5, total=20, wire=8 * _MIB, decoded=8 * _MIB)
DELIVERY = Budget(connect=5, total=15, wire=16 * _KIB, decoded=16 * _KIB, status_only=True)


class Redirects(Enum):
    """How far a GET is taken elsewhere. Never from https to http, never twice to one address, never a POST."""

    NONE = (0, True)
    SAME_ORIGIN = (3, True)
    """For ids: another origin has no say about an object (FEP-fe34)."""
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
    """One request. `headers` go to `url`; after a redirect those that authenticate are left out, and `sign` is asked
    for new ones."""

    method: str = "GET"
    url: str
    headers: Headers = ()
    body: bytes | None = None
    budget: Budget = OBJECT
    redirects: Redirects = Redirects.NONE
    sign: Sign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, whatever its status.

    `headers` are looked up without regard to case and give the first value (`getall` gives all). `body` is decoded;
    `encoding` is the content coding that it came in, or empty. `url` is where it was found in the end, and `moved`
    where permanent redirects (301, 308) led to from the start on, or empty.
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
        """Every value of a header that may come more than once (`Link`)."""
        assert isinstance(self.headers, CIMultiDictProxy)
        return self.headers.getall(name, [])


class Transport(Protocol):
    """Brings requests to other servers."""

    async def fetch(self, request: Request) -> Response:
        """The answer, whatever its status.

        Raises AddressDenied (we do not go there), RemoteUnavailable (no answer: network, TLS, time) and
        DocumentUnusable (an answer that is too large, cut short, wrongly coded, or goes round in circles).
        """


def retry_after(response: Response, now: datetime, *, limit: float = MAX_RETRY_AFTER_SECONDS) -> float | None:
    """The seconds of `Retry-After`, a number or a date (RFC 9110 §10.2.3), from 0 to `longest` (one day, if nothing else
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
    """Raises what the status means unless it is a 2xx: RemoteGone (404, 410), RemoteUnavailable with its `wait`
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
