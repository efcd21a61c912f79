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

STORIES = Path(__file__).parent / "browser"
LONGEST_STORY = 10 * LONGEST


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A blog with settings."""
    port = free_port()
    blog = Blog(tmp_path / "blog")
    settings = blog.write(
        "syndicate.toml",
        f'[site]\nurl = "http://localhost:{port}"\nhandle = "notes"\ntitle = "Notes"\n[server]\nport = {port}\n',
    )
    settings.chmod(0o600)
    return blog


@pytest.fixture
def setup_address(blog: Blog) -> Iterator[str]:
    """The one-time address that a server prints; it runs until the test has ended."""
    server = process(blog, "serve")
    try:
        assert server.stdout is not None
        printed = (re.search(r"http://\S+/admin/setup/\S+", line) for line in server.stdout)
        yield next(found[0] for found in printed if found)
    finally:
        server.kill()
        server.communicate()


def tell(node: Path, story: str, *arguments: str | Path) -> list[str]:
    """What is wrong when a story is told in the browser."""
    command = [node, STORIES / story, *arguments]
    told = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_STORY, check=False)
    assert told.returncode == 0, told.stderr
    return list(json.loads(told.stdout))


def test_the_author_sets_up_writes_publishes_and_comes_back(
    node: Path, chromium: Path, rich_editor: Path, setup_address: str
) -> None:
    assert tell(node, "desk.mjs", chromium, setup_address) == []
