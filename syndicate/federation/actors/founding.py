"""What a blog is for life, its address and its handle, and whether this database is its own.

Asked at every start, before anything is made: with another address all ids would be strange to those who know them, and
an empty database beside the keys of a blog means that the blog's own is elsewhere.
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
    """Remembers that another server has fetched an account: once, for from then on it is known there by its id."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.are_known = False

    async def remember(self) -> None:
        """The next fetch is remembered where the database cannot be written now."""
        with suppress(StorageError):
            if await self._store.key_values.find(FETCHED) is None:
                await self._store.transaction(lambda tx: tx.key_values.save(FETCHED, to_text(self._store.clock())))
            self.are_known = True


async def forget(store: Store) -> bool:
    """Forget address, handle and accounts of a blog that nobody can know, so that it may begin again. False where
    somebody may know it."""

    async def body(tx: Tables) -> bool:
        await tx.advisory_lock("site")
        if await tx.key_values.find(FETCHED) is not None or not await tx.local_actors.delete_unknown():
            return False
        await tx.key_values.delete(SITE)
        return True

    return await store.transaction(body)


async def _of_account(tx: Tables) -> dict[str, str] | None:
    """What the account says of a blog that began before this was remembered; None where there is none."""
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
