"""Processes the response of a feed, whether polled, pushed by WebSub, or fetched when its entry is added.

A `FeedResponse` comes in; the stored posts, the health of the entry and the time of the next poll go out.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Protocol

import structlog

from syndicate.activitypub.parse import authority_of
from syndicate.blogroll import schedule
from syndicate.blogroll.feed_request import FeedResponse, parse_response
from syndicate.blogroll.schedule import SUCCESSFUL, PollOutcome
from syndicate.clock import Clock, to_text
from syndicate.content.tags import Tag, tokens
from syndicate.content.text import clean_name, excerpt, plain
from syndicate.federation.actors import opt_out
from syndicate.federation.actors.profiles import request_picture
from syndicate.federation.inbox.timeline import MAX_EXCERPT_LENGTH, MAX_TITLE_LENGTH, keep
from syndicate.feeds.foreign.feed import ForeignEntry, ForeignFeed
from syndicate.model.blogroll import BlogrollEntry, FeedState, FollowedPost, FollowState
from syndicate.storage import Store, Tables
from syndicate.storage.feed_polls import FeedPoll
from syndicate.transport.message import Response

log = structlog.get_logger()

MIN_FAILURES_SHOWN = 2
"""Fewer failures without a response are not yet shown to the author."""


class PushSubscriptions(Protocol):
    """Subscribes to feeds at their hubs (WebSub), so that they are polled rarely."""

    async def offered(self, tx: Tables, *, feed: str, topic: str, hub: str) -> None:
        """Subscribe to a feed that names a hub and its topic there."""
        ...

    async def withdrawn(self, tx: Tables, *, feed: str) -> None:
        """Unsubscribe from a feed that no longer names a hub or is no longer read."""
        ...

    async def is_live(self, tables: Tables, *, feed: str) -> bool:
        """Whether the feed is pushed to us."""
        ...


class NoPushSubscriptions:
    """Subscribes to nothing; all feeds are polled."""

    async def offered(self, tx: Tables, *, feed: str, topic: str, hub: str) -> None:
        pass

    async def withdrawn(self, tx: Tables, *, feed: str) -> None:
        pass

    async def is_live(self, tables: Tables, *, feed: str) -> bool:  # noqa: ARG002 - the Protocol's names
        return False


def posts_of(feed: ForeignFeed) -> list[FollowedPost]:
    """Return a feed's posts as plain text, without those whose authors opted out."""
    return [_post(item) for item in feed.entries if not opt_out.declined(item.categories, (item.title, item.html))]


def _post(item: ForeignEntry) -> FollowedPost:
    title = item.title if item.title_is_text else _title_text(item.title)
    return FollowedPost(
        guid=item.guid,
        url=item.url,
        title=clean_name(title, limit=MAX_TITLE_LENGTH),
        author=clean_name(plain(item.author)),
        excerpt=clean_name(excerpt(plain(item.html)), limit=MAX_EXCERPT_LENGTH),
        published=item.published,
        updated=item.updated,
    )


_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "big", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "p"}
    | {"q", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr"}
)


def _title_text(title: str) -> str:
    """Return a title as text. RSS does not say whether it is HTML; it is taken as HTML unless it has block-level tags."""
    odd = any(isinstance(token, Tag) and token.name not in _INLINE for token in tokens(title))
    return unescape(title) if odd else plain(title)


@dataclass(frozen=True, slots=True)
class EntryHealth:
    """The health of an entry after a poll."""

    state: FeedState
    reason: str = ""


def health_after(asked: FeedResponse, poll: FeedPoll, entry: BlogrollEntry, *, given_up: bool) -> EntryHealth:
    """Return the health of an entry after a response; `poll` already counts this attempt."""
    if asked.answer in SUCCESSFUL:
        if entry.state is FeedState.MOVED:  # until the author has seen it
            return EntryHealth(entry.state, entry.reason)
        if asked.feed is not None:
            fault = asked.feed.fault
            return EntryHealth(FeedState.FRESH, f"Read as far as it can be: {fault}." if fault else "")
        return EntryHealth(FeedState.FRESH, entry.reason if entry.state is FeedState.FRESH else "")
    if asked.answer is PollOutcome.GONE:
        return EntryHealth(FeedState.GONE, "It says that it is gone for good (410).")
    if given_up:
        return EntryHealth(FeedState.GONE, f"It has not been found since {poll.failing_since:%Y-%m-%d} (404).")
    if asked.answer is PollOutcome.UNAVAILABLE and poll.failures < MIN_FAILURES_SHOWN:
        return EntryHealth(entry.state, entry.reason)
    return EntryHealth(FeedState.FAILING, asked.reason)


class FeedReader:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        subscriptions: PushSubscriptions | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._store, self._clock = store, clock
        self._subscriptions = subscriptions or NoPushSubscriptions()
        self._chance = chance or random.Random()  # noqa: S311 - only spreads requests over time

    async def settle(self, poll: FeedPoll, asked: FeedResponse, *, pushed: bool = False) -> None:
        """Store the result of a response. `pushed` marks a pushed document, perhaps only a part of the feed."""
        await self._store.transaction(lambda tx: self.settle_in(tx, poll, asked, pushed=pushed))

    async def received(self, feed: str, body: bytes, content_type: str) -> None:
        """Process a pushed document like the body of a poll."""
        now = self._clock()
        response = Response(status=200, headers={"Content-Type": content_type}, body=body, url=feed)
        for entry in await self._store.blogroll.list_by_feed(feed):
            poll = await self._store.feed_polls.find(entry.id)
            if poll is None:
                continue
            asked = await parse_response(response, now)
            if asked.feed is None:
                log.warning("pushed feed unreadable", feed=feed, reason=asked.reason)
                continue
            # validators and digest belong to polled documents, which this is not
            known = replace(asked, etag=poll.etag, last_modified=poll.last_modified, digest=poll.digest or "pushed")
            await self.settle(poll, known, pushed=True)

    async def settle_in(self, tx: Tables, poll: FeedPoll, asked: FeedResponse, *, pushed: bool = False) -> None:
        """Store the result of a response inside a transaction."""
        now = self._clock()
        entry = await tx.blogroll.get(poll.entry)
        if entry is None or entry.feed_url != poll.url:  # the author has changed the entry
            return
        before, poll = poll, _with_result(poll, asked, now)
        if asked.answer in SUCCESSFUL and asked.moved:
            entry = await self._move(tx, entry, asked.moved)
            poll = replace(poll, url=entry.feed_url, host=authority_of(entry.feed_url))
        pace = schedule.MAX_INTERVAL if entry.latest is None else schedule.pace([entry.latest.at], now)
        if asked.feed is not None:
            first = before.read is None
            if first:
                entry = await _with_feed_metadata(tx, entry, asked.feed)
            followed = entry.follow is FollowState.ACCEPTED  # then its posts come from the account, with their audience
            changes = await keep(tx, entry, [] if followed else posts_of(asked.feed), now, first=first)
            pace = schedule.pace([one.published for one in changes.kept], now)
            if not pushed:
                await self._update_subscription(tx, entry, asked)
            if changes.new:
                log.info("blog read", blog=entry.name, new=changes.new)
        elif poll.pace:
            pace = max(pace, timedelta(seconds=poll.pace))
        if not (
            poll.etag or poll.last_modified
        ):  # without validators each response is the whole feed: once a day is enough
            pace = schedule.MAX_INTERVAL
        due = schedule.next_poll(
            asked.answer,
            now,
            self._chance,
            hints=replace(asked.hints, ttl=timedelta(minutes=poll.ttl)),
            pace=pace,
            pushed=pushed or await self._is_pushed(tx, entry),
            failures=poll.failures,
            failing_since=poll.failing_since,
        )
        await self._tell(tx, entry, health_after(asked, poll, entry, given_up=due is None))
        if due is None:
            await tx.feed_polls.delete(entry.id)
            await self._subscriptions.withdrawn(tx, feed=entry.feed_url)
            return
        await tx.feed_polls.save(replace(poll, due=due, pace=int(pace.total_seconds())))

    async def _move(self, tx: Tables, entry: BlogrollEntry, to: str) -> BlogrollEntry:
        """Adopt the target of a permanent redirect that leads to a working feed."""
        if to == entry.feed_url:
            return entry
        others = [other for other in await tx.blogroll.list_by_feed(to) if other.id != entry.id]
        if others:
            reason = f"Its feed is now {to}, which is that of {others[0].name}."
            await tx.blogroll.set_state(entry.id, FeedState.MOVED, reason)
            return replace(entry, state=FeedState.MOVED, reason=reason)
        reason = f"Its feed has moved from {entry.feed_url} to {to}."
        await tx.blogroll.set_feed(entry.id, to)
        await tx.blogroll.set_state(entry.id, FeedState.MOVED, reason)
        await self._subscriptions.withdrawn(tx, feed=entry.feed_url)
        if not entry.hidden:
            await tx.versions.move("blogroll")
        log.warning("blog moved", blog=entry.name, feed=to)
        return replace(entry, feed_url=to, state=FeedState.MOVED, reason=reason)

    async def _update_subscription(self, tx: Tables, entry: BlogrollEntry, asked: FeedResponse) -> None:
        if asked.hubs:
            await self._subscriptions.offered(tx, feed=entry.feed_url, topic=asked.topic, hub=asked.hubs[0])
        else:
            await self._subscriptions.withdrawn(tx, feed=entry.feed_url)

    async def _tell(self, tx: Tables, entry: BlogrollEntry, verdict: EntryHealth) -> None:
        news = await tx.blogroll.set_state(entry.id, verdict.state, verdict.reason)
        if news and verdict.state in (FeedState.FAILING, FeedState.GONE):
            log.warning("blog polling failed", blog=entry.name, state=verdict.state.value, reason=verdict.reason)

    async def _is_pushed(self, tx: Tables, entry: BlogrollEntry) -> bool:
        """Whether the feed is pushed by WebSub, or its account on the same server delivers its posts."""
        is_account = entry.follow is FollowState.ACCEPTED and authority_of(entry.actor) == authority_of(entry.feed_url)
        return is_account or await self._subscriptions.is_live(tx, feed=entry.feed_url)


async def _with_feed_metadata(tx: Tables, entry: BlogrollEntry, feed: ForeignFeed) -> BlogrollEntry:
    """Fill the empty fields of an entry, such as one from an imported list, from its feed at the first poll."""
    icon = entry.icon or feed.icon
    filled = replace(
        entry,
        tagline=entry.tagline or ("" if entry.actor else clean_name(plain(feed.tagline), limit=MAX_TITLE_LENGTH)),
        url=entry.url or feed.url,
        language=entry.language or feed.language,
        icon=icon,
        picture=entry.picture or await request_picture(tx, icon),
    )
    if filled != entry and not entry.edited:
        await tx.blogroll.save(filled, added=to_text(tx.clock()))
        if not entry.hidden:
            await tx.versions.move("blogroll")
        return filled
    return entry


def _with_result(poll: FeedPoll, asked: FeedResponse, now: datetime) -> FeedPoll:
    """Return the poll state after this attempt."""
    if asked.answer not in SUCCESSFUL:
        return replace(poll, failures=poll.failures + 1, failing_since=poll.failing_since or now)
    if not asked.digest:  # 304: the validators stay valid, unless it names another (RFC 9110 §15.4.5)
        return replace(poll, etag=asked.etag or poll.etag, failures=0, failing_since=None)
    return replace(
        poll,
        etag=asked.etag,
        last_modified=asked.last_modified,
        digest=asked.digest,
        read=now,
        ttl=asked.feed.ttl if asked.feed else poll.ttl,
        failures=0,
        failing_since=None,
    )
