"""Delta responses for feeds: a reader that sends the tag of its version gets only the entries that it lacks (RFC 3229
with the `feed` manipulation).

The entries of the last few versions of recently requested feeds are remembered. A reader with an older version gets the
whole feed, which is always correct.
"""

from collections import OrderedDict
from collections.abc import Mapping

from aiohttp import web

from syndicate.web.http.conditional import opaque_tags
from syndicate.web.http.response_cache import CachedDocument

MAX_VERSIONS_PER_FEED = 12
MAX_FEEDS = 500


def wants_delta(request: web.BaseRequest) -> bool:
    """Return whether the reader accepts `226 IM Used` with only the new entries."""
    manipulations = request.headers.get("A-IM", "")
    return any(part.partition(";")[0].strip().lower() == "feed" for part in manipulations[:200].split(","))


class Deltas:
    """Remembers which entries the recent versions of feeds had."""

    def __init__(self) -> None:
        self._versions: OrderedDict[str, OrderedDict[str, frozenset[str]]] = OrderedDict()

    def record(self, key: str, etag: str, fingerprints: frozenset[str]) -> None:
        """Record the entries of a version of the feed `key`."""
        versions = self._versions.setdefault(key, OrderedDict())
        self._versions.move_to_end(key)
        versions[etag.removeprefix("W/").strip('"')] = fingerprints
        if len(versions) > MAX_VERSIONS_PER_FEED:
            versions.popitem(last=False)
        if len(self._versions) > MAX_FEEDS:
            self._versions.popitem(last=False)

    def find_known(self, request: web.BaseRequest, document: CachedDocument) -> frozenset[str] | None:
        """Return the entries of the version that the reader has, or None if that version is not remembered."""
        versions: Mapping[str, frozenset[str]] = self._versions.get(document.key, {})
        for tag in opaque_tags(request.headers.get("If-None-Match", "")):
            if tag in versions:
                return versions[tag]
        return None
