"""The media type of a file attached to a post, by its name."""

import re

_MEDIA_TYPES = {
    "aac": "audio/aac",
    "flac": "audio/flac",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "zip": "application/zip",
}


def media_type_of(url: str) -> str:
    extension = re.split("[?#]", url, maxsplit=1)[0].rpartition(".")[2].lower()
    return _MEDIA_TYPES.get(extension, "application/octet-stream")
