"""Finds what can be followed at an address: a handle, an actor, a feed or a home page, and the links between them.

An address that the author gives comes in, a `FoundFeed` goes out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml import html as lxml_html

from syndicate.activitypub.parse import host_of, origin
from syndicate.blogroll.feed_request import ACCEPT, FeedResponse, parse_response
from syndicate.clock import Clock
from syndicate.config import LANGUAGE
from syndicate.content.text import clean_name, plain
from syndicate.errors import AddressUnusable, RemoteError
from syndicate.federation.actors.profiles import SUPPLIED, supplied_by
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.webfinger import Schemes, account_of, actor_in, in_turn, links_of
from syndicate.model.actor import RemoteActor
from syndicate.transport.media_type import ACCEPT_AS2, is_activity_streams
from syndicate.transport.message import FEED, PAGE, Redirects, Request, Response, Transport
from syndicate.urls import join

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")
COMMON_FEED_PATHS = ("feed/", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json")
"""Where to look for feeds that no page links to."""
MAX_TAGLINE_LENGTH = 300
MAX_LINKS = 500
MAX_FEEDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed that a page links to."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """What was found at an address.

    `actor` is None if there is no account, and `supplied` names the fields that came from it. `asked` is the response of
    the feed, if it was fetched; `icon` is the address of a picture. `other_feeds` are the further ones that its
    page links to.
    """

    name: str = ""
    tagline: str = ""
    url: str = ""
    feed_url: str = ""
    language: str = ""
    icon: str = ""
    actor: RemoteActor | None = None
    supplied: frozenset[str] = frozenset()
    asked: FeedResponse | None = None
    other_feeds: tuple[FeedLink, ...] = ()

    def without_account(self) -> "FoundFeed":
        """Return the same without its account, which is then not followed."""
        return replace(self, actor=None, supplied=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """The metadata of a page, and its links."""

    title: str = ""
    description: str = ""
    language: str = ""
    icon: str = ""
    feeds: tuple[FeedLink, ...] = ()
    actor: str = ""

    @property
    def feed(self) -> str:
        """Return the feed of its posts: a page of WordPress names the feed of its comments, too."""
        return next((it.url for it in self.feeds if "comment" not in f"{it.title} {it.url}".lower()), "")

    @property
    def other_feeds(self) -> tuple[FeedLink, ...]:
        return tuple({it.url: it for it in self.feeds if it.url != self.feed}.values())


class FeedFinder:
    """Finds feeds and accounts. `schemes` apply to bare host names: https, and http among private peers."""

    def __init__(self, transport: Transport, actors: Actors, clock: Clock, *, schemes: Schemes) -> None:
        self._transport, self._actors, self._clock, self._schemes = transport, actors, clock, schemes

    async def find(self, address: str) -> FoundFeed:
        """Return what is at an address. Raises AddressUnusable with what was tried."""
        address = _without_feed_scheme(address.strip())
        if not any(mark in address for mark in ".:@/") and address != "localhost":
            raise AddressUnusable(f"{address}: give a handle (@ann@social.example), an account, a feed or a home page")
        try:
            if address.startswith(("@", "acct:")) or ("@" in address and "://" not in address):
                return await self._handle(address)
            if "://" in address:
                return await self._address(address)
            return await in_turn(self._schemes, lambda scheme: self._address(f"{scheme}://{address}"))
        except RemoteError as error:
            raise AddressUnusable(f"{address}: {error}") from error

    # from an account

    async def _handle(self, handle: str) -> FoundFeed:
        links = await links_of(account_of(handle), self._transport, schemes=self._schemes)
        uri = actor_in(links)
        if not uri:
            raise AddressUnusable(f"{handle}: its server knows no such account")
        return await self._actor(uri)

    async def _actor(self, uri: str) -> FoundFeed:
        """Return an account with the feed of its page, if any; the account's name, description and picture take precedence."""
        actor = await self._actors.refresh(uri, limited=False)
        found = FoundFeed(**supplied_by(actor), url=actor.url, actor=actor, supplied=frozenset(SUPPLIED))
        page = await self._page(found.url) if found.url else None
        feed = await self._feed(page.feed) if page is not None else None
        if feed is None or page is None:
            return found
        return replace(
            found,
            feed_url=feed.feed_url,
            language=feed.language,
            asked=feed.asked,
            other_feeds=page.other_feeds,
        )

    async def with_feed(self, found: FoundFeed, feed_url: str) -> FoundFeed:
        """Return what was found with another of its feeds, or with none. Raises AddressUnusable."""
        if feed_url == found.feed_url:
            return found
        if not feed_url:
            return replace(found, feed_url="", asked=None)
        if feed_url not in [each.url for each in found.other_feeds]:
            raise AddressUnusable(f"{feed_url}: its page does not link to this feed any more")
        other = await self._feed(feed_url)
        if other is None:
            raise AddressUnusable(f"{feed_url}: is no feed that can be read")
        return replace(found, feed_url=other.feed_url, language=other.language or found.language, asked=other.asked)

    # from an address

    async def _address(self, url: str) -> FoundFeed:
        response = await self._get(
            Request(
                url=url,
                headers=(("Accept", f"{ACCEPT_AS2}, text/html;q=0.9, */*;q=0.8"),),
                budget=FEED,
                redirects=Redirects.ANY,
            )
        )
        media_type = response.headers.get("Content-Type", "").lower()
        if is_activity_streams(media_type):
            return await self._actor(url)
        if "html" in media_type:
            return await self._from_page(response)
        feed = await self._from_feed(response)
        page = await self._page(feed.url) if feed.url else None
        return feed if page is None else await self._completed(feed, page)

    async def _from_page(self, response: Response) -> FoundFeed:
        """Return what a home page leads to; its metadata takes precedence over that of the feed, except for the name."""
        page = _read(response)
        found = FoundFeed(
            name=page.title,
            tagline=page.description,
            url=response.url,
            language=page.language,
            other_feeds=page.other_feeds,
        )
        feed = await self._feed(page.feed) if page.feed else await self._at_common_paths(response.url)
        if feed is not None:
            found = replace(
                found,
                name=feed.name or found.name,
                tagline=found.tagline or feed.tagline,
                language=feed.language or found.language,
                feed_url=feed.feed_url,
                icon=feed.icon,
                asked=feed.asked,
            )
        found = await self._completed(found, page)
        return replace(found, name=found.name or urlsplit(response.url).netloc)

    async def _completed(self, found: FoundFeed, page: WebPage) -> FoundFeed:
        """Add picture, description and account from the home page."""
        found = replace(found, tagline=found.tagline or page.description, icon=page.icon or found.icon)
        uri = page.actor or await self._actor_of_address(found.url)
        if not uri:
            return found
        try:
            actor = await self._actors.refresh(uri, limited=False)
        except RemoteError:
            return found
        return _as_account(found, actor)

    async def _actor_of_address(self, url: str) -> str:
        """Return the account of a home page by WebFinger (FEP-4adb), if it is on the page's own host."""
        try:
            uri = actor_in(await links_of(account_of(url), self._transport, schemes=(urlsplit(url).scheme,)))
        except (RemoteError, AddressUnusable):
            return ""
        return uri if host_of(uri) == host_of(url) else ""

    async def _page(self, url: str) -> WebPage | None:
        request = Request(url=url, headers=(("Accept", "text/html"),), budget=PAGE, redirects=Redirects.ANY)
        try:
            return _read(await self._get(request))
        except (RemoteError, AddressUnusable):
            return None

    # feeds

    async def _at_common_paths(self, home: str) -> FoundFeed | None:
        for place in COMMON_FEED_PATHS:
            if (feed := await self._feed(join(home, place))) is not None:
                return feed
        return None

    async def _feed(self, url: str) -> FoundFeed | None:
        """Return the metadata of a feed; None if there is no readable feed."""
        if not url:
            return None
        request = Request(url=url, headers=(("Accept", ACCEPT),), budget=FEED, redirects=Redirects.ANY)
        try:
            return await self._from_feed(await self._get(request))
        except (RemoteError, AddressUnusable):
            return None

    async def _from_feed(self, response: Response) -> FoundFeed:
        asked = await parse_response(response, self._clock())
        if asked.feed is None:
            raise AddressUnusable(asked.reason)
        feed = asked.feed
        return FoundFeed(
            name=clean_name(plain(feed.title)) or urlsplit(response.url).netloc,
            tagline=_short(plain(feed.tagline)),
            url=feed.url if origin(feed.url) else "",
            feed_url=response.url,
            language=feed.language,
            icon=feed.icon,
            asked=asked,
        )

    async def _get(self, request: Request) -> Response:
        response = await self._transport.fetch(request)
        if response.status != 200:
            raise AddressUnusable(f"{request.url} answered {response.status}")
        return response


def _as_account(found: FoundFeed, actor: RemoteActor) -> FoundFeed:
    """Merge a page with its account. The account's description takes precedence, since the page may only count posts;
    its name and picture do so only if the page is its profile."""
    text = supplied_by(actor)
    is_profile = found.url.rstrip("/") in (actor.url.rstrip("/"), actor.uri.rstrip("/"))
    own = {member for member in SUPPLIED if is_profile or not getattr(found, member)}
    if text["tagline"]:
        own.add("tagline")
    return replace(found, **{member: text[member] for member in own}, actor=actor, supplied=frozenset(own))


def _without_feed_scheme(address: str) -> str:
    """Remove the scheme of `feed:https://…` and `feed://…` links."""
    if not address.lower().startswith("feed:"):
        return address
    rest = address[len("feed:") :]
    return rest if "://" in rest else rest.lstrip("/")


def _read(response: Response) -> WebPage:
    try:
        page = lxml_html.document_fromstring(response.body)
    except (ValueError, lxml_html.etree.LxmlError):
        return WebPage()
    base = next((join(response.url, each.get("href") or "") for each in page.iter("base")), "") or response.url
    links = list(_links(page, base))
    feeds = [
        FeedLink(title=clean_name(title), url=href)
        for _, media_type, title, href in _alternates(links)
        if media_type in FEED_TYPES
    ]
    return WebPage(
        title=clean_name(_meta(page, "og:site_name") or page.findtext(".//title") or ""),
        description=_short(_meta(page, "description") or _meta(page, "og:description")),
        language=_language(page),
        icon=_icon(links),
        feeds=tuple(feeds[:MAX_FEEDS]),
        actor=next((href for _, media_type, _, href in _alternates(links) if media_type in ACTIVITY_TYPES), ""),
    )


Link = tuple[list[str], str, str, str]
"""Relations, media type, title, address."""


def _links(page: lxml_html.HtmlElement, base: str) -> Iterator[Link]:
    for number, link in enumerate(page.iter("link")):
        if number >= MAX_LINKS:
            return
        href = join(base, (link.get("href") or "").strip())
        if href.startswith(("http://", "https://")):
            media_type = (link.get("type") or "").lower().partition(";")[0].strip()
            yield (link.get("rel") or "").lower().split(), media_type, link.get("title") or "", href


def _alternates(links: list[Link]) -> list[Link]:
    return [link for link in links if "alternate" in link[0]]


def _icon(links: list[Link]) -> str:
    """Return the touch icon, else the favicon, if it is a bitmap."""
    for relation in ("apple-touch-icon", "apple-touch-icon-precomposed", "icon"):
        for relations, media_type, _, href in links:
            path = urlsplit(href).path.lower()
            if relation in relations and "svg" not in media_type and not path.endswith((".svg", ".ico")):
                return href
    return ""


def _meta(page: lxml_html.HtmlElement, name: str) -> str:
    return next(
        (meta.get("content") or "" for meta in page.iter("meta") if name in (meta.get("name"), meta.get("property"))),
        "",
    )


def _language(page: lxml_html.HtmlElement) -> str:
    tag = (page.get("lang") or "").strip()
    return tag if LANGUAGE.fullmatch(tag) else ""


def _short(text: str) -> str:
    return clean_name(text, limit=MAX_TAGLINE_LENGTH)
