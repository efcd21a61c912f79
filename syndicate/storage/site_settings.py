"""The settings in force: those of `syndicate.toml` and the environment, and below them what was set at the desk.

A key that the file or the environment gives wins and is locked. Any other key can be set at the desk: its value is
stored in the database, and every process acts on it without a restart. Whoever needs a setting keeps the `SiteSettings`
and reads `site` or `comments` when it works, not when it is constructed.

Names are `section.key`. Those that `syndicate.toml` has are checked as there; the desk's own (such as `desk.shortcuts`)
are values of JSON, which only their users understand.
"""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

import structlog
from pydantic import ValidationError

from syndicate.config import CommentsConfig, Config, SiteConfig, words_of
from syndicate.errors import SettingInvalid
from syndicate.storage.store import Store, Tables

log = structlog.get_logger()

SETTINGS = "settings"
"""The version that moves with every change; each cached document depends on it."""
SHORTCUTS = "desk.shortcuts"
"""The name of the setting whether single keys do what buttons do at the desk."""
NEW_POST_FORMAT = "desk.format"
"""The name of the setting in what new posts are written: a `SourceFormat`, or empty for that of the last post."""
GIVEN = "settings.given"
"""Key in `key_values`: a digest of what the file and the environment gave at the last start."""
FIXED = frozenset({"site.url", "site.handle"})
SECTIONS = ("site", "comments", "federation", "feeds", "mail", "blogroll")
"""The sections of `syndicate.toml` with keys that can be set at the desk."""


class SiteSettings:
    """`config` is what holds now."""

    def __init__(self, store: Store, given: Config) -> None:
        self._store, self._given = store, given
        self._stored: dict[str, Any] = {}
        self._on_change: list[Callable[[], Awaitable[None]]] = []
        self.config = given
        self.version = 0

    @classmethod
    async def open(cls, store: Store, given: Config) -> "SiteSettings":
        settings = cls(store, given)
        await settings.load()
        return settings

    @property
    def site(self) -> SiteConfig:
        return self.config.site

    @property
    def comments(self) -> CommentsConfig:
        return self.config.comments

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value that was set at the desk, else the default."""
        return self._stored.get(name, default)

    def is_locked(self, name: str) -> bool:
        """Return whether the file or the environment gives the setting, so that it cannot be changed here. An empty text,
        which earlier versions wrote into new files, gives nothing."""
        section, _, key = name.partition(".")
        if name in FIXED or section not in SECTIONS:
            return name in FIXED
        given = getattr(self._given, section)
        return key in given.model_fields_set and getattr(given, key) != ""

    async def load(self) -> None:
        """Read what is stored, by this process or another. A value that is not valid any more is left out."""
        version = await self._store.versions.get(SETTINGS)
        self._use(await self._store.settings.list_all())
        self.version = version
        for notice in self._on_change:
            await notice()

    async def refresh(self) -> None:
        """Read what is stored again if another process has changed it."""
        if await self._store.versions.get(SETTINGS) != self.version:
            await self.load()

    def on_change(self, notice: Callable[[], Awaitable[None]]) -> None:
        """Have a function called whenever the settings were read again."""
        self._on_change.append(notice)

    async def note_start(self, program: str) -> None:
        """Move the version if the file or the environment gives other settings than at the last start, or the program has
        another version: documents may look different then, and have to get another date.
        """
        given = (program, *(getattr(self._given, section) for section in SECTIONS))
        digest = sha256(repr(given).encode()).hexdigest()
        if await self._store.key_values.find(GIVEN) == digest:
            return

        async def body(tx: Tables) -> None:
            await tx.key_values.save(GIVEN, digest)
            await tx.versions.move(SETTINGS)

        await self._store.transaction(body)
        await self.load()

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Store these values and act on them; None restores the default.

        Raises SettingInvalid if one of them is locked or wrong; then nothing is stored.
        """
        for name, value in changes.items():
            if problem := self.problem_of(name, value):
                raise SettingInvalid(name, problem)

        async def body(tx: Tables) -> None:
            await tx.settings.save(changes)
            await tx.versions.move(SETTINGS)

        await self._store.transaction(body)
        await self.load()

    def problem_of(self, name: str, value: Any) -> str:
        """Return why a value cannot be set, in words that follow the name; empty if it can."""
        if self.is_locked(name):
            return "is given by the configuration of the server, so it cannot be changed here"
        try:
            _with_value(self._given, name, value)
        except ValidationError as error:
            return words_of(error) if value is not None else ""
        return ""

    def _use(self, stored: dict[str, Any]) -> None:
        config = self._given
        for name, value in stored.items():
            if self.is_locked(name):
                continue
            try:
                config = _with_value(config, name, value)
            except ValidationError as error:
                log.warning("setting ignored", setting=name, problem=words_of(error))
        self._stored, self.config = stored, config


def _with_value(config: Config, name: str, value: Any) -> Config:
    """Return the settings with one value, which is checked; a name of the desk's own changes nothing.

    Raises ValidationError.
    """
    section, _, key = name.partition(".")
    if section not in SECTIONS:
        return config
    before = getattr(config, section)
    checked = type(before).model_validate({**before.model_dump(), key: value})
    return config.model_copy(update={section: checked})
