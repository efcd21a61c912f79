"""Conditional requests: whether a client has the current version of a document (RFC 9110 §13.1)."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from aiohttp import web

from syndicate.web.http.response_cache import CachedDocument

ENCODING_SUFFIXES = ("--gzip", "-gzip", ";gzip", "-br", "-zstd")


def is_unchanged(request: web.BaseRequest, document: CachedDocument) -> bool:
    """Return whether the client has this version, by its tags or, without any, by its date."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return tags == document.etag or _matches(tags, document.etag)
    since = request.headers.get("If-Modified-Since")
    if since is None or not document.last_modified:
        return False
    if since == document.last_modified:
        return True
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(document.last_modified)
    except (ValueError, TypeError, IndexError):
        return False


def _matches(tags: str, etag: str) -> bool:
    """Return whether a list of tags contains ours, weak or strong, with or without a suffix of a compressing proxy."""
    if tags.strip() == "*":
        return True
    opaque = etag.removeprefix("W/").strip('"')
    return any(tag == opaque for tag in opaque_tags(tags))


def opaque_tags(tags: str) -> Iterator[str]:
    """Yield each tag of a list without quotes, weakness mark and encoding suffix."""
    for tag in tags.split(","):
        found = tag.strip().removeprefix("W/").strip('"')
        for suffix in ENCODING_SUFFIXES:
            found = found.removesuffix(suffix)
        yield found
