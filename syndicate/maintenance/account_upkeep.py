"""Sends what changed about the blog's accounts: profiles, keys, and moves."""

import asyncio

from syndicate.federation.outbox.account_move import AccountMove
from syndicate.federation.outbox.key_rotation import KeyRotation
from syndicate.storage.site_settings import SiteSettings

INTERVAL_SECONDS = 1.0


class AccountRequestRunner:
    """Performs what the author requested with `keys rotate` and `move`, step by step."""

    def __init__(self, rotation: KeyRotation, move: AccountMove, settings: SiteSettings) -> None:
        self._rotation, self._move, self._settings = rotation, move, settings

    async def run(self) -> None:
        """Work until cancelled. Raises StorageError."""
        published = -1
        while True:
            if published != self._settings.version:
                published = self._settings.version
                await self._rotation.publish_changes()
            await self._rotation.step()
            await self._move.step()
            await asyncio.sleep(INTERVAL_SECONDS)
