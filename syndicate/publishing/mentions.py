"""Look up the accounts that posts and the author's replies mention as `@user@host`, and what posts answer, like or boost.

Publishing does not wait: each mentioned handle is a row, and the post is shown at once. Its activity is held back
until every handle has been resolved or given up, for at most a minute. A handle that cannot be resolved stays plain
text.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from syndicate.activitypub.parse import host_of
from syndicate.clock import Clock
from syndicate.errors import AddressUnusable, RemoteError, RemoteUnavailable, StorageError
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.webfinger import Schemes, account_of, actor_in, links_of
from syndicate.limits.backoff import Backoff
from syndicate.publishing.citations import CitationFinder
from syndicate.publishing.cited import address_cited, is_answered, is_cited
from syndicate.storage import Store, Tables
from syndicate.storage.mentions import NamedAccount
from syndicate.translation import _
from syndicate.transport.message import Transport
from syndicate.workers.queue import QueueWorker, Row

log = structlog.get_logger()

BACKOFF = Backoff((timedelta(seconds=4), timedelta(seconds=12)))
"""Together shorter than the time for which the activity of a post is held back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentioningText:
    """Accounts that one text mentions, and which are looked up together. `comment` is the reply, empty for the post."""

    post: str
    comment: str
    named: tuple[NamedAccount, ...]


class MentionResolver(QueueWorker[MentioningText]):
    """Resolves mentioned handles. When one is found, `rerender` is called with the id of the post; for a reply,
    `answer_anew` is called with its id and the accounts found.
    """

    name = "mentions"
    table = "mentions"
    max_concurrent = 8

    def __init__(
        self,
        store: Store,
        transport: Transport,
        actors: Actors,
        clock: Clock,
        *,
        schemes: Schemes,
        citations: CitationFinder,
        rerender: Callable[[str], Awaitable[None]],
        answer_anew: Callable[[str, list[str]], Awaitable[None]],
    ) -> None:
        self._store, self._transport, self._actors = store, transport, actors
        self._schemes, self._rerender = schemes, rerender
        self._answer_anew, self._citations = answer_anew, citations
        super().__init__(store.leased_rows, clock)

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.mentions.next_due(now)

    async def claim(self, now: datetime, until: datetime) -> Sequence[MentioningText]:
        claimed = await self._store.transaction(
            lambda tx: tx.mentions.claim(now=now, until=until, limit=self.free_slots())
        )
        texts: dict[tuple[str, str], list[NamedAccount]] = {}
        for named in claimed:
            texts.setdefault((named.post, named.comment), []).append(named)
        return [
            MentioningText(post=post, comment=comment, named=tuple(named)) for (post, comment), named in texts.items()
        ]

    def rows(self, text: MentioningText) -> Sequence[Row]:
        return [(text.post, text.comment, named.handle) for named in text.named]

    def line(self, text: MentioningText) -> str:
        return f"{text.post} {text.comment}"

    def about(self, text: MentioningText) -> dict[str, str]:
        return {"post": text.post}

    async def perform(self, text: MentioningText) -> None:
        async with asyncio.TaskGroup() as tasks:
            looked_up = [tasks.create_task(self._look_up(named), name="mention") for named in text.named]
        await self._settle(text.post, text.comment, [task.result() for task in looked_up])

    async def _look_up(self, named: NamedAccount) -> NamedAccount:
        """Return the row with the actor id if found, or with the time of the next attempt."""
        if named.attempts > BACKOFF.max_attempts:  # whatever follows the lookup fails every time
            log.warning("mention lookup abandoned", name=named.handle)
            return replace(named, actor="")
        try:
            actor = await self._find(named.handle)
        except RemoteUnavailable as error:
            if BACKOFF.is_exhausted(named.attempts):
                log.warning("mention lookup failed", name=named.handle, problem=str(error))
                return named
            return replace(named, due=self._clock() + BACKOFF.delay(named.attempts))
        except (AddressUnusable, RemoteError) as error:
            log.warning("mention lookup failed", name=named.handle, problem=str(error))
            return named
        except StorageError:
            raise
        except Exception:
            log.exception("mention lookup crashed", name=named.handle)
            return named
        return replace(named, actor=actor)

    async def _find(self, handle: str) -> str:
        """Return the actor id of an account. Raises AddressUnusable, RemoteError."""
        if is_cited(handle):
            cited = await self._citations.look_up(address_cited(handle))
            return cited.actor if is_answered(handle) else ""
        if handle.startswith(("https://", "http://")):
            return await self._fetched(handle)
        account = account_of(handle)
        uri = ""
        if not await self._store.blocks.covers(f"https://{account.host}/", account.host.partition(":")[0]):
            uri = actor_in(await links_of(account, self._transport, schemes=self._schemes))
        return await self._fetched(uri)

    async def _fetched(self, uri: str) -> str:
        if not uri or await self._store.blocks.covers(uri, host_of(uri)):
            raise AddressUnusable(_("there is no such account, or it is blocked"))
        return (await self._actors.refresh(uri, limited=False)).uri

    async def _settle(self, post: str, comment: str, looked_up: list[NamedAccount]) -> None:
        """Store the results. After a crash in between, the rows are still due and everything is repeated."""
        now = self._clock()
        found = [one for one in looked_up if one.actor or (is_cited(one.handle) and one.due <= now)]
        if found:
            await self._store.transaction(partial(self._keep, found))
            if comment:
                await self._answer_anew(comment, [named.actor for named in found])
            else:
                await self._rerender(post)
        await self._store.transaction(partial(self._end, post, comment, looked_up))

    async def _keep(self, found: list[NamedAccount], tx: Tables) -> None:
        for named in found:
            await tx.mentions.set_found(named, named.actor)

    async def _end(self, post: str, comment: str, looked_up: list[NamedAccount], tx: Tables) -> None:
        now = self._clock()
        for named in looked_up:
            if named.due > now:
                await tx.mentions.postpone(named)
            else:
                await tx.mentions.complete(named)
        if await tx.mentions.has_unresolved(post, comment):
            return
        if comment:
            await tx.fanouts.release_reply(comment, now)
        else:
            await tx.fanouts.release_post(post, now)
