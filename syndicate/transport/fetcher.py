"""Fetches ActivityPub documents and checks that they are authentic (FEP-fe34, ActivityPub §3.2).

An address comes in; the final address and the parsed document go out. A document is authentic only if it was found at its
own id, on its own origin, with a media type that uploads do not have.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from syndicate.clock import Clock
from syndicate.errors import AddressDenied, DocumentUnusable, MalformedRequest
from syndicate.transport.fetch_limiter import FetchLimiter
from syndicate.transport.media_type import ACCEPT_AS2, is_activity_streams
from syndicate.transport.message import OBJECT, Redirects, Request, Response, Sign, Transport, require_success
from syndicate.transport.url import origin_of, read_url, shown

Document = dict[str, Any]
Parse = Callable[[bytes], Document]
Introduce = Callable[[str], Awaitable[bool]]
"""Introduces our key to the server of an address, and returns whether it is worth asking again."""


class Fetcher:
    """Fetches documents that others name.

    `parse` reads JSON strictly; it may raise MalformedRequest or ValueError. Concurrent callers share one document, so it
    must not be modified.
    """

    def __init__(
        self, transport: Transport, *, parse: Parse, clock: Clock, limiter: FetchLimiter | None = None
    ) -> None:
        self._transport = transport
        self._parse = parse
        self._clock = clock
        self._limiter = limiter or FetchLimiter(clock)
        self._introduce: Introduce | None = None

    def on_unauthorized(self, introduce: Introduce) -> None:
        """Call `introduce` when a server answers 401 to a signed GET."""
        self._introduce = introduce

    async def fetch_document(
        self, url: str, *, sign: Sign | None = None, limited: bool = True, anew: bool = False
    ) -> tuple[str, Document]:
        """Return the final address and the document of the actor, object or collection whose id is `url`.

        A document with another id of the same origin is fetched once more, at that id. The returned
        document's `id` is then the one that counts. `sign(method, url)` authenticates (authorized fetch).
        `limited=False` is for requests of the author, `anew` for a document that is said to be back.

        Raises AddressDenied, RemoteUnavailable (with its `wait`), RemoteRefused, RemoteGone (404, 410) and
        DocumentUnusable.
        """
        key = ("document", url, sign is not None)
        return await self._limiter.once(
            key, origin_of(url), lambda: self._fetch_authentic(url, sign), limited=limited, anew=anew
        )

    async def fetch_key_document(
        self, url: str, *, sign: Sign | None = None, limited: bool = True
    ) -> tuple[str, Document]:
        """Return the document at a `keyId`, with or without its fragment: an actor, a stub of one, or a bare key.

        Like `fetch_document`, but its `id` may differ: GoToSocial answers at `…/main-key` with a stub of the actor.
        So it only names the owner, whose own document has to list the key (FEP-fe34, both directions).
        """
        address = url.partition("#")[0]
        key = ("key", address, sign is not None)
        return await self._limiter.once(key, origin_of(address), lambda: self._fetch_at(address, sign), limited=limited)

    async def fetch_collection(self, url: str, *, sign: Sign | None = None) -> tuple[str, Document]:
        """Return the document at the address of a collection or a page of one, whatever its `id`: pages often have another
        id or none. Its items are hints, each to be fetched from its own origin."""
        key = ("listing", url, sign is not None)
        return await self._limiter.once(key, origin_of(url), lambda: self._fetch_at(url, sign))

    async def fetch(self, request: Request) -> Response:
        """Fetch anything else that others cause (WebFinger, the source of a webmention); this makes it a `Transport`."""
        key = ("response", request.url, request.headers, request.sign is not None)
        return await self._limiter.once(key, origin_of(request.url), lambda: self._transport.fetch(request))

    async def _fetch_authentic(self, url: str, sign: Sign | None) -> tuple[str, Document]:
        found, document = await self._fetch_at(url, sign)
        id = document.get("id")
        if _is_id(id, url):
            return found, document
        if not isinstance(id, str) or not _is_on_origin(id, url):
            raise DocumentUnusable(f"{shown(url)} is a document with an id elsewhere, or none")
        found, document = await self._fetch_at(id, sign)
        if _is_id(document.get("id"), id):
            return found, document
        raise DocumentUnusable(f"{shown(url)} and {shown(id)} are no ids of a document")

    async def _fetch_at(self, url: str, sign: Sign | None) -> tuple[str, Document]:
        request = Request(
            url=url, headers=(("Accept", ACCEPT_AS2),), budget=OBJECT, redirects=Redirects.SAME_ORIGIN, sign=sign
        )
        response = await self._transport.fetch(request)
        is_refused = response.status == HTTPStatus.UNAUTHORIZED and sign is not None
        if is_refused and self._introduce is not None and await self._introduce(url):
            response = await self._transport.fetch(request)
        require_success(response, self._clock())
        types = response.all("Content-Type")
        if len(types) != 1 or not is_activity_streams(types[0]):
            raise DocumentUnusable(f"{shown(url)} is not ActivityStreams but {shown(', '.join(types)) or 'of no type'}")
        try:
            return response.url, self._parse(response.body)
        except (MalformedRequest, ValueError, RecursionError) as error:
            raise DocumentUnusable(f"{shown(url)} is not readable: {shown(error)}") from error


def _is_id(id: object, url: str) -> bool:
    """Whether `id` is the address `url`, compared as parsed values."""
    if not isinstance(id, str):
        return False
    try:
        return read_url(id) == read_url(url)
    except AddressDenied:
        return False


def _is_on_origin(id: str, url: str) -> bool:
    """Whether `id` can be fetched from the origin of `url`."""
    try:
        return not read_url(id).raw_fragment and origin_of(id) == origin_of(url)
    except AddressDenied:
        return False
