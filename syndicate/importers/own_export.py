"""Reads the Markdown folder that `syndicate export` writes back, with everything that only this program knows.

The header says more than that of other programs: guid, permalink, aliases and the slugs of terms are taken as they
stand, and the text byte for byte. Comments come from `comments.json`, files with an address of their own from `static/`.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

import yaml

from syndicate.clock import Clock, from_text
from syndicate.comments.admission import admit
from syndicate.comments.draft import CommentDraft, ModerationDecision, Target
from syndicate.content import frontmatter
from syndicate.content.own_format import COMMENTS_FORMAT, COMMENTS_VERSION, folder_name
from syndicate.content.sanitize import SANITIZER_VERSION, for_stranger
from syndicate.content.shortcode_marks import unescape_shortcodes
from syndicate.content.text import percent_encode_path
from syndicate.errors import FrontMatterInvalid, InputError
from syndicate.importers.post_importer import PostImporter
from syndicate.media import MediaFiles, UnusableFile
from syndicate.model.comment import Audience, Author, CommentKind, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.model.post import PostDraft, PostKind, SourceFormat, Term, TermKind
from syndicate.publishing.post_files import as_kept
from syndicate.publishing.publisher import Change
from syndicate.storage import Store
from syndicate.storage.media import MediaFile
from syndicate.translation import _
from syndicate.urls import Urls

ORIGIN = "markdown"
COMMENTS = "comments.json"
IMPORTED = "comment.imported"
FENCE = "---\n"
"""The header stands between two of these lines."""


@dataclass(slots=True)
class OwnExportReport:
    """What became of an export. `edited` are the slugs of posts that were changed here and stay as they are."""

    posts: Counter[Change] = field(default_factory=Counter)
    comments: int = 0
    files: int = 0
    edited: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def is_export(directory: Path) -> bool:
    """Whether a directory is an export of this program."""
    path = directory / COMMENTS
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as stream:
        return stream.read(len(COMMENTS_FORMAT) + 32).startswith(f'{{"format": "{COMMENTS_FORMAT}"')


class OwnExport:
    def __init__(
        self,
        store: Store,
        importer: PostImporter,
        files: MediaFiles,
        urls: Urls,
        zone: tzinfo,
        clock: Clock,
        progress: Callable[[str], None],
        *,
        folder: Path | None,
    ) -> None:
        self._store, self._importer, self._files = store, importer, files
        self._urls, self._zone, self._clock, self._progress = urls, zone, clock, progress
        self._folder = folder
        self.report = OwnExportReport()

    async def run(self) -> OwnExportReport:
        """Read files, posts and comments, in this order. Raises OSError, InputError for a newer export."""
        assert self._folder is not None
        await self.read_files()
        for path in await asyncio.to_thread(_oldest_first, self._folder):
            await self._post(path)
        await self._comments(self._folder / COMMENTS)
        return self.report

    @property
    def has_folder(self) -> bool:
        """Whether the files of posts are at hand."""
        return self._folder is not None

    async def read_files(self) -> None:
        """Store the files that have an address of their own."""
        if self._folder is None:
            return
        static = self._folder / "static"
        for path in await asyncio.to_thread(_files_in, static):
            await self._file(path, static)

    async def _file(self, path: Path, static: Path) -> None:
        address = percent_encode_path(f"/{path.relative_to(static).as_posix()}")
        if await self._store.media.find_by_source(self._urls.absolute(address)) is not None:
            return
        now = self._clock()
        own = None if address.startswith(Urls.media("")) else address
        wanted = MediaFile(id=new_id(now), source_url=self._urls.absolute(address), path=own, due=now)
        try:
            kept = await asyncio.to_thread(lambda: as_kept(wanted, self._files, path.read_bytes()))
        except (UnusableFile, OSError) as error:
            self.report.left_out.append(f"{path}: {error}")
            return
        await self._store.transaction(lambda tx: tx.media.save(kept))
        self.report.files += 1

    async def _post(self, path: Path) -> None:
        try:
            draft = await asyncio.to_thread(self._read, path)
            known = await self._importer.find(draft)
            made = await self._store.posts.find_source(known.id) if known else None
            if known is not None and made is not None and made.origin != ORIGIN:
                self.report.edited.append(known.slug)
                return
            published = await self._importer.publish(draft, origin=ORIGIN, announce=False)
        except InputError as error:
            self.report.left_out.append(str(error))
            return
        self.report.posts[published.change] += 1
        self.report.left_out += [f"{path}: file could not be read: {missing}" for missing in published.missing]
        self._progress(draft.slug)

    def _read(self, path: Path) -> PostDraft:
        try:
            text = path.read_bytes().decode("utf-8")
        except (UnicodeDecodeError, OSError) as error:
            raise InputError(_("{path}: cannot be read: {error}", path=path, error=error)) from error
        return read_post(text, file=path, zone=self._zone, clock=self._clock)

    def draft_of(self, text: str, kind: PostKind, slug: str) -> PostDraft:
        """Return a post that another form of the export holds as this file. Raises InputError."""
        beside = (self._folder or Path("/")) / ("pages" if kind is PostKind.PAGE else "posts") / folder_name(slug)
        draft = read_post(text, file=beside / "index.md", zone=self._zone, clock=self._clock)
        return draft if self._folder else replace(draft, local_files=None)

    # comments

    async def save_comments(self, comments: Sequence[str]) -> int:
        """Save comments, each as JSON, and return how many are new."""
        before = self.report.comments
        for text in comments:
            await self._save_comment(text, "comment")
        return self.report.comments - before

    async def _comments(self, path: Path) -> None:
        for number, line in enumerate(_lines(path), 1):
            await self._save_comment(line, f"{path}: comment {number}")

    async def _save_comment(self, text: str, what: str) -> None:
        try:
            await self._comment(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.report.left_out.append(f"{what}: cannot be read: {error}")

    async def _comment(self, fields: dict[str, Any]) -> None:
        post = await self._store.posts.find_by_guid(fields["post"])
        if post is None:
            self.report.left_out.append(f"comment {fields['id']}: its post {fields['post']} is not here")
            return
        if await self._store.comments.find_by_uri(fields["id"]) is not None:
            return
        parent = await self._store.comments.find_by_uri(fields.get("in_reply_to", ""))
        draft = comment_draft(fields, Target(post=post, parent=parent), self._urls.absolute(post.path))
        decision = ModerationDecision(state=CommentState(fields["state"]), reason=IMPORTED)
        await self._store.transaction(lambda tx: admit(tx, draft, decision, self._clock()))
        self.report.comments += 1


def read_post(text: str, *, file: Path, zone: tzinfo, clock: Clock) -> PostDraft:
    """Return a file of an export as a draft. Raises InputError."""
    if not text.startswith(FENCE) or f"\n{FENCE}" not in text:
        raise InputError(_("{file}: has no header between two lines of '---'", file=file))
    header, _separator, source = text.removeprefix(FENCE).partition(f"\n{FENCE}")
    front, _rest = frontmatter.split(f"{FENCE}{header}\n{FENCE}\n", file=str(file), timezone=zone, now=clock())
    draft = frontmatter.to_post_draft(
        front, "", slug_from_file=file.parent.name, local_files=str(file.parent.absolute())
    )
    fields = _own_fields(header, file)
    aliases = (*_texts(fields, "aliases"), *_texts(fields, "former_addresses"))
    return replace(
        draft,
        slug=str(fields.get("slug") or draft.slug),
        source=unescape_shortcodes(source.removeprefix("\n").removesuffix("\n")),
        source_format=SourceFormat.HTML if fields.get("format") == "html" else SourceFormat.MARKDOWN,
        kind=PostKind.PAGE if front.is_page else PostKind.POST,
        title=str(fields.get("title") or ""),
        author=str(fields.get("author") or ""),
        guid=str(fields["guid"]) if fields.get("guid") else None,
        path=str(fields["url"]) if str(fields.get("url", "")).startswith("/") else None,
        aliases=tuple(aliases),
        terms=tuple(
            term
            for kind, names, slugs in (
                (TermKind.CATEGORY, "categories", "category_slugs"),
                (TermKind.TAG, "tags", "tag_slugs"),
            )
            for term in _terms(kind, _texts(fields, names), fields.get(slugs))
        ),
        minor=False,
    )


def _own_fields(header: str, file: Path) -> dict[str, Any]:
    """Return the header as text values."""
    try:
        fields = yaml.load(header, Loader=yaml.BaseLoader)  # noqa: S506 - it makes only text, lists and mappings
    except yaml.YAMLError as error:
        raise FrontMatterInvalid(str(error).replace("\n", " "), file=str(file), line=1) from error
    return fields if isinstance(fields, dict) else {}


def _texts(fields: dict[str, Any], name: str) -> list[str]:
    value = fields.get(name) or []
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def _terms(kind: TermKind, names: list[str], slugs: Any) -> Iterator[Term]:
    known = slugs if isinstance(slugs, dict) else {}
    for name in names:
        if name in known:
            yield Term(kind=kind, slug=str(known[name]), name=name)
        else:
            yield from frontmatter.terms(kind, (name,))


def comment_draft(fields: dict[str, Any], target: Target, base: str) -> CommentDraft:
    """Return a comment of an export as a draft. Raises KeyError, ValueError."""
    author = fields.get("author", {})
    published = from_text(fields["published"])
    return CommentDraft(
        source=CommentSource.IMPORT,
        author=Author(
            name=author.get("name", ""),
            url=author.get("url", ""),
            uri=author.get("uri", ""),
            handle=author.get("handle", ""),
        ),
        html=for_stranger(fields.get("html", ""), base=base),
        target=target,
        raw_html=fields.get("html", ""),
        sanitizer=SANITIZER_VERSION,
        published=published,
        updated=from_text(fields.get("updated", fields["published"])),
        uri=fields["id"],
        url=fields.get("url", ""),
        anchor=f"comment-{int(fields['number'])}",
        audience=Audience(fields.get("audience", Audience.PUBLIC)),
        kind=CommentKind(fields.get("kind", CommentKind.REPLY)),
        language=fields.get("language", ""),
    )


def _files_in(directory: Path) -> list[Path]:
    """Return the files below a directory; links are not followed, since they may lead out of it."""
    return sorted(path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())


def _oldest_first(directory: Path) -> list[Path]:
    found = [*directory.glob("posts/*/index.md"), *directory.glob("pages/*/index.md")]
    return [path for _rest, path in sorted((_date_of(path), path) for path in found)]


def _date_of(path: Path) -> str:
    """Return the date in a header, for sorting."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        return next((line for line in stream if line.startswith("date:")), "")


def _lines(path: Path) -> Iterator[str]:
    """Yield the comments of the file, one per line, as `export` writes them. Raises InputError."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        version = re.search(r'"version": (\d+)', stream.readline())
        if version is None or int(version[1]) > COMMENTS_VERSION:
            raise InputError(
                _("{path}: was written by a newer version of Syndicate; please install that one", path=path)
            )
        yield from (line.rstrip().rstrip(",") for line in stream if line.startswith("{"))
