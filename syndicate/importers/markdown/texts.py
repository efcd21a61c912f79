"""Translate the texts of a project, with all that they name: other pages, files, and texts that are put in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from syndicate.importers.markdown.index import FileIndex, PageIndex, local_part
from syndicate.importers.markdown.pictures import FolderFiles
from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown.reading import MarkdownEntry
from syndicate.importers.markdown.translate import translate
from syndicate.importers.markdown.writing import UNKNOWN
from syndicate.urls import join, split

MAX_DEPTH = 3
MAX_INCLUDED_BYTES = 1_000_000
_PAGES = frozenset({".md", ".markdown", ".mkd", ".mdown", ".mdx"})


@dataclass(slots=True)
class TextContext:
    """`paths` are the addresses of the public pages, by their name in the project. `lost` counts tags that were
    removed, `missing` names files that are not there.
    """

    project: Project
    entries: list[MarkdownEntry]
    pages: PageIndex
    files: FileIndex
    stored: FolderFiles
    hosts: frozenset[str]
    paths: Mapping[str, str]
    lost: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)

    def text(self, entry: MarkdownEntry, depth: int = 0) -> str:
        """Return the text of an entry, translated."""
        translated = translate(
            entry.body,
            project=self.project,
            resolver=_Resolver(self, entry, depth),
            rewrite=lambda reference, is_shown: self._rewrite(entry, reference, is_shown=is_shown),
            title=entry.title,
            is_html=entry.file.is_html,
            is_mdx=entry.file.path.suffix.lower() == ".mdx",
        )
        if not depth:
            self.lost.update(translated.lost)
        return translated.text

    def rewritten(self, entry: MarkdownEntry, reference: str) -> str:
        """Return the address here of a picture or file that a header names."""
        return self._rewrite(entry, reference, is_shown=True) or reference

    def _rewrite(self, entry: MarkdownEntry, reference: str, *, is_shown: bool) -> str | None:
        if UNKNOWN in reference:
            return UNKNOWN
        local = local_part(reference, self.hosts)
        if local is None:
            return None
        fragment = f"#{local.partition('#')[2]}" if "#" in local else ""
        bare = local.partition("#")[0]
        if not is_shown and (page := self._page(entry, bare)) is not None:
            return page if page == UNKNOWN else page + fragment
        found = self.files.find(bare, entry)
        if found is not None:
            return self._file(entry, *found) + fragment
        if is_shown and not split(bare).netloc:
            self.missing.append(f"{entry.file.path}: {reference}")
        is_absolute = local != reference and local.startswith("/")
        return local if is_absolute else None

    def _file(self, entry: MarkdownEntry, file: Path, path: str | None) -> str:
        is_public = entry.file.name in self.paths
        base = self.paths.get(entry.file.name) or entry.path or f"/{entry.slug}/"
        return self.stored.address(file, path, base, public=is_public)

    def _page(self, entry: MarkdownEntry, bare: str) -> str | None:
        """Return the address of the page that a link leads to; None if it leads to none of the project."""
        if bare.startswith("link://"):
            return self.pages.path(self.pages.find(bare.rpartition("/")[2], entry)) or UNKNOWN
        path = split(bare).path
        is_named = Path(path).suffix.lower() in _PAGES or bare.startswith(("@/", "{filename}", "|filename|"))
        if is_named:
            found = self.pages.find(bare, entry)
            return (self.pages.path(found) or UNKNOWN) if found or not path.startswith("/") else None
        if path.startswith("/"):
            below = path.removeprefix(self.project.prefix) if self.project.prefix else path
            return self.pages.at(path) or self.pages.at(below)
        base = entry.path or self.paths.get(entry.file.name)
        return self.pages.at(split(join(f"https://x{base}", path)).path) if base and path else None


@dataclass(slots=True)
class _Resolver:
    """What the text of one entry can ask for."""

    context: TextContext
    entry: MarkdownEntry
    depth: int

    def page(self, target: str) -> str:
        return self.context.pages.path(self.context.pages.find(target, self.entry)) or UNKNOWN

    def title(self, target: str) -> str:
        found = self.context.pages.find(target, self.entry)
        return found.title if found and self.context.pages.path(found) else ""

    def included(self, target: str) -> str | None:
        if self.depth >= MAX_DEPTH:
            return None
        found = self.context.pages.find(target, self.entry)
        if found is not None:
            is_there = self.context.pages.path(found) is not None and found.file.name != self.entry.file.name
            return self.context.text(found, self.depth + 1) if is_there else None
        file = self.context.files.find(target, self.entry)
        text = _text(file[0]) if file else None
        return self.context.text(replace(self.entry, body=text), self.depth + 1) if text is not None else None

    def code_file(self, target: str) -> str | None:
        for folder in ("/downloads/code/", "/"):
            if (file := self.context.files.find(folder + target.lstrip("/"), self.entry)) is not None:
                return _text(file[0])
        return None


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes()[:MAX_INCLUDED_BYTES].decode("utf-8", "replace")
    except OSError:
        return None
