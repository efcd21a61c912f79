"""How every command speaks: one line for an error, and a status that scripts can rely upon."""

import json
from pathlib import Path

import pytest

from syndicate import __version__
from syndicate.errors import NotFound
from tests.cli.conftest import Blog

LISTS = ("followers", "blogroll", "deliveries", "activity", "blocks", "comments list")


@pytest.mark.parametrize(
    "typed",
    ["nonsense", "publish", "publish a b", "comments", "comments approve", "serve --only all", "--nonsense", "delete"],
)
def test_wrong_usage_is_status_two(blog: Blog, typed: str) -> None:
    blog.refuses(*typed.split(), status=2)


@pytest.mark.parametrize("typed", ["--help", "publish --help", "import --help", "import wordpress -h", "comments -h"])
def test_help_is_there(blog: Blog, typed: str) -> None:
    assert "Usage: syndicate" in blog.ok(*typed.split())


def test_the_version_is_published(blog: Blog) -> None:
    assert blog.ok("--version").split() == ["syndicate,", "version", __version__]


def test_settings_that_are_absent_or_wrong_are_one_line(blog: Blog) -> None:
    nowhere = Blog(blog.directory / "nowhere")
    assert "`syndicate init`" in nowhere.refuses("followers")
    blog.write("syndicate.toml", '[site]\nurl = "https://blog.example"\nhandle = "notes"\ncolour = "green"\n')
    assert "site.colour" in blog.refuses("followers")
    blog.write("syndicate.toml", "[site\n")
    assert "is not TOML" in blog.refuses("followers")


def test_a_wrong_setting_of_the_environment_is_one_line(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATE_SERVER__PORT", "many")
    assert "SYNDICATE_SERVER__PORT: must be a whole number" in blog.refuses("followers")


@pytest.mark.parametrize("typed", LISTS)
def test_an_empty_list_says_so_and_is_a_list_for_machines(blog: Blog, typed: str) -> None:
    assert blog.ok(*typed.split()).endswith(".\n")
    assert json.loads(blog.ok(*typed.split(), "--json")) == []


def test_an_error_shows_where_it_arose_only_when_asked_to(blog: Blog) -> None:
    assert "there is no post" in blog.refuses("delete", "nothing")
    result = blog.run("--debug", "delete", "nothing")
    assert result.exit_code == 1
    assert isinstance(result.exception, NotFound)


def test_a_database_that_is_none_is_one_line(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATE_STORAGE__DATABASE", str(blog.write("data/x.db", "This is no database. " * 100)))
    assert "x.db" in blog.refuses("followers")


def test_a_database_that_cannot_be_reached_is_one_line(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATE_STORAGE__DATABASE", "postgresql://nobody@127.0.0.1:1/nothing")
    assert "PostgreSQL cannot be reached" in blog.refuses("followers")


def test_a_database_of_a_newer_version_is_refused_untouched(bare: Blog) -> None:
    import sqlite3

    bare.ok("init", "--url", "https://blog.example", "--handle", "notes")
    path = bare.directory / "data" / "syndicate.db"
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO migrations (name, checksum) VALUES ('9999_future', 'x')")
    database.close()
    assert "newer version" in bare.refuses("followers")


def test_everything_is_made_where_it_is_absent(blog: Blog) -> None:
    blog.ok("followers")
    assert (blog.directory / "keys" / "blog.pem").exists()


def test_relative_paths_count_from_the_settings_wherever_one_stands(
    bare: Blog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.ok("init", "--url", "https://blog.example", "--handle", "notes")
    monkeypatch.chdir(tmp_path)
    bare.ok("followers")
    assert not (tmp_path / "data").exists()
