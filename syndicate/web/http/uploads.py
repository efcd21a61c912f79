"""Receives a form with a large file: the file goes to the disk in pieces and is never in memory as a whole."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from aiohttp import BodyPartReader, web

from syndicate.errors import BodyTooSlow, MalformedRequest
from syndicate.web.http.bodies import PIECE_TIMEOUT_SECONDS, extend_body
from syndicate.web.http.multipart import MAX_PARTS

CHUNK_BYTES = 256 * 1024
MAX_FIELD_BYTES = 64 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file on the disk. `filename` is what the browser says. Of a file of more than the limit the rest is missing."""

    filename: str
    path: Path
    size: int
    is_too_large: bool = False


async def receive_form(
    request: web.Request, max_bytes: int, new_path: Callable[[], Path]
) -> tuple[list[tuple[str, str]], dict[str, ReceivedFile]]:
    """Return the fields, and the files by the names of their fields. A body over the limit is read to its end, so that
    the browser gets an answer, and the file says so. Raises MalformedRequest, BodyTooSlow, OSError.
    """
    fields: list[tuple[str, str]] = []
    files: dict[str, ReceivedFile] = {}
    try:
        reader, parts = await request.multipart(), 0
        while (part := await _in_time(request, reader.next())) is not None:
            parts += 1
            if not isinstance(part, BodyPartReader) or part.name is None or parts > MAX_PARTS:
                raise MalformedRequest("form.unreadable")
            if part.filename is None:
                fields.append((part.name, await _text(request, part)))
            elif (received := await _file(request, part, max_bytes, new_path())).size:
                files[part.name] = received
    except (ValueError, AssertionError, web.RequestPayloadError) as error:
        raise MalformedRequest("form.unreadable") from error
    return fields, files


async def _in_time(request: web.Request, piece: Awaitable[T]) -> T:
    """Await the next piece of a body; the whole may take longer than other bodies. Raises BodyTooSlow."""
    try:
        async with asyncio.timeout(PIECE_TIMEOUT_SECONDS) as limit:
            extend_body(request, limit)
            return await piece
    except TimeoutError as error:
        raise BodyTooSlow("body.too-slow") from error


async def _text(request: web.Request, part: BodyPartReader) -> str:
    text = bytearray()
    while chunk := await _in_time(request, part.read_chunk(CHUNK_BYTES)):
        text += chunk
        if len(text) > MAX_FIELD_BYTES:
            raise MalformedRequest("form.unreadable")
    if b"\0" in text:
        raise MalformedRequest("form.unreadable", "U+0000 in a field")
    return text.decode()


async def _file(request: web.Request, part: BodyPartReader, max_bytes: int, path: Path) -> ReceivedFile:
    size = 0
    with await asyncio.to_thread(_created, path) as sink:
        while chunk := await _in_time(request, part.read_chunk(CHUNK_BYTES)):
            size += len(chunk)
            if size <= max_bytes:
                await asyncio.to_thread(sink.write, chunk)
        await asyncio.to_thread(_synchronize, sink)
    name = (part.filename or "")[:200]
    return ReceivedFile(filename=name, path=path, size=size, is_too_large=size > max_bytes)


def _created(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _synchronize(sink: BinaryIO) -> None:
    sink.flush()
    os.fsync(sink.fileno())
