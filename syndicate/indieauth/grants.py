"""What programs have from the author: codes that are redeemed once, and tokens that are refreshed and revoked.

Only hashes are stored. A code or a refresh token that comes a second time was copied: it ends the token that it gave
(RFC 9700 §4.5, §4.14).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.clock import Clock
from syndicate.errors import IndieAuthRefused
from syndicate.indieauth.request import AuthorizationRequest, current_names, is_verified
from syndicate.model.ids import new_id
from syndicate.model.tokens import hash_of, new_token
from syndicate.storage import Store, Tables
from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.storage.indieauth_codes import IndieAuthCode

CODE_LIFETIME = timedelta(minutes=5)
CODE_RETENTION = timedelta(days=1)
TOKEN_LIFETIME = timedelta(days=30)
REFRESH_LIFETIME = timedelta(days=180)
MAX_TOKENS = 50
"""How many tokens there may be at a time."""
MAX_TOKENS_PER_PROGRAM = 5
"""A program that signs in again and again, on several devices or since it forgets its token, keeps the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUse:
    """How a program redeems a code (RFC 6749 §4.1.3, RFC 7636 §4.5)."""

    code: str
    client_id: str
    redirect_uri: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token with its secrets, which are known here only now."""

    token: AccessToken
    secret: str
    refresh_secret: str
    lifetime: timedelta = TOKEN_LIFETIME


class IndieAuthGrants:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def is_full(self) -> bool:
        """Return whether there are as many tokens as there may be."""
        return await self._store.access_tokens.count(self._clock()) >= MAX_TOKENS

    async def allow(self, asked: AuthorizationRequest, name: str, scopes: Iterable[Scope]) -> str:
        """Return a code for the program `name`, which may have these of the scopes that it asked for."""
        code, now = new_token(), self._clock()
        made = IndieAuthCode(
            code_hash=hash_of(code),
            client_id=asked.client_id,
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
            name=name,
            scopes=frozenset(scopes) & frozenset(asked.scopes),
            expires=now + CODE_LIFETIME,
        )

        await self._store.transaction(lambda tx: tx.indieauth_codes.save(made))
        return code

    async def redeem_for_profile(self, use: CodeUse) -> IndieAuthCode:
        """Redeem a code of a program that only wants to know who signed in (IndieAuth §5.3.2). Raises
        IndieAuthRefused."""
        now = self._clock()

        async def body(tx: Tables) -> IndieAuthCode | None:
            code = await self._find(tx, use, now)
            is_first = code is not None and await tx.indieauth_codes.use(code.code_hash, now)
            if code is not None and is_first:
                await tx.admin_events.record(now, "signed in elsewhere", f"{code.name}, {code.client_id}")
            return code if is_first else None

        code = await self._store.transaction(body)
        if code is None:
            raise _invalid_code()
        return code

    async def redeem(self, use: CodeUse) -> IssuedToken:
        """Redeem a code for a token (§5.3.3). Raises IndieAuthRefused."""
        now = self._clock()

        async def body(tx: Tables) -> IssuedToken | IndieAuthCode | None:
            code = await self._find(tx, use, now)
            if code is None or not code.scopes:
                return code
            issued = _issue(
                AccessToken(
                    id=new_id(now),
                    token_hash="",
                    name=code.name,
                    scopes=code.scopes,
                    created=now,
                    client_id=code.client_id,
                ),
                now,
            )
            if not await tx.indieauth_codes.use(code.code_hash, now, issued.token.id):
                return None
            await _save(tx, issued.token, now)
            return issued

        issued = await self._store.transaction(body)
        if isinstance(issued, IndieAuthCode):
            raise IndieAuthRefused(
                "invalid_grant", "The code allows nothing but signing in: redeem it at the authorization endpoint."
            )
        if issued is None:
            raise _invalid_code()
        return issued

    async def _find(self, tx: Tables, use: CodeUse, now: datetime) -> IndieAuthCode | None:
        """Return the code that is redeemed, if all about it is right. One that was redeemed before ends its token."""
        code = await tx.indieauth_codes.find(hash_of(use.code))
        if code is None:
            return None
        if code.is_used:
            await _end(tx, code.token_id, now, "its code came twice")
            return None
        is_right = (
            now < code.expires
            and (use.client_id, use.redirect_uri) == (code.client_id, code.redirect_uri)
            and is_verified(code.challenge, use.verifier)
        )
        return code if is_right else None

    async def refresh(self, secret: str, client_id: str, scopes: frozenset[str]) -> IssuedToken:
        """Replace a token and its refresh token (§5.5). `scopes` may name some of those that the author allowed, which
        are then those of the token until the next time (RFC 6749 §6). Raises IndieAuthRefused."""
        asked, now = current_names(scopes), self._clock()

        async def body(tx: Tables) -> IssuedToken | None:
            before = await tx.access_tokens.find_by_refresh(hash_of(secret))
            if before is None:
                if spent := await tx.access_tokens.find_by_spent_refresh(hash_of(secret)):
                    await _end(tx, spent, now, "its refresh token came twice")
                return None
            if before.client_id != client_id or not before.is_refreshable(now):
                return None
            if not asked <= before.allowed:
                raise IndieAuthRefused("invalid_scope", f"The token was allowed {before.allowed_words}, and no more.")
            kept = frozenset(scope for scope in before.allowed if scope in asked)
            issued = _issue(replace(before, scopes=kept or before.allowed), now)
            return issued if await tx.access_tokens.replace(before, issued.token, now) else None

        issued = await self._store.transaction(body)
        if issued is None:
            raise IndieAuthRefused(
                "invalid_grant", "The refresh token is not known, was used or revoked, or belongs to another program."
            )
        return issued

    async def find(self, secret: str) -> AccessToken | None:
        """Return what an access token stands for, while it is valid."""
        token = await self._store.access_tokens.find(hash_of(secret))
        return token if token is not None and token.is_valid(self._clock()) else None

    async def revoke(self, secret: str) -> None:
        """End the token to which an access token or refresh token belongs, if there is one (RFC 7009)."""
        now, hashed = self._clock(), hash_of(secret)

        async def body(tx: Tables) -> None:
            token = await tx.access_tokens.find(hashed) or await tx.access_tokens.find_by_refresh(hashed)
            if token is not None:
                await _end(tx, token.id, now, "by the program")

        await self._store.transaction(body)


async def prune(tx: Tables, now: datetime) -> None:
    """Delete codes that expired a while ago, and tokens that have ended."""
    await tx.indieauth_codes.delete_expired(now - CODE_RETENTION)
    await tx.access_tokens.delete_ended(now)


async def _save(tx: Tables, token: AccessToken, now: datetime) -> None:
    """Save a new token of a program; the oldest of the same program end."""
    who = f"{token.name}, {token.client_id}"
    await tx.access_tokens.save(token)
    await tx.admin_events.record(now, "access token issued", f"{who}: {token.words}")
    if older := await tx.access_tokens.delete_older(token.client_id, MAX_TOKENS_PER_PROGRAM):
        await tx.admin_events.record(now, "access token revoked", f"{who}: {older}, for newer ones")


def _issue(token: AccessToken, now: datetime) -> IssuedToken:
    """Return a token with new secrets."""
    secret, refresh_secret = new_token(), new_token()
    issued = replace(
        token,
        token_hash=hash_of(secret),
        expires=now + TOKEN_LIFETIME,
        refresh_hash=hash_of(refresh_secret),
        refresh_expires=now + REFRESH_LIFETIME,
    )
    return IssuedToken(token=issued, secret=secret, refresh_secret=refresh_secret)


async def _end(tx: Tables, id: str, now: datetime, why: str) -> None:
    name = await tx.access_tokens.delete(id)
    if name is not None:
        await tx.admin_events.record(now, "access token revoked", f"{name}, {why}")


def _invalid_code() -> IndieAuthRefused:
    return IndieAuthRefused(
        "invalid_grant",
        "The code is not known, was redeemed or has expired, or client_id, redirect_uri or code_verifier differ.",
    )
