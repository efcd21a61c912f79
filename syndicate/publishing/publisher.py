"""Create, change and delete posts by id, each in one transaction with everything that follows from it.

The feed, the outbox and the media rows therefore never disagree. In comes a `PostDraft`; out goes a `Published`. Which
post a file or an import means is decided by `importers.post_importer`.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial

import structlog

from syndicate.clock import Clock
from syndicate.errors import PostNotFound, RevisionConflict, StorageError
from syndicate.model.post import Post, PostDraft, PostState
from syndicate.publishing.addresses import SlugRule
from syndicate.publishing.composer import PostComposer, PublishOptions, is_same
from syndicate.publishing.drafts import draft_of
from syndicate.publishing.post_writer import Also, ConcurrentUpdate, PostWriter, StoredPost
from syndicate.publishing.renderer import RENDERER, RenderedPost, Renderer
from syndicate.storage import Store, Tables
from syndicate.storage.media import MediaFile, MediaState
from syndicate.storage.post_rows import PostSource
from syndicate.translation import _
from syndicate.workers.loop import isolated

log = structlog.get_logger()

MAX_TRIES = 5
AUTHOR_ORIGIN = "desk"
"""The origin of a post that its author wrote or changed here, rather than in a file or another program."""


class Change(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The result of publishing.

    `revision` counts the texts of the post. `missing` are files that could not be read, with the reasons;
    `with_location` are videos that contain their location; `replaced` describes the post of another origin that an
    import replaced, or is empty; `moved` is the address that it asked for and that the program itself has, or empty.
    """

    post: Post
    revision: int
    change: Change
    announced: bool
    missing: tuple[str, ...] = ()
    with_location: tuple[str, ...] = ()
    replaced: str = ""
    moved: str = ""


class Publisher:
    def __init__(
        self, store: Store, renderer: Renderer, composer: PostComposer, writer: PostWriter, clock: Clock
    ) -> None:
        self._store, self._renderer = store, renderer
        self._composer, self._writer, self._clock = composer, writer, clock

    async def create(
        self,
        draft: PostDraft,
        *,
        origin: str = AUTHOR_ORIGIN,
        announce: bool | None = None,
        minor: bool = False,
        complete: bool = False,
        slug_rule: SlugRule = SlugRule.NUMBERED,
        also: Also | None = None,
    ) -> Published:
        """Create a post.

        `origin` says how it came in. With `announce` None, it is announced unless it is dated more than 48 hours back;
        a `minor` one is announced to nobody. With `complete`, nothing is published while a file beside the text is
        missing. `also` runs in the same transaction.

        Raises InputError, SlugTaken, FilesMissing.
        """
        options = PublishOptions(
            origin=origin, announce=announce, minor=minor, complete=complete, slug_rule=slug_rule, also=also
        )
        for _try in range(MAX_TRIES):
            try:
                return await self._save(draft, None, options)
            except ConcurrentUpdate:
                continue
        raise _busy(draft.slug)

    async def update(
        self,
        post_id: str,
        draft: PostDraft,
        *,
        base_revision: int | None = None,
        origin: str = AUTHOR_ORIGIN,
        announce: bool | None = None,
        minor: bool = False,
        complete: bool = False,
        delay: timedelta | None = None,
        slug_rule: SlugRule = SlugRule.EXACT,
        also: Also | None = None,
    ) -> Published:
        """Replace the text and the properties of a post; the earlier text is kept as a revision.

        A draft equal to the stored post changes nothing. `base_revision` is the revision that the draft was made from.
        With `delay`, a post that becomes public is announced only after that time, and can be taken back until then.
        The other parameters are those of `create`; `also` runs only with a change.

        Raises PostNotFound, RevisionConflict if the post has another revision by now, InputError, SlugTaken,
        FilesMissing.
        """
        options = PublishOptions(
            origin=origin,
            announce=announce,
            minor=minor,
            complete=complete,
            delay=delay,
            slug_rule=slug_rule,
            also=also,
        )
        return await self._update(post_id, draft, base_revision, options)

    async def take_back(self, post_id: str) -> Published:
        """Make a draft again of a post that was published moments ago and that nobody was notified of.

        Raises PostNotFound, AlreadyAnnounced.
        """
        for _try in range(MAX_TRIES):
            stored = await self._stored(post_id)
            draft = replace(draft_of(stored.post, stored.made), state=PostState.DRAFT)
            options = PublishOptions(origin=stored.made.origin, takes_back=True, slug_rule=SlugRule.KEPT)
            with suppress(RevisionConflict):  # it was changed, or taken back, at the same time
                return await self._update(post_id, draft, stored.made.revision, options)
        raise _busy(stored.post.slug)

    async def _update(
        self, post_id: str, draft: PostDraft, base_revision: int | None, options: PublishOptions
    ) -> Published:
        for _try in range(MAX_TRIES):
            before = await self._stored(post_id)
            if base_revision is not None and before.made.revision != base_revision:
                raise RevisionConflict(
                    _(
                        "{slug}: the post was changed in the meantime: revision {revision}, not {base_revision}",
                        slug=before.post.slug,
                        revision=before.made.revision,
                        base_revision=base_revision,
                    )
                )
            try:
                return await self._save(draft, before, options)
            except ConcurrentUpdate:
                continue
        raise _busy(draft.slug)

    async def release(self, post_id: str) -> Published:
        """Make a draft, private or password post public with its stored text.

        A draft is dated now, unless its date lies ahead. Raises PostNotFound, InputError.
        """
        stored = await self._stored(post_id)
        draft = replace(draft_of(stored.post, stored.made), state=PostState.PUBLISHED)
        is_past = stored.post.published <= self._clock()
        if stored.post.state is PostState.DRAFT and stored.made.released is None and is_past:
            draft = replace(draft, date=None)
        return await self.update(post_id, draft, base_revision=stored.made.revision)

    async def delete(self, post_id: str) -> Post:
        """Delete a post here and on other servers. Raises PostNotFound."""
        post = (await self._stored(post_id)).post
        unused = await self._store.transaction(lambda tx: self._writer.delete(tx, post))
        await self._renderer.remove_files(unused)
        log.info("post deleted", slug=post.slug, path=post.path)
        return post

    async def delete_file(self, file: MediaFile) -> bool:
        """Delete a file of the author; return False if something uses it."""
        names = await self._store.transaction(lambda tx: tx.admin_media.delete_unused(file))
        await self._renderer.remove_files(names)
        return bool(names)

    async def compose(self, post_id: str | None, draft: PostDraft) -> Post:
        """Return the post that an update with this draft would make, or without an id a new post, without storing it.
        Raises PostNotFound, InputError."""
        options = PublishOptions(origin=AUTHOR_ORIGIN, slug_rule=SlugRule.NUMBERED)
        before = await self._stored(post_id) if post_id else None
        return (await self._composer.compose(draft, before, options)).post

    async def _stored(self, post_id: str) -> StoredPost:
        post, made = await self._store.posts.find(post_id), await self._store.posts.find_source(post_id)
        if post is None or made is None:
            raise PostNotFound(f"there is no post with the id {post_id!r}")
        return StoredPost(post=post, made=made)

    # a draft becomes a post

    async def _save(self, draft: PostDraft, before: StoredPost | None, options: PublishOptions) -> Published:
        change = await self._composer.compose(draft, before, options)
        rendered = change.rendered
        moved = self._composer.reserved(draft)
        if before is not None and not rendered.has_new_files and is_same(draft, before):
            return replace(await self._unchanged(draft, before, rendered), moved=moved)
        written = await self._store.transaction(lambda tx: self._writer.write(tx, change))
        originals = [one.original for one in rendered.new if one.original]
        await self._renderer.remove_files([*originals, *rendered.replaced])
        announced = change.announced and written.federates and not (before and before.post.federates)
        log.info("post published", slug=written.slug, state=written.state.value, path=written.path, announced=announced)
        kind = Change.UPDATED if before else Change.CREATED
        return replace(_result(written, change.made, kind, rendered, announced=announced), moved=moved)

    async def _unchanged(self, draft: PostDraft, before: StoredPost, rendered: RenderedPost) -> Published:
        post, made = before.post, before.made
        if rendered.html != post.html or made.renderer != RENDERER:
            await self.rerender(post.id)
        if made.minor and not draft.minor:
            await self._store.transaction(lambda tx: tx.post_writes.clear_minor_change(post.id))
        return _result(post, made, Change.UNCHANGED, rendered, announced=False)

    # what time, pictures and names bring

    async def release_due(self) -> int:
        """Publish the scheduled posts that are due and return how many."""
        released = 0
        for id in await self._store.post_lists.list_scheduled(self._clock()):
            with isolated("scheduled post", post=id):
                await self._store.transaction(partial(self._release, id))
                released += 1
        return released

    async def _release(self, id: str, tx: Tables) -> None:
        await tx.post_writes.advisory_lock()  # before the post is read: another process may be releasing it
        post, made = await tx.posts.find(id), await tx.posts.find_source(id)
        if post is None or made is None or post.state is not PostState.SCHEDULED:
            return
        await self._writer.release(tx, StoredPost(post=post, made=made))
        log.info("scheduled post published", slug=post.slug, path=post.path)

    async def announce_due(self) -> int:
        """Announce the posts that cannot be taken back any more and return how many."""
        announced = 0
        for id in await self._store.announcements.list_due(self._clock()):
            with isolated("announcement", post=id):
                await self._store.transaction(partial(self._announce, id))
                announced += 1
        return announced

    async def _announce(self, id: str, tx: Tables) -> None:
        await tx.post_writes.advisory_lock()  # before the row is read: another process may be announcing it
        post, made = await tx.posts.find(id), await tx.posts.find_source(id)
        if post is not None and made is not None:
            await self._writer.announce(tx, StoredPost(post=post, made=made))
            log.info("post announced", slug=post.slug)

    async def rerender(self, id: str) -> None:
        """Render a post again from its source: a picture or a mentioned account has been found, or the renderer has
        changed.
        """
        for _try in range(MAX_TRIES):
            post, made = await self._store.posts.find(id), await self._store.posts.find_source(id)
            if post is None or made is None:
                return
            rerendered, media = await self._composer.recompose(StoredPost(post=post, made=made))
            if await self._store.transaction(partial(self._reset, rerendered, media)):
                return

    async def _reset(self, rerendered: StoredPost, media: tuple[str, ...], tx: Tables) -> bool:
        return await self._writer.replace_html(tx, rerendered, media)


def _result(post: Post, made: PostSource, change: Change, rendered: RenderedPost, *, announced: bool) -> Published:
    return Published(
        post=post,
        revision=made.revision,
        change=change,
        announced=announced,
        missing=tuple(_reason_missing(one) for one in rendered.media if one.state is MediaState.FAILED),
        with_location=tuple(one.source_url for one in rendered.with_location),
    )


def _reason_missing(file: MediaFile) -> str:
    return f"{file.source_url}: {file.reason}" if file.reason else file.source_url


def _busy(slug: str) -> StorageError:
    return StorageError(f"{slug}: the post keeps being changed by another process; please try again")
