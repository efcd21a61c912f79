"""The author's first hour at the desk in a real browser, with axe looking at every page."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Blog, process
from tests.ports import free_port
from tests.waiting import LONGEST

STORY = Path(__file__).parent / "browser" / "desk.mjs"
LONGEST_STORY = 10 * LONGEST


@pytest.fixture
def setup_address(tmp_path: Path) -> Iterator[str]:
    """The one-time address that a server prints; it runs until the test has ended."""
    port = free_port()
    blog = Blog(tmp_path / "blog")
    settings = blog.write(
        "syndicate.toml",
        f'[site]\nurl = "http://localhost:{port}"\nhandle = "notes"\ntitle = "Notes"\n[server]\nport = {port}\n',
    )
    settings.chmod(0o600)
    server = process(blog, "serve")
    try:
        assert server.stdout is not None
        printed = (re.search(r"http://\S+/admin/setup/\S+", line) for line in server.stdout)
        yield next(found[0] for found in printed if found)
    finally:
        server.kill()
        server.communicate()


def test_the_author_sets_up_writes_publishes_and_comes_back(node: Path, chromium: Path, setup_address: str) -> None:
    told = subprocess.run(
        [node, STORY, chromium, setup_address], capture_output=True, text=True, timeout=LONGEST_STORY, check=False
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == []
