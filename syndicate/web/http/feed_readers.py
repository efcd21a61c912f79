"""Notes how many people feed readers fetch feeds for, which they report in their User-Agent.

There is no standard: `Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; …)` is what most of them send.
The numbers are theirs, and are shown as such.
"""

import asyncio
import re
from functools import lru_cache, partial
from http import HTTPStatus

from aiohttp import web

from syndicate.clock import Clock
from syndicate.storage import Store, Tables
from syndicate.storage.numbers import MAX_READERS, FeedReaderCount
from syndicate.web.http.handlers import Handler

WRITE_INTERVAL_SECONDS = 30.0
FETCHED = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})
MAX_FEED_LENGTH = 200
MAX_AGENT_LENGTH = 1000
SUBSCRIBERS = re.compile(r"(?<![\w.,-])(\d{1,8})\s+(?:subscriber|reader|user)s?\b", re.IGNORECASE)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")


@lru_cache(maxsize=1024)
def parse_agent(agent: str) -> tuple[str, int] | None:
    """Return the name of a reader and its subscribers, or None if its User-Agent reports none."""
    agent = agent[:MAX_AGENT_LENGTH]
    found = SUBSCRIBERS.search(agent)
    name = NAME.match(agent, 0, found.start()) if found else None
    return (name[0].rstrip(" -._"), int(found[1])) if found and name else None


class FeedReaders:
    """Collects the reports of a process; `run` writes them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._seen: dict[tuple[str, str], FeedReaderCount] = {}

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            response = await handler(request)
            if "/feed/" in request.raw_path and response.status in FETCHED:
                self._note(request)
            return response

        return handle

    def _note(self, request: web.Request) -> None:
        """Note the report of one request, if it makes any."""
        reported = parse_agent(request.headers.get("User-Agent", ""))
        if reported is None or len(feed := request.path) > MAX_FEED_LENGTH:
            return
        key = (reported[0], feed)
        if key in self._seen or len(self._seen) < MAX_READERS:
            now = self._clock()
            self._seen[key] = FeedReaderCount(name=reported[0], feed=feed, subscribers=reported[1], seen=now)

    async def run(self) -> None:
        """Write every half minute until cancelled. Raises StorageError."""
        while True:
            await asyncio.sleep(WRITE_INTERVAL_SECONDS)
            await self.write()

    async def write(self) -> None:
        """Write what was noted. Raises StorageError."""
        readers, self._seen = list(self._seen.values()), {}
        if readers:
            await self._store.transaction(partial(_save, readers=readers))


async def _save(tx: Tables, readers: list[FeedReaderCount]) -> None:
    await tx.numbers.save_readers(readers)


FEED_READERS = web.AppKey("feed readers", FeedReaders)
