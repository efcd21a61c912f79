"""A database is the blog's own, or nothing starts: data that vanished is no new blog, and what is fixed for life stays."""

import json
from pathlib import Path

import pytest

from syndicate.errors import ConfigurationError, DatabaseReplaced
from syndicate.federation.actors.founding import SITE, forget
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.storage.site_settings import SiteSettings
from tests.cli.conftest import Blog, process
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import Peer
from tests.waiting import LONGEST

NEW = ("init", "--url", "https://blog.example", "--handle", "notes")


def lose_database(blog: Blog) -> None:
    for path in (blog.directory / "data").glob("syndicate.db*"):
        path.unlink()


def aside(database: Path) -> Path:
    return database.with_suffix(".moved")


def move_away(database: Path, *, replaced: bool) -> None:
    database.rename(aside(database))
    if replaced:
        database.write_bytes(b"")


def test_an_empty_database_beside_keys_stops_every_start(bare: Blog) -> None:
    bare.ok(*NEW)
    lose_database(bare)
    for command in ("followers", "doctor", "publish " + str(bare.write("tea.md", "Hot."))):
        for _ in range(2):
            said = bare.refuses(*command.split())
            assert "holds the keys of a blog" in said
            assert "`syndicate init --keep-keys`" in said
    server = process(bare, "serve")
    _, said = server.communicate(timeout=LONGEST)
    assert server.returncode == 1
    assert "`syndicate init --keep-keys`" in said.splitlines()[-1]


@pytest.mark.parametrize("with_settings", [True, False])
def test_a_new_blog_may_keep_the_keys(bare: Blog, with_settings: bool) -> None:
    bare.ok(*NEW)
    key = (bare.directory / "keys" / "blog.pem").read_bytes()
    lose_database(bare)
    if not with_settings:
        bare.settings.unlink()
        assert "--keep-keys" in bare.refuses(*NEW)
        lose_database(bare)
    bare.ok(*(("init",) if with_settings else NEW), "--keep-keys")
    assert (bare.directory / "keys" / "blog.pem").read_bytes() == key
    assert bare.ok("followers") == "No followers yet.\n"


def test_keys_are_not_kept_for_a_blog_that_is_there(bare: Blog) -> None:
    bare.ok(*NEW)
    lose_database(bare)
    assert "site.url is https://blog.example" in bare.refuses("init", "--keep-keys", "--url", "https://other.example")


@pytest.mark.parametrize(
    ("setting", "other"), [("url", "https://other.example"), ("url", "http://blog.example"), ("handle", "other")]
)
def test_what_is_fixed_for_life_stops_the_start_when_it_is_changed(bare: Blog, setting: str, other: str) -> None:
    bare.ok(*NEW)
    text = bare.settings.read_text()
    before = {"url": "https://blog.example", "handle": "notes"}[setting]
    bare.settings.write_text(text.replace(f'{setting} = "{before}"', f'{setting} = "{other}"'))
    said = bare.refuses("followers")
    assert f"site.{setting}: is {other} in the settings, but this blog began as {before}" in said
    bare.settings.write_text(text)
    bare.ok("followers")


def test_a_blog_that_nobody_knows_may_choose_again(bare: Blog) -> None:
    bare.ok(*NEW, "--title", 'Notes "and" more')
    key = (bare.directory / "keys" / "blog.pem").read_bytes()
    assert "@other@new.example" in bare.ok("init", "--again", "--url", "https://new.example", "--handle", "other")
    assert (bare.directory / "keys" / "blog.pem").read_bytes() == key
    assert "https://new.example/" in bare.ok("publish", bare.write("tea.md", "Hot."))
    text = bare.settings.read_text()
    assert 'title = "Notes \\"and\\" more"' in text
    assert "its address and handle cannot change" in bare.refuses("init", "--again", "--handle", "third")
    assert bare.settings.read_text() == text
    bare.ok("followers")


def test_what_cannot_be_is_not_chosen_again(bare: Blog) -> None:
    bare.ok(*NEW)
    text = bare.settings.read_text()
    assert "site.url" in bare.refuses("init", "--again", "--url", "https://new.example.")
    assert bare.settings.read_text() == text
    bare.ok("followers")


async def test_a_blog_of_an_earlier_version_is_known_by_its_account(instance: RunningInstance) -> None:
    services = instance.server.services
    await instance.store.transaction(lambda tx: tx.key_values.save(SITE, ""))
    await LocalActors.open(services.settings, instance.store, instance.clock)
    assert json.loads(await instance.store.key_values.find(SITE) or "") == {
        "url": "https://blog.example",
        "handle": "notes",
    }
    site = instance.config.site.model_copy(update={"handle": "other"})
    other = SiteSettings(instance.store, services.config.model_copy(update={"site": site}))
    with pytest.raises(ConfigurationError, match=r"site\.handle: is other"):
        await LocalActors.open(other, instance.store, instance.clock)


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
async def test_nothing_is_acknowledged_once_the_database_is_elsewhere(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish()

    async def answered(words: str) -> int:
        return (await ann.send(ann.create(ann.note(post.uri, words)))).status

    assert await answered("Before.") == 202
    database = Path(instance.config.storage.database)
    for replaced in (False, True):
        move_away(database, replaced=replaced)
        assert await answered("Lost?") == 503
        assert (await instance.get(post.path)).status == 200
        with pytest.raises(DatabaseReplaced, match="moved, removed or replaced"):
            instance.store.database.require_own_file()
        aside(database).replace(database)
    assert await answered("After.") == 202


def test_a_server_whose_database_was_moved_ends_and_says_so(bare: Blog) -> None:
    bare.ok(*NEW)
    bare.settings.write_text(bare.settings.read_text().replace("port = 8080", "port = 0"))
    server = process(bare, "serve")
    assert server.stdout is not None
    assert any("In the fediverse" in line for line in server.stdout)
    (bare.directory / "data" / "syndicate.db").rename(bare.directory / "data" / "elsewhere.db")
    _, said = server.communicate(timeout=LONGEST)
    assert server.returncode == 1
    assert "was moved, removed or replaced" in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("forwarded", "may_begin_again"), [({}, True), ({"X_Forwarded_For": "198.51.100.7"}, False)], ids=["own", "other"]
)
async def test_a_blog_whose_account_another_server_has_fetched_keeps_its_address(
    instance: RunningInstance, forwarded: dict[str, str], may_begin_again: bool
) -> None:
    for headers in ({}, {}, forwarded, {}):  # what is at hand is handed out, and the fetch counts all the same
        assert (await instance.get("/actor", accept=ACTIVITY, **headers)).status == 200
    assert await forget(instance.store) is may_begin_again
