"""What is set at the desk holds without a restart: on pages, in feeds, in the fediverse, and in other processes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.comment import CommentState
from syndicate.storage.site_settings import SiteSettings
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, RunningInstance, running_instance
from tests.peer import Peer
from tests.wire import Wire

FEEDS = ("/feed/", "/feed/atom/", "/feed/json/")


@pytest.fixture
async def plain(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    """A blog whose configuration gives no more than it must."""
    site = {"title": None, "tagline": None, "author": None}
    async with running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0], site=site) as instance:
        yield instance


async def test_what_is_set_holds_at_once(plain: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    post = await plain.publish("Hello")
    await plain.settle()
    await plain.server.rotation.publish_changes()
    paths = ("/", post.path, *FEEDS)
    before = {path: (await plain.get(path)).body for path in paths}
    await plain.server.services.settings.save(
        {
            "site.title": "On the Water",
            "site.tagline": "Words",
            "site.language": "de-AT",
            "site.timezone": "Asia/Tokyo",
            "site.permalinks": "/{slug}/",
        }
    )
    after = {path: await plain.get(path) for path in paths}
    assert all(before[path] != answer.body for path, answer in after.items())
    assert all("On the Water" in answer.text for answer in after.values())
    assert 'lang="de-AT"' in after["/"].text
    assert "+09:00" in after[post.path].text
    assert (await plain.get("/actor", accept=ACTIVITY)).json()["name"] == "On the Water"
    assert (await plain.publish("Second")).path == "/second/"
    assert (await plain.get(post.path)).status == 200
    await plain.server.rotation.publish_changes()
    await plain.settle()
    assert [it["object"]["name"] for it in ann.received if it["type"] == "Update"] == ["On the Water"]


async def test_another_process_acts_on_what_was_set(plain: RunningInstance, ann: Peer) -> None:
    post = await plain.publish("Hello")
    assert "On the Water" not in (await plain.get("/")).text
    elsewhere = await SiteSettings.open(plain.store, plain.config)
    await elsewhere.save({"site.title": "On the Water", "comments.moderation": "off"})
    assert "On the Water" in (await plain.get("/")).text
    await ann.reply(post.uri, "Shown at once.")
    await plain.settle()
    [comment] = await plain.comments(post)
    assert comment.state is CommentState.APPROVED
