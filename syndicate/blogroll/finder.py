"""An address → what can be followed there: a handle, an actor, a feed or a home page, and whatever leads from one to
the others."""

from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html

from syndicate.content.text import clean_name, plain
from syndicate.errors import AddressUnusable, RemoteError
from syndicate.federation.actors import Actors
from syndicate.federation.webfinger import Schemes, account_of, actor_in, in_turn, links_of
from syndicate.feeds.parse import parse_feed
from syndicate.model.actor import RemoteActor
from syndicate.transport.media_type import ACCEPT_AS2, is_activity_streams
from syndicate.transport.message import FEED, PAGE, Redirects, Request, Response, Transport

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")
LONGEST_TAGLINE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found. `actor` is None where there is no account."""

    name: str = ""
    tagline: str = ""
    url: str = ""
    feed_url: str = ""
    language: str = ""
    actor: RemoteActor | None = None


class Finder:
    """Looks behind addresses that the author gives. `schemes` are for names of servers: https, and http among private peers."""

    def __init__(self, transport: Transport, actors: Actors, *, schemes: Schemes) -> None:
        self._transport, self._actors, self._schemes = transport, actors, schemes

    async def find(self, address: str) -> Found:
        """Raises AddressUnusable with what was tried."""
        address = address.strip()
        if not any(mark in address for mark in ".:@/") and address != "localhost":
            raise AddressUnusable(f"{address}: give a handle (@ann@social.example), an account, a feed or a home page")
        try:
            if address.startswith("@") or ("@" in address and "://" not in address):
                return await self._handle(address)
            if "://" in address:
                return await self._address(address)
            return await in_turn(self._schemes, lambda scheme: self._address(f"{scheme}://{address}"))
        except RemoteError as error:
            raise AddressUnusable(f"{address}: {error}") from error

    async def _handle(self, handle: str) -> Found:
        links = await links_of(account_of(handle), self._transport, schemes=self._schemes)
        uri = actor_in(links)
        if not uri:
            raise AddressUnusable(f"{handle}: its server knows no such account")
        return await self._actor(uri)

    async def _actor(self, uri: str) -> Found:
        actor = await self._actors.refresh(uri, by_stranger=False)
        found = Found(name=actor.name, tagline=_short(plain(actor.summary)), url=actor.url or actor.uri, actor=actor)
        try:  # an account that is a blog often has a feed
            page = await self._page(found.url)
            return replace(found, feed_url=page.feed_url)
        except (RemoteError, AddressUnusable):
            return found

    async def _address(self, url: str) -> Found:
        response = await self._get(
            Request(
                url=url,
                headers=(("Accept", f"{ACCEPT_AS2}, text/html;q=0.9, */*;q=0.8"),),
                budget=FEED,
                redirects=Redirects.ANY,
            )
        )
        media_type = response.headers.get("Content-Type", "")
        if is_activity_streams(media_type):
            return await self._actor(url)
        if "html" in media_type:
            return await self._from_page(response)
        return self._from_feed(response)

    async def _page(self, url: str) -> Found:
        request = Request(url=url, headers=(("Accept", "text/html"),), budget=PAGE, redirects=Redirects.ANY)
        return self._links(await self._get(request))[0]

    async def _from_page(self, response: Response) -> Found:
        found, actor = self._links(response)
        if found.feed_url:
            request = Request(url=found.feed_url, budget=FEED, redirects=Redirects.ANY)
            try:
                feed = self._from_feed(await self._get(request))
                found = replace(
                    found,
                    name=feed.name or found.name,
                    tagline=found.tagline or feed.tagline,
                    language=feed.language or found.language,
                )
            except RemoteError:
                found = replace(found, feed_url="")
        if actor:
            try:
                account = await self._actors.refresh(actor, by_stranger=False)
                found = replace(found, actor=account, name=found.name or account.name)
            except RemoteError:
                pass
        if not found.feed_url and found.actor is None:
            found = replace(found, name=found.name or urlsplit(response.url).netloc)
        return found

    def _from_feed(self, response: Response) -> Found:
        feed = parse_feed(response.body, address=response.url)
        return Found(
            name=feed.title or urlsplit(response.url).netloc,
            tagline=_short(plain(feed.tagline)),
            url=feed.url,
            feed_url=response.url,
            language=feed.language,
        )

    def _links(self, response: Response) -> tuple[Found, str]:
        """What a page says of itself, and the address of the actor that it names, or empty."""
        try:
            page = lxml_html.document_fromstring(response.body)
        except (ValueError, lxml_html.etree.LxmlError):
            return Found(url=response.url), ""
        feed = actor = ""
        for link in page.iter("link"):
            relations = (link.get("rel") or "").lower().split()
            media_type = (link.get("type") or "").lower().partition(";")[0].strip()
            href = urljoin(response.url, link.get("href") or "")
            if "alternate" not in relations or not href.startswith(("http://", "https://")):
                continue
            if media_type in FEED_TYPES:
                feed = feed or href
            elif media_type in ACTIVITY_TYPES:
                actor = actor or href
        tagline = next(
            (meta.get("content") or "" for meta in page.iter("meta") if meta.get("name") == "description"), ""
        )
        title = page.findtext(".//title") or ""
        language = (page.get("lang") or "")[:35]
        found = Found(
            name=clean_name(title), tagline=_short(tagline), url=response.url, feed_url=feed, language=language
        )
        return found, actor

    async def _get(self, request: Request) -> Response:
        response = await self._transport.fetch(request)
        if response.status != 200:
            raise AddressUnusable(f"{request.url} answered {response.status}")
        return response


def _short(text: str) -> str:
    return clean_name(text, limit=LONGEST_TAGLINE)
