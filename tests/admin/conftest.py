"""An instance behind a proxy, and a browser in which the author has signed in."""

import functools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.web.admin import passwords
from syndicate.web.site import bundle
from tests.admin.browser import Browser, set_up
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.wire import Wire


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed with little memory: nearly every test signs in, and 64 MiB take a fifth of a second."""
    monkeypatch.setattr(passwords, "PasswordHasher", functools.partial(PasswordHasher, time_cost=1, memory_cost=64))


@pytest.fixture(autouse=True)
def no_rich_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the rich editor was built decides nothing here."""
    monkeypatch.setattr(bundle, "BUILT", tmp_path / "not built")


@pytest.fixture
async def blog(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    """A blog at https://blog.example whose proxy is believed, without an account."""
    server = {"trusted_proxies": ["127.0.0.1"]}
    home = tmp_path / "blog"
    async with running_instance(home, database_address, wire, clock, rsa_keys[0], server=server) as instance:
        yield instance


@pytest.fixture
async def author(blog: RunningInstance) -> Browser:
    """The author's browser, signed in."""
    return await set_up(Browser(blog))
