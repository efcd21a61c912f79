"""What the author decides about quotes of their posts (FEP-044f): revoking the authorization, and allowing it again."""

from syndicate.comments import quotes
from syndicate.errors import QuoteNotFound
from syndicate.federation.outbox.authorizations import Authorizations
from syndicate.storage import Store, Tables
from syndicate.storage.authorizations import Authorization, AuthorizationKind


class QuoteDecisions:
    def __init__(self, store: Store, authorizations: Authorizations) -> None:
        self._store, self._authorizations = store, authorizations

    async def revoke(self, quote: str) -> None:
        """Revoke the authorization of a quote, which is not given again, and show the quote no longer.

        `quote` is its id, or that of the authorization. Raises QuoteNotFound.
        """
        authorization = await self._get(quote)
        post = await self._store.posts.find(authorization.post)
        if post is not None and not authorization.revoked:
            await self._store.transaction(lambda tx: self._authorizations.revoke(tx, authorization, post))
        if await self._store.received_notes.find_quote(authorization.object) is not None:
            await quotes.hide(self._store, authorization.object)

    async def allow(self, quote: str) -> None:
        """Let a revoked quote be requested again. Raises QuoteNotFound."""
        authorization = await self._get(quote)

        async def forget(tx: Tables) -> None:
            await tx.authorizations.delete(authorization.uri)

        if authorization.revoked:
            await self._store.transaction(forget)

    async def _get(self, quote: str) -> Authorization:
        table = self._store.authorizations
        found = await table.find_by_object(quote, AuthorizationKind.QUOTE) or await table.find(quote)
        if found is None or found.kind is not AuthorizationKind.QUOTE:
            raise QuoteNotFound(
                f"{quote}: there is no allowed quote with this address; `syndicate quotes list` shows them"
            )
        return found
