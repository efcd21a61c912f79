"""Finds out who a program is that asks for access: fetches its address through the guard (IndieAuth §4.2).

The address gives metadata as JSON, or a page with an h-app in microformats2. It is fetched only when the author looks at
the request, and nothing of it but text is shown.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from syndicate.content.microformats import Microformats, first_text, read_microformats
from syndicate.content.tags import Tag, tokens
from syndicate.content.text import clean_name
from syndicate.errors import AddressDenied, IndieAuthRefused, RemoteError
from syndicate.indieauth.request import INVALID, AuthorizationRequest, read_client_id, read_redirect_uri
from syndicate.transport.link import parse_links
from syndicate.transport.message import PAGE, Redirects, Request, Response, Transport
from syndicate.urls import join

ACCEPT = (("Accept", "application/json, text/html;q=0.9, application/xhtml+xml;q=0.8"),)
APPS = frozenset({"h-app", "h-x-app"})
MAX_REDIRECT_URIS = 100
MAX_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientInfo:
    """A program at an address, by the name that it gives itself, or an empty one. `redirect_uris` are the addresses on
    other origins to which the author may be sent back. `is_found`: the address could be read."""

    client_id: str
    name: str = ""
    redirect_uris: frozenset[str] = field(default_factory=frozenset)
    is_found: bool = False


class IndieAuthClients:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def look_up(self, asked: AuthorizationRequest) -> ClientInfo:
        """Return who asks. Raises IndieAuthRefused if the address is in a private network, or if the answer would go to
        an address that may not be theirs."""
        info = await self._fetch(asked.client_id)
        if not asked.is_on_own_origin and asked.redirect_uri not in info.redirect_uris:
            reason = "does not list it" if info.is_found else "could not be read"
            raise IndieAuthRefused(
                INVALID, f"redirect_uri is on another host than client_id, and the page at client_id {reason}."
            )
        return info

    async def _fetch(self, client_id: str) -> ClientInfo:
        request = Request(url=client_id, headers=ACCEPT, budget=PAGE, redirects=Redirects.SAME_ORIGIN)
        try:
            response = await self._transport.fetch(request)
        except AddressDenied as error:
            raise IndieAuthRefused(INVALID, f"client_id cannot be fetched: {error}.") from error
        except RemoteError:
            return ClientInfo(client_id=client_id)
        if not 200 <= response.status < 300:
            return ClientInfo(client_id=client_id)
        return read_client(response, client_id)


def read_client(response: Response, client_id: str) -> ClientInfo:
    """Return what the document at the address of a program says."""
    media_type = response.headers.get("Content-Type", "").lower()
    listed = [link.target for link in parse_links(response.all("Link")) if "redirect_uri" in link.rels]
    name = ""
    if "json" in media_type:
        document = _document(response.body, client_id)
        name = document.get("client_name", "")
        uris = document.get("redirect_uris")
        listed += uris if isinstance(uris, list) else []
    elif "html" in media_type:
        html = response.body.decode("utf-8", "replace")
        name = _name(read_microformats(html, response.url))
        listed += _linked(html, response.url)
    return ClientInfo(
        client_id=client_id,
        name=clean_name(name, limit=MAX_NAME_LENGTH) if isinstance(name, str) else "",
        redirect_uris=frozenset(_usable(listed[:MAX_REDIRECT_URIS], response.url)),
        is_found=True,
    )


def _document(body: bytes, client_id: str) -> dict[str, Any]:
    """Return the metadata of a program, or nothing if it does not name its own address (§4.2.1)."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    named = document.get("client_id")
    try:
        is_own = isinstance(named, str) and read_client_id(named, allow_private=True) == client_id
    except IndieAuthRefused:
        return {}
    return document if is_own else {}


def _linked(html: str, address: str) -> Iterator[str]:
    """Yield the addresses of `<link rel="redirect_uri">`. Others do not count: `<a>` may be what somebody wrote there."""
    base = address
    for tag in tokens(html):
        if not isinstance(tag, Tag) or tag.closing or not (target := tag.value("href").strip()):
            continue
        if tag.name == "base" and base == address:
            base = join(address, target)
        elif tag.name == "link" and "redirect_uri" in tag.value("rel").lower().split():
            yield target if ":" in target.partition("/")[0] else join(base, target)


def _name(page: Microformats) -> str:
    apps = (item["properties"] for item in page.items if APPS.intersection(item["type"]))
    return next((name for app in apps if (name := first_text(app, "name"))), "")


def _usable(listed: Iterable[Any], base: str) -> Iterable[str]:
    for uri in listed:
        if not isinstance(uri, str):
            continue
        try:
            yield read_redirect_uri(uri if ":" in uri.partition("/")[0] else join(base, uri))
        except IndieAuthRefused:
            continue
