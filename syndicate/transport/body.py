"""Reads response bodies within limits.

Chunks from the network come in, decoded chunks go out. Raises DocumentUnusable for too many bytes on the wire or after
decoding, an implausible compression ratio, a coding that we did not offer, nested codings, or a truncated stream. Memory
use stays within one chunk, whatever a decompression bomb expands to.
"""

import zlib
from collections.abc import Iterator
from typing import Final

from syndicate.errors import DocumentUnusable

CHUNK_BYTES = 64 * 1024
_MAX_RATIO = 100
_MIN_BYTES_FOR_RATIO = 256 * 1024
_MAX_MEMBERS = 16
"""A gzip stream may be several joined together (RFC 1952 §2.2); each costs a copy of the rest of its chunk."""
_GZIP: Final = 16 + zlib.MAX_WBITS


def coding_of(values: list[str]) -> str:
    """Return `gzip` or an empty string, from all values of `Content-Encoding`. Raises DocumentUnusable."""
    codings = [coding.strip().lower() for value in values for coding in value.split(",")]
    applied = [coding for coding in codings if coding not in ("", "identity")]
    if not applied:
        return ""
    if applied in (["gzip"], ["x-gzip"]):
        return "gzip"
    raise DocumentUnusable(f"sent in a content coding that was not offered: {', '.join(applied)[:80]}")


class BodyReader:
    """Counts, decodes and limits one body."""

    def __init__(self, coding: str, *, wire: int, decoded: int) -> None:
        self._inflate = zlib.decompressobj(_GZIP) if coding == "gzip" else None
        self._max_wire, self._max_decoded = wire, decoded
        self._wire = self._decoded = 0
        self._members = 1

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the decoded chunks of a chunk. Raises DocumentUnusable."""
        self._wire += len(piece)
        if self._wire > self._max_wire:
            raise DocumentUnusable(f"larger than {self._max_wire} bytes")
        for decoded in self._decode(piece):
            self._count(len(decoded))
            yield decoded

    def finish(self) -> None:
        """Check that the body is complete. Raises DocumentUnusable."""
        if self._inflate is not None and self._wire and not self._inflate.eof:
            raise DocumentUnusable("the gzip stream is cut short")

    def _count(self, size: int) -> None:
        self._decoded += size
        if self._decoded > self._max_decoded:
            raise DocumentUnusable(f"larger than {self._max_decoded} bytes after decoding")
        if self._decoded > _MIN_BYTES_FOR_RATIO and self._decoded > _MAX_RATIO * self._wire:
            raise DocumentUnusable("compressed more than any honest document")

    def _decode(self, piece: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            yield piece
            return
        try:
            while piece:
                if self._inflate.eof:
                    self._begin_member()
                yield self._inflate.decompress(piece, CHUNK_BYTES)
                piece = self._inflate.unconsumed_tail or self._inflate.unused_data
        except zlib.error as error:
            raise DocumentUnusable(f"not a gzip stream: {error}") from error

    def _begin_member(self) -> None:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise DocumentUnusable("a gzip stream of too many members")
        self._inflate = zlib.decompressobj(_GZIP)
