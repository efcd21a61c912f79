"""Accounts that the blog follows are part of the blogroll: what they post is read by its own way, beside the feeds."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.blogroll.following import Following
from syndicate.model.blogroll import FeedState, FollowState
from tests.blogs import Blog, entry_of, follow, titles, wait
from tests.clocks import FakeClock
from tests.instances import RunningHouse
from tests.peer import PUBLIC, Peer
from tests.wire import Wire


async def read(house: RunningHouse, peer: Peer, address: str = "") -> None:
    """The author follows somebody, who accepts."""
    await follow(house, address or peer.actor)
    await house.settle()
    asked = peer.of_type("Follow")[-1]
    await peer.send(peer.activity("Accept", asked["id"]))
    await house.settle()
    assert (await entry_of(house, peer.actor)).follow is FollowState.ACCEPTED


async def say(house: RunningHouse, peer: Peer, content: str, **more: Any) -> dict[str, Any]:
    note = peer.note("", content, **more)
    await peer.send(peer.create(note))
    await house.settle()
    return note


async def test_what_an_account_posts_stands_in_the_river(house: RunningHouse, ann: Peer) -> None:
    await read(house, ann)
    note = await say(house, ann, "<p>The first frost.</p><p>All the dahlias are <b>black</b>.</p>")
    house.clock.advance(minutes=1)
    article = await say(house, ann, "<p>Long.</p>", type="Article", name="On frost")
    assert await titles(house) == ["On frost", "The first frost. All the dahlias are black."]
    river = (await house.get("/blogroll/river/")).text
    assert f'href="{note["url"]}"' in river
    assert f'href="{article["url"]}">On frost</a>' in river
    assert "<b>black" not in river
    assert ("Create", "done", "timeline.kept") in await house.verdicts()
    assert ">On frost</a>" in (await house.get("/blogroll/")).text


async def test_an_edit_and_a_deletion_follow(house: RunningHouse, ann: Peer, clock: FakeClock) -> None:
    await read(house, ann)
    note = await say(house, ann, "<p>Frist frost</p>")
    clock.advance(minutes=1)
    await ann.edit(note, "<p>First frost</p>")
    await house.settle()
    assert await titles(house) == ["First frost"]
    assert "First frost" in (await house.get("/blogroll/river/")).text
    assert (await entry_of(house, ann.actor)).latest.title == "First frost"  # type: ignore[union-attr]
    await ann.delete(note)
    await house.settle()
    assert await titles(house) == []
    assert (await entry_of(house, ann.actor)).latest is None
    assert "First frost" not in (await house.get("/blogroll/river/")).text
    await ann.send(ann.create(note))
    await house.settle()
    assert await titles(house) == [], "it was deleted"


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
    house: RunningHouse, ann: Peer, more: dict[str, Any], verdict: str
) -> None:
    await read(house, ann)
    await say(house, ann, "<p>Hush</p>", **more)
    assert await titles(house) == []
    assert (await house.verdicts())[-1][2] == verdict


async def test_a_post_that_is_narrowed_goes(house: RunningHouse, ann: Peer, clock: FakeClock) -> None:
    await read(house, ann)
    note = await say(house, ann, "<p>Too much said</p>")
    clock.advance(minutes=1)
    narrower = {**note, "to": [f"{ann.actor}/followers"], "cc": [], "updated": clock().isoformat()}
    await ann.send(ann.activity("Update", narrower, to=narrower["to"]))
    await house.settle()
    assert await titles(house) == []


async def test_what_stands_behind_a_warning_stays_there(house: RunningHouse, ann: Peer) -> None:
    await read(house, ann)
    await say(house, ann, "<p>Eight legs</p>", sensitive=True, summary="Spiders")
    river = (await house.get("/blogroll/river/")).text
    assert "Spiders" in river
    assert "Eight legs" not in river


async def test_who_is_not_followed_is_not_read(house: RunningHouse, ann: Peer, bob: Peer) -> None:
    await read(house, ann)
    await say(house, bob, "<p>Me too!</p>")
    stolen = ann.note("", "<p>Not hers</p>", attributedTo=bob.actor)
    await ann.send(ann.create(stolen))
    await house.settle()
    assert await titles(house) == []
    await follow(house, bob.actor)
    await house.settle()
    await say(house, bob, "<p>Not accepted yet</p>")
    assert await titles(house) == []


async def test_nobody_deletes_the_post_of_another(
    house: RunningHouse, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    await read(house, ann)
    note = await say(house, ann, "<p>Mine</p>")
    carl = ann.neighbour("carl", rsa_keys[4])
    await carl.send(carl.activity("Delete", note["id"], to=[PUBLIC]))
    await house.settle()
    assert await titles(house) == ["Mine"]


async def test_an_account_with_a_feed_shows_each_post_once(house: RunningHouse, ann: Peer, clock: FakeClock) -> None:
    """Either may come first, and the address tells that they are one."""
    blog = Blog(house.house.transport, clock, host="ann.example", title="Ann's garden")  # type: ignore[arg-type]
    blog.head = f'<link rel="alternate" type="application/activity+json" href="{ann.actor}">'
    blog.write("Old")
    await read(house, ann, blog.home)
    entry = await entry_of(house, ann.actor)
    assert (entry.name, entry.url, entry.feed_url) == ("Ann's garden", blog.home, blog.feed)
    clock.advance(hours=1)
    first = ann.note("", "<p>By both</p>", name="By both", type="Article")
    blog.write("By both", link=first["url"], guid="other-1")
    await ann.send(ann.create(first))
    await wait(house, days=1)
    second = ann.note("", "<p>Again</p>", name="Again", type="Article")
    blog.write("Again", link=second["url"] + "#top", guid="other-2")
    await wait(house, days=1)
    await ann.send(ann.create(second))
    await house.settle()
    assert sorted(await titles(house)) == ["Again", "By both", "Old"]
    kept = {one.post.heading: one.post.object for one in await house.store.feed_entries.of(entry.id)}
    assert kept == {"Again": second["id"], "By both": first["id"], "Old": ""}


async def test_an_account_that_is_deleted_is_flagged_and_its_posts_go(house: RunningHouse, ann: Peer) -> None:
    await read(house, ann)
    await say(house, ann, "<p>Farewell</p>")
    ann.statuses[ann.actor] = 410
    await ann.send(ann.activity("Delete", ann.actor, to=[PUBLIC]))
    await house.settle()
    entry = await entry_of(house, ann.actor)
    assert (entry.state, entry.follow) == (FeedState.GONE, FollowState.NONE)
    assert await titles(house) == []


async def test_a_handle_finds_the_feed_of_its_profile(house: RunningHouse, ann: Peer, wire: Wire) -> None:
    """As Mastodon has it: the page of a profile names a feed."""
    blog = Blog(wire, house.clock, host="social.example", title="Ann")
    blog.write("From the feed")
    blog.pages["@ann"] = ("text/html", blog.page())
    webfinger = "https://social.example/.well-known/webfinger?resource=acct:ann@social.example"
    jrd = f'{{"links": [{{"rel": "self", "type": "application/activity+json", "href": "{ann.actor}"}}]}}'
    blog.pages[webfinger.removeprefix(blog.home)] = ("application/jrd+json", jrd.encode())

    async def both(request: Any) -> Any:
        is_hers = request.method == "POST" or request.url.startswith(ann.actor)
        return await (ann.answer(request) if is_hers else blog.answer(request))

    wire.connect_server("social.example", both)
    entry = await follow(house, "@ann@social.example")
    assert (entry.handle, entry.actor, entry.feed_url) == ("@ann@social.example", ann.actor, blog.feed)
    assert await titles(house) == ["From the feed"]


async def test_a_list_of_follows_is_looked_up_by_the_server_and_followed(
    house: RunningHouse, ann: Peer, wire: Wire, clock: FakeClock
) -> None:
    following = Following(house.store, house.house.study.announcer, house.clock)
    done = await following.take_in_accounts(["@ann@social.example", "@nobody@nowhere.example"])
    assert (done.added, done.updated, done.unchanged) == (2, 0, 0)

    async def social(request: Any) -> Any:
        if ".well-known/webfinger" in request.url:
            ann.documents[request.url] = {"links": [{"rel": "self", "href": ann.actor}]}
        return await ann.answer(request)

    wire.connect_server("social.example", social)
    await wait(house, minutes=1)
    entry = await entry_of(house, "@ann@social.example")
    assert (entry.name, entry.actor, entry.follow) == ("Ann", ann.actor, FollowState.PENDING)
    assert len(ann.of_type("Follow")) == 1
    await wait(house, hours=3)
    nobody = await entry_of(house, "@nobody@nowhere.example")
    assert nobody.state is FeedState.FAILING
    assert "nowhere.example" in nobody.reason
    again = await following.take_in_accounts(["@ann@social.example", "@nobody@nowhere.example"])
    assert (again.added, again.unchanged) == (0, 2)


async def test_only_the_newest_posts_of_an_account_are_kept(house: RunningHouse, ann: Peer, clock: FakeClock) -> None:
    await read(house, ann)
    for number in range(32):
        note = ann.note("", f"<p>Number {number}</p>", published=(clock() - timedelta(minutes=32 - number)).isoformat())
        await ann.send(ann.create(note))
    await house.settle()
    found = await titles(house)
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
    house: RunningHouse, ann: Peer, content: str, more: dict[str, Any], heading: str
) -> None:
    await read(house, ann)
    await say(house, ann, content, **more)
    assert await titles(house) == [heading]
    assert "Hidden" not in (await house.get("/blogroll/river/")).text


async def test_a_post_without_a_page_leads_to_its_writer(house: RunningHouse, ann: Peer) -> None:
    await read(house, ann)
    note = await say(house, ann, "<p>First</p>", url=None)
    await say(house, ann, "<p>Second</p>", url=None)
    assert sorted(await titles(house)) == ["First", "Second"]
    river = (await house.get("/blogroll/river/")).text
    assert note["id"] not in river
    assert f'href="{ann.base}/@ann"' in river


async def test_what_an_account_says_is_not_replaced_by_its_feed(
    house: RunningHouse, ann: Peer, clock: FakeClock
) -> None:
    """Feeds of accounts know no content warnings, and list what the account answers to others."""
    blog = Blog(house.house.transport, clock, host="ann.example", title="Ann's garden")  # type: ignore[arg-type]
    blog.head = f'<link rel="alternate" type="application/activity+json" href="{ann.actor}">'
    await read(house, ann, blog.home)
    clock.advance(hours=1)
    warned = await say(house, ann, "<p>hidden words</p>", **FOLDED)
    blog.write("ann 1", link=warned["url"], guid=warned["id"], description="hidden words")
    blog.write("ann 2", link=f"{ann.base}/2", description="an answer to somebody")
    await wait(house, days=1)
    assert len(blog.asked) > 1
    assert await titles(house) == ["Spoiler"]
    river = (await house.get("/blogroll/river/")).text
    assert "hidden words" not in river
    assert "an answer" not in river
