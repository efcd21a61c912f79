"""WebFinger, host-meta and NodeInfo: the documents by which other servers find the blog and its accounts."""

import json
from typing import Any

from aiohttp import web

from syndicate import __version__
from syndicate.activitypub import discovery
from syndicate.errors import MalformedRequest, NotFound
from syndicate.web.http.keys import RESPONDER, RESPONSE_CACHE
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.keys import LOCAL_ACTORS, SETTINGS, STORE, URLS

CACHE_CONTROL = "public, max-age=3600"
CORS = (("Access-Control-Allow-Origin", "*"),)
MAX_RESOURCE_LENGTH = 2048


async def _answer(
    request: web.Request, key: str, body: bytes, media_type: str, dependencies: tuple[str, ...] = ()
) -> web.StreamResponse:
    async def render() -> RenderedDocument:
        return RenderedDocument(
            body=body, media_type=media_type, dependencies=dependencies, cache_control=CACHE_CONTROL, headers=CORS
        )

    document = await request.app[RESPONSE_CACHE].get(key, render)
    return await request.app[RESPONDER].document(request, document)


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def get_webfinger(request: web.Request) -> web.StreamResponse:
    """Return the JRD of an account (RFC 7033), named in `resource` by its handle, id or home page.

    Raises MalformedRequest unless there is exactly one `resource`, and NotFound if it names no local account.
    """
    resources = request.query.getall("resource", [])
    if len(resources) != 1 or not resources[0]:
        raise MalformedRequest("webfinger.resource")
    local_actors, resource = request.app[LOCAL_ACTORS], resources[0][: MAX_RESOURCE_LENGTH + 1]
    matches = (actor.profile for actor in local_actors if discovery.names(resource, actor.profile))
    profile = next(matches, None) if len(resource) <= MAX_RESOURCE_LENGTH else None
    if profile is None:
        raise NotFound("no such account")
    document = discovery.jrd(profile, server=local_actors.fetching.actor.uri, base=request.app[URLS].base)
    return await _answer(request, f"webfinger:{profile.account}", _json(document), "application/jrd+json")


async def get_host_meta(request: web.Request) -> web.StreamResponse:
    body = discovery.host_meta(request.app[URLS].base)
    return await _answer(request, "host-meta", body, "application/xrd+xml; charset=utf-8")


async def get_nodeinfo_links(request: web.Request) -> web.StreamResponse:
    body = _json(discovery.nodeinfo_links(request.app[URLS].base, request.app[LOCAL_ACTORS].fetching.actor.uri))
    return await _answer(request, "nodeinfo", body, "application/json; charset=utf-8")


async def get_nodeinfo(request: web.Request) -> web.StreamResponse:
    version = request.match_info["version"]
    if version not in discovery.NODEINFO_VERSIONS:
        raise NotFound(version)
    store, name = request.app[STORE], request.app[SETTINGS].site.name

    async def render() -> RenderedDocument:
        document = discovery.nodeinfo(
            version, software_version=__version__, posts=await store.totals.get("posts"), comments=0, name=name
        )
        return RenderedDocument(
            body=_json(document),
            media_type="application/json; charset=utf-8",
            dependencies=("site",),
            cache_control=CACHE_CONTROL,
            headers=CORS,
        )

    document = await request.app[RESPONSE_CACHE].get(f"nodeinfo:{version}", render)
    return await request.app[RESPONDER].document(request, document)
