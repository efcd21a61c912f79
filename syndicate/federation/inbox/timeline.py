"""Saves the posts of the blogroll: those of followed accounts (here), and those of feeds (from `blogroll`).

A post is saved once, since a blog often has both an account and a feed. A limited number is kept of each, as excerpts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from syndicate.activitypub.access import as_id
from syndicate.activitypub.addressing import Reach
from syndicate.activitypub.parse import RemoteNote, origin, own_page
from syndicate.content.text import clean_name, excerpt, plain
from syndicate.errors import MalformedActivity
from syndicate.federation.actors import opt_out
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, private, refused
from syndicate.federation.inbox.notes import read_note
from syndicate.federation.inbox.shown_form import MEDIA, warning_of
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.activity import Verdict
from syndicate.model.blogroll import BlogrollEntry, FeedState, FollowedPost, FollowState, LatestPost
from syndicate.model.ids import new_id
from syndicate.storage import Tables
from syndicate.storage.feed_entries import NEVER, StoredFeedEntry

MAX_KEPT = 30
MAX_NEWS_AGE = timedelta(days=2)
"""Older posts are not announced."""
MAX_TITLE_LENGTH = 300
MAX_EXCERPT_LENGTH = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The rows to write."""

    put: tuple[StoredFeedEntry, ...]
    remove: tuple[str, ...]
    kept: tuple[StoredFeedEntry, ...]
    """The rows after that, newest first."""
    new: int

    @property
    def latest(self) -> LatestPost | None:
        return latest_of(self.kept)


def decide(
    kept: Sequence[StoredFeedEntry], found: Iterable[FollowedPost], entry: BlogrollEntry, now: datetime, *, first: bool
) -> Changes:
    """What becomes of posts that were found, newest first, beside those that are kept.

    The date under which a post came first stays, so that nobody gets to the top by changing it. Of posts without dates
    those are new that stand above the first one that is known; of a feed that is seen for the `first` time, which is no
    news, only the topmost.
    """
    before = {one.id: one for one in kept}
    after = dict(before)
    known = _Known(kept)
    undated_ended = False
    for post in found:
        match = known.find(post)
        if match is not None:
            undated_ended = undated_ended or post.published is None
            after[match] = replace(after[match], post=_merged(after[match].post, post))
            continue
        if post.published is None:
            if undated_ended:
                continue
            undated_ended = first
        published = min(post.published or now, now)
        news = not (first or entry.hidden or now - published > MAX_NEWS_AGE)
        new = StoredFeedEntry(
            id=new_id(now),
            entry=entry.id,
            post=post,
            published=published,
            found=now,
            hidden=entry.hidden,
            boost="" if news else NEVER,
        )
        after[new.id] = new
        known.add(new)
    newest = sorted(after.values(), key=lambda one: (one.published, one.id), reverse=True)[:MAX_KEPT]
    staying = {one.id for one in newest}
    return Changes(
        put=tuple(one for one in newest if one != before.get(one.id)),
        remove=tuple(id for id in before if id not in staying),
        kept=tuple(newest),
        new=len(staying - before.keys()),
    )


class _Known:
    """Finds the saved row of a post by its guid, its object id or its address."""

    def __init__(self, kept: Iterable[StoredFeedEntry]) -> None:
        self._ids: dict[str, str] = {}
        for one in kept:
            self.add(one)

    def add(self, one: StoredFeedEntry) -> None:
        for name in _names(one.post):
            self._ids.setdefault(name, one.id)

    def find(self, post: FollowedPost) -> str | None:
        return next((self._ids[name] for name in _names(post) if name in self._ids), None)


def _names(post: FollowedPost) -> list[str]:
    return [name for name in (post.guid, post.object, post.url.partition("#")[0]) if name]


def _merged(kept: FollowedPost, found: FollowedPost) -> FollowedPost:
    """Merge a post with its newer version. Its guid stays, and a post of an account keeps its object id."""
    return replace(found, guid=kept.guid, object=found.object or kept.object, published=kept.published)


def latest_of(kept: Sequence[StoredFeedEntry]) -> LatestPost | None:
    """Return the newest post for lists; `kept` is sorted newest first."""
    newest = next(iter(kept), None)
    return None if newest is None else LatestPost(title=newest.post.heading, url=newest.post.url, at=newest.published)


async def keep(
    tx: Tables, entry: BlogrollEntry, found: Iterable[FollowedPost], now: datetime, *, first: bool = False
) -> Changes:
    """Save the posts found for an entry, and update the river and the list."""
    await tx.advisory_lock(f"blogroll:{entry.id}")  # its feed and its account may bring one post at once
    changes = decide(await tx.feed_entries.list_by_entry(entry.id), found, entry, now, first=first)
    for one in changes.put:
        await tx.feed_entries.save(one)
    for id in changes.remove:
        await tx.feed_entries.delete(id)
    moved = await tx.blogroll.set_latest(entry.id, changes.latest)
    if (moved or changes.put or changes.remove) and not entry.hidden:
        await tx.versions.move("river")
    return changes


# from the fediverse


async def take(document: dict[str, Any], reached: Reach, actor: str, context: InboxContext) -> Decision | None:
    """Decide about an authentic post of a followed account; None for other accounts and for replies."""
    if as_id(document.get("inReplyTo")):
        return None
    entry = await context.store.blogroll.find_by_actor(actor)
    if entry is None or entry.follow is not FollowState.ACCEPTED:
        return None
    try:
        note = await read_note(document, context)
    except MalformedActivity as error:
        return refused(error.reason)
    if note.author != actor or origin(note.id) != origin(actor):
        return refused("object.author")
    if reached is Reach.PRIVATE:
        return _delete(note.id, private("object.private"), context)
    author = await context.store.remote_actors.find(actor)
    if opt_out.declined_in_post(note) or (author is not None and author.opted_out):
        return _delete(note.id, ignored("object.no-blog"), context)
    post = from_note(note, author.name if author else "")
    entry_id = entry.id

    async def keep_it(tx: Tables) -> Verdict:
        current = await tx.blogroll.get(entry_id)
        if current is None:
            return ignored("timeline.not-followed")
        if await tx.tombstones.find(note.id) is not None:
            return ignored("object.gone")
        changes = await keep(tx, current, [post], context.clock())
        if changes.new:
            return done("timeline.kept")
        return done("timeline.changed") if changes.put else ignored("timeline.known")

    return keep_it


def _delete(uri: str, verdict: Verdict, context: InboxContext) -> Decision:
    async def delete(tx: Tables) -> Verdict:
        await forget(tx, uri, context.outbox)
        return verdict

    return delete


def from_note(note: RemoteNote, author: str) -> FollowedPost:
    """Convert a note to a post of the blogroll; a text behind a warning is not shown."""
    warning, words = warning_of(note), _words(note)
    return FollowedPost(
        guid=note.id,
        object=note.id,
        url=own_page(note.id, note.url),
        title=clean_name(
            plain(note.name) or warning or ("" if plain(note.html) else _kind(note)), limit=MAX_TITLE_LENGTH
        ),
        author=clean_name(author),
        excerpt=(clean_name(warning) if note.name else "")
        if warning
        else clean_name(excerpt(words), limit=MAX_EXCERPT_LENGTH),
        published=note.published,
        updated=note.updated or note.published,
    )


def _words(note: RemoteNote) -> str:
    """Return the text for lists: the summary, else the text with the options of a poll, else the description of a
    picture."""
    if not note.is_short and plain(note.summary):
        return plain(note.summary)
    words = " · ".join(filter(None, (plain(note.html), *note.options)))
    return words or next((item.alt for item in note.attached if item.alt), "")


def _kind(note: RemoteNote) -> str:
    """Return the kind of a note without text."""
    if note.options or note.type == "Question":
        return "Poll"
    kinds = [MEDIA.get(item.media_type.partition("/")[0], "") for item in note.attached]
    return "" if any(item.alt for item in note.attached) else next(filter(None, kinds), "")


async def forget(tx: Tables, uri: str, outbox: Outbox, *, by: str = "") -> bool:
    """Delete a post that is gone at its origin, and retract its boost by the blogroll account. `by` is the required
    actor, if any. Return False if there is no such post."""
    found = False
    for one in await tx.feed_entries.list_by_object(uri):
        entry = await tx.blogroll.get(one.entry)
        if entry is None or (by and entry.actor != by):
            continue
        await outbox.boosts.retract(tx, one.boost)
        await tx.feed_entries.delete(one.id)
        await _renew(tx, entry)
        found = True
    return found


async def account_gone(tx: Tables, actor: str, outbox: Outbox) -> None:
    """Delete the posts of a followed account that is gone; its feed, if it has one, is still read."""
    entry = await tx.blogroll.find_by_actor(actor)
    if entry is None:
        return
    for one in await tx.feed_entries.list_by_entry(entry.id):
        if one.post.object:
            await outbox.boosts.retract(tx, one.boost)
            await tx.feed_entries.delete(one.id)
    await tx.blogroll.set_follow(entry.id, FollowState.NONE, "")
    if not entry.feed_url:
        await tx.blogroll.set_state(entry.id, FeedState.GONE, "Its server says that the account is gone.")
    await _renew(tx, entry)


async def _renew(tx: Tables, entry: BlogrollEntry) -> None:
    """Update the entry of a deleted post; unlike new posts, this shows immediately."""
    await tx.blogroll.set_latest(entry.id, latest_of(await tx.feed_entries.list_by_entry(entry.id)))
    if not entry.hidden:
        await tx.versions.move("blogroll", "river")
