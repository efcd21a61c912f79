"""What a file is, told by its first bytes and never by its name or by what a server called it. Pure."""

from typing import Final

MOST_HEAD: Final = 64

SIGNATURES: Final[tuple[tuple[int, bytes, str, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (0, b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (0, b"GIF87a", "image/gif", "gif"),
    (0, b"GIF89a", "image/gif", "gif"),
    (8, b"WEBP", "image/webp", "webp"),
    (4, b"ftypavif", "image/avif", "avif"),
    (4, b"ftypM4A", "audio/mp4", "m4a"),
    (4, b"ftyp", "video/mp4", "mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm", "webm"),
    (0, b"ID3", "audio/mpeg", "mp3"),
    (0, b"\xff\xfb", "audio/mpeg", "mp3"),
    (0, b"\xff\xf3", "audio/mpeg", "mp3"),
    (0, b"OggS", "audio/ogg", "ogg"),
    (8, b"WAVE", "audio/wav", "wav"),
    (0, b"%PDF-", "application/pdf", "pdf"),
)
"""Offset, bytes, media type, extension. No SVG and no HTML: they can carry scripts."""

MEDIA_TYPES: Final = {extension: media_type for _, _, media_type, extension in SIGNATURES}
SPELLED_OTHERWISE: Final = {"jpeg": "jpg", "jpe": "jpg"}
SHOWN: Final = frozenset({"image", "audio", "video"})


def type_by_name(path: str) -> str:
    """The media type of a file that we serve, by the extension of its name; empty where that says nothing."""
    extension = path.rpartition(".")[2].lower()
    return MEDIA_TYPES.get(SPELLED_OTHERWISE.get(extension, extension), "")


def kind_of(head: bytes) -> tuple[str, str] | None:
    """(media type, extension) of a file that begins so; None for what we do not serve."""
    for offset, signature, media_type, extension in SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media_type, extension
    return None
