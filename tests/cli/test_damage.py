"""A database that cannot be read any more is named in one line, whatever was to be done."""

import contextlib
import re
import shutil
import signal
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.cli.conftest import Blog, process
from tests.cli.test_serve import finished, status_of
from tests.ports import free_port
from tests.waiting import LONGEST, eventually

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


def damage_under_the_server(blog: Blog) -> None:
    """All pages but the first are lost, and a commit makes everybody read them again."""
    path = blog.directory / "data" / "syndicate.db"
    with contextlib.closing(sqlite3.connect(path)) as outside:
        outside.execute("SELECT count(*) FROM posts").fetchall()
        outside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with path.open("r+b") as file:
            file.seek(PAGE)
            file.write(b"\xff" * (path.stat().st_size - PAGE))
        outside.execute("PRAGMA user_version = 7")


def retry_after(url: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, headers={"Host": "blog.example"}), timeout=LONGEST)
    with refused.value as answer:
        assert answer.code == 503
        return int(answer.headers["Retry-After"])


def test_damage_under_a_server_is_logged_once_and_nothing_is_acknowledged_any_more(damaged: Blog) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    damaged.settings.write_text(re.sub(r"(?m)^port = .*", f"port = {port}", damaged.settings.read_text()))
    server = process(damaged, "serve")
    try:
        eventually(lambda: server.poll() is not None or status_of(f"{base}/readyz") == 200, what="a server")
        damage_under_the_server(damaged)
        eventually(lambda: status_of(f"{base}/readyz") == 503, what="damage that is noticed")
        for path in ("/readyz", "/?s=tea", "/2001/", "/actor/followers?page=true"):
            assert retry_after(base + path) > 0
        server.send_signal(signal.SIGTERM)
        _, _, said = finished(server)
    finally:
        server.kill()
    assert said.count("the database is damaged") == 1
    assert "put a backup in its place" in said
    assert "Traceback" not in said
