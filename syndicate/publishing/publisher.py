"""Publish, change and delete posts, each in one transaction with everything that follows from it.

The feed, the outbox and the media rows therefore never disagree. In comes a `PostDraft`; out goes a `Published`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

import structlog

from syndicate.clock import Clock
from syndicate.config import SiteConfig
from syndicate.content.text import clean_name, excerpt, plain
from syndicate.errors import FilesMissing, InputError, PostNotFound, StorageError
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.ids import IdsInOrder, new_id
from syndicate.model.post import Picture, Post, PostDraft, PostKind, PostState, TermKind
from syndicate.publishing.news import news_after
from syndicate.publishing.post_files import base_of
from syndicate.publishing.renderer import RENDERER, RenderedPost, Renderer
from syndicate.storage import Store, Tables
from syndicate.storage.media import MediaFile, MediaState
from syndicate.storage.posts import PostSource
from syndicate.storage.tombstones import Tombstone
from syndicate.urls import Urls
from syndicate.workers.loop import isolated

log = structlog.get_logger()

MAX_ANNOUNCE_AGE = timedelta(hours=48)
"""A new post that is dated further back than this is not announced."""
MAX_TITLE_LENGTH = 500
MAX_TRIES = 5
FILE_ORIGINS = frozenset({"folder", "publish"})
"""Origins of posts from Markdown files; either may replace posts of the other."""
_CHOOSE_ANOTHER_SLUG = "please give the file another slug"
_HOW_TO_UNPUBLISH = "'draft: true' takes it back"
RESERVED_SEGMENTS = frozenset(
    [
        "actor",
        "actors",
        "inbox",
        "posts",
        "comments",
        "activities",
        "stamps",
        "media",
        "static",
        "admin",
        "feed",
        "page",
        "category",
        "tag",
        "author",
        "blogroll",
        "archives",
        "search",
        "subscribe",
        "nodeinfo",
        "healthz",
        "readyz",
        "metrics",
        "wp-content",
        ".well-known",
    ]
)
"""First path segments that a page must not use."""


class Change(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVersion:
    """A file as it was read, to remember which post it made. `is_identity`: the file stands for its post whatever its
    slug.
    """

    name: str
    digest: str
    is_identity: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The result of publishing.

    `missing` are files that could not be read, with the reasons; `with_location` are videos that contain their
    location; `replaced` is the origin of the post that this one replaced, or empty.
    """

    post: Post
    change: Change
    announced: bool
    missing: tuple[str, ...] = ()
    with_location: tuple[str, ...] = ()
    replaced: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The post that a draft refers to: the existing one, its source, and what was stored about its file."""

    seen: tuple[str, str] | None
    before: Post | None
    made: PostSource | None
    is_same: bool
    replaced: str


class _Overtaken(Exception):
    """Another writer took the slug or changed the post in the meantime."""


class Publisher:
    def __init__(
        self, store: Store, renderer: Renderer, outbox: Outbox, urls: Urls, site: SiteConfig, clock: Clock
    ) -> None:
        self._store, self._renderer, self._outbox = store, renderer, outbox
        self._urls, self._site, self._clock = urls, site, clock
        self._revisions = IdsInOrder()

    async def publish(
        self,
        post_draft: PostDraft,
        *,
        origin: str,
        announce: bool | None = None,
        replace: bool = False,
        minor: bool = False,
        file: FileVersion | None = None,
        complete: bool = False,
    ) -> Published:
        """Create the post, or replace the one made by `file`, with this slug, or (imports) with this identity.

        `origin` says how the post came in; a file replaces a post of another origin only with `replace`. With
        `announce` None, a new post is announced unless it is dated more than 48 hours back. With `complete`, nothing
        is published while a file beside the text is missing. A `minor` change is not announced to anyone.

        Raises InputError, FilesMissing.
        """
        for _ in range(MAX_TRIES):
            try:
                return await self._publish(post_draft, origin, announce, replace, minor, file, complete)
            except _Overtaken:
                continue
        raise StorageError(f"{post_draft.slug}: the post keeps being changed by another process; please try again")

    async def _publish(
        self,
        post_draft: PostDraft,
        origin: str,
        announce: bool | None,
        replace_other: bool,
        minor: bool,
        file: FileVersion | None,
        complete: bool,
    ) -> Published:
        target = await self._target(post_draft, origin, replace_other, file)
        seen, before, made_before, replaced = target.seen, target.before, target.made, target.replaced
        digest = digest_of(post_draft)
        is_same = target.is_same
        draft = await self._draft(post_draft, before, made_before, is_file=file is not None and file.is_identity)
        draft = replace(draft, terms=post_draft.terms, hashtags=post_draft.hashtags)
        rendered = await self._renderer.render(
            post_draft.source,
            post_draft.source_format,
            permalink=self._urls.absolute(draft.path),
            base=_base(post_draft),
            image=post_draft.image,
            enclosure=post_draft.enclosure,
            hashtags=self._hashtags(draft),
        )
        if complete and rendered.missing:
            raise FilesMissing("; ".join(one.reason for one in rendered.missing))
        missing = tuple(_reason_missing(one) for one in rendered.media if one.state is MediaState.FAILED)
        places = tuple(one.source_url for one in rendered.with_location)
        if before and made_before and is_same and not rendered.has_new_files:
            if rendered.html != before.html or made_before.renderer != RENDERER:
                await self.rerender(before.id)
            if made_before.minor and not post_draft.minor:
                await self._store.transaction(partial(_forget_minor, before.id))
            if file is not None and seen != (before.id, file.digest):
                await self._store.transaction(lambda tx: _remember(tx, file, seen, before.id))
            return Published(
                post=before, change=Change.UNCHANGED, announced=False, missing=missing, with_location=places
            )
        post = self._composed(draft, post_draft, rendered)
        is_spent = made_before is not None and made_before.minor and post.state is not PostState.SCHEDULED
        is_minor = minor or (post_draft.minor and not is_spent)
        made = PostSource(
            source=post_draft.source,
            source_format=post_draft.source_format,
            origin=origin,
            digest=digest,
            renderer=RENDERER,
            month=f"{post.published.astimezone(self._site.zone):%Y-%m}",
            base=_base(post_draft),
            image=post_draft.image,
            image_alt=post_draft.image_alt,
            minor=is_minor if post.state is PostState.SCHEDULED else post_draft.minor and post.is_public,
            released=(made_before.released if made_before else None) or (self._clock() if post.is_public else None),
        )
        shown = before.updated if before and made_before and made_before.released else None
        is_announced = not is_minor and (self._is_news(post) if announce is None else announce)

        async def body(tx: Tables) -> Post:
            written = await self._write(tx, before, post, made, post_draft, rendered, is_announced, shown, is_minor)
            if file is not None:
                await _remember(tx, file, seen, written.id)
            return written

        written = await self._store.transaction(body)
        await self._renderer.remove_files([one.original for one in rendered.new if one.original])
        announced = is_announced and written.federates and not (before and before.federates)
        log.info("post published", slug=post.slug, state=post.state.value, path=post.path, announced=announced)
        return Published(
            post=written,
            change=Change.UPDATED if before else Change.CREATED,
            announced=announced,
            missing=missing,
            with_location=places,
            replaced=replaced,
        )

    async def check(self, post_draft: PostDraft, *, origin: str, file: FileVersion) -> None:
        """Check a draft against the stored posts without changing anything. Raises InputError where `publish` would."""
        target = await self._target(post_draft, origin, False, file)
        if target.before is None or file.is_identity:
            await self._free_slug(post_draft, target.before)

    async def _target(
        self, post_draft: PostDraft, origin: str, replace_other: bool, file: FileVersion | None
    ) -> _Target:
        """Return the post that a draft refers to. Raises InputError if it must not be changed."""
        seen = await self._store.posts.find_file(file.name) if file else None
        before, made = await self._existing(post_draft, seen if file and file.is_identity else None)
        is_same = made is not None and made.digest == digest_of(post_draft)
        replaced = "" if is_same else self._of_another_origin(before, made, origin)
        if replaced and not replace_other:
            raise InputError(
                f"the slug {post_draft.slug!r} is that of {replaced}; {_CHOOSE_ANOTHER_SLUG}, or `syndicate publish --replace` it"
            )
        if before is not None and before.is_public and post_draft.draft_reasons:
            raise InputError(
                f"{post_draft.draft_reasons[0]}; the post is public and stays as it is ({_HOW_TO_UNPUBLISH})"
            )
        return _Target(seen=seen, before=before, made=made, is_same=is_same, replaced=replaced)

    async def find_imported(self, post_draft: PostDraft) -> Post | None:
        """Find the post imported from the same place of the same source, or, for posts older than that record, by its
        guid.
        """
        posts = self._store.posts
        if post_draft.source_id is not None and (post := await posts.find_by_source(post_draft.source_id)):
            return post
        post = (
            await posts.find_by_guid(post_draft.guid) if post_draft.guid else await posts.find_by_slug(post_draft.slug)
        )
        is_another = post is not None and post_draft.source_id is not None and await posts.has_source(post.id)
        return None if is_another else post

    async def _existing(
        self, post_draft: PostDraft, of_file: tuple[str, str] | None
    ) -> tuple[Post | None, PostSource | None]:
        before = await self._store.posts.find(of_file[0]) if of_file else None
        before = before or await self.find_imported(post_draft)
        return before, await self._store.posts.find_source(before.id) if before else None

    def _of_another_origin(self, before: Post | None, made: PostSource | None, origin: str) -> str:
        """Return the origin of the post that a file would replace, or an empty string if that post came from a file."""
        if before is None or made is None or origin not in FILE_ORIGINS or made.origin in FILE_ORIGINS:
            return ""
        title = f" '{before.title}'" if before.title else ""
        return f"the {before.kind.value}{title} at {self._urls.absolute(before.path)}, which came by {made.origin}"

    async def _draft(
        self, post_draft: PostDraft, before: Post | None, made: PostSource | None, *, is_file: bool
    ) -> Post:
        """Return the post with its identity, addresses and dates; those that were ever public are kept."""
        now = self._clock().replace(microsecond=0)
        date = (post_draft.date or now).replace(microsecond=0)
        state = post_draft.state
        slug = before.slug if before and not is_file else await self._free_slug(post_draft, before)
        if before is not None and made is not None and made.released is not None:
            path = before.path if slug == before.slug else await self._moved_path(before, slug)
            return replace(before, state=state, slug=slug, path=path)
        kind = post_draft.kind or (before.kind if before else PostKind.POST)
        if state is PostState.PUBLISHED and date > now:
            state = PostState.SCHEDULED
        id = before.id if before else new_id(self._clock())
        uri = before.uri if before else self._urls.post(id)
        path = post_draft.path or ""
        if not path or await self._is_taken(path, id):
            path = await self._free_path(kind, date, slug, id)
        return Post(
            id=id,
            uri=uri,
            guid=before.guid if before else await self._free_guid(post_draft, uri),
            kind=kind,
            slug=slug,
            path=path,
            state=state,
            published=date,
            updated=max(date, min(post_draft.modified or date, now)).replace(microsecond=0),
        )

    async def _free_guid(self, post_draft: PostDraft, uri: str) -> str:
        """Return the guid from the other program, or the post's own URI if two posts of an export share one."""
        is_free = post_draft.guid and await self._store.posts.find_by_guid(post_draft.guid) is None
        return post_draft.guid if post_draft.guid and is_free else uri

    async def _free_slug(self, post_draft: PostDraft, before: Post | None) -> str:
        """Return a slug that is not taken.

        A post with an identity of its own gets `-2`, `-3`, … if the slug is taken or is an address of the blog.
        Raises InputError if the slug is the identity and belongs to another post.
        """
        wanted = slug = post_draft.slug
        number = 1
        while True:
            other = await self._store.posts.find_by_slug(slug)
            is_taken = other is not None and (before is None or other.id != before.id)
            if is_taken and not _has_identity(post_draft):
                if before is None:  # nobody had it a moment ago
                    raise _Overtaken
                raise InputError(f"the slug {slug!r} is that of another post; {_CHOOSE_ANOTHER_SLUG}")
            if not is_taken and not (post_draft.kind is PostKind.PAGE and slug in RESERVED_SEGMENTS):
                return slug
            number += 1
            slug = f"{wanted}-{number}"

    async def _moved_path(self, post: Post, slug: str) -> str:
        return await self._free_path(post.kind, post.published, slug, post.id)

    async def _free_path(self, kind: PostKind, date: datetime, slug: str, id: str) -> str:
        """Return the path of a slug, with `-2`, `-3`, … if an imported post has it."""
        number = 1
        while True:
            name = slug if number == 1 else f"{slug}-{number}"
            path = self._urls.page(name) if kind is PostKind.PAGE else Urls.permalink(date, name, self._site.zone)
            if not await self._is_taken(path, id):
                return path
            number += 1

    async def _is_taken(self, path: str, id: str) -> bool:
        other = await self._store.posts.find_by_path(path)
        return other is not None and other.id != id

    def _composed(self, draft: Post, post_draft: PostDraft, rendered: RenderedPost) -> Post:
        return replace(
            draft,
            title=clean_name(post_draft.title, limit=MAX_TITLE_LENGTH),
            html=rendered.html,
            excerpt=excerpt(post_draft.summary or post_draft.excerpt or rendered.text),
            summary=post_draft.summary,
            teaser=post_draft.teaser,
            unsummarized=post_draft.unsummarized,
            language=post_draft.language or self._site.language,
            author=post_draft.author or self._site.author,
            visibility=post_draft.visibility,
            sensitive=post_draft.sensitive,
            warning=post_draft.warning,
            comments_open=post_draft.comments_open,
            pinned=post_draft.pinned,
            picture=self._picture(rendered.picture, post_draft.image_alt),
            type=post_draft.type,
            quotes=post_draft.quotes,
            mentions=rendered.mentions,
            enclosure=rendered.enclosure,
        )

    def _hashtags(self, post: Post) -> dict[str, str]:
        return {tag.name.lower(): tag.href for tag in self._outbox.hashtags(post)}

    def _picture(self, file: MediaFile | None, alt: str) -> Picture | None:
        if file is None or file.state is not MediaState.KEPT:
            return None
        return Picture(
            url=self._renderer.address(file),
            alt=alt or file.alt,
            media_type=file.media_type,
            width=file.width,
            height=file.height,
        )

    def _is_news(self, post: Post) -> bool:
        return self._clock() - post.published <= MAX_ANNOUNCE_AGE

    # the transaction

    async def _write(
        self,
        tx: Tables,
        before: Post | None,
        post: Post,
        made: PostSource,
        post_draft: PostDraft,
        rendered: RenderedPost,
        announce: bool,
        shown: datetime | None,
        is_minor: bool,
    ) -> Post:
        """Write everything. `shown` is the `updated` that readers have seen, or None if no reader has; then dates
        start now.
        """
        await tx.posts.advisory_lock()
        now = self._clock()
        there = await tx.posts.find(post.id) if before else await tx.posts.find_by_slug(post.slug)
        if (there is None) != (before is None) or (there and before and _version(there) != _version(before)):
            raise _Overtaken
        if (neighbour := await tx.posts.find_by_path(post.path)) is not None and neighbour.id != post.id:
            raise _Overtaken
        if before is not None:
            await tx.posts.save_revision(post.id, revision=self._revisions.new(now), replaced=now)
        wanted = post.updated if shown is None else now.replace(microsecond=0)
        post = replace(post, updated=await tx.posts.next_free_updated(wanted, post.id, after=shown))
        post = replace(post, news=news_after(before, minor=is_minor))
        await self._create_activity(
            tx, before, post, announce, now, names_wanted=rendered.names_wanted, is_minor=is_minor
        )
        if before is not None and before.federates and not post.federates:
            post = replace(post, uri=self._urls.post(new_id(now)))  # the old id is gone forever
        await tx.posts.save(post, made)
        if made.released is not None:
            await tx.posts.assign_number(post.id)
        await tx.search.save(post, plain(post.html))
        if before is not None and before.path != post.path and made.released is not None:
            await tx.posts.move_alias(before.path, post.id)
        for address in (post_draft.path, *post_draft.aliases):
            if address and address != post.path:
                await tx.posts.add_alias(address, post.id)
        if post_draft.source_id is not None:
            await tx.posts.save_source(post_draft.source_id, post.id)
        await self._record_media(tx, post, rendered)
        is_to_be_read = post.state in (PostState.PUBLISHED, PostState.SCHEDULED)
        await tx.mentions.save_all(post.id, rendered.named if is_to_be_read else {}, now)
        await tx.versions.move(*_dependencies(before), *_dependencies(post))
        return post

    async def _create_activity(
        self,
        tx: Tables,
        before: Post | None,
        post: Post,
        announce: bool,
        now: datetime,
        *,
        names_wanted: bool,
        is_minor: bool = False,
    ) -> None:
        """Create the activity for the change as seen from outside: Create, Update or Delete."""
        was, is_now = before is not None and before.federates, post.federates
        if is_now and was and is_minor:
            await self._outbox.refresh_unsent(tx, post)
        elif is_now and was:
            await self._outbox.updated(tx, post, names_wanted=names_wanted)
            if before is not None and before.pinned != post.pinned:
                await self._outbox.pinned(tx, post)
        elif is_now:
            await self._outbox.created(tx, post, announce=announce, names_wanted=names_wanted)
            if post.pinned and announce:
                await self._outbox.pinned(tx, post)
        elif was and before is not None:
            await self._outbox.deleted(tx, before, now)
            await self._create_tombstone(tx, before, path=None, now=now)

    async def _create_tombstone(self, tx: Tables, post: Post, *, path: str | None, now: datetime) -> None:
        await tx.tombstones.save(
            Tombstone(
                uri=post.uri,
                path=path,
                origin=self._urls.base,
                type=post.object_type.value,
                published=post.published,
                gone_at=now,
            )
        )

    async def _record_media(self, tx: Tables, post: Post, rendered: RenderedPost) -> None:
        shown: list[str] = []
        for file in rendered.media:
            known = await tx.media.find_by_source(file.source_url)
            is_kept = known is not None and known.state is MediaState.KEPT
            is_old = is_kept and (not file.is_local or file.state is MediaState.FAILED)
            if file in rendered.new and not is_old:
                await tx.media.save(replace(file, id=known.id if known else file.id, attempts=0))
                if known is not None and known.name and known.name == file.original:  # it was served with its metadata
                    await tx.media.save_redirect(known.name, file.name or "")
            shown.append(known.id if known else file.id)
        await tx.media.set_used_by(post.id, shown)

    # taking back

    async def delete(self, slug: str) -> Post:
        """Delete a post here and on other servers. Raises PostNotFound."""
        post = await self._store.posts.find_by_slug(slug)
        if post is None:
            raise PostNotFound(f"there is no post with the slug {slug!r}")
        unused: list[str] = []

        async def body(tx: Tables) -> None:
            now = self._clock()
            if post.federates:
                await self._outbox.deleted(tx, post, now)
            if post.is_public:  # a post that was never public leaves no tombstone
                await self._create_tombstones(tx, post, now)
            unused.extend(await tx.media.delete_by_post(post.id))
            await tx.search.delete(post.id)
            await tx.posts.delete(post.id)
            await tx.versions.move(*_dependencies(post), "comments")

        await self._store.transaction(body)
        await self._renderer.remove_files(unused)
        log.info("post deleted", slug=slug, path=post.path)
        return post

    async def _create_tombstones(self, tx: Tables, post: Post, now: datetime) -> None:
        """Create tombstones at its id, its permalink and all of its list_aliases."""
        await self._create_tombstone(tx, post, path=post.path, now=now)
        for address in await tx.posts.list_aliases(post.id):
            if address.startswith("/"):
                await tx.tombstones.save(
                    Tombstone(
                        uri=self._urls.absolute(address),
                        path=address,
                        origin=self._urls.base,
                        type=post.object_type.value,
                        published=post.published,
                        gone_at=now,
                    )
                )

    # what time, pictures and names bring

    async def release_due(self) -> int:
        """Publish the scheduled posts that are due and return how many."""
        released = 0
        for id in await self._store.posts.list_scheduled(self._clock()):
            with isolated("scheduled post", post=id):
                await self._store.transaction(partial(self._release, id))
                released += 1
        return released

    async def _release(self, id: str, tx: Tables) -> None:
        await tx.posts.advisory_lock()  # before the post is read: another process may be releasing it
        post, made = await tx.posts.find(id), await tx.posts.find_source(id)
        if post is None or made is None or post.state is not PostState.SCHEDULED:
            return
        now = self._clock()
        updated = await tx.posts.next_free_updated(post.published, post.id)
        released = replace(post, state=PostState.PUBLISHED, updated=updated)
        wanted = await tx.mentions.has_unresolved(id)
        # the date was in the future when the post was first seen
        await self._create_activity(tx, post, released, announce=not made.minor, now=now, names_wanted=wanted)
        await tx.posts.save(released, replace(made, released=now))
        await tx.posts.assign_number(id)
        await tx.search.save(released, plain(released.html))
        await tx.versions.move(*_dependencies(released))
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
            rerendered = replace(
                post,
                html=rendered.html,
                picture=self._picture(rendered.picture, made.image_alt),
                mentions=rendered.mentions,
            )
            if await self._store.transaction(partial(self._reset, rerendered)):
                return

    async def _reset(self, post: Post, tx: Tables) -> bool:
        """Replace the HTML. Return False if the source was changed in the meantime."""
        if not await tx.posts.set_html(post, RENDERER):
            return False
        await self._outbox.refresh_unsent(tx, post)
        await tx.versions.move(*_dependencies(post))
        return True


def _version(post: Post) -> tuple[datetime, PostState]:
    """Return what identifies this state of a post: publishing a scheduled post does not always change `updated`."""
    return post.updated, post.state


def _dependencies(post: Post | None) -> list[str]:
    """Return the dependencies that a change of this post moves."""
    if post is None:
        return []
    terms = [f"term:{term.kind}:{term.slug}" for term in post.terms if term.kind in set(TermKind)]
    return ["site", f"post:{post.id}", *terms]


def _base(post_draft: PostDraft) -> str:
    if post_draft.local_files is not None:
        return base_of(post_draft.local_files, post_draft.local_root)
    return post_draft.base or ""


def _reason_missing(file: MediaFile) -> str:
    return f"{file.source_url}: {file.reason}" if file.reason else file.source_url


def _has_identity(post_draft: PostDraft) -> bool:
    """Whether the draft has an identity besides its slug, from another program."""
    return post_draft.guid is not None or post_draft.source_id is not None


async def _remember(tx: Tables, file: FileVersion, seen: tuple[str, str] | None, post: str) -> None:
    """Remember which post a file made. Raises _Overtaken if this differs from `seen`: two workers that read the same
    file make one post.
    """
    if await tx.posts.find_file(file.name) != seen:
        raise _Overtaken
    await tx.posts.save_file(file.name, post, file.digest)


async def _forget_minor(post: str, tx: Tables) -> None:
    await tx.posts.clear_minor_change(post)


def digest_of(post_draft: PostDraft) -> str:
    """Return a digest of the draft, equal if it is the one that was published before."""
    fields = {name: value for name, value in asdict(post_draft).items() if name not in _NOT_IN_DIGEST}
    fields["kind"] = post_draft.kind or PostKind.POST
    if not post_draft.unsummarized:  # added later: must not change the stored digests of older posts
        del fields["unsummarized"]
    return hashlib.sha256(json.dumps(fields, default=str, sort_keys=True).encode()).hexdigest()


_NOT_IN_DIGEST = frozenset({"aliases", "draft_reasons", "local_files", "local_root", "minor", "source_id"})
