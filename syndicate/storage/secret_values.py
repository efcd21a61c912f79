"""Secrets that a blog makes for itself, once, and keeps in its database."""

from secrets import token_urlsafe

from syndicate.storage.store import Store


async def own_secret(store: Store, name: str) -> str:
    """Return the secret of this name. Of processes that make it at the same time, all get the one that was saved."""
    known = await store.key_values.find(name)
    if known is None:
        return await store.transaction(lambda tx: tx.key_values.find_or_save(name, token_urlsafe()))
    return known
