"""Adds, edits and removes entries of the blogroll, with their Follow and Undo, polls and pictures.

Addresses, changes and imported lists come in; rows and outgoing activities, written in one transaction, go out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from syndicate.activitypub.parse import authority_of, host_of
from syndicate.blogroll.feed_reader import FeedReader, NoPushSubscriptions, PushSubscriptions
from syndicate.blogroll.finder import FeedFinder, FoundFeed
from syndicate.blogroll.list_index import ListIndex, PassedOver
from syndicate.blogroll.schedule import first_poll
from syndicate.clock import Clock, to_text
from syndicate.config import SiteConfig
from syndicate.content.text import clean_name
from syndicate.errors import AddressUnusable, InputError
from syndicate.federation.actors.profiles import request_picture
from syndicate.federation.outbox import follows
from syndicate.federation.outbox.outbox import Outbox
from syndicate.feeds.opml import Outline
from syndicate.model.blogroll import BlogrollEntry, FeedState
from syndicate.model.ids import new_id
from syndicate.storage import Store, Tables
from syndicate.storage.feed_polls import FeedPoll
from syndicate.translation import _

MAX_TAGLINE_LENGTH = 500
IMPORT_BATCH_SIZE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImportReport:
    """The result of an import. `edited` are the names of entries that were left unchanged because they were edited here,
    `passed_over` those of feeds that are on the list already.
    """

    added: int
    updated: int
    unchanged: int
    edited: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


def require_another(site: SiteConfig, address: str) -> None:
    """Raises InputError for an address of this blog: it cannot follow itself."""
    own = {site.account, site.url, site.host, f"{site.url}/actor"}
    if address.strip().lstrip("@").rstrip("/").lower() in own:
        raise InputError(_("{address}: is this blog itself, which cannot follow itself", address=address))


class WebmentionNotifier(Protocol):
    async def mention(self, tx: Tables, *, source: str, target: str) -> None:
        """Notify `target` that our page `source` links to it."""
        ...


class BlogrollEditor:
    """Edits the blogroll. `mentions` notifies blogs that they are listed on `page`; with None they are not notified."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        clock: Clock,
        subscriptions: PushSubscriptions | None = None,
        *,
        mentions: WebmentionNotifier | None = None,
        page: str = "",
    ) -> None:
        self._store, self._outbox, self._clock = store, outbox, clock
        self._mentions, self._page = mentions, page
        self._subscriptions = subscriptions or NoPushSubscriptions()
        self._reader = FeedReader(store, clock, self._subscriptions)

    async def follow(
        self, address: str, finder: FeedFinder, *, category: str | None = None, hidden: bool | None = None
    ) -> BlogrollEntry:
        """Add what is found at an address, like `add`. Raises AddressUnusable."""
        return await self.add(await finder.find(address), address, category=category, hidden=hidden)

    async def add(
        self, found: FoundFeed, address: str, *, category: str | None = None, hidden: bool | None = None
    ) -> BlogrollEntry:
        """Add what was found; an account is sent a Follow, and a feed is read at once.

        The author's own changes of an existing entry are kept. Raises AddressUnusable for an account that is blocked.
        """
        actor = found.actor
        if actor is not None and await self._store.blocks.covers(actor.uri, host_of(actor.uri)):
            raise AddressUnusable(
                _("{account}: is blocked; unblock it before you follow it", account=actor.handle or actor.uri)
            )
        found, known = await self._matched(found)
        entry = known or await self._new_entry()
        entry = replace(
            _with(entry, found),
            name=entry.name or found.name or address,
            category=entry.category if category is None else clean_name(category),
            hidden=entry.hidden if hidden is None else hidden,
        )
        await self._store.transaction(lambda tx: self._add(tx, entry, known, found))
        return await self._store.blogroll.get(entry.id) or entry

    async def complete(self, entry: BlogrollEntry, found: FoundFeed) -> None:
        """Complete an entry of which only the handle was known."""
        found, other = await self._matched(found)
        if other is not None and other.id != entry.id:  # it exists already, under another name
            await self._store.transaction(lambda tx: tx.blogroll.delete(entry.id))
            return
        named = entry.name if entry.name not in ("", entry.handle) else found.name or entry.handle
        supplied = _with(entry, found).supplied | ({"name"} & found.supplied if named == found.name else set())
        completed = replace(_with(entry, found), name=named, supplied=frozenset(supplied))
        await self._store.transaction(lambda tx: self._add(tx, completed, entry, found))

    async def _matched(self, found: FoundFeed) -> tuple[FoundFeed, BlogrollEntry | None]:
        """Return what was found with its entry, if there is one: another feed of a blog is another entry.

        Such a feed is taken without the account of the blog, which that blog's entry has.
        """
        table = self._store.blogroll
        known = await table.find_by_actor(found.actor.uri) if found.actor else None
        if known is not None and not found.is_account and _has_another_feed(known, found):
            found, known = found.without_account(), None
        if known is None and found.feed_url:
            known = await table.find_by_feed(found.feed_url)
        for address in (found.url, found.actor.handle if found.actor else ""):
            if known is None and address:
                other = await table.find(address)
                known = other if other is not None and not _has_another_feed(other, found) else None
        return found, known

    async def _new_entry(self) -> BlogrollEntry:
        position = await self._store.blogroll.next_position()
        return BlogrollEntry(id=new_id(self._clock()), name="", position=position)

    async def _add(self, tx: Tables, entry: BlogrollEntry, known: BlogrollEntry | None, found: FoundFeed) -> None:
        now = self._clock()
        await self._put(tx, entry, known)
        if known is None:
            await self._tell(tx, entry)
        if found.actor is not None:
            await follows.send_follow(tx, self._outbox, entry, found.actor, before=known)
        await tx.blogroll.set_state(entry.id, FeedState.FRESH)
        if not entry.feed_url:
            await tx.feed_polls.delete(entry.id)
            return
        poll = await tx.feed_polls.find(entry.id)
        if poll is None or known is None or known.feed_url != entry.feed_url:
            poll = _poll(entry, now)
        poll = replace(poll, due=now)
        await tx.feed_polls.save(poll)
        if found.asked is not None and found.feed_url == entry.feed_url:
            await self._reader.settle_in(tx, poll, found.asked)

    async def _put(self, tx: Tables, entry: BlogrollEntry, before: BlogrollEntry | None) -> None:
        """Write an entry and move the version of the blogroll."""
        if before is None or before.icon != entry.icon:
            entry = replace(entry, picture=await request_picture(tx, entry.icon))
        await tx.blogroll.save(entry, added=to_text(self._clock()))
        if before is not None and before.hidden != entry.hidden:
            await self._hide(tx, entry)
        await tx.versions.move("blogroll")

    async def _hide(self, tx: Tables, entry: BlogrollEntry) -> None:
        """Hide or show an entry; the announcements of a hidden one are undone."""
        if entry.hidden:
            for one in await tx.feed_entries.list_by_entry(entry.id):
                await self._outbox.boosts.retract(tx, one.boost)
        else:
            await self._tell(tx, entry)
        await tx.feed_entries.set_hidden(entry.id, entry.hidden)
        await tx.versions.move("river")

    async def _tell(self, tx: Tables, entry: BlogrollEntry) -> None:
        """Notify a blog that it is listed publicly (Webmention)."""
        if entry.url and not entry.hidden and self._mentions is not None:
            await self._mentions.mention(tx, source=self._page, target=entry.url)

    async def unfollow(self, address: str) -> BlogrollEntry:
        """Remove an entry; an account is sent the Undo of our Follow. Raises AddressUnusable."""
        entry = await self._get(address)
        actor = await self._store.remote_actors.find(entry.actor) if entry.actor else None

        async def body(tx: Tables) -> None:
            if actor is not None:
                await follows.undo_follow(tx, self._outbox, entry, actor)
            if entry.feed_url:
                await self._subscriptions.withdrawn(tx, feed=entry.feed_url)
            await tx.blogroll.delete(entry.id)
            await tx.versions.move("blogroll", "river")

        await self._store.transaction(body)
        return entry

    async def edit(self, address: str, changes: dict[str, Any], *, seen: bool = False) -> BlogrollEntry:
        """Edit an entry: `changes` are fields with their values. `seen` dismisses its warning. Raises AddressUnusable."""
        before = await self._get(address)
        supplied = before.supplied - changes.keys()  # edited fields no longer follow the account
        entry = replace(before, **changes, edited=before.edited or bool(changes), supplied=supplied)

        async def body(tx: Tables) -> None:
            await self._put(tx, entry, before)
            if entry.feed_url != before.feed_url:
                await self._change_feed(tx, entry, before)
            if seen:
                await tx.blogroll.set_state(entry.id, FeedState.FRESH)

        await self._store.transaction(body)
        return await self._store.blogroll.get(entry.id) or entry

    async def _change_feed(self, tx: Tables, entry: BlogrollEntry, before: BlogrollEntry) -> None:
        """Switch an entry to another feed: stored posts stay, and the posts of the new feed do not count as news."""
        if before.feed_url:
            await self._subscriptions.withdrawn(tx, feed=before.feed_url)
        await tx.blogroll.set_state(entry.id, FeedState.FRESH)
        if entry.feed_url:
            await tx.feed_polls.save(_poll(entry, self._clock()))
        else:
            await tx.feed_polls.delete(entry.id)

    async def _get(self, address: str) -> BlogrollEntry:
        entry = await self._store.blogroll.find(address)
        if entry is None:
            raise AddressUnusable(
                _("{address}: is not in the blogroll; `syndicate blogroll` shows what is", address=address)
            )
        return entry

    # lists of other programs

    async def import_outlines(self, outlines: Sequence[Outline]) -> ListImportReport:
        """Import the outlines of an OPML file. Existing entries are updated unless the author has edited them; new ones
        are polled by the server in small steps."""
        return await self._import(outlines, find=ListIndex.find_outline, merge=_merged)

    async def import_accounts(self, handles: Sequence[str]) -> ListImportReport:
        """Import handles of accounts; the server looks up the rest and follows them."""
        return await self._import(
            handles,
            find=ListIndex.find_handle,
            merge=lambda entry, handle: replace(entry, handle=handle, name=entry.name or handle),
        )

    async def _import(
        self,
        items: Sequence[Any],
        *,
        find: Callable[[ListIndex, Any], BlogrollEntry | PassedOver | None],
        merge: Callable[[BlogrollEntry, Any], BlogrollEntry],
    ) -> ListImportReport:
        there = ListIndex(await self._store.blogroll.list_all(hidden=True))
        position = await self._store.blogroll.next_position()
        wanted: list[tuple[BlogrollEntry, BlogrollEntry | None]] = []
        unchanged, edited, passed_over = 0, [], []
        for item in items:
            known = find(there, item)
            if isinstance(known, PassedOver):
                passed_over.append(known.what)
                continue
            if known is not None and known.edited:
                edited.append(known.name)
                continue
            blank = BlogrollEntry(id=new_id(self._clock()), name="", position=position + len(wanted))
            entry = merge(known or blank, item)
            there.add(entry, is_listed=True)
            if entry == known:
                unchanged += 1
                continue
            wanted.append((entry, known))
        for at in range(0, len(wanted), IMPORT_BATCH_SIZE):
            batch = wanted[at : at + IMPORT_BATCH_SIZE]
            await self._store.transaction(partial(self._put_batch, batch=batch, place=at))
        added = len({entry.id for entry, known in wanted if known is None})
        return ListImportReport(
            added=added,
            updated=len(wanted) - added,
            unchanged=unchanged,
            edited=tuple(edited),
            passed_over=tuple(passed_over),
        )

    async def _put_batch(
        self, tx: Tables, batch: Sequence[tuple[BlogrollEntry, BlogrollEntry | None]], place: int
    ) -> None:
        now = self._clock()
        for number, (entry, before) in enumerate(batch, start=place):
            await tx.blogroll.save(entry, added=to_text(now))
            if (entry.feed_url, entry.handle) != ((before.feed_url, before.handle) if before else ("", "")):
                await tx.feed_polls.save(_poll(entry, first_poll(now, number)))
        await tx.versions.move("blogroll")


def _has_another_feed(entry: BlogrollEntry, found: FoundFeed) -> bool:
    return bool(entry.feed_url and found.feed_url) and not entry.is_feed(found.feed_url)


def _poll(entry: BlogrollEntry, due: datetime) -> FeedPoll:
    host = authority_of(entry.feed_url) or entry.handle.rpartition("@")[2].lower()
    return FeedPoll(entry=entry.id, url=entry.feed_url, host=host, due=due)


def _with(entry: BlogrollEntry, found: FoundFeed) -> BlogrollEntry:
    """Return the entry with what was found, except where the author has set a value."""
    actor = found.actor
    return replace(
        entry,
        tagline=entry.tagline or found.tagline,
        url=entry.url if entry.edited and entry.url else found.url or entry.url,
        feed_url=entry.feed_url if entry.edited and entry.feed_url else found.feed_url or entry.feed_url,
        actor=actor.uri if actor else entry.actor,
        handle=actor.handle if actor else entry.handle,
        language=entry.language or found.language,
        icon=entry.icon or found.icon,
        supplied=entry.supplied | {member for member in found.supplied if not getattr(entry, member)},
    )


def _merged(entry: BlogrollEntry, outline: Outline) -> BlogrollEntry:
    address = outline.html_url or outline.xml_url
    return replace(
        entry,
        name=clean_name(outline.title) or entry.name or urlsplit(address).netloc,
        tagline=clean_name(outline.description, limit=MAX_TAGLINE_LENGTH) or entry.tagline,
        url=outline.html_url or entry.url,
        feed_url=outline.xml_url or entry.feed_url,
        category=outline.category or entry.category,
        language=outline.language or entry.language,
        rel=outline.rel or entry.rel,
        supplied=entry.supplied
        - {member for member, value in (("name", outline.title), ("tagline", outline.description)) if value},
    )
