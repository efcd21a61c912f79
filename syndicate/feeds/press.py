"""A feed is put together of pieces: a frame, and one for each entry, which is made once and kept.

So a post that changes costs the making of one piece in each format, however long the feed is. The same feed always
gives the same bytes, whether its pieces were at hand or not.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Generic, TypeVar

from syndicate.feeds import atom, jsonfeed, rss
from syndicate.feeds._proof import Proof, proof_of_entry, proofread
from syndicate.feeds.document import Feed, FeedAuthor, FeedDocument, FeedEntry, FeedFormat

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
UNKNOWN = object()
KEPT = 300
"""Entries whose pieces are kept."""


@dataclass(frozen=True, slots=True)
class Writer:
    """How a format is written: what stands around the entries, one entry, what stands between two, and an entry less
    what changes with every comment."""

    frame: Callable[[Feed], tuple[bytes, bytes]]
    entry: Callable[[FeedEntry, Feed], bytes]
    between: bytes
    without_counts: Callable[[bytes], bytes]


WRITERS: Mapping[FeedFormat, Writer] = MappingProxyType(
    {
        FeedFormat.RSS: Writer(rss.frame, rss.item, b"", rss.without_counts),
        FeedFormat.ATOM: Writer(atom.frame, atom.entry, b"", atom.without_counts),
        FeedFormat.JSON: Writer(jsonfeed.frame, jsonfeed.item, b",", lambda item: item),
    }
)


BARE = Feed(
    id="-",
    title="-",
    home_url="https://-/",
    self_url="https://-/",
    founded=datetime(2000, 1, 1, tzinfo=UTC),
    updated=datetime(2000, 1, 1, tzinfo=UTC),
    author=FeedAuthor(name="-"),
)
"""A feed around an entry that is written by itself."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """An entry as it is written, with digests of all of it and of what lasts."""

    body: bytes
    digest: bytes
    lasting: bytes


class _Kept(Generic[K, V]):
    """What was made for keys; the first made goes first. To hash a key is what a look costs, so it is done once."""

    def __init__(self, make: Callable[[K], V], most: int) -> None:
        self._make, self._most = make, most
        self._kept: dict[K, V] = {}

    def get(self, key: K) -> V:
        known = self._kept.get(key, UNKNOWN)
        if known is not UNKNOWN:
            return known  # type: ignore[return-value]  # a V, then
        made = self._kept[key] = self._make(key)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return made


@dataclass(frozen=True, slots=True)
class _Setting:
    """What decides how an entry is written: a little of its feed, too. `feed` has no entries, and no address."""

    format: FeedFormat
    entry: FeedEntry
    feed: Feed


class Press:
    """Keeps pieces from one rendering to the next."""

    def __init__(self) -> None:
        self._proofs: _Kept[FeedEntry, FeedEntry | None] = _Kept(proof_of_entry, KEPT)
        self._prints: _Kept[FeedEntry, str] = _Kept(_fingerprint, KEPT)
        self._pieces: _Kept[_Setting, _Piece] = _Kept(_piece, KEPT * len(WRITERS))

    def render(self, feed: Feed, format: FeedFormat, *, without: frozenset[str] = frozenset()) -> FeedDocument:
        """`feed` as a document; `without` the entries that somebody has, by their fingerprints (RFC 3229 for feeds).

        Raises ValueError only when the feed's own addresses or dates are unusable.
        """
        prints = {self._prints.get(entry): entry for entry in feed.entries}
        if without:
            feed = replace(feed, entries=tuple(entry for print, entry in prints.items() if print not in without))
        proof = proofread(feed, self._proofs.get)
        return self._put_together(proof, format, frozenset(prints))

    def _put_together(self, proof: Proof, format: FeedFormat, prints: frozenset[str]) -> FeedDocument:
        writer, feed = WRITERS[format], proof.feed
        head, tail = writer.frame(feed)
        around = replace(BARE, author=feed.author, language=feed.language, account=feed.account, podcast=feed.podcast)
        around = replace(around, home_url=feed.home_url, blogroll_url=feed.blogroll_url)
        pieces = [self._pieces.get(_Setting(format, entry, around)) for entry in feed.entries]
        frame = sha256(head + tail).digest()
        return FeedDocument(
            body=head + writer.between.join(piece.body for piece in pieces) + tail,
            media_type=format.media_type,
            etag=f'W/"{_digest(frame, (piece.digest for piece in pieces))}"',
            edition=_digest(frame, (piece.lasting for piece in pieces)),
            last_modified=proof.updated.astimezone(UTC).replace(microsecond=0),
            skipped=proof.skipped,
            fingerprints=prints,
        )


def _piece(setting: _Setting) -> _Piece:
    writer = WRITERS[setting.format]
    body = writer.entry(setting.entry, setting.feed)
    return _Piece(body, sha256(body).digest(), sha256(writer.without_counts(body)).digest())


def _fingerprint(entry: FeedEntry) -> str:
    """Tells an entry from what it was before, the same in every process."""
    return sha256(repr(entry).encode(errors="replace")).hexdigest()[:16]


def _digest(frame: bytes, entries: Iterable[bytes]) -> str:
    return sha256(frame + b"".join(entries)).hexdigest()[:32]
