"""Import what another program exported: posts, pages, comments, terms, old addresses, and the list of pictures.

The import is idempotent: importing again updates what was not edited here. It does not access the network; the server
downloads the pictures later, or `media` names a copy of the old blog's files.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from syndicate.clock import Clock
from syndicate.content import html as author_html
from syndicate.content import markdown
from syndicate.content.text import canonical_path, percent_encode_path, plain, slugify
from syndicate.errors import InputError
from syndicate.importers.imported_comments import ImportedComments, find_target
from syndicate.importers.imported_files import ImportedFiles
from syndicate.importers.imported_reactions import ImportedReactions
from syndicate.importers.media_copy import MediaCopy
from syndicate.importers.old_addresses import OldAddresses
from syndicate.importers.own_export import OwnExport
from syndicate.importers.post_importer import PostImporter
from syndicate.importers.records import (
    Exported,
    ExportedAttachment,
    ExportedAuthor,
    ExportedBlock,
    ExportedComment,
    ExportedPost,
    ExportedReaction,
    ExportedRedirect,
    ExportedReply,
    ExportedSite,
    ExportedTerm,
    ImportNote,
    ReactionCount,
    SkippedItem,
    Source,
)
from syndicate.importers.report import ImportReport
from syndicate.importers.wordpress.html import GALLERY, resolve_blocks, resolve_galleries
from syndicate.media import MediaFiles
from syndicate.model.post import PostDraft, PostKind, PostState, SourceFormat, TermKind
from syndicate.publishing.listings import author_slug
from syndicate.storage import Store, Tables
from syndicate.urls import Urls, join

_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")


class BlogImporter:
    """One import of one export, which may consist of several files."""

    def __init__(
        self,
        store: Store,
        importer: PostImporter,
        files: MediaFiles,
        urls: Urls,
        clock: Clock,
        *,
        media: Path | None,
        announce: bool,
        progress: Callable[[str], None],
        own: OwnExport | None = None,
    ) -> None:
        self._store, self._importer, self._urls = store, importer, urls
        self._clock, self._announce, self._progress = clock, announce, progress
        self._own, self._is_own = own, False
        self.report = ImportReport()
        self._addresses = OldAddresses(urls)
        self._copy = MediaCopy(media) if media else None
        self._files = ImportedFiles(store, files, urls, clock, self._addresses, self.report, self._copy)
        self._comments = ImportedComments(store, urls, clock, self.report)
        self._reactions = ImportedReactions(store, urls, clock, self.report)
        self._authors: dict[str, ExportedAuthor] = {}
        self._signed: set[str] = set()
        self._blocks: dict[int, str] = {}
        self._attachments: dict[int, ExportedAttachment] = {}
        self._attached: dict[int, list[ExportedAttachment]] = defaultdict(list)
        self._replies: dict[str, list[ExportedComment]] = defaultdict(list)
        self._origin = self._home = ""

    async def run(self, source: Source) -> ImportReport:
        """Import an export. Raises NotAnExport, before anything is changed; OSError."""
        try:
            await self._import(source)
        finally:
            if self._copy is not None:
                self._copy.close()
        return self.report

    async def _import(self, source: Source) -> None:
        self._origin = source.origin
        for item in source.read():
            self._survey(item)
        if self._own is not None and self._is_own:
            await self._own.read_files()
        if self._addresses.prefix:
            await self._store.transaction(lambda tx: tx.legacy_redirects.add_root(self._addresses.prefix))
        if not (self._own and self._own.has_folder and self._is_own):
            await self._files.want_all([item for items in self._attached.values() for item in items])
        for item in source.read():
            await self._take(item)
        for id, comments in self._replies.items():
            post = await self._store.posts.find(id)
            if post is not None:
                await self._comments.save(post, comments)
        await self._reactions.save()

    # first pass: what posts refer to, wherever it is in the files

    def _survey(self, item: Exported) -> None:
        match item:
            case ExportedSite():
                self.report.site = self.report.site or item
                self._home = self._home or next(iter(item.addresses), "")
                for address in item.addresses:
                    self._addresses.add_base(address)
            case ExportedAuthor():
                self._authors[item.login] = item
            case ExportedPost():
                self._addresses.add_path(self._addresses.path_of(item.link))
                self._is_own = self._is_own or bool(item.own)
            case ExportedBlock():
                self._blocks[item.wp_id] = item.html
            case ExportedAttachment():
                if item.wp_id is not None:
                    self._attachments[item.wp_id] = item
                self._attached[item.parent_id or 0].append(item)
                self._files.add_attachment(item)
            case _:
                pass

    # second pass: the items one by one

    async def _take(self, item: Exported) -> None:
        match item:
            case ExportedTerm():
                await self._store.transaction(lambda tx: self._save_term(tx, item))
                self.report.terms[item.term.kind] += 1
            case ExportedPost():
                await self._post(item)
            case ExportedRedirect():
                address = canonical_path(item.address)
                await self._store.transaction(lambda tx: tx.legacy_redirects.save(address, item.leads_to))
            case ExportedReply():
                await self._reply(item)
            case ExportedReaction():
                self._reactions.add(item)
            case ReactionCount():
                self.report.reactions[item.kind] += item.count
            case ImportNote():
                self.report.notes.append(item.text)
            case SkippedItem():
                self.report.skip(item)
            case _:
                pass

    async def _save_term(self, tx: Tables, item: ExportedTerm) -> None:
        term = item.term
        await tx.terms.save(term, known=True)
        if item.wp_id is not None:
            is_category = term.kind is TermKind.CATEGORY
            path = self._urls.category(term.slug) if is_category else self._urls.tag(term.slug)
            await tx.legacy_redirects.save(f"/?{'cat' if is_category else 'tag_id'}={item.wp_id}", path)

    async def _redirect_author(self, login: str, name: str) -> None:
        """Redirect the old addresses of an author's posts to the new list; without a name to all posts."""
        author = self._authors.get(login)
        if author is None or login in self._signed:
            return
        self._signed.add(login)
        path = self._urls.author(author_slug(name)) if name else "/"
        old = [self._urls.author(author.nicename)] if author.nicename else []
        old += [f"/?author={author.wp_id}"] if author.wp_id is not None else []

        async def body(tx: Tables) -> None:
            for address in old:
                if canonical_path(address) != canonical_path(path):
                    await tx.legacy_redirects.save(canonical_path(address), path)

        await self._store.transaction(body)

    async def _post(self, item: ExportedPost) -> None:
        if self._own is not None and item.own:
            post_draft = replace(self._own.draft_of(item.own, item.kind, item.slug), source_id=item.source_id)
        else:
            item = self._checked(item)
            post_draft = await self._post_draft(item)
        existing = await self._importer.find(post_draft)
        if existing is not None:
            made = await self._store.posts.find_source(existing.id)
            if made is not None and made.origin != self._origin:
                self.report.edited.append(existing.slug)
                return
        announce = self._announce and item.kind is PostKind.POST
        try:
            published = await self._importer.publish(post_draft, origin=self._origin, announce=announce)
        except InputError as error:
            self.report.skip(SkippedItem(what=item.title or item.link or post_draft.slug, reason=str(error)))
            return
        post = published.post
        self.report.count(published)
        title = item.title or post.slug
        self.report.held_back += [f"held back as a draft: {title}: {reason}" for reason in item.draft_reasons]
        if item.guid and post.guid != item.guid:
            self.report.twins.append(title)
        if post.is_public:
            if published.moved:
                self.report.moved.append(
                    f"{title}: {published.moved} is an address of this program; now at {post.path}"
                )
            await self._redirect_author(item.creator, post_draft.author)
        if self._own is not None and item.own:
            self.report.comments += await self._own.save_comments(item.own_comments)
        else:
            await self._comments.save(post, item.comments)
        self._progress(title)

    async def _reply(self, item: ExportedReply) -> None:
        """Remember a comment for its post."""
        post = await find_target(self._store, self._urls, item.targets)
        if post is None:
            what = f"comment by {item.comment.author_name or 'nobody'} on {next(iter(item.targets), 'nothing')}"
            self.report.skip(SkippedItem(what=what, reason="there is no such post"))
        else:
            self._replies[post.id].append(item.comment)

    def _checked(self, item: ExportedPost) -> ExportedPost:
        """Return the item as a draft if its date says otherwise than its state."""
        if item.state not in (PostState.PUBLISHED, PostState.SCHEDULED):
            return item
        if item.published is None:
            reason = "its date cannot be read"
        elif item.state is PostState.SCHEDULED and item.published <= self._clock():
            reason = "it was scheduled for a day that has passed"
        else:
            return item
        return replace(item, state=PostState.DRAFT, draft_reasons=(*item.draft_reasons, reason))

    async def _post_draft(self, item: ExportedPost) -> PostDraft:
        html = self._filled(item)
        is_markdown = item.format is SourceFormat.MARKDOWN
        for address in author_html.pictures(markdown.to_html(html) if is_markdown else html):
            await self._files.want(join(self._home or item.link, address))
        thumbnail = self._attachments.get(item.thumbnail_id) if item.thumbnail_id else None
        image = thumbnail.url if thumbnail else item.image
        if image:
            await self._files.want(image)
        slug = item.slug or slugify(item.title) or self._made_slug(item)
        path = self._addresses.path_of(item.link)
        is_shown_already = bool(image) and image in html
        return PostDraft(
            slug=slug,
            source=self._rewritten_markdown(html)
            if is_markdown
            else author_html.rewrite(html, url=self._addresses.ours),
            source_format=item.format,
            kind=item.kind,
            title=item.title,
            date=item.published,
            modified=item.modified,
            terms=item.terms,
            summary=item.excerpt,
            excerpt=plain(item.more) if item.more else "",
            language=item.language,
            author=self._author(item.creator),
            state=item.state,
            draft_reasons=item.draft_reasons,
            comments_open=item.comments_open,
            pinned=item.sticky,
            image=(self._addresses.ours(image) or image) if image and not is_shown_already else "",
            image_alt=(thumbnail.alt if thumbnail else item.image_alt),
            enclosure=item.enclosure,
            guid=item.guid or None,
            source_id=item.source_id,
            path=path,
            aliases=self._aliases(item, path, slug),
        )

    def _rewritten_markdown(self, text: str) -> str:
        return _ADDRESS.sub(lambda found: self._addresses.ours(found[0]) or found[0], text)

    @staticmethod
    def _made_slug(item: ExportedPost) -> str:
        return f"post-{item.wp_id}" if item.wp_id is not None else slugify(item.source_id) or "post"

    def _filled(self, item: ExportedPost) -> str:
        """Return the text with its reusable blocks and galleries."""
        html, unknown = resolve_blocks(item.text, self._blocks)
        if unknown:
            self.report.notes.append(
                f"{item.title or item.slug}: left out {unknown} × reusable block that is not in the export or shows itself"
            )
        with_galleries = resolve_galleries(
            html,
            attachment=self._attachments.get,
            attached=lambda id: self._attached[id or item.wp_id or -1],
        )
        self.report.shortcodes.update(item.lost_shortcodes)
        self.report.shortcodes["gallery"] += html.count(GALLERY) - with_galleries.count(GALLERY)
        self.report.linked.update(item.linked)
        if not with_galleries.strip() and item.state is not PostState.DRAFT:
            self.report.notes.append(f"{item.title or item.slug or item.link}: has no text in the export")
        return with_galleries

    def _author(self, login: str) -> str:
        known = self._authors.get(login)
        return known.display_name if known else "" if "@" in login else login

    def _aliases(self, item: ExportedPost, path: str | None, slug: str) -> tuple[str, ...]:
        """Return every other address that the post had."""
        addresses = self._addresses
        found = list(item.aliases)
        found += [f"{addresses.prefix}{address}" for address in found] if addresses.prefix else []
        if item.guid.startswith(("http://", "https://")):
            ours = addresses.kept(item.guid)
            found.append(self._urls.path_of(ours) or item.guid if ours else item.guid)
        if path:
            former = [_renamed(path, slug, old) for old in item.old_slugs]
            if addresses.prefix:
                each = [below for address in (path, *former) if (below := addresses.below(address)) and below != "/"]
                former += each
            found += former
        if item.kind is PostKind.POST:
            found += [self._urls.page(old) for old in item.old_slugs]
        for attachment in self._attached[item.wp_id] if item.wp_id is not None else ():
            page = addresses.kept(attachment.link)
            if page:
                found.append(self._urls.path_of(page) or "")
        spelled = (canonical_path(address) if address.startswith("/") else address for address in found if address)
        return tuple(address for address in dict.fromkeys(spelled) if address != path)


def _renamed(path: str, slug: str, old: str) -> str:
    """Return a permalink with an older slug, replaced in the last segment that equals the slug."""
    before, found, after = path.rpartition(f"/{percent_encode_path(slug)}")
    return f"{before}/{percent_encode_path(old)}{after}" if found else path
