"""ActivityStreams documents over HTTP: from the response cache, for those who may have them, or a redirect to the page."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from aiohttp import web

from syndicate.activitypub import render
from syndicate.activitypub.vocabulary import ACTIVITY_JSON
from syndicate.errors import Gone, NotFound
from syndicate.model.actor import PublicKey
from syndicate.signatures import Message
from syndicate.web.http.clients import address_of, client_of
from syndicate.web.http.keys import RESPONDER, RESPONSE_CACHE
from syndicate.web.http.negotiation import accepts_activity
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.keys import AUTHORIZED_FETCH, CONFIG, STORE, URLS

JSON = f"{ACTIVITY_JSON}; charset=utf-8"
CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600"
PRIVATE_CACHE_CONTROL = "private, no-store"
VARY_BY_ACCEPT = "Accept, Accept-Encoding"
VARY_BY_SIGNATURE = "Accept, Signature, Accept-Encoding"
MakeDocument = Callable[[], Awaitable[dict[str, Any]]]


async def respond(
    request: web.Request,
    key: str,
    dependencies: tuple[str, ...],
    make: MakeDocument,
    *,
    cache: str = CACHE_CONTROL,
    vary: str = VARY_BY_ACCEPT,
    is_public: bool = False,
) -> web.StreamResponse:
    """Return a cached document.

    With authorized fetch it requires the signature of an actor that is not blocked, unless `is_public`.
    """
    guarded = request.app[CONFIG].federation.authorized_fetch and not is_public
    if guarded:
        await require_signature(request)

    async def rendered() -> RenderedDocument:
        return RenderedDocument(
            body=to_json(await make()).encode(),
            media_type=JSON,
            dependencies=dependencies,
            cache_control=PRIVATE_CACHE_CONTROL if guarded else cache,
            vary=VARY_BY_SIGNATURE if guarded else vary,
            guarded=guarded or vary == VARY_BY_SIGNATURE,
            headers=(("Access-Control-Allow-Origin", "*"),),
        )

    document = await request.app[RESPONSE_CACHE].get(key, rendered)
    return await request.app[RESPONDER].document(request, document)


def to_json(document: dict[str, Any]) -> str:
    """Return the text of a document, without superfluous spaces."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


async def require_signature(request: web.Request) -> PublicKey:
    """Return the key that signed a request.

    Raises SignatureRejected (401), SenderRefused (403), KeyUnavailable (503).
    """
    client = client_of(address_of(request, request.app[CONFIG].server))
    return await request.app[AUTHORIZED_FETCH].require(message_of(request), ours=request.app[URLS].base, client=client)


def message_of(request: web.Request, body: bytes = b"") -> Message:
    """Return a request and its body as a message, with the public address."""
    return Message(
        method=request.method,
        url=request.app[URLS].base + request.raw_path,
        headers=tuple(
            (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in request.raw_headers
        ),
        body=body,
    )


def wants_document(request: web.Request) -> bool:
    """Return whether the client accepts ActivityStreams."""
    return accepts_activity(request.headers.get("Accept", ""))


def redirect_to_page(page: str) -> web.HTTPException:
    """Return the redirect of a browser from an ActivityStreams document to its page."""
    return web.HTTPSeeOther(page, headers={"Cache-Control": "no-store", "Vary": "Accept"})


async def raise_gone(request: web.Request, uri: str) -> NoReturn:
    """Raises Gone or an HTTPGone with a Tombstone (ActivityPub §6.4) for a deleted object, else NotFound."""
    tombstone = await request.app[STORE].tombstones.find(uri)
    if tombstone is None or tombstone.origin != request.app[URLS].base:
        raise NotFound(uri)
    if not wants_document(request):
        raise Gone(uri)
    if request.app[CONFIG].federation.authorized_fetch:
        await require_signature(request)
    text = json.dumps(render.tombstone(uri, tombstone.gone_at, former_type=tombstone.type))
    headers = {"Vary": "Accept", "Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
    raise web.HTTPGone(text=text, content_type=ACTIVITY_JSON, headers=headers)
