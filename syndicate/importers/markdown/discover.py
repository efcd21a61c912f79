"""List the files of a project: which may be posts or pages, which are drafts by their folder, and which are not read.

Nothing outside of the project is read: links that lead out of it are named.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from syndicate.importers.markdown.programs import OBSIDIAN
from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown.unread_folders import count_below, is_excluded, template_folders, why_not_read
from syndicate.importers.markdown_files import DRAFT_FOLDERS, why_passed_over

MARKDOWN = frozenset({".md", ".markdown", ".mkd", ".mdown", ".mdx"})
HTML = frozenset({".html", ".htm"})
UNREADABLE = {
    ".rst": "reStructuredText",
    ".rest": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".asc": "AsciiDoc",
    ".org": "Org",
    ".textile": "Textile",
    ".ipynb": "a notebook",
}
MAX_FILES = 100_000
LINK = "it is a link to another folder, which is not followed; import that folder by itself"
_NO_PAGES = frozenset({"readme", "404"})
_ABOUT_PROJECT = frozenset({"license", "licence", "contributing", "changelog", "code_of_conduct", "agents", "claude"})
"""Files beside the settings that are for those who work on the project; deeper, a page may have such a name."""
_LANGUAGE_SUFFIX = re.compile(r"(?P<name>.+)\.(?P<language>[a-z]{2,3}(?:-[A-Za-z]{2,8})?)")


class MarkdownFileKind(StrEnum):
    """What a file may be."""

    POST = "post"
    PAGE = "page"
    LEFT_OUT = "left out"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file: `name` is its path in the project, `folders` those between the content folder and the file, `stem` its
    name without extension and language. `draft_folder` is the folder that makes it a draft.
    """

    path: Path
    name: str
    kind: MarkdownFileKind
    folders: tuple[str, ...] = ()
    stem: str = ""
    language: str = ""
    is_bundle: bool = False
    draft_folder: str = ""
    reason: str = ""

    @property
    def is_html(self) -> bool:
        return self.path.suffix.lower() in HTML


def discover(project: Project) -> Iterator[SourceFile]:
    """Return the files in a fixed order."""
    templates = template_folders(project)
    seen: set[Path] = set()
    for start in _starts(project):
        for count, (path, unread) in enumerate(_walk(project, start, templates)):
            if count >= MAX_FILES:
                reason = f"it holds more than {MAX_FILES:,} files; give a smaller folder for those that are missing"
                yield SourceFile(path=start, name=start.name, kind=MarkdownFileKind.LEFT_OUT, reason=reason)
                break
            if path not in seen:
                seen.add(path)
                found = _folder(project, path, unread) if unread else _classified(project, path)
                if found is not None:
                    yield found


def _starts(project: Project) -> list[Path]:
    inner = [path for path in project.contents if path.is_relative_to(project.folder)]
    if not any(project.folder.is_relative_to(path) for path in project.contents) and inner:
        return sorted(inner)
    return [project.folder]


def _walk(project: Project, start: Path, templates: frozenset[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the files, and the folders that are not entered with the reason."""
    for directory, folders, files in os.walk(start):
        here = Path(directory)
        folders.sort()
        unread = {name: reason for name in folders if (reason := _why_not_entered(project, here / name, templates))}
        yield from ((here / name, reason) for name, reason in unread.items())
        folders[:] = [name for name in folders if name not in unread]
        for name in sorted(files):
            yield here / name, ""


def _why_not_entered(project: Project, path: Path, templates: frozenset[Path]) -> str:
    return why_not_read(project, path, templates) or (LINK if path.is_symlink() else "")


def _folder(project: Project, path: Path, reason: str) -> SourceFile | None:
    """Return a folder that is not entered; None if nothing is missed by that."""
    if reason != LINK:
        number = count_below(path, MARKDOWN)
        if not number:
            return None
        reason = f"{reason}; Markdown files in it that were not read: {number}"
    name = path.relative_to(project.root).as_posix()
    return SourceFile(path=path, name=name, kind=MarkdownFileKind.SKIPPED, reason=reason)


def _classified(project: Project, path: Path) -> SourceFile | None:
    suffix = path.suffix.lower()
    name = path.relative_to(project.root).as_posix()
    if suffix not in MARKDOWN | HTML and suffix not in UNREADABLE:
        return None
    if path.name.startswith((".", "~")) or is_excluded(project, path):
        return None
    if path.stem.lower() in (_NO_PAGES | _ABOUT_PROJECT if path.parent == project.root else _NO_PAGES):
        return SourceFile(
            path=path, name=name, kind=MarkdownFileKind.SKIPPED, reason="it is about the project, not a post"
        )
    if not _is_inside(project, path):
        return SourceFile(path=path, name=name, kind=MarkdownFileKind.LEFT_OUT, reason="it lies outside of the project")
    if suffix in UNREADABLE:
        reason = f"it is {UNREADABLE[suffix]}, which is not read; please convert it to Markdown"
        return SourceFile(path=path, name=name, kind=MarkdownFileKind.LEFT_OUT, reason=reason)
    if reason := why_passed_over(path):
        return SourceFile(path=path, name=name, kind=MarkdownFileKind.SKIPPED, reason=reason)
    stem, language = _language_of(project, path)
    content = project.content_of(path)
    folders = path.parent.relative_to(content).parts if path.is_relative_to(content) else ()
    language = language or _language_of_folder(project, content)
    if stem.partition(".")[0] == "_index":
        return None
    if _is_part(project, path, stem):
        reason = "it is part of another page's folder"
        return SourceFile(path=path, name=name, kind=MarkdownFileKind.SKIPPED, reason=reason)
    is_bundle = stem == "index" and bool(folders)
    around = _around(project, path)
    return SourceFile(
        path=path,
        name=name,
        kind=_kind(project, frozenset(part.lower() for part in around)),
        folders=folders[:-1] if is_bundle else folders,
        stem=folders[-1] if is_bundle else stem,
        language=language,
        is_bundle=is_bundle,
        draft_folder=next((part for part in around if part.lower() in DRAFT_FOLDERS), ""),
    )


def _is_inside(project: Project, path: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(project.root)
    except (OSError, RuntimeError):  # a link that leads nowhere, or to itself
        return False


def _kind(project: Project, around: frozenset[str]) -> MarkdownFileKind:
    program = project.program
    if around & DRAFT_FOLDERS:
        return MarkdownFileKind.POST
    if program.always_pages and not around & program.post_folders:
        return MarkdownFileKind.PAGE
    return MarkdownFileKind.PAGE if around & program.page_folders and program is not OBSIDIAN else MarkdownFileKind.POST


def _around(project: Project, path: Path) -> tuple[str, ...]:
    """Return the names of the folders around a file, from the project's own on."""
    return (project.root.name, *path.parent.relative_to(project.root).parts)


def _language_of(project: Project, path: Path) -> tuple[str, str]:
    """Split a language from a name: `post.de.md`."""
    found = _LANGUAGE_SUFFIX.fullmatch(path.stem)
    if found is None:
        return path.stem, ""
    name, language = found["name"], found["language"]
    if project.languages:
        return (name, language) if language.lower() in project.languages else (path.stem, "")
    others = (other for other in path.parent.glob(f"{_escaped(name)}.*{path.suffix}") if other != path)
    return (name, language) if len(language) == 2 and any(others) else (path.stem, "")


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def _language_of_folder(project: Project, content: Path) -> str:
    languages = project.settings.get("languages")
    for language, one in (languages if isinstance(languages, dict) else {}).items():
        named = one.get("contentdir") if isinstance(one, dict) else None
        if named and (project.root / str(named)).resolve() == content:
            return str(language)
    return ""


def _is_part(project: Project, path: Path, stem: str) -> bool:
    """Whether a file lies in or below the folder of another page (`name/index.md`)."""
    if not project.program.has_page_parts or stem == "index":
        return False
    content = project.content_of(path)
    for folder in path.parents:
        if folder == content or not folder.is_relative_to(content):
            return False
        if any(folder.glob("index.md")) or any(folder.glob("index.*.md")) or any(folder.glob("index.markdown")):
            return True
    return False
