"""Setup links: addresses that work once, for choosing the password of the desk."""

from datetime import datetime, timedelta

from syndicate.model.tokens import hash_of, new_token
from syndicate.storage import Store, Tables

SETUP_LINK_SECONDS = 30 * 60


async def create_setup_link(store: Store, now: datetime) -> str:
    """Return the token of a new setup link, and end every earlier one."""
    token = new_token()

    async def body(tx: Tables) -> None:
        await tx.admin_sessions.replace_setup_link(hash_of(token), now + timedelta(seconds=SETUP_LINK_SECONDS))
        await tx.admin_events.record(now, "setup link created")

    await store.transaction(body)
    return token


async def setup_address(store: Store, base: str, now: datetime) -> str | None:
    """Return a one-time address for setting up the account, or None if there is one already."""
    if await store.admin_account.find() is not None:
        return None
    return f"{base}/admin/setup/{await create_setup_link(store, now)}"
