"""`syndicate init`: a new blog, once."""

import re
import stat
import tomllib
from pathlib import Path

import pytest

from syndicate.config import load
from tests.cli.conftest import Blog


def everything_in(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and "db" not in path.name
    }


def test_a_blog_is_made_with_settings_key_and_directories(bare: Blog) -> None:
    said = bare.ok("init", "--url", "https://blog.example/", "--handle", "notes", "--title", 'Notes "from" the shed 茶')
    assert "@notes@blog.example" in said
    settings = tomllib.loads(bare.settings.read_text(encoding="utf-8"))
    assert settings["site"]["handle"] == "notes"
    assert settings["site"]["title"] == 'Notes "from" the shed 茶'
    key = bare.directory / "keys" / "blog.pem"
    assert key.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    for name in ("data/media", "data/posts", "data/syndicate.db"):
        assert (bare.directory / name).exists()
    assert bare.ok("followers") == "No followers yet.\n"


def test_the_settings_leave_to_the_desk_what_it_can_set(bare: Blog) -> None:
    bare.ok("init", "--url", "https://blog.example", "--handle", "notes")
    text = bare.settings.read_text(encoding="utf-8")
    assert tomllib.loads(text)["site"].keys() == {"url", "handle"}
    bare.settings.write_text(re.sub(r"(?m)^# (\w+ = )", r"\1", text), encoding="utf-8")
    every = load(bare.settings, {})
    assert every.comments.moderation == "first-time"
    assert [str(network) for network in every.server.trusted_proxies] == ["127.0.0.1/32", "::1/128"]


def test_a_second_time_nothing_is_touched(bare: Blog) -> None:
    bare.ok("init", "--url", "https://blog.example", "--handle", "notes")
    before = everything_in(bare.directory)
    assert "already exists" in bare.refuses("init", "--url", "https://other.example", "--handle", "other")
    assert everything_in(bare.directory) == before


def test_a_database_without_settings_belongs_to_somebody(bare: Blog) -> None:
    bare.ok("init", "--url", "https://blog.example", "--handle", "notes")
    bare.settings.unlink()
    assert "syndicate.db" in bare.refuses("init", "--url", "https://other.example", "--handle", "other")
    assert not bare.settings.exists()


@pytest.mark.parametrize("handle", ["Notes", "no-tes", "", "n" * 31, "@notes", "no tes", "nötes", 'no"tes'])
def test_a_handle_that_cannot_be_is_named_and_nothing_is_left_behind(bare: Blog, handle: str) -> None:
    assert "site.handle" in bare.refuses("init", "--url", "https://blog.example", "--handle", handle)
    assert not bare.settings.exists()
    assert everything_in(bare.directory) == {}


@pytest.mark.parametrize("url", ["blog.example", "https://blog.example/notes", "ftp://blog.example", "https://"])
def test_an_address_that_cannot_be_is_named_and_nothing_is_left_behind(bare: Blog, url: str) -> None:
    assert "site.url" in bare.refuses("init", "--url", url, "--handle", "notes")
    assert not bare.settings.exists()


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://localhost:8091", 8091),
        ("http://127.0.0.1:8091", 8091),
        ("http://[::1]:8091", 8091),
        ("http://localhost", 8080),
        ("https://blog.example", 8080),
        ("https://blog.example:8443", 8080),
    ],
)
def test_a_blog_on_this_machine_listens_where_its_address_says(bare: Blog, url: str, port: int) -> None:
    bare.ok("init", "--url", url, "--handle", "notes")
    text = bare.settings.read_text(encoding="utf-8")
    assert tomllib.loads(text)["server"]["port"] == port
    remarks = [line.index("#") for line in text.splitlines() if line.startswith(("url", "handle"))]
    assert len(set(remarks)) == 1


def test_what_is_required_is_asked_for(bare: Blog) -> None:
    assert "--handle" in bare.refuses("init", "--url", "https://blog.example", status=2)
    assert "--url" in bare.refuses("init", "--handle", "notes", status=2)


def test_a_place_where_nothing_can_be_written_is_named(bare: Blog) -> None:
    bare.directory.mkdir()
    (bare.directory / "file").write_text("")
    blog = Blog(bare.directory / "file" / "blog")
    assert str(blog.directory.parent) in blog.refuses("init", "--url", "https://blog.example", "--handle", "notes")


def test_the_key_of_a_known_blog_is_never_made_anew(bare: Blog) -> None:
    bare.ok("init", "--url", "https://blog.example", "--handle", "notes")
    key = bare.directory / "keys" / "blog.pem"
    saved = key.read_bytes()
    key.unlink()
    assert "blog.pem: is missing" in bare.refuses("followers")
    assert not key.exists()
    key.write_text("not a key")
    assert "blog.pem" in bare.refuses("followers")
    other = Blog(bare.directory / "other")
    other.ok("init", "--url", "https://other.example", "--handle", "other")
    key.write_bytes((other.directory / "keys" / "blog.pem").read_bytes())
    assert "not the key that the database knows" in bare.refuses("followers")
    key.write_bytes(saved)
    bare.ok("followers")


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example ", " https://blog.example", "https://blog example", "https://blog.example\n",
        "https://blog.\u00a0example", "https://blog.example.", "https://blog.example.:8443", "https://blog_x.example",
        "https://-blog.example", "https://blog..example", "https://.blog.example", "https://blog.example\u200b",
    ],
)  # fmt: skip
def test_an_address_that_is_not_exactly_one_is_not_taken_for_life(bare: Blog, url: str) -> None:
    assert "site.url" in bare.refuses("init", "--url", url, "--handle", "notes")
    assert not bare.settings.exists()


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("HTTPS://Blog.Example", "notes@blog.example"),
        ("https://b\u00fccher.example", "notes@xn--bcher-kva.example"),
        ("http://192.0.2.7:8080", "notes@192.0.2.7:8080"),
        ("http://[::1]:8080", "notes@[::1]:8080"),
    ],
)
def test_an_address_that_is_one_is_taken(bare: Blog, url: str, account: str) -> None:
    assert f"@{account}" in bare.ok("init", "--url", url, "--handle", "notes")
