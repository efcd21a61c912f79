"""Tell what an uploaded file is by its content, also inside an archive."""

import gzip
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path

from syndicate.errors import NotAnExport
from syndicate.importers.file_kinds import MAX_HEAD_LENGTH, kind_of_archive, known_kind
from syndicate.importers.markdown.discover import MARKDOWN, UNREADABLE
from syndicate.importers.packed import GZIP, ZIP, is_meant, opened_zip
from syndicate.translation import _


class UploadKind(StrEnum):
    """What an upload is, in the words of the report."""

    WORDPRESS = "a WordPress export"
    GHOST = "a Ghost export"
    FEED = "a feed"
    WEBMENTIONS = "a list of Webmentions"
    MARKDOWN = "a folder of texts"
    OPML = "a list of subscriptions"
    FOLLOWING = "a list of accounts that you follow"
    BLOCKS = "a list of blocks"
    """Lists without a heading look like others, so that these are only what the form for blocks takes, unless a heading
    says so."""


_BY_COMMAND = {
    "import wordpress": UploadKind.WORDPRESS,
    "import ghost": UploadKind.GHOST,
    "import feed": UploadKind.FEED,
    "import webmentions": UploadKind.WEBMENTIONS,
    "import opml": UploadKind.OPML,
    "import following": UploadKind.FOLLOWING,
    "blocks import": UploadKind.BLOCKS,
}
_PACKED_KINDS = frozenset({UploadKind.WORDPRESS, UploadKind.GHOST, UploadKind.FEED})
_EXPORTS = (".xml", ".json", ".atom", ".rss", ".bar")
_WHAT_TO_DO = (
    "Import takes the export of a WordPress or Ghost blog, a feed, a ZIP archive of Markdown files, or a list of"
    " subscriptions (OPML)."
)


def kind_of_upload(path: Path) -> UploadKind:
    """Return the kind of a file. Raises NotAnExport with what it is instead; OSError."""
    with path.open("rb") as stream:
        head = stream.read(MAX_HEAD_LENGTH)
    if head.startswith(ZIP):
        return _kind_of_archive(path)
    if head.startswith(GZIP):
        head = _unzipped(path)
    return _kind(head, "It")


def _kind(head: bytes, it: str) -> UploadKind:
    text = head.decode("utf-8", "replace")
    what, command = known_kind(text)
    if command in _BY_COMMAND:
        return _BY_COMMAND[command]
    if what:
        raise NotAnExport(_("{it} is {what}, which cannot be imported here.", it=it, what=what))
    if "h-entry" in text:
        return UploadKind.FEED
    raise NotAnExport(_("{it} is nothing that can be imported. {what_to_do}", it=it, what_to_do=_WHAT_TO_DO))


def _unzipped(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(MAX_HEAD_LENGTH)
    except (OSError, EOFError, zlib.error) as error:
        raise NotAnExport(_("{name} cannot be unpacked: {error}", name=path.name, error=error)) from error


def _kind_of_archive(path: Path) -> UploadKind:
    with opened_zip(path) as archive:
        names = sorted(name for name in archive.namelist() if is_meant(name) and not name.endswith("/"))
        if any(Path(name).suffix.lower() in MARKDOWN | set(UNREADABLE) for name in names):
            return UploadKind.MARKDOWN
        if other := kind_of_archive(names):
            raise NotAnExport(_("It {other}", other=other))
        kinds = {_kind_of_member(archive, name) for name in names if name.lower().endswith(_EXPORTS)}
    found = next((kind for kind in UploadKind if kind in kinds and kind in _PACKED_KINDS), None)
    if found is None:
        raise NotAnExport(_("The archive holds nothing that can be imported. {what_to_do}", what_to_do=_WHAT_TO_DO))
    return found


def _kind_of_member(archive: zipfile.ZipFile, name: str) -> UploadKind | None:
    try:
        with archive.open(name) as stream:
            return _kind(stream.read(MAX_HEAD_LENGTH), name)
    except NotAnExport:
        return UploadKind.FEED if name.lower().endswith(".bar") else None
