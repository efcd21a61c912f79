"""Moves the blog with its followers to another account (as Mastodon does it; FEP-7628).

`syndicate move` requests it. The server verifies that the new account names ours in `alsoKnownAs`, as other servers
will, and publishes the Move to all followers. From then on the profile names the new account.
"""

import structlog

from syndicate.activitypub.access import ids
from syndicate.clock import Clock
from syndicate.errors import PERMANENT_REMOTE_ERRORS, AddressUnusable, RemoteError
from syndicate.federation.actors.local_actors import BLOG, LocalActors
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.webfinger import Schemes, account_of, actor_in, links_of
from syndicate.federation.outbox.outbox import Outbox
from syndicate.storage import Store, Tables
from syndicate.translation import _
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.signed import Signer

log = structlog.get_logger()

CANCEL = "cancel"
ASKED, OUTCOME = "move.asked", "move.outcome"
"""Keys of stored values: the account to move to, or `CANCEL`; and the outcome."""


class AccountMove:
    def __init__(
        self,
        store: Store,
        local_actors: LocalActors,
        outbox: Outbox,
        actors: Actors,
        fetcher: Fetcher,
        signer: Signer,
        clock: Clock,
        *,
        schemes: Schemes,
    ) -> None:
        self._store, self._local_actors, self._outbox = store, local_actors, outbox
        self._actors, self._fetcher, self._signer, self._clock = actors, fetcher, signer, clock
        self._schemes = schemes

    async def step(self) -> None:
        """Perform a requested move, and record its outcome."""
        asked = await self._store.key_values.find(ASKED)
        if not asked:
            return
        try:
            target = "" if asked == CANCEL else await self._target(asked)
        except (AddressUnusable, RemoteError) as error:
            outcome = f"not moved to {asked}: {error}"
            await self._store.transaction(lambda tx: _settle(tx, asked, outcome))
            if not isinstance(error, (*PERMANENT_REMOTE_ERRORS, AddressUnusable)):
                log.info("move not possible now", target=asked, problem=str(error))
            return
        await self._move(asked, target)

    async def _target(self, account: str) -> str:
        """Return the id of the account to move to. Raises AddressUnusable, RemoteError."""
        uri = account
        if "://" not in account:
            uri = actor_in(await links_of(account_of(account), self._fetcher, schemes=self._schemes))
        if not uri:
            raise AddressUnusable(_("its server knows no such account"))
        ours = self._local_actors.blog.actor.uri
        actor = await self._actors.refresh(uri, limited=False)
        _rest, document = await self._fetcher.fetch_document(actor.uri, sign=self._signer.sign_get, limited=False)
        if ours not in ids(document.get("alsoKnownAs")):
            raise AddressUnusable(
                _("it does not name {ours} among its aliases (alsoKnownAs); please add that there first", ours=ours)
            )
        return actor.uri

    async def _move(self, asked: str, target: str) -> None:
        async def body(tx: Tables) -> None:
            await tx.local_actors.set_moved_to(BLOG, target)
            await tx.versions.move("actor", "site")

        await self._store.transaction(body)
        await self._local_actors.renew()
        profile = self._local_actors.blog.profile
        outcome = f"moved to {target}" if target else "the blog is here"

        async def publish(tx: Tables) -> None:
            if not await _settle(tx, asked, outcome):
                return  # another process has published it
            if not target:
                await self._outbox.moved_back(tx, profile)
                return
            await self._outbox.profile(tx, profile)
            await self._outbox.moved(tx, target)

        await self._store.transaction(publish)
        log.info("blog moved", target=target or "back here")


async def _settle(tx: Tables, asked: str, outcome: str) -> bool:
    """Record the outcome of a move; return False if another process has done so."""
    await tx.advisory_lock(ASKED)
    if await tx.key_values.find(ASKED) != asked:
        return False
    await tx.key_values.save(ASKED, "")
    await tx.key_values.save(OUTCOME, outcome)
    return True
