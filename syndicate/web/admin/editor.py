"""Writing posts: what is typed is kept aside until it is saved, and published only by the author's last word."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aiohttp import web

from syndicate.clock import Clock
from syndicate.errors import AlreadyAnnounced, PostNotFound, RevisionConflict
from syndicate.model.post import Post, PostDraft, PostKind, PostState, SourceFormat
from syndicate.model.tokens import hash_of
from syndicate.publishing import Published, Publisher
from syndicate.publishing.addresses import SlugRule
from syndicate.publishing.announcements import TAKE_BACK_PERIOD
from syndicate.publishing.drafts import draft_of
from syndicate.publishing.publisher import AUTHOR_ORIGIN
from syndicate.storage import Store, Tables
from syndicate.storage.post_drafts import EditedPost
from syndicate.storage.post_rows import PostSource
from syndicate.storage.site_settings import NEW_POST_FORMAT, SiteSettings
from syndicate.translation import _
from syndicate.web.admin.post_form import base_of_new, created_at, draft_from, fields_of, is_undated, slug_for
from syndicate.web.site.bundle import why_missing

PREVIEW_LINK_RETENTION = timedelta(days=14)
PREVIEW_TOKEN_BYTES = 16
FOLDER_ORIGIN = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPost:
    """A post in the editor. `shown` are the fields of the stored post, `aside` those that were typed since and are not
    in the post yet; `base_revision` is the revision that these were made from."""

    post: Post
    made: PostSource
    shown: Mapping[str, str]
    aside: Mapping[str, str] = field(default_factory=dict)
    saved: datetime | None = None
    base_revision: int

    @property
    def fields(self) -> Mapping[str, str]:
        return self.aside or self.shown

    @property
    def is_live(self) -> bool:
        """Whether it is public, or will be by itself."""
        return self.post.state in (PostState.PUBLISHED, PostState.SCHEDULED)

    @property
    def is_in_folder(self) -> bool:
        """Whether a file of the posts folder decides about its text."""
        return self.made.origin == FOLDER_ORIGIN

    @property
    def is_outdated(self) -> bool:
        """Whether the post was changed elsewhere while its text was being written here."""
        return bool(self.aside) and self.base_revision != self.made.revision


class Editor:
    def __init__(self, store: Store, publisher: Publisher, settings: SiteSettings, clock: Clock) -> None:
        self._store, self._publisher, self._settings, self._clock = store, publisher, settings, clock

    async def open(self, id: str) -> OpenedPost:
        """Raises PostNotFound."""
        version = await self._store.posts.find_version(id)
        while True:  # until nothing was saved between the reads: a post and what is kept beside it belong together
            before = version
            post, made = await self._store.posts.find(id), await self._store.posts.find_source(id)
            edited = await self._store.post_drafts.find(id)
            if (version := await self._store.posts.find_version(id)) == before:
                break
        if post is None or made is None:
            raise PostNotFound(f"there is no post with the id {id!r}")
        has_changes = edited is not None and bool(edited.fields)
        return OpenedPost(
            post=post,
            made=made,
            shown=fields_of(post, made, self._settings.site.zone, self._clock()),
            aside=edited.fields if edited and has_changes else {},
            saved=edited.saved if edited and has_changes else None,
            base_revision=edited.base_revision if edited and has_changes else made.revision,
        )

    async def format_of_new(self) -> SourceFormat:
        """Return in what a new post is written: as the settings say, else as the one before, else in HTML with the rich
        editor if there is one."""
        chosen = self._settings.get(NEW_POST_FORMAT, "")
        if chosen in set(SourceFormat):
            return SourceFormat(chosen)
        last = await self._store.admin_posts.find_newest_format()
        return last or (SourceFormat.MARKDOWN if why_missing() else SourceFormat.HTML)

    async def create(
        self, typed: Mapping[str, str], form: str, source_format: SourceFormat, kind: PostKind = PostKind.POST
    ) -> str:
        """Create a draft post of a form and return its id; the same form makes one post, however often it is sent."""
        known = await self._store.post_drafts.find_by_form(form)
        if known is not None:
            return known
        base, now = base_of_new(typed, form, source_format), self._clock()

        async def remember(tx: Tables, post: Post) -> None:
            if await tx.post_drafts.find_by_form(form) is None:
                await tx.post_drafts.save(EditedPost(post=post.id, form=form, base_revision=1, fields={}, saved=now))

        draft = replace(draft_from(typed, {}, base, self._settings.site.zone), kind=kind)
        created = await self._publisher.create(draft, slug_rule=_slug_rule(typed), also=remember)
        return created.post.id

    async def keep_aside(self, opened: OpenedPost, typed: Mapping[str, str], base_revision: int) -> None:
        """Keep what was typed beside the post. What equals the post is not kept."""
        id, now = opened.post.id, self._clock()
        if typed == opened.shown:
            await self._store.transaction(lambda tx: tx.post_drafts.clear(id))
            return
        edited = EditedPost(post=id, form=id, base_revision=base_revision, fields=dict(typed), saved=now)
        await self._store.transaction(lambda tx: tx.post_drafts.save(edited))

    async def discard(self, id: str) -> None:
        await self._store.transaction(lambda tx: tx.post_drafts.clear(id))

    async def save(self, opened: OpenedPost, typed: Mapping[str, str], base_revision: int) -> Published:
        """Save into a post that nobody sees yet. Raises RevisionConflict, SlugTaken, InputError."""
        draft = self._draft(opened, typed)
        base = draft_of(opened.post, opened.made)
        if draft == base:
            self._require(opened, base_revision)
        elif not typed["date"] and opened.made.released is None:
            draft = replace(draft, date=created_at(opened.post))
        saved = await self._publisher.update(
            opened.post.id, draft, base_revision=base_revision, slug_rule=_slug_rule(typed, opened), also=_clear_draft
        )
        await self.discard(opened.post.id)
        return saved

    async def publish(self, opened: OpenedPost, *, at: datetime | None, minor: bool) -> Published:
        """Publish a post with what was typed, at a time or now; or update it where it is public. It can be taken back
        for a minute.

        Raises RevisionConflict, SlugTaken, InputError.
        """
        draft = replace(self._draft(opened, opened.fields), state=PostState.PUBLISHED)
        is_undated_draft = is_undated(opened.post, opened.made, self._clock()) and not opened.fields["date"]
        if at is not None:
            draft = replace(draft, date=at)
        elif is_undated_draft:
            draft = replace(draft, date=None)
        published = await self._publisher.update(
            opened.post.id,
            draft,
            base_revision=opened.base_revision,
            minor=minor,
            delay=TAKE_BACK_PERIOD,
            slug_rule=_slug_rule(opened.fields, opened),
            also=_clear_draft,
        )
        await self.discard(opened.post.id)
        return published

    # looking at it

    async def composed(self, opened: OpenedPost) -> Post:
        """Return the post as it would be with what was typed. Nothing is stored."""
        return await self._publisher.compose(opened.post.id, self._draft(opened, opened.fields))

    async def composed_from(self, id: str | None, text: str, title: str = "") -> Post:
        """Return a post, or without an id a new one in Markdown, as it would be with another text. Nothing is stored.
        Raises PostNotFound, InputError."""
        if id is None:
            return await self._composed_new(text, SourceFormat.MARKDOWN, title)
        draft = await self._current_draft(id)
        return await self._publisher.compose(id, replace(draft, title=title or draft.title, source=text))

    async def shown(self, id: str | None, parts: Sequence[str]) -> list[str]:
        """Return parts of an HTML text as readers see them. Raises PostNotFound, InputError."""
        if id is None:
            return [(await self._composed_new(part, SourceFormat.HTML)).html for part in parts]
        draft = await self._current_draft(id)
        return [(await self._publisher.compose(id, replace(draft, source=part))).html for part in parts]

    async def _current_draft(self, id: str) -> PostDraft:
        opened = await self.open(id)
        return draft_from(opened.fields, opened.shown, draft_of(opened.post, opened.made), self._settings.site.zone)

    async def _composed_new(self, text: str, source_format: SourceFormat, title: str = "") -> Post:
        base = base_of_new({"title": title, "text": text}, "", source_format)
        return await self._publisher.compose(None, replace(base, title=title, source=text))

    async def create_preview_link(self, id: str) -> str:
        """Return the token of a new preview link: 128 bits."""
        token, now = secrets.token_urlsafe(PREVIEW_TOKEN_BYTES), self._clock()
        expires = now + PREVIEW_LINK_RETENTION
        await self._store.transaction(lambda tx: tx.post_drafts.add_link(hash_of(token), id, expires, now))
        return token

    async def find_previewed(self, token: str) -> str | None:
        """Find the post of a preview link."""
        return await self._store.post_drafts.find_linked(hash_of(token), self._clock())

    # taking back

    async def take_back(self, id: str) -> None:
        """Make a draft again of a post that nobody was notified of. Raises PostNotFound, AlreadyAnnounced."""
        await self._publisher.take_back(id)

    async def unpublish(self, opened: OpenedPost) -> bool:
        """Make a draft of a post; other servers that have it are asked to delete it. Return whether it was taken back
        instead, as nobody was notified of it. Raises RevisionConflict."""
        with suppress(AlreadyAnnounced):
            await self.take_back(opened.post.id)
            return True
        draft = replace(draft_of(opened.post, opened.made), state=PostState.DRAFT)
        await self._publisher.update(opened.post.id, draft, base_revision=opened.made.revision)
        return False

    async def delete(self, id: str) -> Post:
        """Raises PostNotFound."""
        deleted = await self._publisher.delete(id)
        await self._store.transaction(lambda tx: tx.post_drafts.delete(id))
        return deleted

    async def adopt(self, id: str) -> None:
        """From now on the post is changed here; later changes of its file are named, not taken."""

        async def body(tx: Tables) -> None:
            await tx.admin_posts.set_origin(id, AUTHOR_ORIGIN)
            for path in await tx.source_files.list_of(id):
                await tx.source_files.delete(path)

        await self._store.transaction(body)

    def _draft(self, opened: OpenedPost, typed: Mapping[str, str]) -> PostDraft:
        draft = draft_from(typed, opened.shown, draft_of(opened.post, opened.made), self._settings.site.zone)
        follows = opened.made.released is None and opened.post.slug.startswith(slug_for(opened.shown) or "note-")
        if follows and typed["slug"] == opened.shown["slug"] and slug_for(typed) != slug_for(opened.shown):
            draft = replace(draft, slug=slug_for(typed) or draft.slug)
        return draft

    @staticmethod
    def _require(opened: OpenedPost, base_revision: int) -> None:
        if opened.made.revision != base_revision:
            raise RevisionConflict(_("{slug}: the post was changed in the meantime", slug=opened.post.slug))


async def _clear_draft(tx: Tables, post: Post) -> None:
    await tx.post_drafts.clear(post.id)


def _slug_rule(typed: Mapping[str, str], opened: OpenedPost | None = None) -> SlugRule:
    """Return the rule for a slug: one that the author typed is taken as it is, one that follows from the title may get
    a number."""
    shown = opened.shown["slug"] if opened else ""
    return SlugRule.NUMBERED if typed["slug"] in ("", shown) else SlugRule.EXACT


EDITOR = web.AppKey("editor", Editor)
