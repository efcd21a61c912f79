from pathlib import Path

import pytest

from tests.importers.markdown.folders import Folder
from tests.instances import RunningInstance


@pytest.fixture
def folder(instance: RunningInstance, tmp_path: Path) -> Folder:
    return Folder(instance, tmp_path / "old")
