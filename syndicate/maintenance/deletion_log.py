"""The log of deletions: a file beside the data that says what was deleted, so that no backup brings it back.

The database has a tombstone for each deletion; a backup has those until its own time. So the newest tombstones are
appended to a file that `restore` does not replace: one JSON object per line. What was deleted after a backup is deleted
again when that backup is restored.
"""

import asyncio
import json
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from syndicate.clock import from_text, to_text
from syndicate.comments import quotes, records
from syndicate.config import Config
from syndicate.publishing.publisher import Publisher
from syndicate.storage import Store, Tables
from syndicate.storage.tombstones import Tombstone
from syndicate.workers.loop import isolated

INTERVAL = timedelta(seconds=5)
OVERLAP = timedelta(minutes=1)
"""A transaction may commit this much later than the moment that its tombstone names."""
BATCH_SIZE = 500
MAX_BYTES = 32 * 1024 * 1024
KEPT_REMOTE_LINES = 50_000
"""Where the file grows too large, so many of the newest deletions by others are kept, and all of our own."""
UNDONE = "Undo"


class DeletionLog:
    """Appends what was deleted, in whatever process it was."""

    def __init__(self, store: Store, path: Path, *, ours: str) -> None:
        self._store, self._path, self._ours = store, path, ours
        self._recent: dict[str, datetime] | None = None

    @classmethod
    def of(cls, config: Config, store: Store) -> "DeletionLog":
        return cls(store, config.storage.deletions, ours=config.site.url)

    async def run(self) -> None:
        """Append at intervals until cancelled."""
        while True:
            with isolated("deletion log"):
                await self.append_new()
            await asyncio.sleep(INTERVAL.total_seconds())

    async def append_new(self) -> int:
        """Append the tombstones that the file does not have, and return how many. Raises OSError, StorageError."""
        recent = await asyncio.to_thread(self._load_recent) if self._recent is None else self._recent
        newest = max(recent.values(), default=None)
        place = (newest - OVERLAP if newest else datetime.min.replace(tzinfo=self._store.clock().tzinfo), "")
        added = 0
        while found := await self._store.tombstones.list_since(*place, BATCH_SIZE):
            new = [it for it in found if it.uri not in recent and it.type != UNDONE]
            if new:
                await asyncio.to_thread(_append, self._path, new)
            recent.update((it.uri, it.gone_at) for it in new)
            place, added = (found[-1].gone_at, found[-1].uri), added + len(new)
        end = max(recent.values(), default=None)
        self._recent = {uri: at for uri, at in recent.items() if end is not None and at >= end - 2 * OVERLAP}
        if added:
            await asyncio.to_thread(self._compact)
        return added

    def _load_recent(self) -> dict[str, datetime]:
        last = deque(_lines(self._path), maxlen=BATCH_SIZE)
        return {line.uri: line.gone_at for line in last}

    def _compact(self) -> None:
        if not self._path.exists() or self._path.stat().st_size <= MAX_BYTES:
            return
        newest = deque((line.uri for line in _lines(self._path) if line.origin != self._ours), maxlen=KEPT_REMOTE_LINES)
        kept = set(newest)
        partial_file = self._path.with_name(f".{self._path.name}")
        partial_file.unlink(missing_ok=True)
        _append(partial_file, (line for line in _lines(self._path) if line.origin == self._ours or line.uri in kept))
        partial_file.replace(self._path)


def _append(path: Path, tombstones: "Iterator[Tombstone] | list[Tombstone]") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        for it in tombstones:
            fields = {
                "deleted": to_text(it.gone_at),
                "uri": it.uri,
                "path": it.path,
                "origin": it.origin,
                "type": it.type,
                "published": None if it.published is None else to_text(it.published),
            }
            stream.write(f"{json.dumps(fields, ensure_ascii=False)}\n")
        stream.flush()
        os.fsync(stream.fileno())


def _lines(path: Path) -> Iterator[Tombstone]:
    """Yield what the log has; lines that a full disk cut short are passed over."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                fields = json.loads(line)
                yield Tombstone(
                    uri=fields["uri"],
                    path=fields["path"],
                    origin=fields["origin"],
                    type=fields["type"],
                    published=from_text(fields["published"]) if fields["published"] else None,
                    gone_at=from_text(fields["deleted"]),
                )
            except (ValueError, KeyError, TypeError):
                continue


@dataclass(slots=True)
class ReplayedDeletions:
    """How many posts and comments were deleted again."""

    posts: int = 0
    comments: int = 0


async def replay(path: Path, store: Store, publisher: Publisher, *, ours: str) -> ReplayedDeletions:
    """Delete again what the log names and this database still has, and remember all of it as deleted."""
    done = ReplayedDeletions()
    for line in _lines(path):
        if await store.tombstones.find(line.uri) is not None:
            continue
        post = await store.posts.find_by_uri(line.uri)
        if post is not None and line.origin == ours:
            await publisher.delete(post.id)
            done.posts += 1
        done.comments += await store.transaction(partial(_delete_comments, line))
    return done


async def _delete_comments(line: Tombstone, tx: Tables) -> int:
    """Delete the comment with this id, or everything of an account with this id."""
    await tx.tombstones.save(line)
    comments = await tx.comments.list_by_author(line.uri)
    if (one := await tx.comments.find_by_uri(line.uri)) is not None:
        comments.append(one)
    for comment in comments:
        await records.delete(tx, comment)
        await tx.inbox_queue.delete_document(comment.uri)
    for post in await tx.reactions.delete_by_actor(line.uri):
        await tx.versions.move(f"talk:{post}")
    await quotes.delete(tx, line.uri)
    await quotes.delete_by_actor(tx, line.uri)
    return len(comments)
