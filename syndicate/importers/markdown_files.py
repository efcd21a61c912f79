"""A Markdown file → a manuscript: the same for `publish`, for the posts folder and for an import of a folder."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from syndicate.content import frontmatter
from syndicate.errors import InputError
from syndicate.model.post import PostDraft

EMPTY = "is empty"
ENDINGS = frozenset({".md", ".markdown"})
DATED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:-(\d\d)-(\d\d)-(\d\d))?[-_](.+)")
DRAFTS = frozenset({"_drafts", "drafts"})
"""Folders for what is not yet public."""
CONFLICT = re.compile(
    r"""
      [(\[][^()\[\]]* (?: conflict | konflikt | conflit | modstrid | ristirii | çakış | конфл | 競合 | 冲突 | 衝突 | 충돌 )
    | \bsync-conflict\b | [_.-]conflict-?\d | \.conflict(?:ed)?\b | (?-i:_Conflict)(?:\(\d+\))?$
    | \.(?:orig|rej)$ | ~HEAD$ | _(?-i:BASE|LOCAL|REMOTE|BACKUP)_\d+$""",
    re.IGNORECASE | re.VERBOSE,
)
"""What programs that synchronise or merge call the other version of a file, in the languages that they speak: Dropbox and
its like in brackets, `sync-conflict` Syncthing, `_conflict-2026…` ownCloud, `_Conflict` Synology, the rest git and patch."""
TEMPORARY = re.compile(r"^[.~#]|~$|[.](?:tmp|temp|swp|swx|bak|part|partial|!sync)$", re.IGNORECASE)
NOT_THE_AUTHOR_S = re.compile(
    r"^[.@#~]|^(?:__MACOSX|lost\+found|\$RECYCLE\.BIN|System Volume Information)$", re.IGNORECASE
)
"""Directories in which systems and programs keep what is theirs, and bins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownFile:
    """A file that was read. `unknown` are fields of its header that mean nothing here."""

    post_draft: PostDraft
    unknown: tuple[str, ...]


def is_post(path: Path) -> bool:
    """Whether a file is meant as a post, by its name."""
    return path.suffix.lower() in ENDINGS and not why_passed_over(path)


def why_passed_over(path: Path) -> str:
    """Why a Markdown file is none of the author's; empty for one that is."""
    if TEMPORARY.search(path.name) or TEMPORARY.search(path.stem):
        return "a temporary file, by its name"
    if CONFLICT.search(path.stem):
        return "the other version of a file that was changed twice, by its name"
    return ""


def posts_in(directory: Path) -> list[Path]:
    """The posts below a directory, in order; nothing where it is absent."""
    return [path for path in _markdown_in(directory) if is_post(path)]


def passed_over_in(directory: Path) -> list[tuple[Path, str]]:
    """The Markdown files below a directory that are no posts, with the reason; hidden ones are nobody's concern."""
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
        if path.suffix.lower() in ENDINGS
        and not any(NOT_THE_AUTHOR_S.search(part) for part in path.relative_to(directory).parts[:-1])
        and path.is_file()
    )


def read(path: Path, zone: tzinfo, now: datetime | None = None) -> MarkdownFile:
    """Read a file. A name such as `2014-07-31-hello.md` gives date and slug where the header gives none. `now` decides
    which dates in the header lie ahead.

    Raises InputError, FrontMatterInvalid (with file, line and field). A file that says nothing is no post: an editor made
    it a moment ago, or a program that synchronises has not got its text yet.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text (byte {error.start}); please save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    header, body = frontmatter.split(text, file=str(path), timezone=zone, now=now)
    if not (body.strip() or header.title or header.image or header.enclosure):
        raise InputError(f"{path}: {EMPTY}; a post needs a title, text or a picture")
    name, date = _from_name(path.stem, zone)
    post_draft = frontmatter.to_post_draft(
        header,
        body,
        slug_from_file=name,
        date_from_file=date,
        draft_reasons=_held_by_folder(path),
        local_files=str(path.parent.absolute()),
    )
    return MarkdownFile(post_draft=post_draft, unknown=header.unknown)


def _held_by_folder(path: Path) -> tuple[str, ...]:
    folder = next((part for part in path.absolute().parts[:-1] if part.lower() in DRAFTS), None)
    return (f"{path}: it lies in a folder for drafts ('{folder}')",) if folder else ()


def _from_name(stem: str, zone: tzinfo) -> tuple[str, datetime | None]:
    found = DATED.fullmatch(stem)
    if found is None:
        return stem, None
    *numbers, name = found.groups()
    try:
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        return name, datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return stem, None
