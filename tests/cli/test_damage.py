"""A database that cannot be read any more is named in one line, whatever was to be done."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Blog, process
from tests.waiting import LONGEST

PAGE = 4096
COMMANDS = ("followers", "doctor", "blogroll", "comments list", "delete tea", "publish {}/tea.md")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Blog:
    """A small blog whose database is one file."""
    blog = Blog(tmp_path_factory.mktemp("sound") / "blog")
    blog.ok("init", "--url", "https://blog.example", "--handle", "notes")
    blog.ok("publish", blog.write("tea.md", "Hot."))
    connection = sqlite3.connect(blog.directory / "data" / "syndicate.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return blog


@pytest.fixture
def damaged(sound: Blog, tmp_path: Path) -> Blog:
    shutil.copytree(sound.directory, tmp_path / "blog")
    for path in (tmp_path / "blog" / "data").glob("syndicate.db-*"):
        path.unlink()
    return Blog(tmp_path / "blog")


def overwrite(blog: Blog, first: int, byte: bytes) -> None:
    """Six pages are lost."""
    database = blog.directory / "data" / "syndicate.db"
    data, length = database.read_bytes(), 6 * PAGE
    database.write_bytes(data[:first] + byte * length + data[first + length :])


@pytest.mark.parametrize("first", [0, PAGE // 2, PAGE, 2 * PAGE])
@pytest.mark.parametrize("byte", [b"\x00", b"\xff"])
def test_a_damaged_database_is_one_line_that_says_what_to_do(damaged: Blog, first: int, byte: bytes) -> None:
    overwrite(damaged, first, byte)
    damaged.write("tea.md", "Cold.")
    for command in COMMANDS:
        said = damaged.refuses(*command.format(damaged.directory).split())
        assert "damaged" in said or "cannot be opened" in said, command
        assert "put a backup in its place" in said, command


def test_a_server_on_a_damaged_database_says_so_and_ends(damaged: Blog) -> None:
    overwrite(damaged, 2 * PAGE, b"\x00")
    server = process(damaged, "serve")
    _, said = server.communicate(timeout=LONGEST)
    assert server.returncode == 1
    assert "the database is damaged" in said.splitlines()[-1]
    assert "Traceback" not in said
