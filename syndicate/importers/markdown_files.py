"""Read a Markdown file into a `PostDraft`, for `publish`, the posts folder, and imports of a folder."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from syndicate.content import frontmatter, permalinks
from syndicate.content.header_model import FrontMatter
from syndicate.content.hidden_text import has_logic
from syndicate.errors import InputError
from syndicate.model.post import PostDraft
from syndicate.translation import _

EMPTY = "is empty"
LOGIC = "its text is made by a template ({% if %}, {% for %}), which does not run here"
EXTENSIONS = frozenset({".md", ".markdown"})
DATED_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:-(\d\d)-(\d\d)-(\d\d))?[-_](.+)")
DRAFT_FOLDERS = frozenset({"_drafts", "drafts"})
"""Folders of unpublished posts."""
CONFLICT_COPY = re.compile(
    r"""
      [(\[][^()\[\]]* (?: conflict | konflikt | conflit | modstrid | ristirii | çakış | конфл | 競合 | 冲突 | 衝突 | 충돌 )
    | \bsync-conflict\b | [_.-]conflict-?\d | \.conflict(?:ed)?\b | (?-i:_Conflict)(?:\(\d+\))?$
    | \.(?:orig|rej)$ | ~HEAD$ | _(?-i:BASE|LOCAL|REMOTE|BACKUP)_\d+$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Names that synchronization and merge programs give to conflicting copies, in several languages: Dropbox and similar
in brackets, `sync-conflict` Syncthing, `_conflict-2026…` ownCloud, `_Conflict` Synology, the rest git and patch.
"""
TEMPORARY = re.compile(r"^[.~#]|~$|[.](?:tmp|temp|swp|swx|bak|part|partial|!sync)$", re.IGNORECASE)
SYSTEM_DIRECTORY = re.compile(
    r"^[.@#~]|^_(?!(?:posts|drafts)$)|^trash$|^(?:__MACOSX|lost\+found|\$RECYCLE\.BIN|System Volume Information)$",
    re.IGNORECASE,
)
"""Directories of operating systems and programs, and trash folders; those in `_` are no posts in any program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownFile:
    """A file that was read. `unknown` are fields of its header that have no meaning here, `problems` those whose
    value was passed over.
    """

    post_draft: PostDraft
    unknown: tuple[str, ...]
    problems: tuple[str, ...] = ()


def is_post(path: Path) -> bool:
    """Whether a file is meant as a post, by its name."""
    return path.suffix.lower() in EXTENSIONS and not why_passed_over(path)


def why_passed_over(path: Path) -> str:
    """Return why a Markdown file is not a post of the author; empty if it is."""
    if TEMPORARY.search(path.name) or TEMPORARY.search(path.stem):
        return "a temporary file, by its name"
    if CONFLICT_COPY.search(path.stem):
        return "the other version of a file that was changed twice, by its name"
    return ""


def posts_in(directory: Path) -> list[Path]:
    """Return the posts below a directory, in order; empty if the directory does not exist."""
    return [path for path in _markdown_in(directory) if is_post(path)]


def passed_over_in(directory: Path) -> list[tuple[Path, str]]:
    """List the Markdown files below a directory that are not posts, with the reason; hidden files are not listed."""
    found = (
        (path, why_passed_over(path) or ("" if path.stat().st_size else EMPTY)) for path in _markdown_in(directory)
    )
    return [(path, reason) for path, reason in found if reason and not path.name.startswith(".")]


def _markdown_in(directory: Path) -> list[Path]:
    if not directory.is_dir():
        return []
    return sorted(
        path
        for path in directory.rglob("*")
        if path.suffix.lower() in EXTENSIONS
        and not any(SYSTEM_DIRECTORY.search(part) for part in path.relative_to(directory).parts[:-1])
        and path.is_file()
    )


def read(path: Path, zone: tzinfo, now: datetime | None = None) -> MarkdownFile:
    """Read a file into a draft.

    `name/index.md` is named by its folder. A name such as `2014-07-31-hello.md` gives date and slug unless the header does. `now` decides which dates of the
    header are in the future. An empty file is not a post: an editor has just created it, or a synchronization program
    has not copied the text yet.

    Raises InputError, FrontMatterInvalid (with file, line and field).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            _("{path}: is not UTF-8 text (byte {start}); please save it as UTF-8", path=path, start=error.start)
        ) from error
    except OSError as error:
        raise InputError(_("{path}: cannot be read: {strerror}", path=path, strerror=error.strerror)) from error
    header, body = frontmatter.split(text, file=str(path), timezone=zone, now=now)
    if not (body.strip() or header.title or header.image or header.enclosure or header.reference):
        raise InputError(_("{path}: {empty}; a post needs a title, text or a picture", path=path, empty=EMPTY))
    name, date = date_in_name(path.parent.name if path.stem == "index" else path.stem, zone)
    post_draft = frontmatter.to_post_draft(
        header,
        body,
        slug_from_file=name,
        date_from_file=date,
        draft_reasons=(*_held_by_folder(path), *([f"{path}: {LOGIC}"] if has_logic(body) else [])),
        local_files=str(path.parent.absolute()),
    )
    post_draft = replace(post_draft, **_addresses(header))
    return MarkdownFile(post_draft=post_draft, unknown=header.unknown, problems=header.problems)


def _addresses(header: FrontMatter) -> dict[str, Any]:
    """Return the permalink and the aliases of a header that are paths of this blog."""
    path = None if permalinks.has_tokens(header.address) else permalinks.path_of(header.address)
    found = (permalinks.path_of(alias) for alias in header.aliases)
    return {"path": path, "aliases": tuple(alias for alias in found if alias)}


def _held_by_folder(path: Path) -> tuple[str, ...]:
    folder = next((part for part in path.absolute().parts[:-1] if part.lower() in DRAFT_FOLDERS), None)
    return (f"{path}: it lies in a folder for drafts ('{folder}')",) if folder else ()


def date_in_name(stem: str, zone: tzinfo) -> tuple[str, datetime | None]:
    found = DATED_NAME.fullmatch(stem)
    if found is None:
        return stem, None
    *numbers, name = found.groups()
    try:
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        return name, datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return stem, None
