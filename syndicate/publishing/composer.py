"""Compose a post from a draft: its identity, addresses and dates, its HTML, and what a change of it means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from syndicate.clock import Clock
from syndicate.content.text import clean_name, excerpt
from syndicate.errors import FilesMissing
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.ids import new_id
from syndicate.model.post import Mention, Picture, Post, PostDraft, PostKind, PostState, Reference, ReferenceKind
from syndicate.publishing.addresses import PostAddresses, SlugRule
from syndicate.publishing.cited import cited_name
from syndicate.publishing.drafts import base_of_draft, digest_of, draft_of
from syndicate.publishing.post_writer import Also, PostChange, StoredPost
from syndicate.publishing.renderer import RENDERER, RenderedPost, Renderer
from syndicate.storage.citations import Citation, Citations, CitationState
from syndicate.storage.media import MediaFile, MediaState
from syndicate.storage.post_rows import PostSource
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import Urls

MAX_ANNOUNCE_AGE = timedelta(hours=48)
"""A new post that is dated further back than this is not announced."""
MAX_AHEAD = timedelta(minutes=1)
"""How far ahead of the clock the `updated` of a post may be: posts of one burst have a second each."""
MAX_TITLE_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOptions:
    """How a draft is published (see `Publisher.create`)."""

    origin: str
    announce: bool | None = None
    minor: bool = False
    complete: bool = False
    delay: timedelta | None = None
    takes_back: bool = False
    slug_rule: SlugRule
    also: Also | None = None


class PostComposer:
    """Reads and writes no post: the addresses that are free are asked of `addresses`."""

    def __init__(
        self,
        renderer: Renderer,
        outbox: Outbox,
        urls: Urls,
        settings: SiteSettings,
        clock: Clock,
        addresses: PostAddresses,
        citations: Citations,
    ) -> None:
        self._renderer, self._outbox, self._citations = renderer, outbox, citations
        self._urls, self._settings, self._clock, self._addresses = urls, settings, clock, addresses

    def storing_in(self, directory: Path) -> "PostComposer":
        """Return a composer that stores the files of posts in another directory: for a preview."""
        renderer = self._renderer.storing_in(directory)
        return PostComposer(
            renderer, self._outbox, self._urls, self._settings, self._clock, self._addresses, self._citations
        )

    async def compose(self, draft: PostDraft, before: StoredPost | None, options: PublishOptions) -> PostChange:
        """Return the change that a draft makes. Raises InputError, SlugTaken, FilesMissing."""
        identified = await self._identified(draft, before, options.slug_rule)
        rendered = await self._rendered(draft, identified)
        citation = await self._find_citation(draft.reference)
        if draft.reference is not None:
            actor = citation.actor if citation and draft.reference.kind is ReferenceKind.REPLY else ""
            rendered = replace(rendered, named={**rendered.named, cited_name(draft.reference): actor})
        if options.complete and rendered.missing:
            raise FilesMissing("; ".join(one.reason for one in rendered.missing))
        return self._change(draft, before, self._composed(identified, draft, rendered, citation), rendered, options)

    async def recompose(self, stored: StoredPost) -> tuple[StoredPost, tuple[str, ...]]:
        """Return a stored post rendered again, without reading files of the disk, and the ids of the files that it
        uses."""
        post, made = stored.post, stored.made
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
        citation = await self._find_citation(post.reference)
        post = replace(
            post,
            html=rendered.html,
            picture=picture,
            mentions=_with_answered(rendered.mentions, post.reference, citation, self._urls.blog_actor),
            excerpt=post.excerpt or excerpt(post.summary or rendered.text or (picture.alt if picture else "")),
            reference=_resolved(post.reference, citation),
        )
        return StoredPost(post=post, made=made), tuple(file.id for file in rendered.media)

    def reserved(self, draft: PostDraft) -> str:
        """Return the path that the draft asks for and cannot have, since the program answers there; empty if none."""
        return self._addresses.reserved(draft)

    def slug_of(self, draft: PostDraft) -> str:
        """Return the slug by which a draft without any other identity means its post."""
        is_page = draft.kind is PostKind.PAGE
        return f"{draft.slug}-2" if is_page and self._addresses.is_reserved(self._urls.page(draft.slug)) else draft.slug

    async def _identified(self, draft: PostDraft, before: StoredPost | None, rule: SlugRule) -> Post:
        """Return the post with its identity, addresses and dates; those that were ever public are kept."""
        old = before.post if before else None
        slug = old.slug if old and rule is SlugRule.KEPT else await self._free_slug(draft, old, rule)
        if before is not None and before.made.released is not None:
            post = await self._moved(before.post, slug, draft.state)
        else:
            post = await self._new(draft, old, slug)
        return replace(post, terms=await self._addresses.own_terms(draft.terms), hashtags=draft.hashtags)

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
            updated=max(date, _modified(draft, date, now)),
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

    async def _find_citation(self, reference: Reference | None) -> Citation | None:
        return await self._citations.find(reference.address) if reference is not None else None

    def _composed(self, post: Post, draft: PostDraft, rendered: RenderedPost, citation: Citation | None) -> Post:
        return replace(
            post,
            title=clean_name(draft.title, limit=MAX_TITLE_LENGTH),
            html=rendered.html,
            excerpt=excerpt(
                draft.summary or draft.excerpt or rendered.text or _words_of_cover(rendered, draft.image_alt)
            ),
            summary=draft.summary,
            teaser=draft.teaser,
            unsummarized=draft.unsummarized,
            language=draft.language or self._settings.site.language,
            author=draft.author or self._settings.site.author,
            visibility=draft.visibility,
            sensitive=draft.sensitive,
            warning=draft.warning,
            comments_open=draft.comments_open,
            pinned=draft.pinned,
            picture=self._picture(rendered.picture, draft.image_alt),
            type=draft.type,
            quotes=draft.quotes,
            mentions=_with_answered(rendered.mentions, draft.reference, citation, self._urls.blog_actor),
            enclosure=rendered.enclosure,
            reference=_resolved(draft.reference, citation),
        )

    def _change(
        self, draft: PostDraft, before: StoredPost | None, post: Post, rendered: RenderedPost, options: PublishOptions
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
            month=f"{post.published.astimezone(self._settings.site.zone):%Y-%m}",
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
            delay=options.delay,
            takes_back=options.takes_back,
            also=options.also,
        )

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


def _words_of_cover(rendered: RenderedPost, alt: str) -> str:
    """Return the description of the picture before the text, for a post that has no other words."""
    return alt or (rendered.picture.alt if rendered.picture else "")


def is_same(draft: PostDraft, before: StoredPost) -> bool:
    """Whether the draft is the one that was published before, or the stored post itself."""
    return digest_of(draft) in (before.made.digest, digest_of(draft_of(before.post, before.made)))


def _resolved(reference: Reference | None, citation: Citation | None) -> Reference | None:
    """Return a reference with the id of its target in the fediverse, if it was found there."""
    is_found = citation is not None and citation.state is CitationState.FOUND
    return replace(reference, object=citation.object if is_found and citation else "") if reference else None


def _with_answered(
    mentions: tuple[Mention, ...], reference: Reference | None, citation: Citation | None, ours: str
) -> tuple[Mention, ...]:
    """Return the mentions of a post with the author of what it answers, unless that is the blog."""
    is_answer = reference is not None and reference.kind is ReferenceKind.REPLY
    if not is_answer or citation is None or citation.actor in ("", ours, *(it.actor for it in mentions)):
        return mentions
    return (Mention(handle=citation.handle, actor=citation.actor), *mentions)


def _modified(draft: PostDraft, date: datetime, now: datetime) -> datetime:
    """Return when a draft was changed last by its own words, which cannot be in the future."""
    modified = (draft.modified or date).replace(microsecond=0)
    return modified if modified <= now + MAX_AHEAD else now
