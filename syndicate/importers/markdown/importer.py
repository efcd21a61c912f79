"""Import a folder of Markdown: posts, pages, old addresses, ids of the old feed, pictures.

First every file is read, so that a text can name any other; then the texts are translated and published one by one.
Importing again changes only what was changed in the folder and not edited here. Nothing is fetched and nothing is run.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from syndicate.clock import Clock
from syndicate.config import SiteConfig
from syndicate.content import html as author_html
from syndicate.content.frontmatter import terms
from syndicate.content.header_model import FrontMatter
from syndicate.content.markdown import to_html
from syndicate.content.permalinks import bare_host
from syndicate.content.text import canonical_path, plain
from syndicate.errors import InputError
from syndicate.importers.markdown.defaults import unread_data_files
from syndicate.importers.markdown.discover import MarkdownFileKind, discover
from syndicate.importers.markdown.index import FileIndex, PageIndex
from syndicate.importers.markdown.pictures import FolderFiles
from syndicate.importers.markdown.programs import OBSIDIAN, PELICAN, PLAIN
from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown.reading import MarkdownEntry, NotAPost, read_entry
from syndicate.importers.markdown.redirects import save_redirects
from syndicate.importers.markdown.report import FolderReport
from syndicate.importers.markdown.texts import TextContext
from syndicate.importers.post_importer import FILE_ORIGINS, PostImporter
from syndicate.media import MediaFiles
from syndicate.model.post import Post, PostDraft, PostKind, SourceFormat, TermKind
from syndicate.publishing import Change
from syndicate.publishing.addresses import IsReserved
from syndicate.storage import Store
from syndicate.urls import Urls

ORIGIN = "markdown"


class MarkdownImporter:
    """One import of one folder."""

    def __init__(
        self,
        store: Store,
        importer: PostImporter,
        files: MediaFiles,
        urls: Urls,
        site: SiteConfig,
        clock: Clock,
        *,
        is_reserved: IsReserved,
        announce: bool,
        progress: Callable[[str], None],
    ) -> None:
        self._store, self._importer, self._urls, self._site = store, importer, urls, site
        self._clock, self._announce, self._progress = clock, announce, progress
        self._is_reserved = is_reserved
        self.report = FolderReport()
        self._files = FolderFiles(store, files, urls, clock, self.report)

    async def run(self, project: Project) -> FolderReport:
        """Import a project."""
        self.report.project = project
        entries = self._chosen(project, self._read(project))
        known = {entry.file.name: await self._known(project, entry) for entry in entries}
        paths = await self._planned(entries, known)
        hosts = project.hosts | {bare_host(self._urls.host)}
        context = TextContext(
            project,
            entries,
            PageIndex(project, entries, paths),
            FileIndex(project, entries),
            self._files,
            hosts,
            paths,
        )
        for entry in entries:
            await self._publish(project, entry, known[entry.file.name], paths, context)
        self.report.lost.update(context.lost)
        self.report.missing += context.missing
        self.report.notes += _translations(entries)
        await save_redirects(self._store, self._urls, project, entries)
        return self.report

    def _read(self, project: Project) -> list[MarkdownEntry]:
        now = self._clock()
        entries: list[MarkdownEntry] = []
        for file in discover(project):
            if file.kind is MarkdownFileKind.LEFT_OUT:
                self.report.left_out.append(f"{file.path}: {file.reason}")
            elif file.kind is MarkdownFileKind.SKIPPED:
                self.report.skipped.append(f"{file.path}: {file.reason}")
            else:
                try:
                    entries.append(read_entry(project, file, now))
                except NotAPost as error:
                    self.report.skipped += [f"{file.path}: {error}"] if str(error) else []
                except InputError as error:
                    self.report.left_out.append(str(error))
        self.report.notes += [f"{name}: would have to be run, and is not read" for name in unread_data_files(project)]
        return entries

    def _chosen(self, project: Project, entries: list[MarkdownEntry]) -> list[MarkdownEntry]:
        """Leave out what an Obsidian vault does not publish."""
        if project.program is not OBSIDIAN:
            return entries
        is_chosen = any(entry.publish for entry in entries)
        chosen = [entry for entry in entries if entry.publish or (entry.publish is None and not is_chosen)]
        if len(chosen) < len(entries):
            self.report.not_taken["note that is not published"] += len(entries) - len(chosen)
        return chosen

    async def _known(self, project: Project, entry: MarkdownEntry) -> Post | None:
        """Find the post that an earlier import made of this file, also one that kept no record of it."""
        posts = self._store.posts
        if (post := await posts.find_by_source(_source_id(project, entry))) is not None:
            return post
        post = await posts.find_by_slug(entry.slug)
        made = await posts.find_source(post.id) if post else None
        is_ours = made is not None and made.origin == ORIGIN and post is not None
        return post if is_ours and post is not None and not await posts.has_source(post.id) else None

    async def _from_file(self, project: Project, entry: MarkdownEntry) -> Post | None:
        """Find the post that `publish` or the posts folder made of a file with this slug."""
        post = await self._store.posts.find_by_slug(entry.slug) if project.program is PLAIN else None
        made = await self._store.posts.find_source(post.id) if post else None
        return post if made is not None and made.origin in FILE_ORIGINS else None

    async def _planned(self, entries: list[MarkdownEntry], known: dict[str, Post | None]) -> dict[str, str]:
        """Return the address here of each entry that is public."""
        now, taken, slugs = self._clock(), set[str](), Counter[str]()
        planned: dict[str, str] = {}
        for entry in entries:
            post = known[entry.file.name]
            slugs[entry.slug] += 1
            path = post.path if post else await self._new_path(entry, taken, slugs[entry.slug], now)
            taken.add(path)
            if entry.is_public(now):
                planned[entry.file.name] = path
        return planned

    async def _new_path(self, entry: MarkdownEntry, taken: set[str], number: int, now: datetime) -> str:
        wanted = entry.path if entry.path and not self._is_reserved(entry.path) else None
        if wanted and wanted not in taken and await self._store.posts.find_by_path(wanted) is None:
            return wanted
        is_page = entry.kind is PostKind.PAGE
        number += is_page and number == 1 and self._is_reserved(self._urls.page(entry.slug))
        slug = entry.slug if number == 1 else f"{entry.slug}-{number}"
        while await self._store.posts.find_by_slug(slug) is not None:
            number += 1
            slug = f"{entry.slug}-{number}"
        return (
            self._urls.page(slug)
            if is_page
            else Urls.permalink(entry.date or now, slug, self._site.zone, self._site.permalinks)
        )

    async def _publish(
        self, project: Project, entry: MarkdownEntry, known: Post | None, paths: dict[str, str], context: TextContext
    ) -> None:
        try:
            draft = self._draft(project, entry, known, paths.get(entry.file.name), context)
            if known is None and (other := await self._from_file(project, entry)) is not None:
                self.report.edited.append(other.slug)
                return
            if known is not None:
                made = await self._store.posts.find_source(known.id)
                if made is not None and made.origin != ORIGIN:
                    self.report.edited.append(known.slug)
                    return
                await self._store.transaction(
                    lambda tx: tx.post_writes.save_source(_source_id(project, entry), known.id)
                )
            await self._files.store()
            announce = self._announce and entry.kind is PostKind.POST
            published = await self._importer.publish(draft, origin=ORIGIN, announce=announce)
        except InputError as error:
            said = str(error)
            self.report.left_out.append(said if str(entry.file.path) in said else f"{entry.file.path}: {said}")
            return
        if published.moved:
            is_at = f"it is at {published.post.path} now"
            self.report.notes.append(f"{entry.file.path}: {published.moved} is an address of this program; {is_at}")
        self._count(entry, published.change, published.post)
        self._progress(published.post.title or published.post.slug)

    def _count(self, entry: MarkdownEntry, change: Change, post: Post) -> None:
        report = self.report
        report.changes[change] += 1
        report.kinds[post.kind] += 1
        if not post.is_public:
            report.hidden[post.state] += 1
        report.held += entry.reasons
        report.notes += entry.notes
        report.unknown.update(_unknown(entry.front, self._site.author))

    def _draft(
        self, project: Project, entry: MarkdownEntry, known: Post | None, path: str | None, context: TextContext
    ) -> PostDraft:
        front = entry.front
        source = context.text(entry)
        opening = context.text(replace(entry, body=entry.opening)) if entry.opening else ""
        image = context.rewritten(entry, front.image) if front.image else ""
        shown = front.image and image in author_html.pictures(source if entry.file.is_html else to_html(source))
        enclosure = front.enclosure
        if enclosure is not None:
            enclosure = replace(enclosure, url=context.rewritten(entry, enclosure.url))
        is_public = path is not None
        date = known.published if known and entry.is_date_made_up else entry.date
        return PostDraft(
            slug=entry.slug,
            source=source,
            source_format=SourceFormat.HTML if entry.file.is_html else SourceFormat.MARKDOWN,
            kind=known.kind if known else entry.kind,
            title=entry.title,
            date=date,
            modified=front.updated,
            terms=(*terms(TermKind.CATEGORY, entry.categories), *terms(TermKind.TAG, front.tags)),
            summary=front.summary,
            excerpt=plain(opening if entry.file.is_html else to_html(opening)) if opening else "",
            teaser=front.teaser,
            unsummarized=front.has_empty_summary and not front.summary,
            language=entry.language,
            state=entry.state,
            draft_reasons=entry.reasons,
            visibility=front.visibility,
            sensitive=front.sensitive,
            warning=front.warning,
            comments_open=front.comments_open,
            pinned=front.pinned,
            minor=front.minor,
            image="" if shown else image,
            image_alt=front.image_alt,
            type=front.type,
            quotes=front.quotes,
            reference=front.reference,
            hashtags=front.hashtags,
            enclosure=enclosure,
            guid=entry.guid or None,
            source_id=_source_id(project, entry),
            path=entry.path if is_public or front.address else None,
            aliases=tuple(canonical_path(alias) for alias in entry.aliases),
        )


def _translations(entries: list[MarkdownEntry]) -> list[str]:
    """Return a note for each text that is there in several languages: every one is a post of its own."""
    found: dict[tuple[tuple[str, ...], str], list[MarkdownEntry]] = {}
    for entry in entries:
        found.setdefault((entry.file.folders, entry.file.stem), []).append(entry)
    tied = (group for group in found.values() if len({entry.file.language for entry in group}) > 1)
    return [
        f"{', '.join(sorted(entry.file.name for entry in group))}: are translations of one text; each is a post of its own, "
        "and nothing here leads from one to the other"
        for group in tied
    ]


def _source_id(project: Project, entry: MarkdownEntry) -> str:
    """Return the identity of a file: its path in the project, and the blog that the settings name."""
    named = project.settings.text(project.program.origin) or (project.origin if project.program is PELICAN else "")
    return f"markdown {named} {entry.file.name}"


def _unknown(front: FrontMatter, author: str) -> list[str]:
    """Return the fields to report: an author that is the blog's is none."""
    return [
        field
        for field in front.unknown
        if not (field.lower() in ("author", "authors") and front.authors and set(front.authors) <= {author})
    ]
