"""How the author signs in to the desk: by setup link, password, recovery code or passkey; and how these are changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from syndicate.clock import Clock
from syndicate.model.tokens import code_hash, hash_of, new_codes, new_token
from syndicate.storage import Store, Tables
from syndicate.storage.admin_account import AuthorAccount, Passkey
from syndicate.storage.admin_events import AdminEvent
from syndicate.storage.admin_sessions import StoredSession
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.web.admin.passkeys import Passkeys
from syndicate.web.admin.passwords import Passwords
from syndicate.web.admin.sessions import MAX_SESSION_AGE, MAX_SESSION_IDLE, Session
from syndicate.web.admin.throttle import (
    AttemptBucket,
    begin_attempt,
    forget_attempts,
    network_of,
    passkey_buckets,
    password_buckets,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInClient:
    """Where a request comes from: its address, what its browser calls itself, and the token of a known browser."""

    address: str
    browser: str
    browser_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The outcome of an attempt to sign in: two tokens for cookies, or a problem in words with the time to wait."""

    session_token: str = ""
    browser_token: str = ""
    problem: str = ""
    wait: timedelta = timedelta()


class Authentication:
    def __init__(
        self, store: Store, settings: SiteSettings, clock: Clock, passwords: Passwords, passkeys: Passkeys
    ) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._passwords, self.passkeys = passwords, passkeys

    @property
    def hints(self) -> Sequence[str]:
        """Words about the blog that a guesser tries first."""
        site = self._settings.site
        names = (site.title, site.handle, site.host, site.author, site.tagline)
        return sorted({word for name in names for word in (name, name.replace(" ", ""), *name.split()) if word})

    async def find_account(self) -> AuthorAccount | None:
        return await self._store.admin_account.find()

    async def password_problem(self, password: str) -> str:
        return await self._passwords.problem_of(password, self.hints)

    # setting up

    async def is_setup_link(self, token: str) -> bool:
        return await self._store.admin_sessions.is_setup_link(hash_of(token), self._clock())

    async def set_up(self, token: str, password: str, client: SignInClient) -> SignIn | None:
        """Create the account, or replace it, and sign in; None if the link is not valid any more."""
        hashed = await self._passwords.hash(password)
        now = self._clock()

        async def body(tx: Tables) -> SignIn | None:
            if not await tx.admin_sessions.use_setup_link(hash_of(token), now):
                return None
            await tx.admin_account.create(hashed, now)
            await tx.end_all_access()
            await tx.admin_events.record(now, "account set up", client.browser)
            return await self._start(tx, client, now, replaces="")

        return await self._store.transaction(body)

    # signing in

    async def sign_in(self, client: SignInClient, *, password: str = "", code: str = "", replaces: str = "") -> SignIn:
        """Sign in with the password, with a recovery code, or, where both are needed, with both. `replaces` is the hash
        of a session that ends with that."""
        browser_hash = hash_of(client.browser_token)
        is_known = bool(client.browser_token) and await self._store.admin_sessions.is_known_browser(browser_hash)
        buckets = password_buckets(client.address, browser_hash, is_known=is_known)
        now = self._clock()
        wait = await self._store.transaction(lambda tx: begin_attempt(tx, buckets, now))
        if wait:
            return await self._refuse(client, _("Too many attempts."), wait)
        account = await self.find_account()
        if account is None:
            return await self._refuse(client, _("There is no account yet."))
        if (password or account.two_factors) and not await self._passwords.verify(account.password_hash, password):
            return await self._refuse(client, _("The password is not right."))
        if account.two_factors and not code:
            return await self._refuse(client, _("Please give a recovery code as well, or use a passkey."))

        async def body(tx: Tables) -> SignIn | None:
            if (code or not password) and not await tx.admin_account.use_code(code_hash(code), now):
                return None
            how = "recovery code" if code else "password"
            return await self._let_in(tx, client, buckets, now, how, replaces)

        done = await self._store.transaction(body)
        return done or await self._refuse(client, _("This recovery code is not right, or has been used."))

    async def sign_in_with_passkey(self, client: SignInClient, credential: str, replaces: str = "") -> SignIn:
        buckets, now = passkey_buckets(client.address), self._clock()
        wait = await self._store.transaction(lambda tx: begin_attempt(tx, buckets, now))
        if wait:
            return await self._refuse(client, _("Too many attempts."), wait)
        used = await self.passkeys.verify_use(credential)
        if used is None:
            return await self._refuse(client, _("This passkey is not known here, or took too long. Please try again."))
        passkey, sign_count = used

        async def body(tx: Tables) -> SignIn:
            await tx.admin_account.save_passkey_use(passkey.id, sign_count, now)
            return await self._let_in(tx, client, buckets, now, f"passkey {passkey.name}", replaces)

        return await self._store.transaction(body)

    async def _let_in(
        self,
        tx: Tables,
        client: SignInClient,
        buckets: tuple[AttemptBucket, ...],
        now: datetime,
        how: str,
        replaces: str,
    ) -> SignIn:
        await forget_attempts(tx, buckets)
        await tx.admin_events.record(now, "signed in", f"{how}, {client.browser}, {network_of(client.address)}")
        return await self._start(tx, client, now, replaces=replaces)

    async def _start(self, tx: Tables, client: SignInClient, now: datetime, *, replaces: str) -> SignIn:
        session_token, browser_token = new_token(), client.browser_token or new_token()
        if replaces:
            await tx.admin_sessions.delete(replaces)
        await tx.admin_sessions.delete_ended(seen_before=now - MAX_SESSION_IDLE, created_before=now - MAX_SESSION_AGE)
        await tx.admin_sessions.create(
            StoredSession(token_hash=hash_of(session_token), browser=client.browser, created=now, seen=now)
        )
        await tx.admin_sessions.save_browser(hash_of(browser_token), now)
        return SignIn(session_token=session_token, browser_token=browser_token)

    async def _refuse(self, client: SignInClient, problem: str, wait: timedelta = timedelta()) -> SignIn:
        now = self._clock()
        kind = "sign-in throttled" if wait else "sign-in failed"
        detail = f"{client.browser}, {network_of(client.address)}"
        if not wait:  # a throttled flood must not become a flood of writes
            await self._store.transaction(lambda tx: tx.admin_events.record(now, kind, detail))
        return SignIn(problem=problem, wait=wait)

    # factors

    async def change_password(self, session: Session, current: str, new: str) -> bool:
        """Change the password; return whether `current` is the one until now, or an unused recovery code. Guessing it
        is slowed down as at the sign-in."""
        account, now = await self.find_account(), self._clock()
        buckets = (AttemptBucket(f"session:{session.token_hash}"),)
        wait = await self._store.transaction(lambda tx: begin_attempt(tx, buckets, now))
        if account is None or wait:
            return False
        is_right, hashed = await self._passwords.verify(account.password_hash, current), await self._passwords.hash(new)

        async def body(tx: Tables) -> bool:
            if not is_right and not await tx.admin_account.use_code(code_hash(current), now):
                await tx.admin_events.record(now, "password change failed")
                return False
            await forget_attempts(tx, buckets)
            await tx.admin_account.set_password(hashed)
            await tx.admin_events.record(now, "password changed")
            return True

        return await self._store.transaction(body)

    async def replace_codes(self) -> list[str]:
        """Return eight new recovery codes; earlier ones are not valid any more."""
        codes, now = new_codes(), self._clock()

        async def body(tx: Tables) -> None:
            await tx.admin_account.replace_codes([code_hash(code) for code in codes], now)
            await tx.admin_events.record(now, "recovery codes created")

        await self._store.transaction(body)
        return codes

    async def add_passkey(self, credential: str, name: str) -> Passkey | None:
        """Add the passkey that the browser has made; None if it does not verify."""
        passkey, now = await self.passkeys.verify_new(credential, name or "Passkey"), self._clock()
        if passkey is None:
            return None

        async def body(tx: Tables) -> None:
            await tx.admin_account.add_passkey(passkey)
            await tx.admin_events.record(now, "passkey added", passkey.name)

        await self._store.transaction(body)
        return passkey

    async def delete_passkey(self, id: str) -> None:
        now = self._clock()

        async def body(tx: Tables) -> None:
            if await tx.admin_account.delete_passkey(id):
                await tx.admin_events.record(now, "passkey removed")

        await self._store.transaction(body)

    async def set_two_factors(self, wanted: bool) -> None:
        now = self._clock()

        async def body(tx: Tables) -> None:
            await tx.admin_account.set_two_factors(wanted)
            await tx.admin_events.record(now, f"second factor {'required' if wanted else 'not required'}")

        await self._store.transaction(body)


async def overview(store: Store) -> tuple[int, list[Passkey], list[StoredSession], list[AdminEvent]]:
    """Return what the account page shows: unused codes, passkeys, sessions, and what happened."""
    codes, passkeys, sessions, events = await asyncio.gather(
        store.admin_account.count_unused_codes(),
        store.admin_account.list_passkeys(),
        store.admin_sessions.list_all(),
        store.admin_events.list_newest(30),
    )
    return codes, passkeys, sessions, events


AUTHENTICATION = web.AppKey("authentication", Authentication)
