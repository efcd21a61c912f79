"""Looks up what a post answers, likes or boosts: when the post is written, through the guard, never while a page is served.

An address that the author gave comes in: of an object in the fediverse, of its page, or of any other web page. A
`Citation` goes out, with its words as plain text. Authors who do not want to be shown on blogs are not quoted.
"""

from dataclasses import replace
from datetime import datetime

from syndicate.activitypub.addressing import Reach, reach_of
from syndicate.activitypub.parse import RemoteNote, host_of, origin, own_page, parse_note
from syndicate.clock import Clock
from syndicate.content.text import clean_name, plain
from syndicate.content.web_page import ACTIVITY_TYPES, MAX_TEXT_LENGTH, read_page
from syndicate.errors import (
    DocumentUnusable,
    MalformedActivity,
    RemoteError,
    RemoteGone,
    RemoteRefused,
    RemoteUnavailable,
)
from syndicate.federation.actors.opt_out import declined_in_post
from syndicate.federation.actors.remote_actors import Actors
from syndicate.model.actor import RemoteActor
from syndicate.storage import Store
from syndicate.storage.citations import Citation, CitationState
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.link import parse_links
from syndicate.transport.message import PAGE, Redirects, Request, Response, Transport, require_success
from syndicate.transport.signed import Signer
from syndicate.urls import Urls, join

HTML = (("Accept", "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"),)


class CitationFinder:
    """Finds what is at an address."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        fetcher: Fetcher,
        signer: Signer,
        actors: Actors,
        urls: Urls,
        clock: Clock,
    ) -> None:
        self._store, self._transport, self._fetcher, self._signer = store, transport, fetcher, signer
        self._actors, self._urls, self._clock = actors, urls, clock

    async def look_up(self, address: str) -> Citation:
        """Return what is at an address, from the database if it was found in the fediverse before. What was known of a
        page is kept while it does not answer. Raises RemoteUnavailable."""
        known = await self._store.citations.find(address)
        if known is not None and known.is_settled:
            return known
        page = known if known is not None and known.state is CitationState.PAGE else None
        try:
            found = await self._find(address)
        except RemoteUnavailable:
            await self._save(page or self._of(address, CitationState.UNAVAILABLE))
            raise
        except RemoteGone:
            found = self._of(address, CitationState.GONE)
        except RemoteError:
            found = page or self._of(address, CitationState.PAGE)
        if found.object and known is not None and await self._store.sent_webmentions.is_taken(address):
            found = page or self._of(address, CitationState.PAGE)  # who has one like by Webmention needs no second one
        await self._save(found)
        return found

    async def _save(self, citation: Citation) -> None:
        await self._store.transaction(lambda tx: tx.citations.save(citation))

    async def _find(self, address: str) -> Citation:
        if self._urls.path_of(address) is not None:
            return await self._own(address)
        if await self._is_blocked(address):
            return self._of(address, CitationState.BLOCKED)
        try:
            return await self._object(address, address)
        except (DocumentUnusable, RemoteRefused, MalformedActivity):
            return await self._page(address)

    async def _own(self, address: str) -> Citation:
        """Return a post of this blog."""
        path = self._urls.path_of(address) or ""
        posts = self._store.posts
        post = await posts.find_by_uri(address) or await posts.find_by_path(path) or await posts.find_by_alias(path)
        if post is None or not post.is_public:
            return self._of(address, CitationState.GONE)
        return Citation(
            address=address,
            state=CitationState.FOUND if post.federates else CitationState.PAGE,
            object=post.uri if post.federates else "",
            actor=self._urls.blog_actor if post.federates else "",
            author=post.author,
            author_url=self._urls.home,
            url=self._urls.absolute(post.path),
            title=post.title,
            excerpt=post.short_text[:MAX_TEXT_LENGTH],
            looked_up=self._clock(),
        )

    async def _object(self, address: str, at: str) -> Citation:
        """Return an object of the fediverse. Raises RemoteError, MalformedActivity."""
        _, document = await self._fetcher.fetch_document(at, sign=self._signer.sign_get, limited=False)
        note = parse_note(document)
        if origin(note.author) != origin(note.id):
            raise MalformedActivity("object.author", "on another origin")
        if await self._is_blocked(note.author):
            return self._of(address, CitationState.BLOCKED)
        if reach_of(document) is Reach.PRIVATE:
            return self._of(address, CitationState.PRIVATE)
        return _citation(address, note, await self._actors.refresh(note.author, limited=False), self._clock())

    async def _page(self, address: str) -> Citation:
        """Return a web page, or the object that it leads to. Raises RemoteError."""
        request = Request(url=address, headers=HTML, budget=PAGE, redirects=Redirects.ANY)
        response = await self._transport.fetch(request)
        require_success(response, self._clock())
        if self._urls.path_of(response.url) is not None:
            return replace(await self._own(response.url), address=address)
        facts = read_page(response.body, response.url) if _is_html(response) else None
        object = _linked_object(response) or (facts.object if facts else "")
        if object and not await self._is_blocked(object):
            try:
                return await self._object(address, object)
            except (RemoteUnavailable, RemoteGone):
                raise
            except (RemoteError, MalformedActivity):
                pass
        page = self._of(address, CitationState.PAGE)
        if facts is None:
            return page
        return replace(page, title=facts.title, excerpt=facts.description, author=facts.author)

    async def _is_blocked(self, address: str) -> bool:
        return await self._store.blocks.covers(address, host_of(address))

    def _of(self, address: str, state: CitationState) -> Citation:
        return Citation(address=address, state=state, looked_up=self._clock())


def _citation(address: str, note: RemoteNote, actor: RemoteActor, now: datetime) -> Citation:
    found = Citation(
        address=address,
        state=CitationState.FOUND,
        object=note.id,
        actor=actor.uri,
        handle=actor.handle,
        url=own_page(note.id, note.url),
        looked_up=now,
    )
    if actor.opted_out or declined_in_post(note):
        return found
    warning = plain(note.summary) if note.is_short else ""
    words = warning or ("" if note.is_sensitive else plain(note.html))
    return replace(
        found,
        author=actor.name or actor.handle,
        author_url=actor.url or actor.uri,
        title="" if note.is_short else clean_name(plain(note.name)),
        excerpt=clean_name(words, limit=MAX_TEXT_LENGTH),
    )


def _linked_object(response: Response) -> str:
    """Return the object that the headers of a page name."""
    for link in parse_links(response.all("Link")):
        if "alternate" in link.rels and link.type in ACTIVITY_TYPES:
            return join(response.url, link.target)
    return ""


def _is_html(response: Response) -> bool:
    return "html" in response.headers.get("Content-Type", "").lower()
