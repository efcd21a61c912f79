"""Only what is new: a reader that says which version of a feed it has gets the entries that this one lacked (RFC 3229
with the `feed` manipulation).

Which entries a version had is remembered for the last few versions of the feeds asked for of late. Who has an older one
gets the whole feed, which is always right.
"""

from collections import OrderedDict
from collections.abc import Mapping

from aiohttp import web

from syndicate.web.http.response_cache import CachedDocument
from syndicate.web.http.responses import opaque_tags

VERSIONS = 12
FEEDS = 500


def wants_delta(request: web.BaseRequest) -> bool:
    """Whether the reader takes `226 IM Used` with new entries alone."""
    manipulations = request.headers.get("A-IM", "")
    return any(part.partition(";")[0].strip().lower() == "feed" for part in manipulations[:200].split(","))


class Deltas:
    """Remembers which entries the versions of feeds had."""

    def __init__(self) -> None:
        self._versions: OrderedDict[str, OrderedDict[str, frozenset[str]]] = OrderedDict()

    def note(self, key: str, etag: str, fingerprints: frozenset[str]) -> None:
        """A version of the feed `key` was made."""
        versions = self._versions.setdefault(key, OrderedDict())
        self._versions.move_to_end(key)
        versions[etag.removeprefix("W/").strip('"')] = fingerprints
        if len(versions) > VERSIONS:
            versions.popitem(last=False)
        if len(self._versions) > FEEDS:
            self._versions.popitem(last=False)

    def known_to(self, request: web.BaseRequest, document: CachedDocument) -> frozenset[str] | None:
        """The entries of the version that the reader has; None where we do not know that one."""
        versions: Mapping[str, frozenset[str]] = self._versions.get(document.key, {})
        for tag in opaque_tags(request.headers.get("If-None-Match", "")):
            if tag in versions:
                return versions[tag]
        return None
