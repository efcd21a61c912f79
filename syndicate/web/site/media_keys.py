"""Addresses by which a preview loads the files of a post that is not public yet.

A preview is shown without cookies: in a sandboxed frame, or to a reader who has a preview link. Each address carries a
key for its one file, which ends soon.
"""

import hmac
import re
from datetime import datetime, timedelta
from hashlib import sha256

from aiohttp import web

from syndicate.clock import Clock
from syndicate.content.text import canonical_path
from syndicate.media.directory import NAME
from syndicate.media.kinds import EXTENSION_ALIASES, MEDIA_TYPES
from syndicate.storage import Store
from syndicate.urls import Urls

KEY = "key"
"""The parameter of an address that holds the key."""
KEY_LIFETIME = timedelta(hours=1)
_EXTENSIONS = "|".join((*MEDIA_TYPES, *EXTENSION_ALIASES))


class MediaKeys:
    """`secret` is known to all processes of the blog."""

    def __init__(self, secret: str, store: Store, urls: Urls, clock: Clock) -> None:
        self._secret, self._store, self._clock = secret.encode(), store, clock
        address = rf"(?:{re.escape(urls.base)})?(/[^\"'\s,<>?#]+\.(?:{_EXTENSIONS}))(?=[\"'\s,#])"
        self._address = re.compile(address.encode(), re.IGNORECASE)

    async def with_keys(self, html: bytes) -> bytes:
        """Return a page in which the addresses of our files have keys."""
        paths = {found[1].decode() for found in self._address.finditer(html)}
        names = {path: name for path in paths if (name := await self._name_at(path))}
        until = self._clock() + KEY_LIFETIME

        def keyed(found: re.Match[bytes]) -> bytes:
            name = names.get(found[1].decode())
            return found[0] + f"?{KEY}={self._key(name, until)}".encode() if name else found[0]

        return self._address.sub(keyed, html)

    def is_valid(self, name: str, key: str) -> bool:
        """Return whether a key opens the file with this name now."""
        until = key.partition("-")[0]
        if not until.isdecimal() or len(until) > 12:
            return False
        expected = self._key(name, datetime.fromtimestamp(int(until), self._clock().tzinfo))
        return hmac.compare_digest(expected.encode(), key.encode()) and int(until) >= self._clock().timestamp()

    def _key(self, name: str, until: datetime) -> str:
        at = int(until.timestamp())
        return f"{at}-{hmac.new(self._secret, f'{name} {at}'.encode(), sha256).hexdigest()}"

    async def _name_at(self, path: str) -> str:
        name = path.removeprefix(Urls.media(""))
        if NAME.fullmatch(name):
            return name
        file = await self._store.media.find_by_path(canonical_path(path))
        return (file.name or "") if file else ""


MEDIA_KEYS = web.AppKey("media keys", MediaKeys)
