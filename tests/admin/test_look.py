"""Name, pictures, about text and profile fields at the desk: on the pages, and in the account that others follow."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.admin.browser import Browser, set_up
from tests.clocks import FakeClock
from tests.instances import running_instance
from tests.peer import Peer
from tests.pictures import drawn, encoded, is_silent, telling
from tests.wire import Wire

SQUARE = encoded("PNG", drawn().resize((600, 600)))


@pytest.fixture
async def author(
    tmp_path: Path, new_file: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[Browser]:
    """The author's browser, at a blog whose configuration gives the title alone."""
    file, site = tmp_path / "admin.db", {"author": None, "tagline": None}
    shutil.copy(new_file, file)
    server = {"trusted_proxies": ["127.0.0.1"]}
    async with running_instance(
        tmp_path / "blog", str(file), wire, clock, rsa_keys[0], server=server, site=site
    ) as instance:
        yield await set_up(Browser(instance))


async def actor(author: Browser) -> Any:
    return await author.instance.document("https://blog.example/actor")


async def test_what_is_set_shows_at_once_and_goes_to_the_followers(author: Browser, ann: Peer) -> None:
    blog, stranger = author.instance, Browser(author.instance)
    await ann.follow()
    await blog.settle()
    await blog.server.rotation.publish_changes()
    await author.get("/admin/look/")
    typed = {
        "tagline": "Frost & leaves",
        "author": "Ada",
        "about": "I *write*.",
        "label1": "Site",
        "picture_alt": "Ada",
    }
    await author.submit("Save", content1="https://ada.example/", file=("a.png", SQUARE), into="picture_file", **typed)
    assert author.value_of("Tagline") == "Frost & leaves"
    document = await actor(author)
    assert "<p>I <em>write</em>.</p>" in document["summary"]
    assert document["attachment"][-1]["name"] == "Site"
    assert 'rel="me"' in document["attachment"][-1]["value"]
    assert (document["icon"]["name"], document["icon"]["mediaType"]) == ("Ada", "image/webp")
    assert (await stranger.request("GET", document["icon"]["url"], None)).status == 200
    await blog.settle()
    await blog.server.rotation.publish_changes()
    await blog.settle()
    assert [update["object"]["icon"]["name"] for update in ann.of_type("Update")] == ["Ada"]
    home = await stranger.get("/")
    assert "Frost &amp; leaves" in home.text
    assert 'alt="Ada"' in home.text
    assert "<em>write</em>" in (await stranger.get("/about/")).text

    await author.get("/admin/look/")
    await author.submit("Save", picture_remove="1", label1="", content1="", about="")
    assert (await stranger.request("GET", document["icon"]["url"], None)).status == 404
    document = await actor(author)
    assert document["icon"]["url"].endswith("/favicon.png")
    assert document["summary"] == "<p>Frost &amp; leaves</p>"


async def test_wrong_input_is_named_beside_its_field_and_nothing_is_saved(author: Browser) -> None:
    await author.get("/admin/look/")
    await author.submit("Save", tagline="New", label1="Only a label", label2="x" * 251, content2="y")
    assert author.answer.status == 422
    assert len(author.alerts) == 2
    assert author.value_of("Tagline") == "New"
    await author.get("/admin/look/")
    await author.submit("Save", tagline="New", file=("a.svg", b"<svg>"), into="header_file")
    assert "cannot be used" in author.alerts[0]
    assert author.value_of("Tagline") == "New"
    assert "New" not in (await Browser(author.instance).get("/")).text


async def test_a_name_that_the_configuration_gives_is_locked(author: Browser) -> None:
    await author.get("/admin/look/")
    field = author.control("Name")
    assert field.get("readonly") is not None
    before = field.get("value")
    assert "Locked" in author.answer.text
    await author.post("/admin/look/", {"csrf": author.csrf, "title": "Mine", "tagline": "T"})
    await author.get("/admin/look/")
    assert author.value_of("Name") == before
    assert author.value_of("Tagline") == "T"


async def test_a_header_picture_loses_its_metadata(author: Browser) -> None:
    stranger = Browser(author.instance)
    await author.get("/admin/look/")
    await author.submit("Save", file=("a.jpg", telling("JPEG")), into="header_file", header_alt="A wide view")
    await stranger.get("/")
    [picture] = stranger.page.xpath("//img[@class='header-picture']")
    assert picture.get("alt") == "A wide view"
    assert is_silent((await stranger.request("GET", picture.get("src"), None)).body)
