"""Posts that answer, like or boost something elsewhere: two blogs that do so with each other, and what else can be there."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.content import frontmatter
from syndicate.delivery.overview import DeliveryOverview
from syndicate.errors import FrontMatterInvalid
from syndicate.model.comment import CommentState
from syndicate.model.post import Post, Reference, ReferenceKind, Visibility
from syndicate.storage.blocks import Block
from syndicate.storage.citations import CitationState
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import Peer
from tests.stories.test_two_blogs import settle
from tests.wire import Wire


@pytest.fixture
async def blog(
    tmp_path: Path, new_file: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    """A blog on SQLite; what is asked of the database is tested on both kinds by two blogs."""
    file = tmp_path / "one.db"
    shutil.copy(new_file, file)
    async with running_instance(tmp_path / "one", str(file), wire, clock, rsa_keys[0]) as instance:
        yield instance


@pytest.fixture
async def friend(
    tmp_path: Path, new_file: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    """Another blog at https://friend.example, which shows comments at once."""
    file = tmp_path / "friend.db"
    shutil.copy(new_file, file)
    async with running_instance(
        tmp_path / "friend",
        str(file),
        wire,
        clock,
        rsa_keys[4],
        host="friend.example",
        comments={"moderation": "off"},
    ) as instance:
        yield instance


def reply_to(address: str) -> Reference:
    return Reference(kind=ReferenceKind.REPLY, address=address)


def like_of(address: str) -> Reference:
    return Reference(kind=ReferenceKind.LIKE, address=address)


def repost_of(address: str) -> Reference:
    return Reference(kind=ReferenceKind.REPOST, address=address)


def page_of(instance: RunningInstance, post: Post) -> str:
    return f"https://{instance.host}{post.path}"


async def counts(instance: RunningInstance, post: Post) -> tuple[int, int, int]:
    current = await instance.store.posts.find(post.id)
    assert current is not None
    return current.counts.comments, current.counts.likes, current.counts.shares


async def sent_of(instance: RunningInstance, post: Post) -> list[str]:
    """Return what was sent of a post, as `syndicate deliveries` lists it."""
    overview = DeliveryOverview(instance.store, instance.clock)
    reports = await overview.report(await overview.find(post.slug))
    return [
        f"{report.delivery.host}: {report.said.type} {report.delivery.state.value}" for report in reports if report.said
    ]


async def notify(one: RunningInstance, other: RunningInstance) -> None:
    """Let both work until also the Webmentions of the one have arrived at the other."""
    await settle(one, other)
    one.clock.advance(minutes=2)
    await settle(one, other)
    while await other.server.webmentions.work():
        pass


async def change(instance: RunningInstance, slug: str, **fields: Any) -> Post:
    instance.clock.advance(minutes=5)
    return await instance.publish(slug=slug, **fields)


async def test_two_blogs_answer_like_and_boost_each_other(
    instance: RunningInstance, friend: RunningInstance, ann: Peer
) -> None:
    """By the address of the page, which leads to the object."""
    await ann.follow()
    await settle(instance, friend)
    post = await friend.publish("On pears", "Pears are <b>ripe</b> now.")
    target = page_of(friend, post)
    answer = await instance.publish("", "Ours are not.", slug="answer", reference=reply_to(target))
    like = await instance.publish("", "", slug="like", reference=like_of(target))
    boost = await instance.publish("", "", slug="boost", reference=repost_of(post.uri))
    await settle(instance, friend)
    assert await counts(friend, post) == (1, 1, 1)
    assert await sent_of(instance, like) == ["friend.example: Like delivered"]
    assert "friend.example: Announce delivered" in await sent_of(instance, boost)
    [comment] = await friend.comments(post, CommentState.APPROVED)
    assert "Ours are not." in comment.html
    document = await instance.document(answer.uri)
    assert document["inReplyTo"] == post.uri
    assert "https://friend.example/actor" in document["cc"]
    assert {"type": "Mention", "href": "https://friend.example/actor", "name": "@notes@friend.example"} in document[
        "tag"
    ]
    page = (await instance.get(answer.path)).text
    assert 'class="cited u-in-reply-to h-cite"' in page
    assert "On pears" in page
    assert "Pears are ripe now." in page
    assert 'class="cited u-like-of h-cite"' in (await instance.get(like.path)).text
    assert 'class="cited u-repost-of h-cite"' in (await instance.get(boost.path)).text
    atom = (await instance.get("/feed/atom/")).text
    assert f'thr:in-reply-to ref="{post.uri}"' in atom
    assert "u-like-of" in atom
    assert [announce["object"] for announce in ann.of_type("Announce")] == [post.uri], "followers see the boost"
    assert len(ann.of_type("Create")) == 1, "a mere like or boost is no note"
    asked = len(instance.server.transport.log)  # type: ignore[attr-defined]
    await instance.get(answer.path)
    await instance.outputs(answer)
    assert len(instance.server.transport.log) == asked, "no request of a reader causes one"  # type: ignore[attr-defined]
    for slug in ("like", "boost"):
        await instance.delete(slug)
    await settle(instance, friend)
    assert await counts(friend, post) == (1, 0, 0)
    assert [undo["object"]["type"] for undo in ann.of_type("Undo")] == ["Announce"]
    await instance.delete("answer")
    await settle(instance, friend)
    assert await counts(friend, post) == (0, 0, 0)


async def test_nothing_is_sent_twice_and_a_changed_target_is_undone(
    blog: RunningInstance, ann: Peer, bob: Peer
) -> None:
    notes = [peer.note("", f"<p>By {peer.name}.</p>") for peer in (ann, bob)]
    for peer, note in zip((ann, bob), notes, strict=True):
        peer.documents[note["id"]] = note
    await blog.publish("", "", slug="like", reference=like_of(notes[0]["id"]))
    await blog.settle()
    await change(blog, "like", title="", source="", reference=like_of(notes[0]["id"]), pinned=True)
    await change(blog, "like", title="", source="Because!", reference=like_of(notes[0]["id"]))
    await blog.settle()
    assert len(ann.of_type("Like")) == 1
    deliveries = await blog.store.sent_webmentions.list_about((await blog.store.posts.find_by_slug("like")).id)  # type: ignore[union-attr]
    assert not deliveries, "what is in the fediverse gets no Webmention as well"
    assert ann.fetched(notes[0]["id"]) == 1
    await change(blog, "like", title="", source="Because!", reference=like_of(notes[1]["id"]))
    await blog.settle()
    [like] = ann.of_type("Like")
    assert [undo["object"]["id"] for undo in ann.of_type("Undo")] == [like["id"]]
    assert [like["object"] for like in bob.of_type("Like")] == [notes[1]["id"]]
    await change(
        blog, "like", title="", source="Because!", reference=like_of(notes[1]["id"]), visibility=Visibility.LOCAL
    )
    await blog.settle()
    assert len(bob.of_type("Undo")) == 1


async def test_what_was_no_object_at_first_is_found_when_the_post_is_changed(blog: RunningInstance, ann: Peer) -> None:
    """Its server wanted a password, say, or the settings here refused its address."""
    note = ann.note("", "<p>By ann.</p>")
    ann.documents[note["id"]], ann.statuses[note["id"]] = note, 403
    answer = await blog.publish("", "Ours are not.", slug="answer", reference=reply_to(note["id"]))
    await blog.publish("", "", slug="like", reference=like_of(note["id"]))
    await notify(blog, blog)
    assert not ann.received
    del ann.statuses[note["id"]]
    await change(blog, "answer", title="", source="Ours are not yet.", reference=reply_to(note["id"]))
    await change(blog, "like", title="", source="", reference=like_of(note["id"]), pinned=True)
    await notify(blog, blog)
    assert (await blog.document(answer.uri))["inReplyTo"] == note["id"]
    assert [like["object"] for like in ann.of_type("Like")] == [note["id"]]
    assert [sent["object"]["inReplyTo"] for sent in ann.received if sent["type"] in ("Create", "Update")] == [
        note["id"]
    ]


async def test_a_page_that_took_a_webmention_is_not_told_again_by_activitypub(
    blog: RunningInstance, friend: RunningInstance
) -> None:
    post = await friend.publish("On pears", slug="pears", visibility=Visibility.LOCAL)
    target = page_of(friend, post)
    await blog.publish("", "Ours are not.", slug="answer", reference=reply_to(target))
    await blog.publish("", "", slug="like", reference=like_of(target))
    await notify(blog, friend)
    assert await counts(friend, post) == (1, 1, 0)
    post = await change(friend, "pears", title="On pears", visibility=Visibility.PUBLIC)
    await change(blog, "answer", title="", source="Ours are not yet.", reference=reply_to(target))
    await change(blog, "like", title="", source="", reference=like_of(target), pinned=True)
    await notify(blog, friend)
    assert await counts(friend, post) == (1, 1, 0)
    [comment] = [comment for comment in await friend.comments(post, CommentState.APPROVED) if comment.html]
    assert "Ours are not yet." in comment.html
    for slug in ("answer", "like"):
        await blog.delete(slug)
    await notify(blog, friend)
    assert await counts(friend, post) == (0, 0, 0)


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        ("gone", CitationState.GONE),
        ("private", CitationState.PRIVATE),
        ("blocked", CitationState.BLOCKED),
        ("down", CitationState.UNAVAILABLE),
        ("opted out", CitationState.FOUND),
        ("not theirs", CitationState.PAGE),
    ],
)
async def test_a_target_that_cannot_be_answered_is_a_plain_link(
    blog: RunningInstance, ann: Peer, mallory: Peer, spoil: str, state: CitationState
) -> None:
    note = ann.note("", "<p>Secret of ann.</p>")
    match spoil:
        case "gone":
            ann.statuses[note["id"]] = 410
        case "private":
            note |= {"to": [f"{ann.actor}/followers"], "cc": []}
        case "blocked":
            block = Block(pattern=ann.host, reason="", created=blog.clock())
            await blog.server.services.blocking.block(block)
        case "down":
            ann.wire.cut(ann.host)
        case "opted out":
            note["content"] += "<p>#noblog</p>"
        case "not theirs":
            note["attributedTo"] = mallory.actor
    ann.documents[note["id"]] = note
    post = await blog.publish("", "An answer.", slug="answer", reference=reply_to(note["id"]))
    like = await blog.publish("", "", slug="like", reference=like_of(note["id"]))
    await blog.settle()
    for _ in range(3):
        blog.clock.advance(seconds=20)
        await blog.settle()
    citation = await blog.store.citations.find(note["id"])
    assert citation is not None
    assert citation.state is state
    for shown in (post, like):
        page = (await blog.get(shown.path)).text
        assert note["id"] in page
        assert "Secret" not in page
        assert "<blockquote" not in page
    if spoil != "opted out":
        assert not ann.received
        assert "inReplyTo" not in await blog.document(post.uri)


async def test_a_boost_of_an_old_post_of_ones_own_reaches_the_followers(blog: RunningInstance, ann: Peer) -> None:
    old = await blog.publish("Old")
    await ann.follow()
    await blog.settle()
    boost = await blog.publish("", "", slug="again", reference=repost_of(page_of(blog, old)))
    await blog.settle()
    assert [announce["object"] for announce in ann.of_type("Announce")] == [old.uri]
    assert "Old" in (await blog.get(boost.path)).text
    assert (await blog.get(boost.uri, accept="application/activity+json")).status in (303, 404)
    gone = await blog.publish("", "", slug="nothing", reference=repost_of(f"https://{blog.host}/nothing-here/"))
    await blog.settle()
    assert len(ann.of_type("Announce")) == 1
    assert "nothing-here" in (await blog.get(gone.path)).text


async def test_what_its_author_deletes_is_quoted_no_longer(blog: RunningInstance, ann: Peer) -> None:
    note = ann.note("", "<p>Words of ann.</p>")
    ann.documents[note["id"]] = note
    post = await blog.publish("", "An answer.", slug="answer", reference=reply_to(note["id"]))
    await blog.settle()
    assert "Words of ann." in (await blog.get(post.path)).text
    await ann.delete(note)
    await blog.settle()
    assert "Words of ann." not in (await blog.get(post.path)).text


async def test_an_import_notifies_nobody_of_what_it_likes(blog: RunningInstance, ann: Peer) -> None:
    note = ann.note("", "<p>Words.</p>")
    ann.documents[note["id"]] = note
    blog.clock.advance(days=1)
    old = blog.clock()
    blog.clock.advance(days=30)
    await blog.publish("", "", slug="old", date=old, reference=like_of(note["id"]))
    await blog.settle()
    assert not ann.received


async def test_a_web_page_is_cited_and_its_author_reads_of_it(blog: RunningInstance, wire: Wire) -> None:
    page = b"""<html><head><title>On &lt;frost&gt;</title><meta name="description" content="All is black.">
        <link rel="alternate" type="application/activity+json" href="https://inside.example/object"></head></html>"""

    posted: list[Any] = []

    async def answer(request: Request) -> Response:
        if request.method == "POST":
            posted.append(request)
        headers = {"Content-Type": "text/html", "Link": '</webmention>; rel="webmention"'}
        return Response(status=200, headers=headers, body=page, url=request.url)

    wire.connect_server("garden.example", answer)
    wire.connect_server("inside.example", answer)
    address = "https://garden.example/frost"
    post = await blog.publish("", "So it is here.", slug="answer", reference=reply_to(address))
    await blog.settle()
    shown = (await blog.get(post.path)).text
    assert "On &lt;frost&gt;" in shown
    assert "All is black." in shown
    document = await blog.document(post.uri)
    assert "inReplyTo" not in document
    assert f'href="{address}"' in document["content"]
    assert "So it is here." in document["content"]
    like = await blog.publish("", "", slug="like", reference=like_of(address))
    blog.clock.advance(minutes=2)
    await blog.settle()
    sent = sorted(parse_qs(request.body.decode())["source"][0] for request in posted)
    assert sent == sorted([page_of(blog, post), page_of(blog, like)])


def test_a_header_names_one_address_that_the_post_answers() -> None:
    def read(lines: str) -> Reference | None:
        text = f"---\n{lines}\n---\nText\n"
        return frontmatter.split(text, file="a.md", timezone=UTC)[0].reference

    assert read("in-reply-to: https://a.example/1") == reply_to("https://a.example/1")
    assert read("like_of: https://a.example/1") == like_of("https://a.example/1")
    assert read("repostOf: https://a.example/1") == repost_of("https://a.example/1")
    assert read("like_of:") is None
    for wrong in ("like_of: ftp://a.example/", "like_of: /mine/", "like_of: https://u@a.example/", "like_of: a b"):
        with pytest.raises(FrontMatterInvalid, match="must be an address"):
            read(wrong)
    with pytest.raises(FrontMatterInvalid, match="a post has one of"):
        read("like_of: https://a.example/1\nrepost_of: https://a.example/1")
