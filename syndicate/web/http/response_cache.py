"""The response cache: documents rendered once per version of their dependencies, kept as bytes with their headers.

Views pass a key and a function that renders; they get a `CachedDocument`. A request costs a look at the database's
version and a dictionary lookup. A document is rendered again when it is requested after one of its dependencies has
moved. Some dependencies (comments and reactions, `talk:…`; followers; the river) cause at most one rendering a second,
so a post that thousands boost is rendered a few times instead of thousands of times.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from weakref import WeakValueDictionary

from syndicate.clock import Clock, Stopwatch
from syndicate.storage.site_settings import SETTINGS
from syndicate.storage.version_watch import VersionSnapshot, VersionWatch
from syndicate.web.http.compression import MIN_COMPRESSED_BYTES, gzip_encoded

MAX_BYTES = 32 * 1024 * 1024
OVERHEAD_BYTES = 4096
"""Bytes of the objects around a document, so there can be at most 8,000 documents."""
SOFT_MAX_AGE_SECONDS = 1.0
"""Seconds for which a document stays valid although only `SOFT` dependencies have moved."""
SOFT = ("talk:", "followers", "comments", "river")
MAX_VARIANTS = 2_000
MAX_VARIANT_LENGTH = 500

Variant = tuple[str, str]
"""The requested address and `Accept`, which together decide the document."""

PUBLIC = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedDocument:
    """The output of a view.

    `dependencies` name the versions that it depends on, beside the settings of the blog. `etag` is a weak tag; if it is empty, one is derived from the
    body. `headers` are added unchanged. A `guarded` document is never served by address alone: its view checks every request.
    """

    body: bytes
    media_type: str
    dependencies: tuple[str, ...]
    etag: str = ""
    last_modified: datetime | None = None
    cache_control: str = PUBLIC
    vary: str = "Accept-Encoding"
    headers: tuple[tuple[str, str], ...] = ()
    guarded: bool = False


@dataclass(slots=True, weakref_slot=True, eq=False)
class CachedDocument:
    """A rendered document with its header lines. `packed` is the gzip encoding, created on first use."""

    key: str
    rendered: RenderedDocument
    stamp: VersionSnapshot
    made: float
    etag: str
    last_modified: str
    common: bytes
    head: bytes
    packed: bytes | None = None
    packed_head: bytes = b""
    packing: "asyncio.Future[None] | None" = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Memory in bytes, including the gzip encoding and the overhead, which for a short document is nearly all."""
        return (
            len(self.rendered.body) * 3 // 2 + 2 * (len(self.common) + len(self.head) + len(self.key)) + OVERHEAD_BYTES
        )

    async def pack(self) -> None:
        """Compress once, in another thread (zlib releases the GIL)."""
        if self.packed is not None or len(self.rendered.body) < MIN_COMPRESSED_BYTES:
            return
        if self.packing is None:
            self.packing = asyncio.ensure_future(self._pack())
        await asyncio.shield(self.packing)

    async def _pack(self) -> None:
        packed = await asyncio.to_thread(gzip_encoded, self.rendered.body)
        self.packed_head = self.common + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        self.packed = packed


class ResponseCache:
    """Keeps documents by key; the least recently used are evicted first."""

    def __init__(self, watch: VersionWatch, clock: Clock, stopwatch: Stopwatch = time.monotonic) -> None:
        self._watch, self._clock, self._stopwatch = watch, clock, stopwatch
        self._documents: OrderedDict[str, CachedDocument] = OrderedDict()
        self._variants: WeakValueDictionary[Variant, CachedDocument] = WeakValueDictionary()
        self._rendering: dict[str, asyncio.Future[CachedDocument]] = {}
        self._bytes = 0
        self.renders = 0

    def lookup(self, variant: Variant) -> CachedDocument | None:
        """Return the document that was served for the same address and `Accept`, if it is fresh, or None.

        Finding the document of an address costs more than sending it. A change of what an address leads to changes a
        post or listing, and so the versions of the previous document; a new rendering is a new object, which `remember`
        must first connect with the address.
        """
        document = self._variants.get(variant)
        if document is None or self._watch.has_moved() or not self._is_fresh(document):
            return None
        if document.key in self._documents:
            self._documents.move_to_end(document.key)
        return document

    def remember(self, variant: Variant, document: CachedDocument) -> None:
        """Record that this variant was answered with this document, if it is a cached one."""
        if (
            not document.key
            or document.rendered.guarded
            or "?" in variant[0]
            or len(variant[0]) + len(variant[1]) > MAX_VARIANT_LENGTH
        ):
            return
        if len(self._variants) >= MAX_VARIANTS:
            self._variants.clear()
        self._variants[variant] = document

    async def get(self, key: str, render: Callable[[], Awaitable[RenderedDocument]]) -> CachedDocument:
        """Return the document of `key`, rendered again if it is stale. Raises what `render` raises."""
        if self._watch.has_moved():
            await self._watch.refresh()
        document = self._documents.get(key)
        if document is not None and self._is_fresh(document):
            self._documents.move_to_end(key)
            return document
        rendering = self._rendering.get(key)
        if rendering is None:
            rendering = self._rendering[key] = asyncio.ensure_future(self._render(key, render))
            rendering.add_done_callback(lambda _: self._rendering.pop(key, None))
        return await asyncio.shield(rendering)

    def _is_fresh(self, document: CachedDocument) -> bool:
        moved = self._watch.moved(document.stamp)
        if not moved:
            return True
        if not all(name.startswith(SOFT) for name in moved):
            return False
        return self._stopwatch() - document.made < SOFT_MAX_AGE_SECONDS

    async def _render(self, key: str, render: Callable[[], Awaitable[RenderedDocument]]) -> CachedDocument:
        versions = self._watch.snapshot()  # a change during rendering makes the document stale at once
        rendered = self._dated(await render(), self._documents.get(key))
        self.renders += 1
        stamp = {name: versions.get(name, 0) for name in (*rendered.dependencies, SETTINGS)}
        document = _document(rendered, stamp, key, made=self._stopwatch())
        self._store(key, document)
        return document

    def _dated(self, rendered: RenderedDocument, previous: CachedDocument | None) -> RenderedDocument:
        """Return a document with the date of the previous one if it is the same: most of what moves a dependency
        leaves most documents as they are. No date is in the future (RFC 9110 §8.8.2.1), and all are in whole seconds.
        """
        if rendered.last_modified is None:
            return rendered
        modified = min(rendered.last_modified, self._clock().replace(microsecond=0))
        if previous is not None and previous.rendered.last_modified and _is_same(previous.rendered, rendered):
            modified = min(modified, previous.rendered.last_modified)
        return replace(rendered, last_modified=modified)

    def _store(self, key: str, document: CachedDocument) -> None:
        previous = self._documents.pop(key, None)
        if previous is not None:
            self._bytes -= previous.size
        if document.size > MAX_BYTES // 4:
            return
        self._documents[key] = document
        self._bytes += document.size
        while self._bytes > MAX_BYTES:
            _, dropped = self._documents.popitem(last=False)
            self._bytes -= dropped.size


def uncached(rendered: RenderedDocument) -> CachedDocument:
    """Return a document for a single response, which is not cached."""
    return _document(rendered, {})


def _is_same(one: RenderedDocument, other: RenderedDocument) -> bool:
    return one.etag == other.etag if one.etag or other.etag else one.body == other.body


def _document(
    rendered: RenderedDocument, stamp: VersionSnapshot, key: str = "", *, made: float = 0.0
) -> CachedDocument:
    etag = rendered.etag or f'W/"{hashlib.sha256(rendered.body).hexdigest()[:32]}"'
    last_modified = "" if rendered.last_modified is None else format_datetime(rendered.last_modified, usegmt=True)
    lines = [
        ("Content-Type", rendered.media_type),
        ("ETag", etag),
        ("Last-Modified", last_modified),
        ("Cache-Control", rendered.cache_control),
        ("Vary", rendered.vary),
        *rendered.headers,
    ]
    common = "".join(f"{name}: {value}\r\n" for name, value in lines if value).encode("latin-1")
    head = common + b"Content-Length: %d\r\n\r\n" % len(rendered.body)
    return CachedDocument(
        key=key,
        rendered=rendered,
        stamp=stamp,
        made=made,
        etag=etag,
        last_modified=last_modified,
        common=common,
        head=head,
    )
