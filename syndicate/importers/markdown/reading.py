"""Read a file of a project into a `MarkdownEntry`: what it is, whether it is public, and where it was.

The file is read here and nowhere else; everything behind it is a function of its text and of the project.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import yaml

from syndicate.content.code_blocks import mask
from syndicate.content.frontmatter import read_front_matter, state_of
from syndicate.content.header_model import FrontMatter
from syndicate.content.headers import Header, read_dotted, split_header
from syndicate.content.hidden_text import before_more, has_logic
from syndicate.content.markdown import split_title
from syndicate.content.not_public import name_of
from syndicate.content.permalinks import path_of, spellings
from syndicate.content.tags import resolved
from syndicate.content.text import clean, clean_name, slugify
from syndicate.content.yaml_values import raw
from syndicate.errors import InputError
from syndicate.importers.markdown.addresses import AddressParts, OldAddress, feed_id, old_address, relative_to_post
from syndicate.importers.markdown.defaults import with_defaults
from syndicate.importers.markdown.discover import MarkdownFileKind, SourceFile
from syndicate.importers.markdown.html_header import read_html
from syndicate.importers.markdown.programs import ASTRO, ELEVENTY, GATSBY, JEKYLL, OBSIDIAN, OCTOPRESS, PELICAN, PLAIN
from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown_files import EMPTY, LOGIC, date_in_name
from syndicate.model.post import PostKind, PostState
from syndicate.translation import _

MAX_BYTES = 4_000_000
HOME = "it is the home page, which is made here"
NO_HTML_HEADER = "it is HTML without a header or a title, as templates are"
NO_HEADER = "it has no header, so that {program} makes no page of it"
_MODULE_LINE = re.compile(r"^(?:import|export)\s[^\n]*(?:\n|\Z)", re.MULTILINE)
_DATE_IN_PATH = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


class NotAPost(Exception):
    """A file that is no post; the message says why, and is empty if nobody needs to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownEntry:
    """A post or page of a project. `notes` are what is said about it; `is_date_made_up`: it is the file's own time."""

    file: SourceFile
    front: FrontMatter
    title: str
    body: str
    opening: str
    slug: str
    date: datetime | None
    is_date_made_up: bool
    kind: PostKind
    state: PostState
    reasons: tuple[str, ...]
    path: str | None
    aliases: tuple[str, ...]
    guid: str
    categories: tuple[str, ...]
    language: str
    publish: bool | None
    notes: tuple[str, ...]

    def is_public(self, now: datetime) -> bool:
        return self.state is PostState.PUBLISHED and (self.date is None or self.date <= now)


def read_entry(project: Project, file: SourceFile, now: datetime) -> MarkdownEntry:
    """Read a file. Raises NotAPost; InputError, FrontMatterInvalid for one that is left out."""
    header = _header(project, file, _text_of(file))
    fields = with_defaults(project, file, header.fields)
    header = Header(fields=fields, body=header.body, line=header.line, found=header.found)
    front = read_front_matter(
        header, file=str(file.path), timezone=project.zone, now=now, dialect=project.program.dialect
    )
    is_home = file.stem == "index" and not file.is_bundle and project.program not in (PLAIN, OBSIDIAN)
    if is_home and file.path.parent in (project.root, *project.contents):
        raise NotAPost(HOME)
    title, body = _titled(project, file, front, header.body)
    if not (body.strip() or title or front.image or front.enclosure or front.reference):
        raise InputError(_("{path}: {empty}; a post needs a title, text or a picture", path=file.path, empty=EMPTY))
    return _entry(project, file, front, title, body, _words(header), now)


def _text_of(file: SourceFile) -> str:
    try:
        data = file.path.read_bytes() if file.path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise InputError(_("{path}: cannot be read: {strerror}", path=file.path, strerror=error.strerror)) from error
    if data is None:
        raise InputError(_("{path}: is longer than {size} MB", path=file.path, size=MAX_BYTES // 1_000_000))
    try:
        text = clean(data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            _("{path}: is not UTF-8 text (byte {start}); please save it as UTF-8", path=file.path, start=error.start)
        ) from error
    if file.path.suffix.lower() == ".mdx":
        masked = mask(text)
        text = masked.unmask(_MODULE_LINE.sub("", masked.text))
    return text


def _header(project: Project, file: SourceFile, text: str) -> Header:
    beside = file.path.with_suffix(".meta")
    if beside.is_file() and not beside.is_symlink():
        return Header(fields=read_dotted(clean(beside.read_bytes()[:MAX_BYTES].decode("utf-8", "replace"))), body=text)
    if file.is_html and not text.lstrip().startswith(("---", "+++")):
        document = read_html(text) if project.program in (PELICAN, PLAIN) else None
        if document is None:
            raise NotAPost(NO_HTML_HEADER if project.program is PLAIN else "")
        if document.list_reason:
            raise NotAPost(f"{document.list_reason}, which is made here")
        return Header(fields=document.fields, body=document.body)
    header = split_header(text, file=str(file.path), dialect=project.program.dialect)
    if not header.found and project.program.needs_header:
        reason = NO_HEADER.format(program=project.program.name)
        if file.kind is MarkdownFileKind.POST:
            raise InputError(f"{file.path}: {reason}")
        raise NotAPost(reason)
    return header


def _titled(project: Project, file: SourceFile, front: FrontMatter, body: str) -> tuple[str, str]:
    if front.title or front.has_title:
        return resolved(front.title), body  # themes of other programs put titles into their pages as they are written
    if project.program is not OBSIDIAN:
        title, rest = ("", body) if file.is_html else split_title(body)
        if title:
            return title, rest
    name, _rest = date_in_name(file.stem, UTC)
    return clean_name(name if " " in name else re.sub("[-_]+", " ", name)) if body.strip() else "", body


def _doubts(file: SourceFile, front: FrontMatter, body: str, date: datetime | None) -> list[str]:
    """Return why a post is not to be published."""
    reasons = [*front.doubts]
    reasons += [f"{file.path}: it lies in a folder for drafts ('{file.draft_folder}')"] if file.draft_folder else []
    reasons += [f"{file.path}: {LOGIC}"] if has_logic(body) else []
    reasons += [front.date_problem] if front.date_problem and date is None else []
    return reasons


def _entry(
    project: Project,
    file: SourceFile,
    front: FrontMatter,
    title: str,
    body: str,
    words: Mapping[str, str],
    now: datetime,
) -> MarkdownEntry:
    name, named = _name_and_date(project, file)
    date = front.date or named
    reasons = _doubts(file, front, body, date)
    state = state_of(front, bool(reasons))
    kind = _kind(project, file, front, date, state)
    made_up = date is None and state is PostState.PUBLISHED
    date = min(datetime.fromtimestamp(int(file.path.stat().st_mtime), UTC), now) if made_up else date
    categories = front.categories or _folder_categories(project, file, kind)
    place = AddressParts(
        folders=file.folders,
        filename=file.stem,
        name=name,
        slug=front.written_slug,
        title=title,
        date=date.astimezone(project.zone) if date and not made_up else None,
        categories=categories,
        language=file.language,
        is_page=kind is PostKind.PAGE,
        is_bundle=file.is_bundle,
        fields=words,
    )
    old = old_address(project, place, front.address if words.get("permalink") != "false" else "")
    path = old.path
    slug = front.slug or slugify(name) or slugify(file.stem)
    if not slug:
        raise InputError(
            _("{path}: its name contains no letter or digit: please give the post a 'slug'", path=file.path)
        )
    return MarkdownEntry(
        file=file,
        front=front,
        title=title,
        body=body,
        opening=before_more(body),
        slug=slug,
        date=date,
        is_date_made_up=made_up,
        kind=kind,
        state=state,
        reasons=() if front.is_taken_back else tuple(reasons),
        path=path,
        aliases=_aliases(project, front, old, path),
        guid=front.guid or (feed_id(project, place, path) if path else ""),
        categories=categories,
        language=front.language or file.language,
        publish=_publish_word(words),
        notes=tuple(
            _notes(file, front, old, made_up and kind is PostKind.POST, is_public=state is PostState.PUBLISHED)
        ),
    )


def _words(header: Header) -> dict[str, str]:
    return {name_of(raw(key)): raw(value) for key, value in header.fields if isinstance(value, yaml.ScalarNode)}


def _publish_word(words: Mapping[str, str]) -> bool | None:
    word = words.get("publish", "").strip().lower()
    return None if word not in ("true", "false") else word == "true"


def _name_and_date(project: Project, file: SourceFile) -> tuple[str, datetime | None]:
    name, date = date_in_name(file.stem, project.zone)
    if date is None and project.program is ELEVENTY and (found := _DATE_IN_PATH.search(file.name)):
        _rest, date = date_in_name(f"{found[0]}-x", project.zone)
    return name, date


def _kind(project: Project, file: SourceFile, front: FrontMatter, date: datetime | None, state: PostState) -> PostKind:
    if front.is_page or file.kind is MarkdownFileKind.PAGE:
        return PostKind.PAGE
    is_undated = date is None and not front.date_problem and not file.draft_folder
    if project.program.undated_pages and is_undated:
        return PostKind.POST if state is PostState.DRAFT and file.folders else PostKind.PAGE
    if project.program in (ELEVENTY, ASTRO, GATSBY) and is_undated:
        is_post = project.program.post_folders & {part.lower() for part in file.folders}
        return PostKind.POST if is_post else PostKind.PAGE
    return PostKind.POST


def _folder_categories(project: Project, file: SourceFile, kind: PostKind) -> tuple[str, ...]:
    """Return the categories that folders give: those above `_posts` (Jekyll), the folder (Pelican)."""
    if kind is PostKind.PAGE:
        return ()
    if project.program in (JEKYLL, OCTOPRESS) and "_posts" in file.folders:
        return file.folders[: file.folders.index("_posts")]
    if project.program is PELICAN and file.folders and not project.settings.is_off("use_folder_as_category"):
        return file.folders[-1:]
    return ()


def _aliases(project: Project, front: FrontMatter, old: OldAddress, path: str | None) -> tuple[str, ...]:
    found = [alias for alias in old.aliases if alias]
    found += [*spellings(path), *(other for alias in found for other in spellings(alias))] if path else []
    for alias in front.aliases:
        whole = relative_to_post(path, alias) if path else alias
        if (kept := path_of(whole, hosts=project.hosts)) is not None:
            found += [kept if not project.prefix or kept.startswith(f"{project.prefix}/") else project.prefix + kept]
    if path and project.prefix:
        found += [path.removeprefix(project.prefix), *(one.removeprefix(project.prefix) for one in found)]
    return tuple(one for one in dict.fromkeys(found) if one not in (path, "/"))


def _notes(file: SourceFile, front: FrontMatter, old: OldAddress, made_up: bool, *, is_public: bool) -> list[str]:
    notes = list(front.problems)
    if front.date_problem and front.date_problem not in notes and is_public:
        notes.append(front.date_problem)
    if old.unknown and is_public:
        notes.append(f"{file.path}: its address '{clean_name(old.unknown)}' is a pattern that is not known here")
    if made_up:
        notes.append(f"{file.path}: it has no date; the time of the file is taken")
    return notes
