"""Accepts Webmentions (Webmention §3.2): checks what can be checked at once, and enqueues the rest.

In come the two addresses of a request; a row of the queue goes out. Nothing is fetched here.
"""

import time

from syndicate.activitypub.parse import host_of, origin
from syndicate.clock import Clock, Stopwatch
from syndicate.comments.draft import Target
from syndicate.comments.targets import find_target
from syndicate.errors import AddressDenied, SenderRefused, TooBusy, TooManyRequests, WebmentionRefused
from syndicate.limits.token_bucket import TokenBucket
from syndicate.model.activity import Outcome, Verdict
from syndicate.model.ids import new_id
from syndicate.storage import Store
from syndicate.storage.received_webmentions import ReceivedWebmention
from syndicate.transport.url import read_url
from syndicate.urls import Urls

MAX_PER_HOST_AND_HOUR = 10
MAX_WAITING = 5_000
MAX_HOSTS = 10_000
HOUR_SECONDS = 3600.0
WAITING = Verdict(outcome=Outcome.WAITING, reason="arrival.waiting")


class WebmentionReceiver:
    """Each process counts the requests of a source's host for itself."""

    def __init__(self, store: Store, urls: Urls, clock: Clock, stopwatch: Stopwatch = time.monotonic) -> None:
        self._store, self._urls, self._clock = store, urls, clock
        per_second = MAX_PER_HOST_AND_HOUR / HOUR_SECONDS
        self._tokens = TokenBucket(
            burst=MAX_PER_HOST_AND_HOUR, per_second=per_second, max_keys=MAX_HOSTS, now=stopwatch
        )

    async def receive(self, source: str, target: str) -> None:
        """Enqueue a Webmention.

        Raises WebmentionRefused, SenderRefused, TooManyRequests, TooBusy.
        """
        source = _address(source, "source").partition("#")[0]
        found = await self._target(source, _address(target, "target"))
        host = host_of(source)
        if await self._store.blocks.covers(origin(source), host):
            raise SenderRefused("sender.blocked")
        if not self._tokens.take(host):
            raise TooManyRequests("webmention.flood")
        if await self._store.received_webmentions.count_waiting() >= MAX_WAITING:
            raise TooBusy("webmention.busy")
        now = self._clock()
        received = ReceivedWebmention(
            id=new_id(now),
            source=source,
            post=found.post.id,
            target=target,
            host=host,
            verdict=WAITING,
            received=now,
        )
        await self._store.transaction(lambda tx: tx.received_webmentions.enqueue(received))

    async def _target(self, source: str, target: str) -> Target:
        """Return what a Webmention is about. An update of one that became a comment is taken also where comments are
        closed."""
        if source == target.partition("#")[0]:
            raise WebmentionRefused("webmention.same", "Source and target are the same address.")
        if self._urls.path_of(source) is not None:
            raise WebmentionRefused("webmention.own", "The source is a page of this blog.")
        found = await find_target(self._store, self._urls, target)
        if found is None:
            raise WebmentionRefused("webmention.target", "The target is no post or page of this blog.")
        known = await self._store.received_webmentions.find(source, found.post.id)
        if not found.post.comments_open and (known is None or not known.comment):
            raise WebmentionRefused("comment.closed", "Comments on the target are closed.")
        return found


def _address(text: str, name: str) -> str:
    try:
        return str(read_url(text.strip()))
    except AddressDenied as error:
        raise WebmentionRefused("webmention.address", f"The {name} is not a web address.") from error
