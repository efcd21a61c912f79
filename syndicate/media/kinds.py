"""Detect the type of a file from its first bytes, never from its name or a server's header. Pure."""

from typing import Final

MAX_HEAD_BYTES: Final = 64


class UnusableFile(Exception):
    """A file that is not served here; the message says why."""


SIGNATURES: Final[tuple[tuple[int, bytes, str, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (0, b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (0, b"GIF87a", "image/gif", "gif"),
    (0, b"GIF89a", "image/gif", "gif"),
    (8, b"WEBP", "image/webp", "webp"),
    (0, b"\x1aE\xdf\xa3", "video/webm", "webm"),
    (0, b"ID3", "audio/mpeg", "mp3"),
    (0, b"\xff\xfb", "audio/mpeg", "mp3"),
    (0, b"\xff\xfa", "audio/mpeg", "mp3"),
    (0, b"\xff\xf3", "audio/mpeg", "mp3"),
    (0, b"\xff\xf2", "audio/mpeg", "mp3"),
    (0, b"\xff\xf1", "audio/aac", "aac"),
    (0, b"\xff\xf9", "audio/aac", "aac"),
    (0, b"fLaC", "audio/flac", "flac"),
    (0, b"OggS", "audio/ogg", "ogg"),
    (8, b"WAVE", "audio/wav", "wav"),
    (0, b"%PDF-", "application/pdf", "pdf"),
)
"""Offset, bytes, media type, extension. No SVG and no HTML, which can contain scripts."""

BRANDS: Final[tuple[tuple[tuple[bytes, ...], str, str], ...]] = (
    ((b"avif", b"avis"), "image/avif", "avif"),
    ((b"M4A ", b"M4B "), "audio/mp4", "m4a"),
    ((b"iso", b"mp4", b"avc1", b"M4V", b"qt  ", b"3g", b"dash", b"MSNV", b"mmp4", b"f4v"), "video/mp4", "mp4"),
)
"""Prefixes of the brands of an ISO base media file (ISO/IEC 14496-12 §4.3), media type, extension."""
HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

MEDIA_TYPES: Final = {
    extension: media_type
    for media_type, extension in (*(signature[2:] for signature in SIGNATURES), *(brand[1:] for brand in BRANDS))
}
EXTENSION_ALIASES: Final = {"jpeg": "jpg", "jpe": "jpg"}
NAMED_AS_FILES: Final = (
    frozenset(MEDIA_TYPES) | set(EXTENSION_ALIASES) | {"heic", "heif", "m4b", "m4v", "mov", "oga", "ogv", "opus"}
)
"""Extensions that make a reference one to a file rather than to a page."""
SHOWN: Final = frozenset({"image", "audio", "video"})

HEIC = "a HEIC picture, which browsers and readers do not show; please save it as JPEG"
OTHER = "not a picture, audio, video or PDF file that can be served"


def type_by_name(path: str) -> str:
    """Return the media type of a served file by the extension of its name; empty if that is unknown."""
    extension = extension_of(path)
    return MEDIA_TYPES.get(EXTENSION_ALIASES.get(extension, extension), "")


def extension_of(path: str) -> str:
    """Return the extension of a name in lower case without the dot, or an empty string."""
    return path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""


def kind_of(head: bytes) -> tuple[str, str] | None:
    """Return media type and extension of a file with this beginning; None for a type that is not served."""
    try:
        return require_kind(head)
    except UnusableFile:
        return None


def require_kind(head: bytes) -> tuple[str, str]:
    """Return the same. Raises UnusableFile, which says what the file is instead."""
    for offset, signature, media_type, extension in SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media_type, extension
    return _kind_by_brand(_brands(head))


def _kind_by_brand(brands: list[bytes]) -> tuple[str, str]:
    """Decide by the major brand first: HEIC pictures and image sequences may name each other's brands as compatible."""
    is_heic = bool(brands) and brands[0] in HEIC_BRANDS and not {b"avif", b"avis"} & set(brands)
    if is_heic:
        raise UnusableFile(HEIC)
    for brand in brands:
        for beginnings, media_type, extension in BRANDS:
            if brand.startswith(beginnings):
                return media_type, extension
    raise UnusableFile(OTHER)


def _brands(head: bytes) -> list[bytes]:
    """Return the major brand of an ISO base media file, then the compatible ones; empty for any other file."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4], "big"), MAX_HEAD_BYTES, len(head))
    return [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
