"""Create, change and delete posts by id, each in one transaction with everything that follows from it.

The feed, the outbox and the media rows therefore never disagree. In comes a `PostDraft`; out goes a `Published`. Which
post a file or an import means is decided by `importers.post_importer`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

import structlog

from syndicate.clock import Clock
from syndicate.config import SiteConfig
from syndicate.content.text import clean_name, excerpt
from syndicate.errors import FilesMissing, PostNotFound, RevisionConflict, StorageError
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.ids import new_id
from syndicate.model.post import Picture, Post, PostDraft, PostKind, PostState
from syndicate.publishing.addresses import IsReserved, PostAddresses, SlugRule
from syndicate.publishing.drafts import base_of_draft, digest_of, draft_of
from syndicate.publishing.post_writer import Also, Overtaken, PostChange, PostWriter, StoredPost
from syndicate.publishing.renderer import RENDERER, RenderedPost, Renderer
from syndicate.storage import Store, Tables
from syndicate.storage.media import MediaFile, MediaState
from syndicate.storage.post_rows import PostSource
from syndicate.urls import Urls
from syndicate.workers.loop import isolated

log = structlog.get_logger()

MAX_ANNOUNCE_AGE = timedelta(hours=48)
"""A new post that is dated further back than this is not announced."""
MAX_TITLE_LENGTH = 500
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """How a draft is published (see `Publisher.create`)."""

    origin: str
    announce: bool | None
    minor: bool
    complete: bool
    slug_rule: SlugRule
    also: Also | None


class Publisher:
    def __init__(
        self,
        store: Store,
        renderer: Renderer,
        outbox: Outbox,
        urls: Urls,
        site: SiteConfig,
        clock: Clock,
        *,
        is_reserved: IsReserved,
    ) -> None:
        self._store, self._renderer, self._outbox = store, renderer, outbox
        self._urls, self._site, self._clock = urls, site, clock
        self._addresses = PostAddresses(store, urls, site.zone, is_reserved, site.permalinks)
        self._writer = PostWriter(outbox, urls, clock)

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
        options = _Options(
            origin=origin, announce=announce, minor=minor, complete=complete, slug_rule=slug_rule, also=also
        )
        for _ in range(MAX_TRIES):
            try:
                return await self._save(draft, None, options)
            except Overtaken:
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
        slug_rule: SlugRule = SlugRule.EXACT,
        also: Also | None = None,
    ) -> Published:
        """Replace the text and the properties of a post; the earlier text is kept as a revision.

        A draft equal to the stored post changes nothing. `base_revision` is the revision that the draft was made from.
        The other parameters are those of `create`; `also` runs only with a change.

        Raises PostNotFound, RevisionConflict if the post has another revision by now, InputError, SlugTaken,
        FilesMissing.
        """
        options = _Options(
            origin=origin, announce=announce, minor=minor, complete=complete, slug_rule=slug_rule, also=also
        )
        for _ in range(MAX_TRIES):
            before = await self._stored(post_id)
            if base_revision is not None and before.made.revision != base_revision:
                raise RevisionConflict(
                    f"{before.post.slug}: the post was changed in the meantime: "
                    f"revision {before.made.revision}, not {base_revision}"
                )
            try:
                return await self._save(draft, before, options)
            except Overtaken:
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

    async def compose(self, post_id: str, draft: PostDraft) -> Post:
        """Return the post that an update with this draft would make, without storing it. Raises PostNotFound,
        InputError."""
        identified = await self._identified(draft, await self._stored(post_id), SlugRule.NUMBERED)
        return self._composed(identified, draft, await self._rendered(draft, identified))

    async def delete(self, post_id: str) -> Post:
        """Delete a post here and on other servers. Raises PostNotFound."""
        post = (await self._stored(post_id)).post
        unused = await self._store.transaction(lambda tx: self._writer.delete(tx, post))
        await self._renderer.remove_files(unused)
        log.info("post deleted", slug=post.slug, path=post.path)
        return post

    async def _stored(self, post_id: str) -> StoredPost:
        post, made = await self._store.posts.find(post_id), await self._store.posts.find_source(post_id)
        if post is None or made is None:
            raise PostNotFound(f"there is no post with the id {post_id!r}")
        return StoredPost(post=post, made=made)

    # a draft becomes a post

    async def _save(self, draft: PostDraft, before: StoredPost | None, options: _Options) -> Published:
        identified = await self._identified(draft, before, options.slug_rule)
        rendered = await self._rendered(draft, identified)
        if options.complete and rendered.missing:
            raise FilesMissing("; ".join(one.reason for one in rendered.missing))
        if before is not None and not rendered.has_new_files and _is_same(draft, before):
            return await self._unchanged(draft, before, rendered)
        change = self._change(draft, before, self._composed(identified, draft, rendered), rendered, options)
        written = await self._store.transaction(lambda tx: self._writer.write(tx, change))
        await self._renderer.remove_files([one.original for one in rendered.new if one.original])
        announced = change.announced and written.federates and not (before and before.post.federates)
        log.info("post published", slug=written.slug, state=written.state.value, path=written.path, announced=announced)
        kind = Change.UPDATED if before else Change.CREATED
        published = _result(written, change.made, kind, rendered, announced=announced)
        return replace(published, moved=self._addresses.reserved(draft))

    async def _unchanged(self, draft: PostDraft, before: StoredPost, rendered: RenderedPost) -> Published:
        post, made = before.post, before.made
        if rendered.html != post.html or made.renderer != RENDERER:
            await self.rerender(post.id)
        if made.minor and not draft.minor:
            await self._store.transaction(lambda tx: tx.post_writes.clear_minor_change(post.id))
        published = _result(post, made, Change.UNCHANGED, rendered, announced=False)
        return replace(published, moved=self._addresses.reserved(draft))

    async def _identified(self, draft: PostDraft, before: StoredPost | None, rule: SlugRule) -> Post:
        """Return the post with its identity, addresses and dates; those that were ever public are kept."""
        old = before.post if before else None
        slug = old.slug if old and rule is SlugRule.KEPT else await self._free_slug(draft, old, rule)
        if before is not None and before.made.released is not None:
            post = await self._moved(before.post, slug, draft.state)
        else:
            post = await self._new(draft, old, slug)
        return replace(post, terms=draft.terms, hashtags=draft.hashtags)

    async def _free_slug(self, draft: PostDraft, old: Post | None, rule: SlugRule) -> str:
        return await self._addresses.free_slug(draft.slug, draft.kind, id=old.id if old else None, rule=rule)

    async def _moved(self, post: Post, slug: str, state: PostState) -> Post:
        path = post.path
        if slug != post.slug:
            path = await self._addresses.free_path(post.kind, post.published, slug, id=post.id)
        return replace(post, state=state, slug=slug, path=path)

    async def _new(self, draft: PostDraft, old: Post | None, slug: str) -> Post:
        """Return a post that no reader has seen yet."""
        now = self._clock().replace(microsecond=0)
        date = (draft.date or now).replace(microsecond=0)
        id = old.id if old else new_id(self._clock())
        uri = old.uri if old else self._urls.post(id)
        kind = draft.kind or (old.kind if old else PostKind.POST)
        is_ahead = draft.state is PostState.PUBLISHED and date > now
        return Post(
            id=id,
            uri=uri,
            guid=old.guid if old else await self._addresses.free_guid(draft.guid, uri),
            kind=kind,
            slug=slug,
            path=await self._path(draft, old, id=id, kind=kind, date=date, slug=slug),
            state=PostState.SCHEDULED if is_ahead else draft.state,
            published=date,
            updated=max(date, min(draft.modified or date, now)).replace(microsecond=0),
        )

    async def _path(
        self, draft: PostDraft, old: Post | None, *, id: str, kind: PostKind, date: datetime, slug: str
    ) -> str:
        if draft.path and await self._addresses.is_free(draft.path, id=id):
            return draft.path
        if old is not None and not draft.path and (old.kind, old.slug, old.published) == (kind, slug, date):
            return old.path
        return await self._addresses.free_path(kind, date, slug, id=id)

    async def _rendered(self, draft: PostDraft, post: Post) -> RenderedPost:
        return await self._renderer.render(
            draft.source,
            draft.source_format,
            permalink=self._urls.absolute(post.path),
            base=base_of_draft(draft),
            image=draft.image,
            enclosure=draft.enclosure,
            hashtags=self._hashtags(post),
        )

    def _composed(self, post: Post, draft: PostDraft, rendered: RenderedPost) -> Post:
        return replace(
            post,
            title=clean_name(draft.title, limit=MAX_TITLE_LENGTH),
            html=rendered.html,
            excerpt=excerpt(draft.summary or draft.excerpt or rendered.text),
            summary=draft.summary,
            teaser=draft.teaser,
            unsummarized=draft.unsummarized,
            language=draft.language or self._site.language,
            author=draft.author or self._site.author,
            visibility=draft.visibility,
            sensitive=draft.sensitive,
            warning=draft.warning,
            comments_open=draft.comments_open,
            pinned=draft.pinned,
            picture=self._picture(rendered.picture, draft.image_alt),
            type=draft.type,
            quotes=draft.quotes,
            mentions=rendered.mentions,
            enclosure=rendered.enclosure,
        )

    def _change(
        self, draft: PostDraft, before: StoredPost | None, post: Post, rendered: RenderedPost, options: _Options
    ) -> PostChange:
        is_scheduled = post.state is PostState.SCHEDULED
        is_spent = before is not None and before.made.minor and not is_scheduled
        is_minor = options.minor or (draft.minor and not is_spent)
        announce = self._is_news(post) if options.announce is None else options.announce
        released = (before.made.released if before else None) or (self._clock() if post.is_public else None)
        made = PostSource(
            source=draft.source,
            source_format=draft.source_format,
            origin=options.origin,
            digest=digest_of(draft),
            renderer=RENDERER,
            month=f"{post.published.astimezone(self._site.zone):%Y-%m}",
            base=base_of_draft(draft),
            image=draft.image,
            image_alt=draft.image_alt,
            minor=is_minor if is_scheduled else draft.minor and post.is_public,
            released=released,
            revision=before.made.revision + 1 if before else 1,
        )
        return PostChange(
            before=before,
            post=post,
            made=made,
            rendered=rendered,
            addresses=tuple(
                one for one in (draft.path, *draft.aliases) if one and not self._addresses.is_reserved(one)
            ),
            source_id=draft.source_id,
            announced=not is_minor and announce,
            is_minor=is_minor,
            also=options.also,
        )

    def slug_of(self, draft: PostDraft) -> str:
        """Return the slug by which a draft without any other identity means its post."""
        is_page = draft.kind is PostKind.PAGE
        return f"{draft.slug}-2" if is_page and self._addresses.is_reserved(self._urls.page(draft.slug)) else draft.slug

    def _hashtags(self, post: Post) -> Mapping[str, str]:
        return {tag.name.lower(): tag.href for tag in self._outbox.documents.hashtags_of(post)}

    def _picture(self, file: MediaFile | None, alt: str) -> Picture | None:
        if file is None or file.state is not MediaState.KEPT:
            return None
        return Picture(
            url=self._renderer.address(file),
            alt=alt or file.alt,
            media_type=file.media_type,
            width=file.width,
            height=file.height,
            srcset=self._renderer.srcset(file),
        )

    def _is_news(self, post: Post) -> bool:
        return self._clock() - post.published <= MAX_ANNOUNCE_AGE

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

    async def rerender(self, id: str) -> None:
        """Render a post again from its source: a picture or a mentioned account has been found, or the renderer has
        changed.
        """
        for _ in range(MAX_TRIES):
            post, made = await self._store.posts.find(id), await self._store.posts.find_source(id)
            if post is None or made is None:
                return
            rendered = await self._renderer.render(
                made.source,
                made.source_format,
                permalink=self._urls.absolute(post.path),
                base=made.base,
                image=made.image,
                hashtags=self._hashtags(post),
                reread=False,
            )
            picture = self._picture(rendered.picture, made.image_alt)
            post = replace(post, html=rendered.html, picture=picture, mentions=rendered.mentions)
            if await self._store.transaction(partial(self._reset, StoredPost(post=post, made=made))):
                return

    async def _reset(self, rerendered: StoredPost, tx: Tables) -> bool:
        return await self._writer.replace_html(tx, rerendered)


def _is_same(draft: PostDraft, before: StoredPost) -> bool:
    """Whether the draft is the one that was published before, or the stored post itself."""
    return digest_of(draft) in (before.made.digest, digest_of(draft_of(before.post, before.made)))


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
