"""A Markdown file → a manuscript: the same for `publish`, for the posts folder and for an import of a folder."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from syndicate.content import frontmatter
from syndicate.errors import InputError
from syndicate.model.post import Manuscript

ENDINGS = frozenset({".md", ".markdown"})
DATED = re.compile(r"(\d{4})-(\d{2})-(\d{2})[-_](.+)")
CONFLICT = re.compile(r"conflicted copy|sync-conflict|\.orig$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownFile:
    """A file that was read. `unknown` are fields of its header that mean nothing here."""

    manuscript: Manuscript
    unknown: tuple[str, ...]


def is_post(path: Path) -> bool:
    """Whether a file is meant as a post: not hidden, temporary, or left behind by a conflict."""
    name = path.name
    return path.suffix.lower() in ENDINGS and not name.startswith((".", "~", "#")) and not CONFLICT.search(path.stem)


def posts_in(directory: Path) -> list[Path]:
    """The posts below a directory, in order; nothing where it is absent."""
    if not directory.is_dir():
        return []
    inside = (
        path
        for path in directory.rglob("*")
        if not any(part.startswith(".") for part in path.relative_to(directory).parts)
    )
    return sorted(path for path in inside if is_post(path) and path.is_file())


def read(path: Path, zone: tzinfo) -> MarkdownFile:
    """Read a file. A name such as `2014-07-31-hello.md` gives date and slug where the header gives none.

    Raises InputError, FrontMatterInvalid (with file, line and field).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text (byte {error.start}); please save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    header, body = frontmatter.split(text, file=str(path), timezone=zone)
    name, date = _from_name(path.stem, zone)
    manuscript = frontmatter.to_manuscript(header, body, slug_from_file=name, local_files=str(path.parent.absolute()))
    if manuscript.date is None and date is not None:
        manuscript = replace(manuscript, date=date)
    return MarkdownFile(manuscript=manuscript, unknown=header.unknown)


def _from_name(stem: str, zone: tzinfo) -> tuple[str, datetime | None]:
    found = DATED.fullmatch(stem)
    if found is None:
        return stem, None
    try:
        return found[4], datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=zone)
    except ValueError:
        return stem, None
