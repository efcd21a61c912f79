"""Finds what can be followed at an address: a handle, an actor, a feed or a home page, and the links between them.

An address that the author gives comes in, a `FoundFeed` goes out.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from syndicate.activitypub.parse import host_of, origin
from syndicate.blogroll.feed_request import ACCEPT, FeedResponse, parse_response
from syndicate.blogroll.web_page import LinkedFeed, WebPage, read_page, short
from syndicate.clock import Clock
from syndicate.content.text import clean_name, plain
from syndicate.errors import AddressUnusable, RemoteError
from syndicate.federation.actors.profiles import SUPPLIED, supplied_by
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.webfinger import Schemes, account_of, actor_in, in_turn, links_of
from syndicate.model.actor import RemoteActor
from syndicate.translation import _
from syndicate.transport.media_type import ACCEPT_AS2, is_activity_streams
from syndicate.transport.message import FEED, PAGE, Redirects, Request, Response, Transport
from syndicate.urls import join

COMMON_FEED_PATHS = ("feed/", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json")
"""Where to look for feeds that no page links to."""
MAX_FEEDS_TRIED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """What was found at an address.

    `actor` is None if there is no account, and `supplied` names the fields that came from it. `asked` is the response of
    the feed, if it was fetched; `icon` is the address of a picture. `other_feeds` are the further ones that its
    page links to; `is_account` says that the address was that of the account itself.
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
    is_account: bool = False
    other_feeds: tuple[LinkedFeed, ...] = ()

    def without_account(self) -> "FoundFeed":
        """Return the same without its account, which is then not followed."""
        return replace(self, actor=None, supplied=frozenset())


class FeedFinder:
    """Finds feeds and accounts. `schemes` apply to bare host names: https, and http among private peers."""

    def __init__(self, transport: Transport, actors: Actors, clock: Clock, *, schemes: Schemes) -> None:
        self._transport, self._actors, self._clock, self._schemes = transport, actors, clock, schemes

    async def find(self, address: str) -> FoundFeed:
        """Return what is at an address. Raises AddressUnusable with what was tried."""
        address = _without_feed_scheme(address.strip())
        if not any(mark in address for mark in ".:@/") and address != "localhost":
            raise AddressUnusable(
                _("{address}: give a handle (@ann@social.example), an account, a feed or a home page", address=address)
            )
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
            raise AddressUnusable(_("{handle}: its server knows no such account", handle=handle))
        return await self._actor(uri)

    async def _actor(self, uri: str) -> FoundFeed:
        """Return an account with the feed of its page, if any; the account's name, description and picture take precedence."""
        actor = await self._actors.refresh(uri, limited=False)
        found = FoundFeed(
            **supplied_by(actor), url=actor.url, actor=actor, supplied=frozenset(SUPPLIED), is_account=True
        )
        page = await self._page(found.url) if found.url else None
        feed = await self._first_feed(page) if page is not None else None
        if feed is None or page is None:
            return found
        return replace(
            found,
            feed_url=feed.feed_url,
            language=feed.language,
            asked=feed.asked,
            other_feeds=_others(page, feed),
        )

    async def with_feed(self, found: FoundFeed, feed_url: str) -> FoundFeed:
        """Return what was found with another of its feeds, or with none. Raises AddressUnusable."""
        if feed_url == found.feed_url:
            return found
        if not feed_url:
            return replace(found, feed_url="", asked=None)
        if feed_url not in [each.url for each in found.other_feeds]:
            raise AddressUnusable(_("{feed_url}: its page does not link to this feed any more", feed_url=feed_url))
        other = await self._feed(feed_url)
        if other is None:
            raise AddressUnusable(_("{feed_url}: is no feed that can be read", feed_url=feed_url))
        return replace(found, feed_url=other.feed_url, language=other.language or found.language, asked=other.asked)

    # from an address

    async def _address(self, url: str) -> FoundFeed:
        """Return what is at a web address; servers name many feeds `text/html`, so the document decides."""
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
        try:
            feed = await self._from_feed(response, url)
        except AddressUnusable:
            if "html" not in media_type:
                raise
            return await self._from_page(response, url)
        page = await self._page(feed.url) if feed.url else None
        return feed if page is None else await self._completed(feed, page)

    async def _from_page(self, response: Response, url: str) -> FoundFeed:
        """Return what a home page leads to; its metadata takes precedence over that of the feed, except for the name."""
        page = read_page(response)
        feed = await self._first_feed(page) or await self._at_common_paths(response.url)
        found = FoundFeed(
            name=page.title,
            tagline=page.description,
            url=_lasting(response, url),
            language=page.language,
            other_feeds=_others(page, feed),
        )
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
            return read_page(await self._get(request))
        except (RemoteError, AddressUnusable):
            return None

    # feeds

    async def _first_feed(self, page: WebPage) -> FoundFeed | None:
        """Return the first feed of a page that can be read."""
        for link in page.feeds[:MAX_FEEDS_TRIED]:
            if (feed := await self._feed(link.url)) is not None:
                return feed
        return None

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
            return await self._from_feed(await self._get(request), url)
        except (RemoteError, AddressUnusable):
            return None

    async def _from_feed(self, response: Response, url: str) -> FoundFeed:
        asked = await parse_response(response, self._clock())
        if asked.feed is None:
            raise AddressUnusable(asked.reason)
        feed = asked.feed
        return FoundFeed(
            name=clean_name(plain(feed.title)) or urlsplit(response.url).netloc,
            tagline=short(plain(feed.tagline)),
            url=feed.url if origin(feed.url) else "",
            feed_url=_lasting(response, url),
            language=feed.language,
            icon=feed.icon,
            asked=asked,
        )

    async def _get(self, request: Request) -> Response:
        response = await self._transport.fetch(request)
        if response.status != 200:
            raise AddressUnusable(_("{url} answered {status}", url=request.url, status=response.status))
        return response


def _lasting(response: Response, url: str) -> str:
    """Return the address to keep: a temporary redirect (302, 303, 307) may lead elsewhere tomorrow."""
    if response.url.rstrip("/") == url.rstrip("/"):
        return response.url
    return response.moved or url


def _others(page: WebPage, feed: FoundFeed | None) -> tuple[LinkedFeed, ...]:
    return tuple(link for link in page.feeds if feed is None or link.url != feed.feed_url)


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
