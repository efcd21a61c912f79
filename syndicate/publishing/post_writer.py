"""Write a change of a post with everything that follows from it: activities, Webmentions, tombstones, aliases, media,
versions.

Every function runs in the caller's transaction.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.clock import Clock
from syndicate.content.text import plain
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.ids import IdsInOrder, new_id
from syndicate.model.post import Post, PostState, TermKind
from syndicate.publishing import announcements
from syndicate.publishing.announcements import Announcement
from syndicate.publishing.news import news_after
from syndicate.publishing.renderer import RENDERER, RenderedPost
from syndicate.storage import Tables
from syndicate.storage.citations import CitationState
from syndicate.storage.media import MediaFile, MediaState
from syndicate.storage.post_rows import PostSource
from syndicate.storage.tombstones import Tombstone
from syndicate.urls import Urls
from syndicate.webmention.outbox import WebmentionOutbox

Also = Callable[[Tables, Post], Awaitable[None]]
"""Runs in the same transaction after the post was written."""


class ConcurrentUpdate(Exception):
    """Another writer took the slug or changed the post in the meantime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPost:
    """A post with its source, as they were read."""

    post: Post
    made: PostSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PostChange:
    """A post that replaces `before`, or is new.

    `addresses` are others that lead to it; `source_id` is its identity in another program; `announced`: followers are
    notified of a new post; `is_minor`: nobody is notified of a change. `delay` is how long a new post can be taken back;
    `takes_back`: that is what this change does.
    """

    before: StoredPost | None
    post: Post
    made: PostSource
    rendered: RenderedPost
    addresses: tuple[str, ...] = ()
    source_id: str | None = None
    announced: bool
    is_minor: bool
    delay: timedelta | None = None
    takes_back: bool = False
    also: Also | None = None

    @property
    def old(self) -> Post | None:
        return self.before.post if self.before else None

    @property
    def shown(self) -> datetime | None:
        """The `updated` that readers have seen; None if no reader has: then dates start now."""
        return self.before.post.updated if self.before and self.before.made.released else None


class PostWriter:
    def __init__(self, outbox: Outbox, webmentions: WebmentionOutbox, urls: Urls, clock: Clock) -> None:
        self._outbox, self._webmentions, self._urls, self._clock = outbox, webmentions, urls, clock
        self._revisions = IdsInOrder()

    async def write(self, tx: Tables, change: PostChange) -> Post:
        """Write a new or changed post and return it with its final dates and id. Raises Overtaken, AlreadyAnnounced."""
        await tx.post_writes.advisory_lock()
        await _check_not_overtaken(tx, change)
        now = self._clock()
        waiting = await announcements.find(tx, change.old) or _new_announcement(change, now)
        if change.takes_back:
            post, made = announcements.as_drafted(waiting, change.post, change.made)
            change = replace(change, post=post, made=made)
        if change.before is not None:
            await tx.revisions.save(change.post.id, revision=self._revisions.new(now), replaced=now)
        post = await self._dated(tx, change, now)
        if waiting is not None:
            post = announcements.news_while_waiting(post)
            await announcements.save(tx, waiting, post, is_minor=change.is_minor)
        if waiting is None or (waiting.has_left and not post.federates):
            post = await self._federate(tx, change, post, now)
        await self._webmentions.post_changed(tx, change.old, post, announced=change.announced, minor=change.is_minor)
        if change.old is not None and change.old.is_public and not post.is_public:
            await self._erase_citations(tx, change.old)
        await self._save(tx, post, replace(change.made, edited=_edited(change, post)))
        await _save_addresses(tx, change, post)
        await self._record_media(tx, post, change.rendered)
        is_to_be_read = post.state in (PostState.PUBLISHED, PostState.SCHEDULED)
        await tx.mentions.save_all(post.id, change.rendered.named if is_to_be_read else {}, now)
        await _move_versions(tx, change.old, post)
        if change.also is not None:
            await change.also(tx, post)
        return post

    async def _dated(self, tx: Tables, change: PostChange, now: datetime) -> Post:
        """Return the post with its `updated`, and with what counts as news of it."""
        wanted = change.post.updated if change.shown is None else now.replace(microsecond=0)
        updated = await tx.post_writes.next_free_updated(wanted, change.post.id, after=change.shown)
        post = replace(change.post, updated=updated)
        return replace(post, news=news_after(change.old, minor=change.is_minor))

    async def _save(self, tx: Tables, post: Post, made: PostSource) -> None:
        await tx.post_writes.save(post, made)
        if made.released is not None:
            await tx.post_archive.assign_number(post.id)
        await tx.search.save(post, plain(post.html))

    async def _federate(self, tx: Tables, change: PostChange, post: Post, now: datetime) -> Post:
        """Create the activity for the change as seen from outside: Create, Update or Delete. Return the post, which has
        another id after a Delete: the old one is gone forever."""
        before, names_wanted = change.old, change.rendered.names_wanted
        was_open = before is not None and before.reaches_others
        is_news = not change.is_minor if was_open else change.announced
        await self._outbox.reactions.changed(tx, post, post, is_news=is_news)
        was, is_now = before is not None and before.federates, post.federates
        if is_now and not was:
            await self._created(tx, post, announce=change.announced, names_wanted=names_wanted)
        elif is_now and change.is_minor:
            await self._outbox.refresh_unsent(tx, post)
        elif is_now:
            await self._outbox.updated(tx, post, names_wanted=names_wanted)
            if before is not None and before.pinned != post.pinned:
                await self._outbox.pinned(tx, post)
        elif was and before is not None:
            await self._outbox.deleted(tx, before, now)
            await tx.tombstones.save(self._tombstone(before, uri=before.uri, path=None, now=now))
            return replace(post, uri=self._urls.post(new_id(now)))
        return post

    async def _created(self, tx: Tables, post: Post, *, announce: bool, names_wanted: bool) -> None:
        await self._outbox.created(tx, post, announce=announce, names_wanted=names_wanted)
        if post.pinned and announce:
            await self._outbox.pinned(tx, post)

    async def _record_media(self, tx: Tables, post: Post, rendered: RenderedPost) -> None:
        shown: list[str] = []
        for file in rendered.media:
            known = await tx.media.find_by_source(file.source_url)
            is_kept = known is not None and known.state is MediaState.KEPT
            is_old = is_kept and (not file.is_local or file.state is MediaState.FAILED)
            if file in rendered.new and not is_old:
                await _save_file(tx, file, known)
            shown.append(known.id if known else file.id)
        await tx.media.set_used_by(post.id, shown)

    async def release(self, tx: Tables, scheduled: StoredPost) -> Post:
        """Publish a scheduled post whose date has come. It was in the future when the post was first seen: so it is
        announced.
        """
        post, made, now = scheduled.post, scheduled.made, self._clock()
        updated = await tx.post_writes.next_free_updated(post.published, post.id)
        released = replace(post, state=PostState.PUBLISHED, updated=updated)
        await self._outbox.reactions.changed(tx, post, released, is_news=not made.minor)
        if released.federates:
            wanted = await tx.mentions.has_unresolved(post.id)
            await self._created(tx, released, announce=not made.minor, names_wanted=wanted)
            await self._webmentions.post_changed(tx, None, released, minor=made.minor)
        await self._save(tx, released, replace(made, released=now))
        await _move_versions(tx, released)
        return released

    async def announce(self, tx: Tables, stored: StoredPost) -> None:
        """Announce a post that could be taken back until now, with the text that it has. What another server has fetched
        before the last change of the text is updated there."""
        post, pending = stored.post, await tx.announcements.find(stored.post.id)
        if pending is None:
            return
        await self._outbox.reactions.changed(tx, post, post, is_news=pending.announced)
        if post.federates:
            wanted = await tx.mentions.has_unresolved(post.id)
            await self._created(tx, post, announce=pending.announced, names_wanted=wanted)
            if pending.fetched not in (0, stored.made.revision):
                await self._outbox.updated(tx, post)
        if pending.is_news:
            await self._save(tx, replace(post, news=""), stored.made)
        await tx.announcements.delete(post.id)
        await _move_versions(tx, post)

    async def replace_html(self, tx: Tables, rerendered: StoredPost, media: Sequence[str]) -> bool:
        """Replace the HTML, and add files to those that the post uses. Return False if the source was changed in the
        meantime."""
        if not await tx.post_writes.set_html(rerendered.post, renderer=RENDERER, revision=rerendered.made.revision):
            return False
        await tx.media_uses.add(rerendered.post.id, media)
        await self._outbox.refresh_unsent(tx, rerendered.post)
        await self._outbox.reactions.found(tx, rerendered.post)
        await self._webmentions.target_found(tx, rerendered.post)
        await _move_versions(tx, rerendered.post)
        return True

    async def delete(self, tx: Tables, post: Post) -> list[str]:
        """Delete a post here and on other servers; return the names of files that nothing uses any more."""
        now = self._clock()
        await self._outbox.reactions.changed(tx, post, None, is_news=False)
        waiting = await announcements.find(tx, post)
        if post.federates and (waiting is None or waiting.has_left):
            await self._outbox.deleted(tx, post, now)
        await self._erase_citations(tx, post)
        await tx.announcements.delete(post.id)
        await self._webmentions.post_changed(tx, post, None)
        if post.is_public:  # a post that was never public leaves no tombstone
            await self._create_tombstones(tx, post, now)
        unused = await tx.media.delete_by_post(post.id)
        await tx.search.delete(post.id)
        await _move_versions(tx, post, also=("comments",))
        await tx.post_writes.delete(post.id)
        return unused

    async def _erase_citations(self, tx: Tables, post: Post) -> None:
        """Erase what other posts cite of a post that readers see no longer."""
        if await tx.citations.erase(CitationState.GONE, actor=self._urls.blog_actor, object=post.uri):
            await tx.versions.move("site")

    async def _create_tombstones(self, tx: Tables, post: Post, now: datetime) -> None:
        """Create tombstones at its id, its permalink and all of its aliases."""
        await tx.tombstones.save(self._tombstone(post, uri=post.uri, path=post.path, now=now))
        for address in await tx.posts.list_aliases(post.id):
            if address.startswith("/"):
                uri = self._urls.absolute(address)
                await tx.tombstones.save(self._tombstone(post, uri=uri, path=address, now=now))

    def _tombstone(self, post: Post, *, uri: str, path: str | None, now: datetime) -> Tombstone:
        return Tombstone(
            uri=uri,
            path=path,
            origin=self._urls.base,
            type=post.object_type.value,
            published=post.published,
            gone_at=now,
        )


async def _check_not_overtaken(tx: Tables, change: PostChange) -> None:
    """Raises Overtaken if the post is another than the one that was read, or if its slug or path is taken."""
    post, before = change.post, change.before
    read = (before.made.revision, before.post.state) if before else None
    if await tx.posts.find_version(post.id) != read:
        raise ConcurrentUpdate
    for other in (await tx.posts.find_by_slug(post.slug), await tx.posts.find_by_path(post.path)):
        if other is not None and other.id != post.id:
            raise ConcurrentUpdate


def _new_announcement(change: PostChange, now: datetime) -> Announcement | None:
    """Return the announcement of a post that is published now and can be taken back."""
    was_public = change.old is not None and change.old.is_public
    if change.delay is None or was_public or not change.post.is_public:
        return None
    return announcements.begin(
        change.post,
        change.old,
        change.before.made if change.before else None,
        due=now + change.delay,
        announced=change.announced,
        is_minor=change.is_minor,
    )


async def _save_addresses(tx: Tables, change: PostChange, post: Post) -> None:
    before = change.before
    if before is not None and before.post.path != post.path and change.made.released is not None:
        await tx.post_writes.move_alias(before.post.path, post.id)
    for address in change.addresses:
        if address != post.path:
            await tx.post_writes.add_alias(address, post.id)
    if change.source_id is not None:
        await tx.post_writes.save_source(change.source_id, post.id)


async def _save_file(tx: Tables, file: MediaFile, known: MediaFile | None) -> None:
    await tx.media.save(replace(file, id=known.id if known else file.id, attempts=0))
    if known is not None and known.name and file.name and known.name != file.name:  # it was served until now
        await tx.media.save_redirect(known.name, file.name)


def _edited(change: PostChange, post: Post) -> datetime | None:
    """Return when a post was last changed after readers had it; nobody is notified of a minor change."""
    if change.before is None or change.shown is None:
        return None
    return change.before.made.edited if change.is_minor else post.updated


async def _move_versions(tx: Tables, *posts: Post | None, also: tuple[str, ...] = ()) -> None:
    """Move the versions of what shows these posts, which are one post as it was and is. Call it before a deletion."""
    moved = [name for post in posts if post is not None for name in _dependencies(post)]
    ids = {post.id for post in posts if post is not None}
    volumes = [await tx.post_archive.find_volume(id) for id in ids]
    await tx.versions.move(*moved, *(f"volume:{volume}" for volume in volumes if volume is not None), *also)


def _dependencies(post: Post) -> list[str]:
    """Return the cache dependencies that a change of this post moves."""
    terms = [f"term:{term.kind}:{term.slug}" for term in post.terms if term.kind in set(TermKind)]
    return ["site", f"post:{post.id}", *terms]
