"""Find the pages and files of a project by the ways in which texts name them."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from syndicate.content.permalinks import bare_host, path_of, spellings
from syndicate.importers.markdown.discover import HTML, MARKDOWN
from syndicate.importers.markdown.programs import OBSIDIAN, PLAIN
from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown.reading import MarkdownEntry
from syndicate.urls import join, split

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_MARKED = re.compile(r"^[{|](?:filename|static|attach|author|category|tag|index|static)[}|]")
MAX_NAMED = 200_000


class PageIndex:
    """The pages of a project. `paths` maps each public page, by its name in the project, to its address here."""

    def __init__(self, project: Project, entries: Iterable[MarkdownEntry], paths: Mapping[str, str]) -> None:
        self._project, self._paths = project, paths
        self._by_name: dict[str, MarkdownEntry] = {}
        self._by_word: dict[str, list[MarkdownEntry]] = defaultdict(list)
        self._by_address: dict[str, str] = {}
        for entry in entries:
            self._add(entry)

    def _add(self, entry: MarkdownEntry) -> None:
        file = entry.file
        self._by_name[file.name.lower()] = entry
        whole = "/".join((*file.folders, file.stem)).lower()
        plain = file.path.stem.lower()
        words = {
            whole,
            file.stem.lower(),
            entry.slug,
            plain if plain != "index" else "",
            entry.front.written_slug.lower(),
        }
        for word in filter(None, words):
            self._by_word[word].append(entry)
        if (path := self._paths.get(file.name)) is not None:
            for address in (entry.path, *entry.aliases, path, *spellings(path)):
                if address:
                    self._by_address.setdefault(address.rstrip("/").lower() or "/", path)

    def path(self, entry: MarkdownEntry | None) -> str | None:
        """Return the address of a page here; None if it is not public."""
        return self._paths.get(entry.file.name) if entry else None

    def find(self, target: str, entry: MarkdownEntry) -> MarkdownEntry | None:
        """Find the page that a text of `entry` names, by path, name or slug."""
        bare = unquote(_MARKED.sub("", target.strip()).partition("#")[0].partition("?")[0]).removeprefix("@/").strip()
        if not bare or _SCHEME.match(bare):
            return None
        lowered = bare.lower()
        here = posixpath.dirname(entry.file.name).lower()
        content = self._project.content_of(entry.file.path).relative_to(self._project.root).as_posix().lower()
        for folder in ("", content) if lowered.startswith("/") else (here, content, ""):
            whole = posixpath.normpath(posixpath.join(folder, lowered.lstrip("/"))).lstrip("/")
            for end in ("", *MARKDOWN, "/index.md", "/index.markdown"):
                if (found := self._by_name.get(f"{whole}{end}")) is not None:
                    return found
        return self._by_words(lowered)

    def _by_words(self, lowered: str) -> MarkdownEntry | None:
        word = posixpath.splitext(lowered)[0] if posixpath.splitext(lowered)[1] in MARKDOWN | HTML else lowered
        word = word.strip("/").removeprefix("_posts/").removesuffix("/index")
        for name in dict.fromkeys((word, word.rpartition("/")[2])):
            if found := self._by_word.get(name):
                return min(found, key=lambda one: (self.path(one) is None, len(one.file.folders), one.file.name))
        return None

    def at(self, address: str) -> str | None:
        """Return the address here of the page that had an address in the old blog."""
        return self._by_address.get(address.rstrip("/").lower() or "/")


class FileIndex:
    """The files of a project that texts show or link to. Nothing outside of the project is found."""

    def __init__(self, project: Project, entries: Iterable[MarkdownEntry] = ()) -> None:
        self._project = project
        self._folders = {_address(entry.path): _own_folder(entry) for entry in entries if entry.path}
        self._named: dict[str, Path] | None = None

    def find(self, reference: str, entry: MarkdownEntry) -> tuple[Path, str | None] | None:
        """Find the file of a reference, and its path in the old blog; None for that of a file beside its page."""
        for spelled in dict.fromkeys((reference, unquote(reference))):
            bare = spelled.partition("#")[0].partition("?")[0]
            found = self._rooted(bare) if bare.startswith("/") else self._beside(bare, entry)
            found = found or self._at_page(bare, entry)
            if found is not None:
                return found
        return None

    def _at_page(self, bare: str, entry: MarkdownEntry) -> tuple[Path, str | None] | None:
        """Find a file by the address of the page in whose folder it lies."""
        folder, name = posixpath.split(split(join(f"https://x{entry.path or '/'}", bare)).path)
        own = self._folders.get(_address(unquote(folder)))
        file = self._inside(own / unquote(name)) if own and name else None
        return (file, f"{folder}/{name}") if file else None

    def _rooted(self, bare: str) -> tuple[Path, str | None] | None:
        prefix = self._project.prefix
        for path in dict.fromkeys((bare.removeprefix(prefix) if bare.startswith(f"{prefix}/") else bare, bare)):
            below = path.lstrip("/")
            for root in (self._project.root, self._project.folder):
                for folder in self._project.program.statics:
                    if (file := self._inside(root / folder / below)) is not None:
                        return file, f"/{below}"
            for content in self._project.contents:
                if (file := self._inside(content / below)) is not None:
                    return file, f"/{below}"
        return None

    def _beside(self, bare: str, entry: MarkdownEntry) -> tuple[Path, str | None] | None:
        marked = _MARKED.match(bare)
        if marked:
            below = bare[marked.end() :]
            return self._rooted(f"/{below.lstrip('/')}") if below.startswith("/") else self._beside(below, entry)
        here = entry.file.path.parent
        for folder in (here, here / entry.file.path.stem):
            if (file := self._inside(folder / bare)) is not None:
                return file, self._served(file)
        rooted = self._rooted(f"/{re.sub(r'^(?:[.][.]?/)+', '', bare)}")
        if rooted is not None:
            return rooted
        if self._project.program in (OBSIDIAN, PLAIN):
            found = self._by_name().get(posixpath.basename(bare).lower())
            return (found, None) if found else None
        return None

    def _served(self, file: Path) -> str | None:
        """Return the path of a file in a folder that was served as it is."""
        for folder in self._project.program.statics[:-1]:
            root = self._project.root / folder
            if root not in self._project.contents and file.is_relative_to(root) and folder != "content":
                return f"/{file.relative_to(root).as_posix()}"
        return None

    def _inside(self, path: Path) -> Path | None:
        """Return a file if it is one and lies in the project, whatever links lead to it."""
        try:
            whole = (path if path.exists() else _in_other_case(path, self._project.root)).resolve()
            is_there = whole.is_relative_to(self._project.root) and whole.is_file()
        except (OSError, ValueError, RuntimeError):
            return None
        return whole if is_there and whole.suffix.lower() not in MARKDOWN | HTML else None

    def _by_name(self) -> dict[str, Path]:
        if self._named is None:
            self._named = {}
            for count, path in enumerate(sorted(self._project.root.rglob("*"))):
                if count > MAX_NAMED:
                    break
                hidden = any(part.startswith(".") for part in path.relative_to(self._project.root).parts)
                if not hidden and (file := self._inside(path)) is not None:
                    self._named.setdefault(path.name.lower(), file)
        return self._named


def _address(path: str) -> str:
    return unquote(path).rstrip("/").lower()


def _own_folder(entry: MarkdownEntry) -> Path:
    """Return the folder of a page's own files: that of its bundle, or the one of its name beside it."""
    path = entry.file.path
    return path.parent if entry.file.is_bundle else path.parent / path.stem


def _in_other_case(path: Path, root: Path) -> Path:
    """Return the path of a file whose name is written with other capitals, as Windows and macOS allow."""
    parts = path.parts
    found = Path(parts[0])
    for part in parts[1:]:
        step = found / part
        if part != ".." and found.is_relative_to(root) and not step.exists():
            step = next((other for other in _listed(found) if other.name.lower() == part.lower()), step)
        found = step
    return found


@lru_cache(maxsize=4096)
def _listed(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(sorted(folder.iterdir()))
    except OSError:
        return ()


def local_part(reference: str, hosts: frozenset[str]) -> str | None:
    """Return a reference as a path of the old blog or as a relative one; None if it leads elsewhere."""
    if not reference or reference.startswith(("#", "?")):
        return None
    if not _SCHEME.match(reference) or _MARKED.match(reference):
        return reference
    parts = split(reference)
    if parts.scheme not in ("", "http", "https") or bare_host(parts.netloc) not in hosts:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return f"{path_of(reference, hosts=hosts) or '/'}{query}" + (f"#{parts.fragment}" if parts.fragment else "")
