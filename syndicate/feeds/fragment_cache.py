"""A feed is put together of pieces: a frame, and one for each entry, which is made once and kept.

So a post that changes costs the making of one piece in each format, however long the feed is. The same feed always
gives the same bytes, whether its pieces were at hand or not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain, repeat
from types import MappingProxyType

from syndicate.feeds import atom, jsonfeed, rss
from syndicate.feeds._normalize import NormalizedFeed, normalize, proof_of_entry
from syndicate.feeds.document import Feed, FeedAuthor, FeedDocument, FeedEntry, FeedFormat

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
"""A feed around an entry that is written by itself: what is said of an entry depends on a little of its feed, too."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """An entry as it is written, with digests of all of it and of what lasts."""

    body: bytes
    digest: bytes
    lasting: bytes


class _Entry:
    """What was made of an entry: its proof (None where it cannot be written), its fingerprint, and its pieces, each with
    what stood around it. `used` counts the renderings up to the last that it was in."""

    __slots__ = ("_pieces", "fingerprint", "proof", "used")

    def __init__(self, entry: FeedEntry) -> None:
        self.proof = proof_of_entry(entry)
        self.fingerprint = sha256(repr(entry).encode(errors="replace")).hexdigest()[:16]  # the same in every process
        self._pieces: dict[FeedFormat, tuple[Feed, _Piece]] = {}
        self.used = 0

    def piece(self, format: FeedFormat, around: Feed) -> _Piece:
        known = self._pieces.get(format)
        if known is not None and known[0] == around:
            return known[1]
        assert self.proof is not None
        piece = _write(self.proof, format, around)
        self._pieces[format] = (around, piece)
        return piece


class FragmentCache:
    """Keeps pieces from one rendering to the next."""

    def __init__(self) -> None:
        self._known: dict[FeedEntry, _Entry] = {}
        self._rendered = 0

    def render(self, feed: Feed, format: FeedFormat, *, without: frozenset[str] = frozenset()) -> FeedDocument:
        """`feed` as a document; `without` the entries that somebody has, by their fingerprints (RFC 3229 for feeds).

        Raises ValueError only when the feed's own addresses or dates are unusable.
        """
        self._rendered += 1
        known = {id(entry): self._entry(entry) for entry in feed.entries}
        if without:
            left = tuple(entry for entry in feed.entries if known[id(entry)].fingerprint not in without)
            feed = replace(feed, entries=left)
        proof = normalize(feed, lambda entry: known[id(entry)].proof)
        return self._put_together(proof, format, list(known.values()))

    def _put_together(self, proof: NormalizedFeed, format: FeedFormat, known: list[_Entry]) -> FeedDocument:
        writer, feed = WRITERS[format], proof.feed
        head, tail = writer.frame(feed)
        around = replace(BARE, author=feed.author, language=feed.language, account=feed.account, podcast=feed.podcast)
        around = replace(around, home_url=feed.home_url, blogroll_url=feed.blogroll_url)
        of_proof = {id(entry.proof): entry for entry in known}
        pieces = [
            of_proof[id(entry)].piece(format, around) if id(entry) in of_proof else _write(entry, format, around)
            for entry in feed.entries
        ]
        frame = sha256(head + tail).digest()
        undated = sha256(b"".join(writer.frame(replace(feed, updated=feed.founded)))).digest()
        return FeedDocument(
            body=b"".join([head, *_separated([piece.body for piece in pieces], writer.between), tail]),
            media_type=format.media_type,
            etag=f'W/"{_digest(frame, (piece.digest for piece in pieces))}"',
            version=_digest(undated, (piece.lasting for piece in pieces)),
            last_modified=proof.updated.astimezone(UTC).replace(microsecond=0),
            skipped=proof.skipped,
            fingerprints=frozenset(entry.fingerprint for entry in known),
            self_url=feed.self_url,
            hubs=feed.hubs,
        )

    def _entry(self, entry: FeedEntry) -> _Entry:
        """What is known of it; of too many, that goes which was asked for longest ago."""
        known = self._known.get(entry)
        if known is None:
            known = self._known[entry] = _Entry(entry)
        known.used = self._rendered
        if len(self._known) > KEPT:
            del self._known[min(self._known, key=lambda one: self._known[one].used)]
        return known


def _write(entry: FeedEntry, format: FeedFormat, around: Feed) -> _Piece:
    writer = WRITERS[format]
    body = writer.entry(entry, around)
    return _Piece(body, sha256(body).digest(), _lasting(entry, writer.without_counts(body)))


def _lasting(entry: FeedEntry, body: bytes) -> bytes:
    """Of what nobody was told, nothing."""
    return b"" if entry.news == "-" else sha256(entry.news.encode() or body).digest()


def _separated(bodies: list[bytes], between: bytes) -> Iterable[bytes]:
    return chain.from_iterable(zip(chain([b""], repeat(between)), bodies, strict=False)) if between else bodies


def _digest(frame: bytes, entries: Iterable[bytes]) -> str:
    return sha256(frame + b"".join(entries)).hexdigest()[:32]
