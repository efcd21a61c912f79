"""The optional account of the blogroll: boosts new posts of entries that are accounts, and posts links for entries that
have only a feed.

Unannounced posts of the blogroll come in, the newest first; activities in the outbox go out, within a daily limit.
"""

from datetime import datetime, timedelta

import structlog

from syndicate.activitypub.render import LinkedObject
from syndicate.clock import Clock
from syndicate.errors import StorageError
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.inbox.timeline import MAX_NEWS_AGE
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.actor import LocalActor
from syndicate.model.blogroll import BlogrollEntry
from syndicate.storage import Store, Tables
from syndicate.storage.feed_entries import NEVER, StoredFeedEntry
from syndicate.workers.loop import WorkerLoop

log = structlog.get_logger()

MAX_PER_DAY = 10
COUNT_KEY = "blogroll passed on"
"""The key of a stored value: a day (UTC) and the number of posts announced on it."""


class BlogrollAnnouncer:
    """Announces waiting posts, the newest first."""

    def __init__(self, store: Store, local_actors: LocalActors, outbox: Outbox, clock: Clock) -> None:
        self._store, self._local_actors, self._outbox, self._clock = store, local_actors, outbox, clock
        self._loop = WorkerLoop("blogroll announcer", clock, self._next_due)

    def wake(self) -> None:
        """Check for new posts soon."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run(self.work)

    async def work(self) -> bool:
        """Announce one post; False if there is none, or the daily limit is reached."""
        due = await self._next_due()
        if due is None or due > self._clock():
            return False
        try:
            return await self._store.transaction(self._announce_next)
        except StorageError:
            raise
        except Exception:
            log.exception("post announcement failed")
            return await self._store.transaction(self._skip_next)

    async def _next_due(self) -> datetime | None:
        now = self._clock()
        if (
            self._local_actors.blogroll is None
            or await self._store.feed_entries.next_to_announce(now - MAX_NEWS_AGE) is None
        ):
            return None
        if await _count(self._store, now) < MAX_PER_DAY:
            return now
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    async def _announce_next(self, tx: Tables) -> bool:
        await tx.advisory_lock("blogroll announcer")
        now = self._clock()
        identity = self._local_actors.blogroll
        count = await _count(tx, now)
        one = await tx.feed_entries.next_to_announce(now - MAX_NEWS_AGE)
        entry = await tx.blogroll.get(one.entry) if one else None
        if identity is None or one is None or entry is None or count >= MAX_PER_DAY:
            return False
        uri = await self._announce(tx, identity.actor, one, entry)
        await tx.feed_entries.set_announced(one.id, uri or NEVER)
        if uri:
            await tx.key_values.save(COUNT_KEY, f"{now:%Y-%m-%d} {count + 1}")
            log.info("post announced", blog=entry.name, post=one.post.url)
        return True

    async def _skip_next(self, tx: Tables) -> bool:
        """Skip a post that cannot be announced, so that it does not block the others."""
        one = await tx.feed_entries.next_to_announce(self._clock() - MAX_NEWS_AGE)
        if one is not None:
            await tx.feed_entries.set_announced(one.id, NEVER)
        return one is not None

    async def _announce(self, tx: Tables, by: LocalActor, one: StoredFeedEntry, entry: BlogrollEntry) -> str:
        """Return the id of the activity; empty if the post must not be announced."""
        post = one.post
        if post.object:
            author = await tx.remote_actors.find(entry.actor)
            if author is None or author.opted_out:
                return ""
            return await self._outbox.boosts.announce(tx, by, post.object, author=author)
        url = post.url or entry.url
        if not url:
            return ""
        by_whom = f"{entry.name} · {post.author}" if post.author not in ("", entry.name) else entry.name
        what = LinkedObject(title=post.heading, url=url, by=by_whom, language=entry.language)
        return await self._outbox.boosts.publish_link(tx, by, what)


async def _count(tables: Tables, now: datetime) -> int:
    """Return how many posts were announced today."""
    day, _, count = (await tables.key_values.find(COUNT_KEY) or "").partition(" ")
    return int(count) if day == f"{now:%Y-%m-%d}" else 0
