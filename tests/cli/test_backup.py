"""A blog goes into one file and comes back from it, and nothing that was deleted comes back with it."""

import asyncio
import json
import resource
import stat
import zipfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.clock import utc_now
from syndicate.storage import Store, Tables
from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.storage.admin_sessions import StoredSession
from syndicate.storage.indieauth_codes import IndieAuthCode
from tests.cli.conftest import Blog, Desk
from tests.clocks import FakeClock
from tests.instances import running_instance
from tests.peer import Peer
from tests.pictures import encoded
from tests.wire import Wire

T = TypeVar("T")


def publish(blog: Blog, slug: str, text: str = "A few words.") -> None:
    blog.ok("publish", blog.write(f"texts/{slug}.md", f"# {slug.title()}\n\n{text}"))


def files(blog: Blog) -> dict[str, bytes]:
    """All that lies in the blog's directory, but for what processes leave to find one another."""
    return {
        str(path.relative_to(blog.directory)): path.read_bytes()
        for path in sorted(blog.directory.rglob("*"))
        if path.is_file() and not path.name.endswith(("-server", "-hint"))
    }


def with_store(address: str, use: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        store = await Store.open(address, utc_now)
        try:
            return await use(store)
        finally:
            await store.close()

    return asyncio.run(run())


def slugs(address: str) -> set[str]:
    async def read(store: Store) -> set[str]:
        return {post.slug for post in await store.post_lists.list_newest(limit=100)}

    return with_store(address, read)


def let_in(address: str) -> None:
    """A browser signs in, and an app gets a token that it has refreshed; both may be revoked after the backup."""
    now = utc_now()
    token = AccessToken(
        id="token", token_hash="x", name="Quill", scopes=frozenset(Scope), created=now, refresh_hash="first"
    )
    code = IndieAuthCode(
        code_hash="code", client_id="", redirect_uri="", challenge="", name="Quill", scopes=frozenset(), expires=now
    )

    async def save(tx: Tables) -> None:
        await tx.access_tokens.save(token)
        await tx.access_tokens.replace(token, replace(token, refresh_hash="second"), now)
        await tx.indieauth_codes.save(code)
        await tx.admin_sessions.create(StoredSession(token_hash="session", browser="Firefox", created=now, seen=now))
        await tx.admin_sessions.save_browser("browser", now)
        await tx.admin_sessions.replace_setup_link("link", now + timedelta(days=1))

    with_store(address, lambda store: store.transaction(save))
    assert len(who_is_let_in(address)) == 6


def who_is_let_in(address: str) -> list[object]:
    async def read(store: Store) -> list[object]:
        return [
            *await store.access_tokens.list_all(),
            *await store.admin_sessions.list_all(),
            *filter(
                None,
                [
                    await store.access_tokens.find_by_spent_refresh("first"),
                    await store.indieauth_codes.find("code"),
                    await store.admin_sessions.is_known_browser("browser"),
                    await store.admin_sessions.is_setup_link("link", utc_now()),
                ],
            ),
        ]

    return with_store(address, read)


def test_a_blog_comes_back_and_what_was_deleted_later_does_not(blog: Blog, database_address: str) -> None:
    (blog.directory / "texts").mkdir(parents=True)
    (blog.directory / "texts/pear.png").write_bytes(encoded("PNG"))
    publish(blog, "pears", "![A pear](pear.png)")
    publish(blog, "plums")
    assert "no backup was made yet" in blog.run("doctor").output
    let_in(database_address)
    backup = blog.directory / "blog.backup"
    assert "read back and checked" in blog.ok("backup", backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert not list(blog.directory.glob(".*"))
    assert "already exists" in blog.refuses("backup", backup)
    assert "the last backup was made today" in blog.run("doctor").output
    key = (blog.directory / "keys/blog.pem").read_bytes()
    [picture] = (blog.directory / "data/media").glob("??/*")

    publish(blog, "quinces")
    blog.ok("delete", "plums")
    picture.unlink()
    (blog.directory / "keys/blog.pem").write_bytes(b"damaged")
    assert "--force" in blog.refuses("restore", backup)
    assert slugs(database_address) == {"pears", "quinces"}
    said = blog.ok("restore", backup, "--force")
    assert "deleted again: 1 posts, 0 comments" in said
    assert "apps sign in again" in said
    assert slugs(database_address) == {"pears"}
    assert who_is_let_in(database_address) == []
    assert (blog.directory / "keys/blog.pem").read_bytes() == key
    assert picture.exists()
    assert "there is no post" in blog.refuses("delete", "plums")
    assert not [name for name in files(blog) if "restore-" in name or "former" in name]
    publish(blog, "apples")
    assert slugs(database_address) == {"pears", "apples"}


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
def test_a_blog_comes_back_in_an_empty_directory(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYNDICATE_STORAGE__DATABASE")
    blog.write("data/posts/pears.md", "# Pears\n\nRipe.")
    publish(blog, "plums")
    backup = blog.directory / "blog.backup"
    blog.ok("backup", backup, "--without-media")
    elsewhere = Blog(blog.directory.parent / "elsewhere" / "blog")
    assert "holds no media" in elsewhere.ok("restore", backup)
    assert slugs(str(elsewhere.directory / "data/syndicate.db")) == {"plums"}
    for name in ("syndicate.toml", "keys/blog.pem", "data/posts/pears.md"):
        assert (elsewhere.directory / name).read_bytes() == (blog.directory / name).read_bytes()

    changed = elsewhere.write("data/posts/pears.md", "# Pears\n\nEaten.")
    assert "kept as it is" in elsewhere.ok("restore", backup, "--force")
    assert "Eaten" in changed.read_text()


@pytest.mark.parametrize("database_address", ["postgresql"], indirect=True)
def test_a_backup_of_one_database_goes_into_the_other_only_where_that_is_said(
    blog: Blog, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = "SYNDICATE_STORAGE__DATABASE"
    monkeypatch.delenv(variable)
    publish(blog, "plums")
    backup = blog.directory / "blog.backup"
    blog.ok("backup", backup)
    settings = blog.settings.read_text()
    blog.settings.write_text(f'{settings}\n[storage]\ndatabase = "{database_address}"\n')
    before = files(blog)
    said = blog.refuses("restore", backup, "--force")
    assert "the database here is PostgreSQL, and the settings in the backup name a SQLite file" in said
    assert f"{variable}=postgresql://" in said
    assert files(blog) == before

    monkeypatch.setenv(variable, database_address)
    assert "set storage.database" in blog.ok("restore", backup, "--force")
    assert slugs(database_address) == {"plums"}
    elsewhere = Blog(blog.directory.parent / "elsewhere")
    assert "holds a blog already" in elsewhere.refuses("restore", backup)
    assert not elsewhere.settings.exists()
    elsewhere.ok("restore", backup, "--force")


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
def test_what_is_no_backup_of_this_blog_changes_nothing(blog: Blog) -> None:
    publish(blog, "pears")
    backup = blog.directory / "blog.backup"
    blog.ok("backup", backup)
    whole = backup.read_bytes()
    before = files(blog)

    def refused(data: bytes) -> str:
        backup.write_bytes(data)
        said = blog.refuses("restore", backup, "--force")
        assert {name: data for name, data in files(blog).items() if name != "blog.backup"} == {
            name: data for name, data in before.items() if name != "blog.backup"
        }
        return said

    assert "only a part of one" in refused(whole[: len(whole) // 2])
    assert "only a part of one" in refused(b"")
    for at in range(100, len(whole) - 100, len(whole) // 7):
        refused(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    backup.write_bytes(whole)
    for changes, reason in (
        ({"url": "https://another.example"}, "another directory"),
        ({"handle": "others"}, "another directory"),
        ({"version": 99}, "newer version"),
        ({"format": "other"}, "is not a backup"),
    ):
        assert reason in refused(rewritten(whole, blog.directory / "other.zip", changes))
    assert "is not a backup" in refused(rewritten(whole, blog.directory / "other.zip", {}, {"../evil": b"x"}))
    (blog.directory / "zip").mkdir()
    with zipfile.ZipFile(backup, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "is not a backup of Syndicate" in refused(backup.read_bytes())
    assert "no such file" in blog.refuses("restore", blog.directory / "nothing.backup")


def rewritten(whole: bytes, path: Path, changes: Mapping[str, object], more: dict[str, bytes] | None = None) -> bytes:
    """The same backup with another manifest."""
    path.write_bytes(whole)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | (more or {})
    manifest = {**json.loads(members["backup.json"]), **changes}
    for name in more or {}:
        manifest["files"][name] = {"size": 1, "sha256": "0" * 64}
    members["backup.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    try:
        return path.read_bytes()
    finally:
        path.unlink()


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file grows beyond a size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
def test_a_disk_that_fills_up_changes_nothing(blog: Blog) -> None:
    publish(blog, "pears")
    large = blog.directory / "data/media/aa/aa.bin"
    large.parent.mkdir(parents=True)
    large.write_bytes(bytes(8 * 1024 * 1024))
    backup = blog.directory / "blog.backup"
    with full_disk(4 * 1024 * 1024):
        said = blog.refuses("backup", backup)
    assert str(backup) in said
    assert "Make room" in said
    assert not backup.exists()
    assert not list(blog.directory.glob(".*"))
    blog.ok("backup", backup)
    large.unlink()
    publish(blog, "plums")
    before = files(blog)
    with full_disk(4 * 1024 * 1024):
        said = blog.refuses("restore", backup, "--force")
    assert "aa.bin: cannot be written" in said
    assert "nothing was changed" in said
    assert files(blog) == before
    blog.ok("restore", backup, "--force")
    assert large.stat().st_size == 8 * 1024 * 1024


async def test_open_deliveries_wait_after_a_restoration(
    tmp_path: Path,
    database_address: str,
    wire: Wire,
    clock: FakeClock,
    rsa_keys: list[RSAPrivateKey],
    ann: Peer,
) -> None:
    desk = Desk(Blog(tmp_path / "blog"), clock)
    clock.catch_up()

    async with running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0]) as instance:
        await ann.follow()
        await instance.settle()
        await instance.publish("Pears")
        await desk.ok("backup", tmp_path / "blog.backup")
    await desk.ok("restore", tmp_path / "blog.backup", "--force")
    async with running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0]) as instance:
        clock.advance(seconds=90)
        await instance.settle()
        assert not ann.of_type("Create")
        assert "are held" in (await asyncio.to_thread(desk.blog.run, "doctor")).output
        await instance.publish("Plums")
        clock.advance(seconds=90)
        await instance.settle()
        assert [it["object"]["name"] for it in ann.of_type("Create")] == ["Plums"]
        assert "are sent now" in await desk.ok("deliveries", "--resume")
        clock.advance(seconds=90)
        await instance.settle()
        assert [it["object"]["name"] for it in ann.of_type("Create")] == ["Plums", "Pears"]
        assert "No deliveries are held" in await desk.ok("deliveries", "--resume")


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
async def test_a_comment_that_its_author_deleted_does_not_come_back(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey], ann: Peer
) -> None:
    clock.catch_up()
    desk = Desk(Blog(tmp_path / "blog"), clock)
    comments = {"moderation": "off"}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], comments=comments
    ) as instance:
        post = await instance.publish("Pears")
        await ann.reply(post.uri, "<p>Kind words.</p>")
        await instance.settle()
        [comment] = await instance.comments(post)
        await desk.ok("backup", tmp_path / "blog.backup")
        clock.advance(seconds=30)
        await ann.send(ann.activity("Delete", comment.uri))
        await instance.settle()
        assert await instance.comments(post) == []
    assert "deleted again: 0 posts, 1 comments" in await desk.ok("restore", tmp_path / "blog.backup", "--force")
