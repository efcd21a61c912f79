"""Accounts that the blog follows are part of the blogroll: what they post is read by its own way, beside the feeds."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.blogroll.following import BlogrollEditor
from syndicate.model.blogroll import FeedState, FollowState
from tests.blogs import Blog, entry_of, follow, titles, wait
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import PUBLIC, Peer
from tests.wire import Wire


async def read(instance: RunningInstance, peer: Peer, address: str = "") -> None:
    """The author follows somebody, who accepts."""
    await follow(instance, address or peer.actor)
    await instance.settle()
    asked = peer.of_type("Follow")[-1]
    await peer.send(peer.activity("Accept", asked["id"]))
    await instance.settle()
    assert (await entry_of(instance, peer.actor)).follow is FollowState.ACCEPTED


async def say(instance: RunningInstance, peer: Peer, content: str, **more: Any) -> dict[str, Any]:
    note = peer.note("", content, **more)
    await peer.send(peer.create(note))
    await instance.settle()
    return note


async def test_what_an_account_posts_stands_in_the_river(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    note = await say(instance, ann, "<p>The first frost.</p><p>All the dahlias are <b>black</b>.</p>")
    instance.clock.advance(minutes=1)
    article = await say(instance, ann, "<p>Long.</p>", type="Article", name="On frost")
    assert await titles(instance) == ["On frost", "The first frost. All the dahlias are black."]
    river = (await instance.get("/blogroll/river/")).text
    assert f'href="{note["url"]}"' in river
    assert f'href="{article["url"]}">On frost</a>' in river
    assert "<b>black" not in river
    assert ("Create", "done", "timeline.kept") in await instance.verdicts()
    assert ">On frost</a>" in (await instance.get("/blogroll/")).text


async def test_an_edit_and_a_deletion_follow(instance: RunningInstance, ann: Peer, clock: FakeClock) -> None:
    await read(instance, ann)
    note = await say(instance, ann, "<p>Frist frost</p>")
    clock.advance(minutes=1)
    await ann.edit(note, "<p>First frost</p>")
    await instance.settle()
    assert await titles(instance) == ["First frost"]
    assert "First frost" in (await instance.get("/blogroll/river/")).text
    assert (await entry_of(instance, ann.actor)).latest.title == "First frost"  # type: ignore[union-attr]
    await ann.delete(note)
    await instance.settle()
    assert await titles(instance) == []
    assert (await entry_of(instance, ann.actor)).latest is None
    assert "First frost" not in (await instance.get("/blogroll/river/")).text
    await ann.send(ann.create(note))
    await instance.settle()
    assert await titles(instance) == [], "it was deleted"


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"to": ["https://social.example/users/ann/followers"], "cc": []}, "object.private"),
        ({"inReplyTo": "https://elsewhere.example/1"}, "reply.elsewhere"),
        ({"tag": [{"type": "Hashtag", "name": "#NoBlog"}]}, "object.no-blog"),
    ],
    ids=["for followers", "an answer", "not for blogs"],
)
async def test_what_is_not_meant_for_all_is_not_shown(
    instance: RunningInstance, ann: Peer, more: dict[str, Any], verdict: str
) -> None:
    await read(instance, ann)
    await say(instance, ann, "<p>Hush</p>", **more)
    assert await titles(instance) == []
    assert (await instance.verdicts())[-1][2] == verdict


async def test_a_post_that_is_narrowed_goes(instance: RunningInstance, ann: Peer, clock: FakeClock) -> None:
    await read(instance, ann)
    note = await say(instance, ann, "<p>Too much said</p>")
    clock.advance(minutes=1)
    narrower = {**note, "to": [f"{ann.actor}/followers"], "cc": [], "updated": clock().isoformat()}
    await ann.send(ann.activity("Update", narrower, to=narrower["to"]))
    await instance.settle()
    assert await titles(instance) == []


async def test_what_stands_behind_a_warning_stays_there(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    await say(instance, ann, "<p>Eight legs</p>", sensitive=True, summary="Spiders")
    river = (await instance.get("/blogroll/river/")).text
    assert "Spiders" in river
    assert "Eight legs" not in river


async def test_who_is_not_followed_is_not_read(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await read(instance, ann)
    await say(instance, bob, "<p>Me too!</p>")
    stolen = ann.note("", "<p>Not hers</p>", attributedTo=bob.actor)
    await ann.send(ann.create(stolen))
    await instance.settle()
    assert await titles(instance) == []
    await follow(instance, bob.actor)
    await instance.settle()
    await say(instance, bob, "<p>Not accepted yet</p>")
    assert await titles(instance) == []


async def test_nobody_deletes_the_post_of_another(
    instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    await read(instance, ann)
    note = await say(instance, ann, "<p>Mine</p>")
    carl = ann.neighbour("carl", rsa_keys[4])
    await carl.send(carl.activity("Delete", note["id"], to=[PUBLIC]))
    await instance.settle()
    assert await titles(instance) == ["Mine"]


async def test_an_account_with_a_feed_shows_each_post_once(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    """Either may come first, and the address tells that they are one."""
    blog = Blog(instance.server.transport, clock, host="ann.example", title="Ann's garden")  # type: ignore[arg-type]
    blog.head = f'<link rel="alternate" type="application/activity+json" href="{ann.actor}">'
    blog.write("Old")
    await read(instance, ann, blog.home)
    entry = await entry_of(instance, ann.actor)
    assert (entry.name, entry.url, entry.feed_url) == ("Ann's garden", blog.home, blog.feed)
    clock.advance(hours=1)
    first = ann.note("", "<p>By both</p>", name="By both", type="Article")
    blog.write("By both", link=first["url"], guid="other-1")
    await ann.send(ann.create(first))
    await wait(instance, days=1)
    second = ann.note("", "<p>Again</p>", name="Again", type="Article")
    blog.write("Again", link=second["url"] + "#top", guid="other-2")
    await wait(instance, days=1)
    await ann.send(ann.create(second))
    await instance.settle()
    assert sorted(await titles(instance)) == ["Again", "By both", "Old"]
    kept = {one.post.heading: one.post.object for one in await instance.store.feed_entries.list_by_entry(entry.id)}
    assert kept == {"Again": second["id"], "By both": first["id"], "Old": ""}


async def test_an_account_that_is_deleted_is_flagged_and_its_posts_go(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    await say(instance, ann, "<p>Farewell</p>")
    ann.statuses[ann.actor] = 410
    await ann.send(ann.activity("Delete", ann.actor, to=[PUBLIC]))
    await instance.settle()
    entry = await entry_of(instance, ann.actor)
    assert (entry.state, entry.follow) == (FeedState.GONE, FollowState.NONE)
    assert await titles(instance) == []


async def test_a_handle_finds_the_feed_of_its_profile(instance: RunningInstance, ann: Peer, wire: Wire) -> None:
    """As Mastodon has it: the page of a profile names a feed."""
    blog = Blog(wire, instance.clock, host="social.example", title="Ann")
    blog.write("From the feed")
    blog.pages["@ann"] = ("text/html", blog.page())
    webfinger = "https://social.example/.well-known/webfinger?resource=acct:ann@social.example"
    jrd = f'{{"links": [{{"rel": "self", "type": "application/activity+json", "href": "{ann.actor}"}}]}}'
    blog.pages[webfinger.removeprefix(blog.home)] = ("application/jrd+json", jrd.encode())

    async def both(request: Any) -> Any:
        is_hers = request.method == "POST" or request.url.startswith(ann.actor)
        return await (ann.answer(request) if is_hers else blog.answer(request))

    wire.connect_server("social.example", both)
    entry = await follow(instance, "@ann@social.example")
    assert (entry.handle, entry.actor, entry.feed_url) == ("@ann@social.example", ann.actor, blog.feed)
    assert await titles(instance) == ["From the feed"]


async def test_a_list_of_follows_is_looked_up_by_the_server_and_followed(
    instance: RunningInstance, ann: Peer, wire: Wire, clock: FakeClock
) -> None:
    following = BlogrollEditor(instance.store, instance.server.services.outbox, instance.clock)
    done = await following.import_accounts(["@ann@social.example", "@nobody@nowhere.example"])
    assert (done.added, done.updated, done.unchanged) == (2, 0, 0)

    async def social(request: Any) -> Any:
        if ".well-known/webfinger" in request.url:
            ann.documents[request.url] = {"links": [{"rel": "self", "href": ann.actor}]}
        return await ann.answer(request)

    wire.connect_server("social.example", social)
    await wait(instance, minutes=1)
    entry = await entry_of(instance, "@ann@social.example")
    assert (entry.name, entry.actor, entry.follow) == ("Ann", ann.actor, FollowState.PENDING)
    assert len(ann.of_type("Follow")) == 1
    await wait(instance, hours=3)
    nobody = await entry_of(instance, "@nobody@nowhere.example")
    assert nobody.state is FeedState.FAILING
    assert "nowhere.example" in nobody.reason
    again = await following.import_accounts(["@ann@social.example", "@nobody@nowhere.example"])
    assert (again.added, again.unchanged) == (0, 2)


async def test_only_the_newest_posts_of_an_account_are_kept(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    await read(instance, ann)
    for number in range(32):
        note = ann.note("", f"<p>Number {number}</p>", published=(clock() - timedelta(minutes=32 - number)).isoformat())
        await ann.send(ann.create(note))
    await instance.settle()
    found = await titles(instance)
    assert (len(found), found[0], found[-1]) == (30, "Number 31", "Number 2")


FOLDED = {"summary": "Spoiler", "sensitive": True}


@pytest.mark.parametrize(
    ("content", "more", "heading"),
    [
        ("<p></p>", {"type": "Question", "oneOf": [{"name": "Tea"}, {"name": "Coffee"}]}, "Poll"),
        ("<p>Drinks?</p>", {"type": "Question", "oneOf": [{"name": "Tea"}, {"name": "Milk"}]}, "Drinks? · Tea · Milk"),
        ("", {"attachment": [{"type": "Image", "url": "https://social.example/1.png"}]}, "Picture"),
        ("", {"attachment": [{"type": "Image", "url": "https://social.example/1.png", "name": "A sun"}]}, "A sun"),
        (
            "<p>Only the beginning. Become a member</p>",
            {"type": "Article", "summary": "What it is about"},
            "What it is about",
        ),
        ("<p>Hidden</p>", {"type": "Article", **FOLDED}, "Spoiler"),
        ("<p>Hidden</p>", {"summary": "Spoiler"}, "Spoiler"),
    ],
)
async def test_the_river_names_what_is_no_plain_note(
    instance: RunningInstance, ann: Peer, content: str, more: dict[str, Any], heading: str
) -> None:
    await read(instance, ann)
    await say(instance, ann, content, **more)
    assert await titles(instance) == [heading]
    assert "Hidden" not in (await instance.get("/blogroll/river/")).text


async def test_a_post_without_a_page_leads_to_its_writer(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    note = await say(instance, ann, "<p>First</p>", url=None)
    await say(instance, ann, "<p>Second</p>", url=None)
    assert sorted(await titles(instance)) == ["First", "Second"]
    river = (await instance.get("/blogroll/river/")).text
    assert note["id"] not in river
    assert f'href="{ann.base}/@ann"' in river


async def test_what_an_account_says_is_not_replaced_by_its_feed(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    """Feeds of accounts know no content warnings, and list what the account answers to others."""
    blog = Blog(instance.server.transport, clock, host="ann.example", title="Ann's garden")  # type: ignore[arg-type]
    blog.head = f'<link rel="alternate" type="application/activity+json" href="{ann.actor}">'
    await read(instance, ann, blog.home)
    clock.advance(hours=1)
    warned = await say(instance, ann, "<p>hidden words</p>", **FOLDED)
    blog.write("ann 1", link=warned["url"], guid=warned["id"], description="hidden words")
    blog.write("ann 2", link=f"{ann.base}/2", description="an answer to somebody")
    await wait(instance, days=1)
    assert len(blog.asked) > 1
    assert await titles(instance) == ["Spoiler"]
    river = (await instance.get("/blogroll/river/")).text
    assert "hidden words" not in river
    assert "an answer" not in river
