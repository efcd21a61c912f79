"""Render a feed from fragments: a frame, and one fragment per entry that is rendered once and cached.

A changed post costs one fragment in each format, however long the feed is. The same feed always gives the same bytes,
whether its fragments were cached or not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import chain, repeat
from types import MappingProxyType

from syndicate.feeds import atom, jsonfeed, rss
from syndicate.feeds._normalize import NormalizedFeed, normalize, normalize_entry
from syndicate.feeds.document import Feed, FeedAuthor, FeedDocument, FeedEntry, FeedFormat

MAX_CACHED_ENTRIES = 300
"""Entries whose fragments are cached."""
MAX_CACHED_FRAMES = 100
"""Frames without entries and dates, which change with the settings alone."""


@dataclass(frozen=True, slots=True)
class FragmentWriter:
    """The functions of a format: render the frame and an entry, the separator of entries, and an entry without
    comment counts.
    """

    frame: Callable[[Feed], tuple[bytes, bytes]]
    entry: Callable[[FeedEntry, Feed], bytes]
    between: bytes
    without_counts: Callable[[bytes], bytes]


WRITERS: Mapping[FeedFormat, FragmentWriter] = MappingProxyType(
    {
        FeedFormat.RSS: FragmentWriter(rss.frame, rss.item, b"", rss.without_counts),
        FeedFormat.ATOM: FragmentWriter(atom.frame, atom.entry, b"", atom.without_counts),
        FeedFormat.JSON: FragmentWriter(jsonfeed.frame, jsonfeed.item, b",", lambda item: item),
    }
)


BARE_FEED = Feed(
    id="-",
    title="-",
    home_url="https://-/",
    self_url="https://-/",
    founded=datetime(2000, 1, 1, tzinfo=UTC),
    updated=datetime(2000, 1, 1, tzinfo=UTC),
    author=FeedAuthor(name="-"),
)
"""The feed around an entry rendered alone: an entry also depends on some properties of its feed."""


@dataclass(frozen=True, slots=True)
class _Fragment:
    """A rendered entry, with digests of all of it and of its lasting part."""

    body: bytes
    digest: bytes
    lasting: bytes


class _Entry:
    """A normalized entry (None if it cannot be rendered) with its fingerprint and its fragments, each with the feed
    it was rendered for. `used` is the number of the last rendering that contained it.
    """

    __slots__ = ("_fragments", "fingerprint", "normalized", "used")

    def __init__(self, entry: FeedEntry) -> None:
        self.normalized = normalize_entry(entry)
        self.fingerprint = sha256(repr(entry).encode(errors="replace")).hexdigest()[:16]  # the same in every process
        self._fragments: dict[FeedFormat, tuple[Feed, _Fragment]] = {}
        self.used = 0

    def fragment(self, format: FeedFormat, around: Feed) -> _Fragment:
        known = self._fragments.get(format)
        if known is not None and known[0] == around:
            return known[1]
        assert self.normalized is not None
        fragment = _write(self.normalized, format, around)
        self._fragments[format] = (around, fragment)
        return fragment


class FragmentCache:
    """Renders feeds and caches the fragments between renderings."""

    def __init__(self) -> None:
        self._known: dict[FeedEntry, _Entry] = {}
        self._rendered = 0

    def render(self, feed: Feed, format: FeedFormat, *, without: frozenset[str] = frozenset()) -> FeedDocument:
        """Render `feed`; entries whose fingerprints are in `without` are omitted (RFC 3229 for feeds).

        Raises ValueError only if the feed's own addresses or dates are unusable.
        """
        self._rendered += 1
        known = {id(entry): self._entry(entry) for entry in feed.entries}
        if without:
            left = tuple(entry for entry in feed.entries if known[id(entry)].fingerprint not in without)
            feed = replace(feed, entries=left)
        normalized = normalize(feed, lambda entry: known[id(entry)].normalized)
        return self._assemble(normalized, format, list(known.values()))

    def _assemble(self, normalized: NormalizedFeed, format: FeedFormat, known: list[_Entry]) -> FeedDocument:
        writer, feed = WRITERS[format], normalized.feed
        head, tail = writer.frame(feed)
        around = replace(
            BARE_FEED, author=feed.author, language=feed.language, account=feed.account, podcast=feed.podcast
        )
        around = replace(around, home_url=feed.home_url, blogroll_url=feed.blogroll_url)
        by_normalized = {id(entry.normalized): entry for entry in known}
        fragments = [
            by_normalized[id(entry)].fragment(format, around)
            if id(entry) in by_normalized
            else _write(entry, format, around)
            for entry in feed.entries
        ]
        frame = sha256(head + tail).digest()
        lasting = replace(feed.without_onward_links(), updated=feed.founded, entries=())
        return FeedDocument(
            body=b"".join([head, *_separated([fragment.body for fragment in fragments], writer.between), tail]),
            media_type=format.media_type,
            etag=f'W/"{_digest(frame, (fragment.digest for fragment in fragments))}"',
            version=_digest(_frame_digest(lasting, format), (fragment.lasting for fragment in fragments)),
            last_modified=normalized.updated.astimezone(UTC).replace(microsecond=0),
            skipped=normalized.skipped,
            fingerprints=frozenset(entry.fingerprint for entry in known),
            self_url=feed.self_url,
            hubs=feed.hubs,
        )

    def _entry(self, entry: FeedEntry) -> _Entry:
        """Return the cached entry; beyond the limit, the least recently used is evicted."""
        known = self._known.get(entry)
        if known is None:
            known = self._known[entry] = _Entry(entry)
        known.used = self._rendered
        if len(self._known) > MAX_CACHED_ENTRIES:
            del self._known[min(self._known, key=lambda one: self._known[one].used)]
        return known


@lru_cache(maxsize=MAX_CACHED_FRAMES)
def _frame_digest(feed: Feed, format: FeedFormat) -> bytes:
    return sha256(b"".join(WRITERS[format].frame(feed))).digest()


def _write(entry: FeedEntry, format: FeedFormat, around: Feed) -> _Fragment:
    writer = WRITERS[format]
    body = writer.entry(entry, around)
    return _Fragment(body, sha256(body).digest(), _lasting(entry, writer.without_counts(body)))


def _lasting(entry: FeedEntry, body: bytes) -> bytes:
    """Return the lasting part, which is empty for an entry that was never announced."""
    return b"" if entry.news == "-" else sha256(entry.news.encode() or body).digest()


def _separated(bodies: list[bytes], between: bytes) -> Iterable[bytes]:
    return chain.from_iterable(zip(chain([b""], repeat(between)), bodies, strict=False)) if between else bodies


def _digest(frame: bytes, entries: Iterable[bytes]) -> str:
    return sha256(frame + b"".join(entries)).hexdigest()[:32]
