"""Documents that are ready to be sent: rendered once per edition of what they show, kept as bytes.

A reader's request costs a look at the database's version and a dictionary. A document is made anew when somebody
asks after what it depends on has moved; reactions and comments (`talk:…`), and the posts of others, move it at most once
a second, so a post that is boosted by thousands is rendered a few times and not thousands of times.
"""

import asyncio
import hashlib
import time
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from weakref import WeakValueDictionary

from syndicate.clock import Clock, Stopwatch
from syndicate.storage.version_watch import Stamp, VersionWatch

MAX_BYTES = 32 * 1024 * 1024
AROUND = 4096
"""Bytes of objects around a document. So there can be no more than 8,000 of them."""
RESTLESS = 1.0
"""Seconds for which a document stands although people talk."""
LEAST_COMPRESSED = 1024
SOFT = ("talk:", "followers", "comments", "river")
MOST_ASKED = 2_000
LONGEST_ASKED = 500

Asked = tuple[str, str]
"""An address as it was asked for, and `Accept`: what decides which document answers."""

PUBLIC = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedDocument:
    (
        """What a view made. `scopes` are the editions that it depends on; `etag` is a weak tag, or empty for one of the
    bytes; `headers` are added as they are. What is `guarded` is not handed out before somebody has asked who reads."""
        ""
    )

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
    """A rendered document with its header lines written out. `packed` is its gzip, made when first asked for."""

    key: str
    rendered: RenderedDocument
    stamp: Stamp
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
        """Bytes that keeping it costs, its gzip and everything around it included: of a short one that is nearly all."""
        return len(self.rendered.body) * 3 // 2 + 2 * (len(self.common) + len(self.head) + len(self.key)) + AROUND

    async def pack(self) -> None:
        """Compress, once, in another thread (zlib releases the interpreter's lock)."""
        if self.packed is not None or len(self.rendered.body) < LEAST_COMPRESSED:
            return
        if self.packing is None:
            self.packing = asyncio.ensure_future(self._pack())
        await asyncio.shield(self.packing)

    async def _pack(self) -> None:
        packed = await asyncio.to_thread(_gzip, self.rendered.body)
        self.packed_head = self.common + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        self.packed = packed


def _gzip(body: bytes) -> bytes:
    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    return compressor.compress(body) + compressor.flush()


class ResponseCache:
    """Holds documents by key, the least recently asked for goes first."""

    def __init__(self, watch: VersionWatch, clock: Clock, stopwatch: Stopwatch = time.monotonic) -> None:
        self._watch, self._clock, self._stopwatch = watch, clock, stopwatch
        self._documents: OrderedDict[str, CachedDocument] = OrderedDict()
        self._asked: WeakValueDictionary[Asked, CachedDocument] = WeakValueDictionary()
        self._making: dict[str, asyncio.Future[CachedDocument]] = {}
        self._bytes = 0
        self.renders = 0

    def lookup(self, asked: Asked) -> CachedDocument | None:
        """What answered the same question before, if it is fresh.

        Finding out which document an address has costs more than sending it. Whatever changes an address changes a
        post or a list, and so the editions of the document that stood there; a document made anew is a new one, which
        the address must first be found to have.
        """
        document = self._asked.get(asked)
        if document is None or self._watch.has_moved() or not self._is_fresh(document):
            return None
        if document.key in self._documents:
            self._documents.move_to_end(document.key)
        return document

    def remember(self, asked: Asked, document: CachedDocument) -> None:
        """That this question was answered with this document, if it stands here."""
        if (
            not document.key
            or document.rendered.guarded
            or "?" in asked[0]
            or len(asked[0]) + len(asked[1]) > LONGEST_ASKED
        ):
            return
        if len(self._asked) >= MOST_ASKED:
            self._asked.clear()
        self._asked[asked] = document

    async def get(self, key: str, render: Callable[[], Awaitable[RenderedDocument]]) -> CachedDocument:
        """The document, as fresh as its scopes ask for. What `render` raises is raised."""
        if self._watch.has_moved():
            await self._watch.refresh()
        document = self._documents.get(key)
        if document is not None and self._is_fresh(document):
            self._documents.move_to_end(key)
            return document
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.ensure_future(self._make(key, render))
            making.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(making)

    def _is_fresh(self, document: CachedDocument) -> bool:
        moved = self._watch.moved(document.stamp)
        if not moved:
            return True
        if not all(scope.startswith(SOFT) for scope in moved):
            return False
        return self._stopwatch() - document.made < RESTLESS

    async def _make(self, key: str, render: Callable[[], Awaitable[RenderedDocument]]) -> CachedDocument:
        began = self._watch.snapshot()  # what moves while we render makes the document stale at once
        rendered = await render()
        if (
            rendered.last_modified is not None
        ):  # never ahead of time (RFC 9110 §8.8.2.1): dates are given out by seconds
            now = self._clock().replace(microsecond=0)
            rendered = replace(rendered, last_modified=min(rendered.last_modified, now))
        self.renders += 1
        stamp = {scope: began.get(scope, 0) for scope in rendered.dependencies}
        document = _document(rendered, stamp, key, made=self._stopwatch())
        self._keep(key, document)
        return document

    def _keep(self, key: str, document: CachedDocument) -> None:
        old = self._documents.pop(key, None)
        if old is not None:
            self._bytes -= old.size
        if document.size > MAX_BYTES // 4:
            return
        self._documents[key] = document
        self._bytes += document.size
        while self._bytes > MAX_BYTES:
            _, dropped = self._documents.popitem(last=False)
            self._bytes -= dropped.size


def once(rendered: RenderedDocument) -> CachedDocument:
    """A document for one answer, which no shelf holds."""
    return _document(rendered, {})


def _document(rendered: RenderedDocument, stamp: Stamp, key: str = "", *, made: float = 0.0) -> CachedDocument:
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
