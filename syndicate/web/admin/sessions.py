"""The sessions of the author's browsers: who is signed in, which public pages ask, too."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from syndicate.clock import Clock
from syndicate.config import Config
from syndicate.model.tokens import csrf_token, hash_of
from syndicate.storage import Store, Tables

MAX_SESSION_AGE = timedelta(days=90)
MAX_SESSION_IDLE = timedelta(days=14)
SEEN_INTERVAL = timedelta(minutes=10)
"""How exactly the time of last use is stored."""
CONFIRMED_FOR = timedelta(minutes=10)
"""For so long after a sign-in, factors may be changed without giving one again."""
SESSION_COOKIE = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser. `csrf` is the token of its forms."""

    token_hash: str
    csrf: str
    created: datetime

    def is_confirmed(self, now: datetime) -> bool:
        return now - self.created <= CONFIRMED_FOR


class Sessions:
    """The sessions of one blog. `config` says how their cookie is named."""

    def __init__(self, store: Store, config: Config, clock: Clock) -> None:
        self._store, self._config, self._clock = store, config, clock

    async def find(self, request: web.Request) -> Session | None:
        """Return the session of a request, of any page, unless it has been idle or existed for too long."""
        token = get_cookie(request, SESSION_COOKIE, self._config)
        if not token:
            return None
        stored, now = await self._store.admin_sessions.find(hash_of(token)), self._clock()
        if stored is None or now - stored.created > MAX_SESSION_AGE or now - stored.seen > MAX_SESSION_IDLE:
            return None
        if now - stored.seen > SEEN_INTERVAL:
            await self._store.transaction(lambda tx: tx.admin_sessions.save_seen(stored.token_hash, now))
        return Session(token_hash=stored.token_hash, csrf=csrf_token(token), created=stored.created)

    async def is_author(self, request: web.Request) -> bool:
        """Return whether the author, signed in, sent a request: what is private is also served to them."""
        return await self.find(request) is not None

    async def end(self, session: Session) -> None:
        await self._store.transaction(lambda tx: tx.admin_sessions.delete(session.token_hash))

    async def end_others(self, session: Session) -> None:
        """End all other sessions."""
        now = self._clock()

        async def body(tx: Tables) -> None:
            await tx.admin_sessions.delete_others(session.token_hash)
            await tx.admin_events.record(now, "other sessions ended")

        await self._store.transaction(body)


def get_cookie(request: web.Request, name: str, config: Config) -> str:
    """Return a cookie of ours, or an empty text."""
    return request.cookies.get(cookie_name(config, name), "")


def cookie_name(config: Config, name: str) -> str:
    """Return the name of a cookie. Browsers accept `__Host-` only from the host itself, over TLS."""
    return f"__Host-{name}" if is_secure(config) else name


def is_secure(config: Config) -> bool:
    """Return whether cookies are sent over TLS alone."""
    return config.site.url.startswith("https:")


SESSIONS = web.AppKey("sessions", Sessions)
