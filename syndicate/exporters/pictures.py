"""Decides where the files go that a post names, and what its text calls them there. Pure.

What lay beside a post lies beside it again; what has an address of this blog keeps it, below `static/`. A file that came
from elsewhere gets the address under which it is served here, since it may be gone elsewhere.
"""

import re
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote

from syndicate.content import html as author_html
from syndicate.content.markdown import to_html
from syndicate.content.text import canonical_path
from syndicate.exporters.entries import ExportEntry
from syndicate.model.post import SourceFormat
from syndicate.publishing.post_files import ROOT_ENDS
from syndicate.storage.media import MediaFile
from syndicate.urls import Urls, join, split


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFiles:
    """`beside` and `static` are path → name in the media directory; `source` and `image` name the files there."""

    source: str
    image: str
    beside: dict[str, str]
    static: dict[str, str]


def place_files(entry: ExportEntry, urls: Urls) -> ExportedFiles:
    """Return where the files of a post go."""
    made, post = entry.made, entry.post
    raw = made.source if made.source_format is SourceFormat.HTML else to_html(made.source)
    enclosure = post.enclosure.url if post.enclosure else ""
    references = [*author_html.pictures(raw), *author_html.links(raw), *author_html.played(raw), made.image, enclosure]
    beside: dict[str, str] = {}
    static: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for reference in dict.fromkeys(filter(None, references)):
        file = _file(reference, entry, urls)
        if file is None or file.name is None:
            continue
        path, is_beside = _place(reference, made.base, urls)
        if path and is_beside:
            beside[path] = file.name
            continue
        if not path:
            path = urls.media(file.name)
            renamed[reference] = path
        static[path.lstrip("/")] = file.name
    return ExportedFiles(
        source=_renamed(made.source, renamed), image=renamed.get(made.image, made.image), beside=beside, static=static
    )


def _file(reference: str, entry: ExportEntry, urls: Urls) -> MediaFile | None:
    """Return the file of ours that a reference names, resolved as the renderer resolves it."""
    by_source = {file.source_url: file for file in entry.files}
    bare = reference.partition("#")[0]
    base, parts = entry.made.base, split(bare)
    if base.startswith("file:") and not parts.netloc and parts.scheme in ("", "file"):
        root = base.partition(ROOT_ENDS)[0].rstrip("/") + "/"
        found = by_source.get(join(root, bare.lstrip("/")) if bare.startswith("/") else join(base, bare))
        if found is not None or not bare.startswith("/"):
            return found
        base = ""
    address = join(urls.absolute(entry.post.path) if base.startswith("file:") or not base else base, bare)
    path = urls.path_of(address)
    if address in by_source or path is None:
        return by_source.get(address)
    bare_path = path.partition("?")[0]
    return next(
        (file for file in entry.files if file.path == canonical_path(bare_path) or urls.media(file.name or "") == path),
        None,
    )


def _place(reference: str, base: str, urls: Urls) -> tuple[str, bool]:
    """Return the path of a file, and whether that counts from the post; an empty path where it has to be renamed."""
    bare = reference.partition("#")[0].partition("?")[0]
    parts = split(bare)
    if not parts.scheme and not parts.netloc and not bare.startswith("/"):
        path = unquote(bare)
        is_inside = base.startswith("file:") and _is_safe(path) and path != "index.md"
        return (PurePosixPath(path).as_posix(), True) if is_inside else ("", False)
    own = urls.path_of(bare) if parts.netloc else bare
    path = unquote(own or "")
    return (path, False) if path.startswith("/") and _is_safe(path[1:]) else ("", False)


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return bool(path) and not any(part in ("", "..") or part.startswith(".") or "\0" in part for part in parts)


def _renamed(source: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        for spelled in dict.fromkeys((old, escape(old))):
            parts = re.split(rf"(?<![^\s(\"'=<,]){re.escape(spelled)}(?![^\s)\"'>#,])", source)
            source = new.join(parts)
    return source
