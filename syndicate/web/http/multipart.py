"""Parses `multipart/form-data` (RFC 7578), the encoding of forms with files."""

import re
from dataclasses import dataclass

from aiohttp import web

from syndicate.errors import MalformedRequest

MULTIPART_TYPE = "multipart/form-data"
MAX_PARTS = 100
_BOUNDARY = re.compile(r';\s*boundary="?([^\s";,]{1,70})', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*(name|filename)="([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """A file of a form. `filename` is what the browser says, and is used for nothing but words."""

    filename: str
    data: bytes


def get_boundary(request: web.Request) -> str:
    """Return what separates the parts, or an empty string."""
    found = _BOUNDARY.search(request.headers.get("Content-Type", ""))
    return found[1] if found else ""


def parse_multipart(body: bytes, boundary: str) -> tuple[list[tuple[str, str]], list[tuple[str, UploadedFile]]]:
    """Return the fields, and the files with the names of their fields; fields of files without a file are left out.

    Raises MalformedRequest.
    """
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not boundary or len(parts) < 2 or not parts[-1].startswith(b"--") or len(parts) > MAX_PARTS:
        raise MalformedRequest("form.unreadable")
    fields: list[tuple[str, str]] = []
    files: list[tuple[str, UploadedFile]] = []
    for part in parts[1:-1]:
        head, separator, data = part.partition(b"\r\n\r\n")
        names = dict(_PARAMETER.findall(_text(head)))
        if not separator or "name" not in names:
            raise MalformedRequest("form.unreadable")
        if "filename" not in names:
            fields.append((names["name"], _text(data)))
        elif data:
            files.append((names["name"], UploadedFile(filename=names["filename"][:200], data=data)))
    return fields, files


def _text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedRequest("form.unreadable") from error
    if "\0" in text:
        raise MalformedRequest("form.unreadable", "U+0000 in a field")
    return text
