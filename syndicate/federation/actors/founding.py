"""The permanent facts of a blog, its address and handle, and whether the database belongs to it.

Checked at every start, before anything is created: with another address all known ids would break, and an empty
database beside existing keys means that the blog's own database is somewhere else.
"""

import json
from contextlib import suppress
from urllib.parse import urlsplit

from syndicate.clock import to_text
from syndicate.config import Config
from syndicate.errors import ConfigurationError, StorageError
from syndicate.federation.actors.keyring import Keyring
from syndicate.model.actor import Role
from syndicate.storage import Store, Tables

SITE = "site"
FETCHED = "actor fetched"
_FIXED = ("url", "handle")


async def require_own_database(config: Config, store: Store, keyring: Keyring, *, keep_keys: bool = False) -> None:
    """Let the database remember address and handle, if it is new. `keep_keys` says that a new blog shall have the keys
    that lie there. Raises ConfigurationError when they were changed, or when a new database lies beside keys."""
    has_keys = keyring.has_any()  # before the transaction, which remembers before keys are made
    wanted = {name: str(getattr(config.site, name)) for name in _FIXED}

    async def body(tx: Tables) -> dict[str, str]:
        await tx.advisory_lock("site")
        if text := await tx.key_values.find(SITE):
            remembered: dict[str, str] = json.loads(text)
            return remembered
        known = await _of_account(tx)
        if known is None and has_keys and not keep_keys:
            raise ConfigurationError(_beside_keys(config))
        await tx.key_values.save(SITE, json.dumps(known or wanted))
        return known or wanted

    known = await store.transaction(body)
    for name in _FIXED:
        if known.get(name, wanted[name]) != wanted[name]:
            raise ConfigurationError(
                f"site.{name}: is {wanted[name]} in the settings, but this blog began as {known[name]}, and that is fixed for "
                "life; please put it back (`syndicate init --again` chooses anew while the blog is empty)"
            )


class ActorFetches:
    """Records once that another server has fetched an account, since from then on its id is known there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.are_known = False

    async def look(self) -> None:
        """Find out whether a fetch is recorded. Raises StorageError."""
        self.are_known = await self._store.key_values.find(FETCHED) is not None

    async def remember(self) -> None:
        """Record a fetch. If the database cannot be written now, the next one is recorded."""
        with suppress(StorageError):
            if await self._store.key_values.find(FETCHED) is None:
                await self._store.transaction(lambda tx: tx.key_values.save(FETCHED, to_text(self._store.clock())))
            self.are_known = True


async def forget(store: Store) -> bool:
    """Delete address, handle and accounts of a blog that no other server knows, so that it can be set up again. Return
    False if one may know it."""

    async def body(tx: Tables) -> bool:
        await tx.advisory_lock("site")
        if await tx.key_values.find(FETCHED) is not None or not await tx.local_actors.delete_unknown():
            return False
        await tx.key_values.delete(SITE)
        return True

    return await store.transaction(body)


async def _of_account(tx: Tables) -> dict[str, str] | None:
    """Return the facts from the account of a blog set up by an earlier version; None if there is none."""
    blog = next((actor for actor in await tx.local_actors.list_all() if actor.role is Role.BLOG), None)
    if blog is None:
        return None
    parts = urlsplit(blog.uri)
    return {"url": f"{parts.scheme}://{parts.netloc}", "handle": blog.handle}


def _beside_keys(config: Config) -> str:
    storage = config.storage
    database = "the database" if storage.is_postgresql else storage.database
    return (
        f"{storage.keys}: holds the keys of a blog, but {database} knows none: please put the blog's own database back, or "
        "begin a new blog with these keys: `syndicate init --keep-keys`"
    )
