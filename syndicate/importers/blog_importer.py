"""Import a WordPress export: posts, pages, comments, terms, old addresses, and the list of pictures to download.

The import is idempotent: importing again updates what was not edited here. It does not access the network; the server
downloads the pictures later, or `media` names a copy of `wp-content/uploads`.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import SplitResult, unquote
from zoneinfo import ZoneInfo

from syndicate.clock import Clock
from syndicate.comments.admission import admit
from syndicate.comments.draft import CommentDraft, ModerationDecision, Target
from syndicate.content import html as author_html
from syndicate.content.sanitize import SANITIZER_VERSION, for_stranger
from syndicate.content.text import canonical_path, clean_name, percent_encode_path, plain, slugify
from syndicate.importers.post_importer import PostImporter
from syndicate.importers.wordpress.export import (
    Exported,
    ExportedAttachment,
    ExportedAuthor,
    ExportedComment,
    ExportedPost,
    ExportedSite,
    ExportedTerm,
    SkippedItem,
    read_export,
)
from syndicate.importers.wordpress.html import resolve_galleries
from syndicate.media import MediaFiles, UnusableFile
from syndicate.model.comment import Author, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.model.post import Post, PostDraft, PostKind, PostState, SourceFormat, TermKind
from syndicate.publishing.listings import author_slug
from syndicate.publishing.post_files import as_failed, as_kept
from syndicate.publishing.publisher import Change, Published
from syndicate.storage import Store, Tables
from syndicate.storage.media import MediaFile, MediaState
from syndicate.urls import Urls, split

ORIGIN = "wordpress"
IMPORTED = "comment.imported"
UPLOADS = "/wp-content/uploads/"
GALLERY = '<figure class="wp-gallery"'


@dataclass(slots=True)
class ImportReport:
    """The result of an import. `edited` are the slugs of posts that were edited here and therefore not updated;
    `twins` are posts whose guid another post also has; `kinds` and `hidden` count the posts; `comments` counts new
    ones, `comment_states` their states; `shortcodes` counts those that were removed.
    """

    site: ExportedSite | None = None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kinds: Counter[PostKind] = field(default_factory=Counter)
    hidden: Counter[PostState] = field(default_factory=Counter)
    pinned: int = 0
    terms: Counter[TermKind] = field(default_factory=Counter)
    shortcodes: Counter[str] = field(default_factory=Counter)
    comments: int = 0
    comments_updated: int = 0
    comment_states: Counter[CommentState] = field(default_factory=Counter)
    pictures_kept: int = 0
    pictures_wanted: int = 0
    edited: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)
    left_out: list[SkippedItem] = field(default_factory=list)
    passed_over: list[SkippedItem] = field(default_factory=list)


class WordPressImporter:
    """One import of one or more files of the same blog."""

    def __init__(
        self,
        store: Store,
        importer: PostImporter,
        files: MediaFiles,
        urls: Urls,
        zone: ZoneInfo,
        clock: Clock,
        *,
        media: Path | None,
        announce: bool,
        progress: Callable[[str], None],
    ) -> None:
        self._store, self._importer, self._files, self._urls = store, importer, files, urls
        self._zone, self._clock, self._media, self._announce = zone, clock, media, announce
        self._progress = progress
        self._bases: set[str] = set()
        self._prefix = ""
        self._paths: set[str] = set()
        self._authors: dict[str, ExportedAuthor] = {}
        self._signed: set[str] = set()
        self._told: set[str] = set()
        self._attachments: dict[int, ExportedAttachment] = {}
        self._attached: dict[int, list[int]] = defaultdict(list)
        self.report = ImportReport()

    async def run(self, paths: Sequence[Path]) -> ImportReport:
        """Import the files. Raises NotAnExport, before anything is changed; OSError."""
        for path in paths:
            for item in self._items(path):
                self._survey(item)
        if self._prefix:
            await self._store.transaction(lambda tx: tx.legacy_redirects.add_root(self._prefix))
        for path in paths:
            for item in self._items(path):
                await self._take(item)
        return self.report

    def _items(self, path: Path) -> Iterator[Exported]:
        with path.open("rb") as stream:
            yield from read_export(stream, name=path.name, timezone=self._zone)

    # first pass: what posts refer to, wherever it is in the files

    def _survey(self, item: Exported) -> None:
        match item:
            case ExportedSite():
                self.report.site = self.report.site or item
                for address in (item.base_blog_url, item.link, item.base_site_url):
                    self._add_base(address)
            case ExportedAuthor():
                self._authors[item.login] = item
            case ExportedPost():
                self._paths.update([path] if (path := self._path(item)) else [])
            case ExportedAttachment():
                self._attachments[item.wp_id] = item
                self._attached[item.parent_id or 0].append(item.wp_id)
            case _:
                pass

    def _add_base(self, address: str) -> None:
        parts = split(address)
        if parts.netloc:
            bare = parts.netloc.lower().removeprefix("www.")
            self._bases.update({bare, f"www.{bare}"})
            self._prefix = self._prefix or canonical_path(parts.path.rstrip("/"))

    # second pass: the items one by one

    async def _take(self, item: Exported) -> None:
        match item:
            case ExportedTerm():
                await self._store.transaction(lambda tx: self._put_term(tx, item))
                self.report.terms[item.term.kind] += 1
            case ExportedPost():
                await self._post(item)
            case ExportedAttachment():
                await self._attachment(item)
            case SkippedItem():
                (self.report.passed_over if item.is_ordinary else self.report.left_out).append(item)
            case _:
                pass

    async def _put_term(self, tx: Tables, item: ExportedTerm) -> None:
        term = item.term
        await tx.terms.save(term, known=True)
        if item.wp_id is not None:
            is_category = term.kind is TermKind.CATEGORY
            path = self._urls.category(term.slug) if is_category else self._urls.tag(term.slug)
            await tx.legacy_redirects.save(f"/?{'cat' if is_category else 'tag_id'}={item.wp_id}", path)

    async def _redirect_author(self, login: str, name: str) -> None:
        """Redirect the old addresses of an author's posts to the new list."""
        author = self._authors.get(login)
        if author is None or not name or login in self._signed:
            return
        self._signed.add(login)
        path = self._urls.author(author_slug(name))
        old = [self._urls.author(author.nicename)] if author.nicename else []
        old += [f"/?author={author.wp_id}"] if author.wp_id is not None else []

        async def body(tx: Tables) -> None:
            for address in old:
                if canonical_path(address) != canonical_path(path):
                    await tx.legacy_redirects.save(canonical_path(address), path)

        await self._store.transaction(body)

    async def _attachment(self, item: ExportedAttachment) -> None:
        """Keep the address of the file, and redirect its page to the post that it belongs to."""
        await self._want(item.url, item.alt)

    async def _post(self, item: ExportedPost) -> None:
        post_draft = await self._post_draft(item)
        existing = await self._importer.find(post_draft)
        if existing is not None:
            made = await self._store.posts.find_source(existing.id)
            if made is not None and made.origin != ORIGIN:
                self.report.edited.append(existing.slug)
                return
        published = await self._importer.publish(
            post_draft, origin=ORIGIN, announce=self._announce and item.kind is PostKind.POST
        )
        self._count(published)
        if item.guid and published.post.guid != item.guid:
            self.report.twins.append(item.title or published.post.slug)
        if published.post.is_public:
            await self._redirect_author(item.creator, post_draft.author)
        for comment in item.comments:
            await self._comment(published.post, comment)
        self._progress(published.post.title or published.post.slug)

    def _count(self, published: Published) -> None:
        post = published.post
        self.report.kinds[post.kind] += 1
        self.report.pinned += post.pinned
        if not post.is_public:
            self.report.hidden[post.state] += 1
        match published.change:
            case Change.CREATED:
                self.report.created += 1
            case Change.UPDATED:
                self.report.updated += 1
            case Change.UNCHANGED:
                self.report.unchanged += 1

    async def _post_draft(self, item: ExportedPost) -> PostDraft:
        html = resolve_galleries(
            item.html,
            attachment=self._attachments.get,
            attached=lambda id: [self._attachments[n] for n in self._attached[id or item.wp_id]],
        )
        self.report.shortcodes.update(item.lost_shortcodes)
        self.report.shortcodes["gallery"] += item.html.count(GALLERY) - html.count(GALLERY)
        for address in author_html.pictures(html):
            await self._want(address, "")
        thumbnail = self._attachments.get(item.thumbnail_id) if item.thumbnail_id else None
        slug = item.slug or slugify(item.title) or f"post-{item.wp_id}"
        path = self._path(item)
        shown_already = thumbnail is not None and thumbnail.url in html
        return PostDraft(
            slug=slug,
            source=author_html.rewrite(html, url=self._ours),
            source_format=SourceFormat.HTML,
            kind=item.kind,
            title=item.title,
            date=item.published,
            modified=item.modified,
            terms=item.terms,
            summary=item.excerpt,
            excerpt=plain(item.more) if item.more else "",
            author=self._author(item.creator),
            state=item.state,
            comments_open=item.comments_open,
            pinned=item.sticky,
            image=(self._ours(thumbnail.url) or thumbnail.url) if thumbnail and not shown_already else "",
            image_alt=thumbnail.alt if thumbnail else "",
            enclosure=item.enclosures[0] if item.enclosures else None,
            guid=item.guid or None,
            source_id=f"wordpress {item.wp_id} {item.guid or item.link}",
            path=path,
            aliases=self._aliases(item, path, slug),
        )

    def _author(self, login: str) -> str:
        known = self._authors.get(login)
        return known.display_name if known else "" if "@" in login else login

    # addresses

    def _is_old(self, address: str) -> bool:
        return split(address).netloc.lower() in self._bases

    def _ours(self, address: str) -> str | None:
        """Return an address within the old blog as a path here; None for any other.

        Posts, pages and files keep their paths; lists are at the root here, whatever directory the old blog was in.
        """
        parts = split(address)
        below = self._below(parts.path) if not parts.netloc or self._is_old(address) else None
        if below and Urls.is_list(below) and canonical_path(parts.path) not in self._paths:
            return self._urls.absolute(_spelled(parts, below))
        return self._kept(address)

    def _kept(self, address: str) -> str | None:
        """Return the same for a thing that keeps its path."""
        parts = split(address)
        path = parts.path or "/"
        is_inside = not self._prefix or self._below(path) or UPLOADS in path or "=" in parts.query
        if not self._is_old(address) or not (is_inside or f"{self._prefix}{canonical_path(path)}" in self._paths):
            return None
        return self._urls.absolute(_spelled(parts, path))

    def _below(self, path: str) -> str | None:
        """Return a path relative to the directory of the old blog; None for one outside of it."""
        if not self._prefix or not f"{canonical_path(path)}/".startswith(f"{self._prefix}/"):
            return None
        return canonical_path(path).removeprefix(self._prefix) or "/"

    def _path(self, item: ExportedPost) -> str | None:
        """Return the path of the item's `<link>`; None if it has none of its own (drafts, plain permalinks)."""
        parts = split(item.link)
        if parts.query or parts.path in ("", "/") or parts.path == f"{self._prefix}/":
            return None
        return canonical_path(parts.path)

    def _aliases(self, item: ExportedPost, path: str | None, slug: str) -> tuple[str, ...]:
        """Return every other address that the post had."""
        found = [f"/?p={item.wp_id}"]
        if item.kind is PostKind.PAGE:
            found.append(f"/?page_id={item.wp_id}")
        found += [f"{self._prefix}{address}" for address in found] if self._prefix else []
        if item.guid.startswith(("http://", "https://")):
            ours = self._kept(item.guid)
            found.append(self._urls.path_of(ours) or item.guid if ours else item.guid)
        if path:
            former = [_renamed(path, slug, old) for old in item.old_slugs]
            if self._prefix:
                former += [below for address in (path, *former) if (below := self._below(address)) and below != "/"]
            found += former
        if item.kind is PostKind.POST:
            found += [self._urls.page(old) for old in item.old_slugs]
        for id in self._attached[item.wp_id]:
            page = self._kept(self._attachments[id].link)
            if page:
                found.append(self._urls.path_of(page) or "")
        spelled = (canonical_path(address) if address.startswith("/") else address for address in found if address)
        return tuple(address for address in dict.fromkeys(spelled) if address != path)

    # pictures

    async def _want(self, address: str, alt: str) -> None:
        """Register a file, from the copy of the uploads or for download."""
        path = split(address).path
        is_upload = self._is_old(address) and UPLOADS in path
        known = await self._store.media.find_by_source(address)
        if known is not None and (known.state is MediaState.KEPT or self._media is None):
            return
        if not address.startswith(("http://", "https://")):
            return
        now = self._clock()
        file = known or MediaFile(
            id=new_id(now),
            source_url=address,
            path=canonical_path(path) if is_upload else None,
            alt=alt,
            due=now,
        )
        if is_upload and self._media is not None:
            file = await asyncio.to_thread(self._from_copy, file, path)
        if file.state is MediaState.WANTED and self._urls.path_of(address) is not None:
            file = as_failed(file, "it lies at this blog's own address; import again with --media DIRECTORY")
        await self._store.transaction(lambda tx: self._put_file(tx, file))
        if address in self._told:
            return
        self._told.add(address)
        if file.state is MediaState.KEPT:
            self.report.pictures_kept += 1
        elif file.state is MediaState.WANTED:
            self.report.pictures_wanted += 1
        else:
            self.report.left_out.append(SkippedItem(what=address, reason=file.reason))

    async def _put_file(self, tx: Tables, file: MediaFile) -> None:
        if file.path is not None:
            other = await tx.media.find_by_path(file.path)
            if other is not None and other.source_url != file.source_url:  # http and https addresses of one picture
                file = replace(file, path=None)
        await tx.media.save(file)

    def _from_copy(self, file: MediaFile, path: str) -> MediaFile:
        assert self._media is not None
        relative = unquote(path.partition(UPLOADS)[2])
        source = (self._media / relative).resolve()
        if not source.is_relative_to(self._media.resolve()):
            return as_failed(file, "its path leads out of the directory")
        try:
            return as_kept(file, self._files, source.read_bytes())
        except FileNotFoundError:
            return file
        except (OSError, UnusableFile) as error:
            return as_failed(file, str(error))

    # comments

    async def _comment(self, post: Post, item: ExportedComment) -> None:
        uri = f"{post.uri}#comment-{item.wp_id}"
        parent = await self._store.comments.find_by_uri(f"{post.uri}#comment-{item.parent}") if item.parent else None
        known = await self._store.comments.find_by_uri(uri)
        state, reason = item.state, IMPORTED
        if known is not None:
            raw_html, why = await self._store.comments.get_source(known.id)
            if why != IMPORTED:  # the author has decided here
                state, reason = known.state, why
            if (raw_html, known.author.name, known.state) == (item.html, _name(item), state):
                return
        now = self._clock().replace(microsecond=0)
        published = min(item.published, now)
        url = item.author_url if item.author_url.startswith(("http://", "https://")) else ""
        draft = CommentDraft(
            source=CommentSource.IMPORT,
            author=Author(name=_name(item), url=url),
            html=for_stranger(item.html, base=self._urls.absolute(post.path)),
            target=Target(post=post, parent=parent),
            raw_html=item.html,
            sanitizer=SANITIZER_VERSION,
            published=published,
            updated=max(now, known.updated + timedelta(seconds=1)) if known else published,
            uri=uri,
            anchor=f"comment-{item.wp_id}",
            earlier=known,
        )
        decision = ModerationDecision(state=state, reason=reason)
        await self._store.transaction(lambda tx: admit(tx, draft, decision, self._clock()))
        if known is not None:
            self.report.comments_updated += 1
            return
        self.report.comments += 1
        self.report.comment_states[state] += 1


def _spelled(parts: SplitResult, path: str) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return path + query + (f"#{parts.fragment}" if parts.fragment else "")


def _name(item: ExportedComment) -> str:
    return clean_name(item.author_name) or "Anonymous"


def _renamed(path: str, slug: str, old: str) -> str:
    """Return a permalink with an older slug, replaced in the last segment that equals the slug."""
    before, found, after = path.rpartition(f"/{percent_encode_path(slug)}")
    return f"{before}/{percent_encode_path(old)}{after}" if found else path
