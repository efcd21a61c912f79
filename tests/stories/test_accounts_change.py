"""An account of the blogroll changes its profile: what it supplied follows, what the author wrote does not."""

from syndicate.feeds.opml import Outline
from tests.blogs import Blog, edit, entry_of, follow
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.stories.test_the_blogroll_has_accounts import read


async def change(instance: RunningInstance, peer: Peer, name: str, summary: str, icon: str = "") -> None:
    picture = {"icon": {"type": "Image", "url": icon}} if icon else {}
    peer.documents[peer.actor] = peer.actor_document(name=name, summary=summary, **picture)
    await peer.send(peer.activity("Update", peer.actor))
    await instance.settle()


async def test_what_an_account_supplied_follows_its_update(instance: RunningInstance, ann: Peer) -> None:
    ann.documents[ann.actor] = ann.actor_document(summary="<p>Roses &amp; <b>hens</b></p>")
    await read(instance, ann)
    entry = await entry_of(instance, ann.actor)
    assert (entry.name, entry.tagline) == ("Ann", "Roses & hens")
    await change(instance, ann, "Ann B.", "<p>Hens only</p>", "https://social.example/ann.png")
    entry = await entry_of(instance, ann.actor)
    assert (entry.name, entry.tagline, entry.icon) == ("Ann B.", "Hens only", "https://social.example/ann.png")
    page = (await instance.get("/blogroll/")).text
    assert "Hens only" in page
    assert "Roses" not in page


async def test_what_the_author_wrote_stays(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    await edit(instance, ann.actor, tagline="A friend")
    await change(instance, ann, "Ann B.", "<p>Hens only</p>")
    entry = await entry_of(instance, ann.actor)
    assert (entry.name, entry.tagline) == ("Ann B.", "A friend")


async def test_what_was_imported_stays(instance: RunningInstance, ann: Peer) -> None:
    outline = Outline(title="My friend", html_url=f"{ann.base}/@ann", description="Imported")
    await instance.server.services.blogroll_editor.import_outlines([outline])
    await follow(instance, ann.actor)
    await instance.settle()
    await change(instance, ann, "Ann B.", "<p>Hens only</p>")
    entry = await entry_of(instance, ann.actor)
    assert (entry.name, entry.tagline) == ("My friend", "Imported")


async def test_the_tagline_of_an_account_is_not_what_its_page_counts(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    blog = Blog(instance.server.transport, clock, host="ann.example", tagline="1 Post, 0 Following, 1 Follower")  # type: ignore[arg-type]
    blog.head = f'<link rel="alternate" type="application/activity+json" href="{ann.actor}">'
    ann.documents[ann.actor] = ann.actor_document(summary="<p>Roses</p>", url="https://social.example/@ann")
    await follow(instance, blog.home)
    assert (await entry_of(instance, ann.actor)).tagline == "Roses"
