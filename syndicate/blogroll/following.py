"""Entries come to the blogroll, and go: with the Follow and the Undo that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from syndicate.blogroll.finder import Finder
from syndicate.clock import Clock, to_text
from syndicate.content.text import clean_name
from syndicate.errors import AddressUnusable
from syndicate.federation import follows
from syndicate.federation.outbox import Announcer
from syndicate.feeds.opml import Outline
from syndicate.model.actor import RemoteActor
from syndicate.model.blogroll import BlogrollEntry
from syndicate.model.ids import new_id
from syndicate.storage import Store, Tables

LONGEST_TAGLINE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did."""

    added: int
    updated: int
    unchanged: int


class Mentions(Protocol):
    async def mention(self, tx: Tables, *, source: str, target: str) -> None:
        """Tell `target` that our page `source` links to it."""
        ...


class Following:
    """`mentions` tells blogs that they are on the list, which stands at `page`; None keeps it from them."""

    def __init__(
        self, store: Store, announcer: Announcer, clock: Clock, *, mentions: Mentions | None = None, page: str = ""
    ) -> None:
        self._store, self._announcer, self._clock = store, announcer, clock
        self._mentions, self._page = mentions, page

    async def follow(self, address: str, finder: Finder) -> BlogrollEntry:
        """Add what is found at an address; an account is sent a Follow. Raises AddressUnusable."""
        found = await finder.find(address)
        actor = found.actor
        known = (
            (await self._store.blogroll.by_actor(actor.uri) if actor else None)
            or (await self._store.blogroll.find(found.feed_url) if found.feed_url else None)
            or (await self._store.blogroll.find(found.url) if found.url else None)
        )
        entry = replace(
            known or await self._blank(),
            name=(known.name if known else "") or found.name or address,
            tagline=(known.tagline if known else "") or found.tagline,
            url=found.url or (known.url if known else ""),
            feed_url=found.feed_url or (known.feed_url if known else ""),
            actor=actor.uri if actor else known.actor if known else "",
            handle=actor.handle if actor else known.handle if known else "",
            language=found.language,
        )
        return await self._store.transaction(lambda tx: self._add(tx, entry, actor, known))

    async def _blank(self) -> BlogrollEntry:
        position = await self._store.blogroll.next_position()
        return BlogrollEntry(id=new_id(self._clock()), name="", position=position)

    async def _add(
        self, tx: Tables, entry: BlogrollEntry, actor: RemoteActor | None, known: BlogrollEntry | None
    ) -> BlogrollEntry:
        await tx.blogroll.put(entry, added=to_text(self._clock()))
        if known is None and entry.url and self._mentions is not None:
            await self._mentions.mention(tx, source=self._page, target=entry.url)
        if actor is not None:
            state = await follows.ask(tx, self._announcer, entry, actor, before=known)
            entry = replace(entry, follow=state)
        await tx.editions.move("blogroll")
        return entry

    async def unfollow(self, address: str) -> BlogrollEntry:
        """Remove an entry; an account is sent the Undo of our Follow. Raises AddressUnusable."""
        entry = await self._store.blogroll.find(address)
        if entry is None:
            raise AddressUnusable(f"{address}: is not in the blogroll; `syndicate blogroll` shows what is")
        actor = await self._store.remote_actors.find(entry.actor) if entry.actor else None

        async def body(tx: Tables) -> None:
            if actor is not None:
                await follows.take_back(tx, self._announcer, entry, actor)
            await tx.blogroll.remove(entry.id)
            await tx.editions.move("blogroll")

        await self._store.transaction(body)
        return entry

    async def take_in(self, outlines: Sequence[Outline]) -> Imported:
        """The outlines of an OPML file; those that are there are renewed where they say more."""
        added = updated = unchanged = 0
        for outline in outlines:
            known = await self._known(outline)
            entry = _merged(known or await self._blank(), outline)
            if entry == known:
                unchanged += 1
                continue
            added, updated = (added, updated + 1) if known else (added + 1, updated)
            await self._store.transaction(partial(self._put, entry))
        return Imported(added=added, updated=updated, unchanged=unchanged)

    async def _known(self, outline: Outline) -> BlogrollEntry | None:
        for address in (outline.xml_url, outline.html_url):
            if address and (known := await self._store.blogroll.find(address)):
                return known
        return None

    async def _put(self, entry: BlogrollEntry, tx: Tables) -> None:
        await tx.blogroll.put(entry, added=to_text(self._clock()))
        await tx.editions.move("blogroll")


def _merged(entry: BlogrollEntry, outline: Outline) -> BlogrollEntry:
    address = outline.html_url or outline.xml_url
    return replace(
        entry,
        name=clean_name(outline.title) or entry.name or urlsplit(address).netloc,
        tagline=clean_name(outline.description, limit=LONGEST_TAGLINE) or entry.tagline,
        url=outline.html_url or entry.url,
        feed_url=outline.xml_url or entry.feed_url,
        category=outline.category or entry.category,
        language=outline.language or entry.language,
        rel=outline.rel or entry.rel,
    )
