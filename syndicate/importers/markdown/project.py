"""Find out which program a folder belongs to, and where the project begins."""

import re
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syndicate.content.permalinks import bare_host
from syndicate.content.text import canonical_path
from syndicate.errors import InputError
from syndicate.importers.markdown.programs import (
    ELEVENTY,
    HEXO,
    HUGO,
    HUGO_BEFORE,
    JEKYLL,
    PLAIN,
    PROGRAMS,
    ZOLA,
    Program,
)
from syndicate.importers.markdown.settings import Settings, load_settings
from syndicate.translation import _
from syndicate.urls import split

MAX_LEVELS_UP = 3
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,8})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder and the project that it belongs to.

    `root` is where the project begins, `folder` what is to be read, `content` the folder from which the addresses of
    files are counted. `origin` is the old blog's scheme and host, `prefix` the path below it, each empty if unknown.
    `pattern` is the form of addresses from the command line or the settings.
    """

    program: Program
    root: Path
    folder: Path
    contents: tuple[Path, ...]
    settings: Settings
    origin: str = ""
    prefix: str = ""
    zone: tzinfo = UTC
    pattern: str = ""
    is_pattern_given: bool = False
    languages: frozenset[str] = frozenset()
    language: str = ""

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({bare_host(split(self.origin).netloc)} if self.origin else ())

    def content_of(self, path: Path) -> Path:
        """Return the folder from which the address of a file is counted."""
        return next((folder for folder in self.contents if path.is_relative_to(folder)), self.folder)


def open_project(folder: Path, zone: tzinfo, *, origin: str = "", pattern: str = "") -> Project:
    """Find the program of a folder, in it and up to three above. Raises InputError for an origin that is no address."""
    folder = folder.resolve()
    program, root, settings = _found(folder)
    given = origin or _origin(program, settings)
    parts = split(given)
    if origin and not (parts.scheme in ("http", "https") and parts.netloc):
        raise InputError(
            _("--origin {origin}: must be the address of the old blog, such as https://blog.example/", origin=origin)
        )
    if parts.scheme not in ("http", "https") or not parts.netloc:
        parts = split("")
    prefix = parts.path.rstrip("/") or ("" if origin else _prefix(program, settings))
    return Project(
        program=program,
        root=root,
        folder=folder,
        contents=_contents(program, root, folder, settings),
        settings=settings,
        origin=f"{parts.scheme}://{parts.netloc}" if parts.netloc else "",
        prefix=canonical_path(prefix) if prefix and "{" not in prefix else "",
        zone=_zone(program, settings, zone),
        pattern=pattern or settings.text(program.pattern),
        is_pattern_given=bool(pattern),
        languages=_languages(settings),
        language=_language(settings),
    )


def _found(folder: Path) -> tuple[Program, Path, Settings]:
    for root in [folder, *list(folder.parents)[:MAX_LEVELS_UP]]:
        for program in PROGRAMS:
            if (marker := _marker(program, root)) is not None:
                return program, root, load_settings(marker)
        for name in HUGO_BEFORE:
            settings = load_settings(root / name)
            if settings.get("baseurl") is not None:
                return HUGO, root, settings
            if settings.get("base_url") is not None:
                return ZOLA, root, settings
    if (folder / "source" / "_posts").is_dir():
        return HEXO, folder, Settings()
    if (folder / "_posts").is_dir() or folder.name in ("_posts", "_drafts"):
        return JEKYLL, folder if (folder / "_posts").is_dir() else folder.parent, Settings()
    return PLAIN, folder, Settings()


def _marker(program: Program, root: Path) -> Path | None:
    if not all((root / name).exists() for name in program.needs):
        return None
    found = next((root / name for name in program.markers if (root / name).exists()), None)
    if found is None or not program.key:
        return found
    try:
        return found if re.search(rf"^{program.key}\s*=", found.read_text("utf-8", "replace"), re.MULTILINE) else None
    except OSError:
        return None


def _origin(program: Program, settings: Settings) -> str:
    if not program.origin:
        return ""
    if program.origin == "siteurl" and not settings.text("siteurl"):
        return settings.text("site_url")
    return settings.text(program.origin)


def _prefix(program: Program, settings: Settings) -> str:
    prefix = settings.text(program.prefix) if program.prefix else ""
    return f"/{prefix.strip('/')}" if prefix.strip("/") else ""


def _zone(program: Program, settings: Settings, zone: tzinfo) -> tzinfo:
    name = settings.text(program.zone) if program.zone else ""
    try:
        return ZoneInfo(name) if name else zone if program.is_in_blog_zone else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return zone


def _contents(program: Program, root: Path, folder: Path, settings: Settings) -> tuple[Path, ...]:
    """Return the folders of posts and pages, the innermost first; the folder that was given if it is in none."""
    named = settings.text(program.content_key) if program.content_key else ""
    names = (named, *program.content) if named else program.content
    if program is ELEVENTY and not named:
        names = ("src", "content", ".")
    languages = settings.get("languages")
    if isinstance(languages, dict):
        kept = (one.get("contentdir") for one in languages.values() if isinstance(one, dict))
        names = (*(str(name) for name in kept if name), *names)
    found = [(root / name).resolve() for name in names]
    found = [path for path in dict.fromkeys(found) if path.is_relative_to(root) and path.is_dir()]
    if any(folder.is_relative_to(path) for path in found) or any(path.is_relative_to(folder) for path in found):
        return tuple(sorted(found, key=lambda path: -len(path.parts)))
    return (folder,)


def _languages(settings: Settings) -> frozenset[str]:
    named = settings.get("languages")
    return frozenset(str(name).lower() for name in named) if isinstance(named, dict) else frozenset()


def _language(settings: Settings) -> str:
    keys = ("defaultcontentlanguage", "default_language", "default_lang", "language")
    return next((text.lower() for key in keys if (text := settings.text(key))), "")
