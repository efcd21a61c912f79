"""Whether the server reports that it is ready."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from syndicate.errors import StorageError
from syndicate.storage import Store
from syndicate.web import health
from syndicate.web.health import Readiness

Usage = namedtuple("Usage", "total used free")


async def test_a_server_is_ready_if_its_database_accepts_a_write(store: Store, tmp_path: Path) -> None:
    await Readiness(store, tmp_path / "not" / "there").check()
    assert await store.key_values.find("ready")


async def test_a_server_on_a_full_disk_is_not_ready(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, health.MIN_FREE_BYTES - 1))
    with pytest.raises(StorageError, match="full"):
        await Readiness(store, tmp_path).check()
