"""Remove metadata from a picture file: place, time, camera, author, comments, thumbnails.

The parts that make up the picture are copied without decoding a pixel, so that the picture does not change, and a
file without metadata stays the same byte for byte. Each format has a list of what is kept, including colour profiles;
unknown parts are dropped. Pure: bytes in, bytes out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass


class BrokenPicture(Exception):
    """The file ends too early or violates its format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrippedPicture:
    """The result. `exif` is the removed TIFF structure, or empty; `is_clean` is False if the remaining metadata can
    only be removed by encoding the picture again.
    """

    data: bytes
    exif: bytes = b""
    is_clean: bool = True


def strip(data: bytes, extension: str) -> StrippedPicture:
    """Return the picture without its metadata. Raises BrokenPicture."""
    try:
        return _STRIPPERS[extension](data)
    except IndexError as error:
        raise BrokenPicture("it ends too early") from error


# JPEG: segments (ITU-T T.81 Annex B)

_SCAN_END = re.compile(rb"\xff(?![\x00\xd0-\xd7\xff])")
_EOI, _SOS, _COM, _APP0, _APP1, _APP2, _APP14, _APP15 = 0xD9, 0xDA, 0xFE, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_JFIF_LENGTH = 16


def _strip_jpeg(data: bytes) -> StrippedPicture:
    kept, exif = bytearray(data[:2]), b""
    at = 2
    while at < len(data):
        start = at
        at = _after_fill(data, at)
        marker = data[at - 1]
        if marker == _EOI:
            return StrippedPicture(data=bytes(kept + data[start:at]), exif=exif)
        if marker in _ALONE:
            kept += data[start:at]
            continue
        payload, end = _segment(data, at)
        if marker == _APP1 and payload.startswith(b"Exif\0\0"):
            exif = exif or payload[6:]
        kept += _kept_segment(marker, payload, data[start:end])
        at = end
        if marker == _SOS:
            found = _SCAN_END.search(data, at)
            at = found.start() if found else len(data)
            kept += data[end:at]
    return StrippedPicture(data=bytes(kept), exif=exif)


def _after_fill(data: bytes, at: int) -> int:
    """Return the position after a marker, which any number of fill bytes may precede."""
    if data[at] != 0xFF:
        raise BrokenPicture("between its segments stands something else")
    while data[at] == 0xFF:
        at += 1
    return at + 1


def _segment(data: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):
        raise BrokenPicture("it ends too early")
    return data[at + 2 : at + length], at + length


def _kept_segment(marker: int, payload: bytes, whole: bytes) -> bytes:
    """Return the segment, or nothing; of the application segments those are kept that define the colours."""
    if marker == _APP0 and payload.startswith(b"JFIF\0"):
        if len(payload) <= _JFIF_LENGTH - 2:
            return whole
        return b"\xff\xe0" + _JFIF_LENGTH.to_bytes(2, "big") + payload[:12] + b"\0\0"  # without its thumbnail
    if (marker == _APP2 and payload.startswith(b"ICC_PROFILE\0")) or (
        marker == _APP14 and payload.startswith(b"Adobe")
    ):
        return whole
    return b"" if marker == _COM or _APP0 <= marker <= _APP15 else whole


# PNG: chunks (W3C PNG, third edition, §5)

_PNG_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"}
    | {b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"hIST", b"pHYs"}
)


def _strip_png(data: bytes) -> StrippedPicture:
    kept, exif = bytearray(data[:8]), b""
    at = 8
    while True:
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise BrokenPicture("it ends too early")
        if kind == b"eXIf":
            exif = exif or data[at + 8 : end - 4]
        if kind in _PNG_CHUNKS:
            kept += data[at:end]
        if kind == b"IEND":
            return StrippedPicture(data=bytes(kept), exif=exif)
        at = end


# WebP: RIFF chunks (RFC 9649 §2)

_WEBP_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_FRAME_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
_WITHOUT_METADATA = 0xFF ^ 0x08 ^ 0x04
_FRAME_HEADER = 16


def _strip_webp(data: bytes) -> StrippedPicture:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise BrokenPicture("it ends too early")
    kept, exif = bytearray(b"WEBP"), b""
    for kind, payload in _riff_chunks(data[12:end]):
        if kind == b"EXIF":
            exif = exif or payload.removeprefix(b"Exif\0\0")
        if kind in _WEBP_CHUNKS:
            kept += _riff_chunk(kind, _webp_payload(kind, payload))
    return StrippedPicture(data=b"RIFF" + len(kept).to_bytes(4, "little") + kept, exif=exif)


def _webp_payload(kind: bytes, payload: bytes) -> bytes:
    if kind == b"VP8X":
        return bytes([payload[0] & _WITHOUT_METADATA]) + payload[1:]
    if kind == b"ANMF":
        frame = _riff_chunks(payload[_FRAME_HEADER:])
        return payload[:_FRAME_HEADER] + b"".join(
            _riff_chunk(name, part) for name, part in frame if name in _FRAME_CHUNKS
        )
    return payload


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > len(data):
            raise BrokenPicture("it ends too early")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _riff_chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + len(payload).to_bytes(4, "little") + payload + b"\0" * (len(payload) % 2)


# GIF: blocks (GIF89a §§15–27)

_GIF_APPLICATIONS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
_EXTENSION, _IMAGE, _TRAILER, _CONTROL, _APPLICATION = 0x21, 0x2C, 0x3B, 0xF9, 0xFF


def _strip_gif(data: bytes) -> StrippedPicture:
    at = 13 + _colour_table(data[10])
    kept = bytearray(data[:at])
    while at < len(data) and data[at] != _TRAILER:
        start = at
        if data[at] == _EXTENSION:
            at = _after_blocks(data, start + 2)
            is_kept = data[start + 1] == _CONTROL or (
                data[start + 1] == _APPLICATION and data[start + 3 : start + 14] in _GIF_APPLICATIONS
            )
        elif data[at] == _IMAGE:
            at = _after_blocks(data, start + 11 + _colour_table(data[start + 9]))
            is_kept = True
        else:
            raise BrokenPicture("between its blocks stands something else")
        kept += data[start:at] if is_kept else b""
    return StrippedPicture(data=bytes(kept + data[at : at + 1]))


def _colour_table(flags: int) -> int:
    """Return the length of the colour table that the flags announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


# AVIF: boxes (ISO/IEC 14496-12), whose parts point to one another by offset

_AVIF_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"moov"})
_AVIF_METADATA = re.compile(rb"infe.{8,10}(?:Exif|mime|uri )|udta|uuid|\xa9xyz|loci", re.DOTALL)


def _strip_avif(data: bytes) -> StrippedPicture:
    is_clean = all(
        kind in _AVIF_BOXES and (kind == b"mdat" or not _AVIF_METADATA.search(payload)) for kind, payload in boxes(data)
    )
    return StrippedPicture(data=data, is_clean=is_clean)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and content of the boxes of an ISO base media file, or of those within a box. Raises BrokenPicture."""
    at = 0
    while at + 8 <= len(data):
        length, header = int.from_bytes(data[at : at + 4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        length = length or len(data) - at
        if length < header or at + length > len(data):
            raise BrokenPicture("it ends too early")
        yield data[at + 4 : at + 8], data[at + header : at + length]
        at += length


_STRIPPERS: Mapping[str, Callable[[bytes], StrippedPicture]] = {
    "jpg": _strip_jpeg,
    "png": _strip_png,
    "webp": _strip_webp,
    "gif": _strip_gif,
    "avif": _strip_avif,
}
