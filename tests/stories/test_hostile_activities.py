"""What nobody sends by mistake: bodies that break parsers, words put into others' mouths, and work made for us."""

import asyncio
import io
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from syndicate.model.comment import CommentState
from syndicate.model.post import Post
from syndicate.storage.blocks import Block
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import ACTIVITY, AS2, PUBLIC, Peer
from tests.waiting import in_time
from tests.wire import Wire

BLOG = "https://blog.example/actor"


def written(peer: Peer, **changes: str) -> str:
    """A Follow as text, with one of its members written in another way."""
    members = {
        "@context": json.dumps(AS2),
        "id": json.dumps(f"{peer.base}/activities/1"),
        "type": '"Follow"',
        "actor": json.dumps(peer.actor),
        "object": json.dumps(BLOG),
    } | changes
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in members.items() if text) + "}"


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


MALFORMED: dict[str, Any] = {
    "empty": lambda peer: b"",
    "null": lambda peer: b"null",
    "a list": lambda peer: b"[" + written(peer).encode() + b"]",
    "a text": lambda peer: b'"x"',
    "a number": lambda peer: b"1",
    "half of it": lambda peer: written(peer).encode()[:-5],
    "something behind it": lambda peer: written(peer).encode() + b"{}",
    "a byte order mark": lambda peer: b"\xef\xbb\xbf" + written(peer).encode(),
    "UTF-16": lambda peer: written(peer).encode("utf-16"),
    "Latin-1": lambda peer: written(peer, name='"\u00fc"').encode("latin-1"),
    "not a number": lambda peer: written(peer, x="NaN").encode(),
    "infinity": lambda peer: written(peer, x="-Infinity").encode(),
    "5,000 digits": lambda peer: written(peer, x="9" * 5000).encode(),
    "a lone surrogate": lambda peer: written(peer, x='"\\ud800"').encode(),
    "a lone surrogate as a name": lambda peer: written(peer, x='{"\\udfff":1}').encode(),
    "33 levels": lambda peer: written(peer, x=deep(33)).encode(),
    "100,000 levels": lambda peer: written(peer, x=deep(100_000)).encode(),
    "two actors": lambda peer: (written(peer)[:-1] + f',"actor":"{peer.base}/users/other"}}').encode(),
    "two of something inside": lambda peer: written(peer, x='{"a":1,"a":2}').encode(),
    "a list of two actors": lambda peer: written(peer, actor=json.dumps([peer.actor, "https://a.example/b"])).encode(),
    "an id of JSON-LD": lambda peer: written(peer, **{"@id": '"https://social.example/x"'}).encode(),
    "a graph": lambda peer: written(peer, **{"@graph": "[]"}).encode(),
    "a type of JSON-LD inside": lambda peer: written(peer, x='[{"@type":"Note"}]').encode(),
    "another meaning for actor": lambda peer: written(
        peer, **{"@context": json.dumps([AS2, {"actor": "as:object"}])}
    ).encode(),
    "another meaning for id": lambda peer: written(peer, **{"@context": json.dumps([AS2, {"id": "as:url"}])}).encode(),
    "another meaning inside": lambda peer: written(peer, x='{"@context":{"type":{"@id":"as:name"}}}').encode(),
    "no context": lambda peer: written(peer, **{"@context": ""}).encode(),
    "another context": lambda peer: written(peer, **{"@context": '"https://schema.org/"'}).encode(),
    "an id that is no address": lambda peer: written(peer, id='"1"').encode(),
    "an id with a space": lambda peer: written(peer, id=f'"{peer.base}/a b"').encode(),
    "an id that is an object": lambda peer: written(peer, id=f'{{"id":"{peer.base}/1"}}').encode(),
    "an endless id": lambda peer: written(peer, id=json.dumps(f"{peer.base}/" + "x" * 3000)).encode(),
    "no type": lambda peer: written(peer, type="").encode(),
    "a type that is a number": lambda peer: written(peer, type="7").encode(),
    "an actor without id": lambda peer: written(peer, actor='{"type":"Person"}').encode(),
    "60,000 recipients": lambda peer: written(
        peer, to=json.dumps([f"https://a.example/{n}" for n in range(30_000)])
    ).encode(),
    "60,000 tags": lambda peer: written(peer, tag=json.dumps([{}] * 60_000)).encode(),
    "20,000 values": lambda peer: written(peer, x=json.dumps([[0] * 999] * 20)).encode(),
}


@pytest.mark.parametrize("kind", MALFORMED)
async def test_a_body_that_two_readers_could_read_differently_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, kind: str
) -> None:
    response = await wire.fetch(ann.signed(MALFORMED[kind](ann)))
    assert response.status == 400, response.body
    assert await instance.verdicts() == []
    assert ann.requests == []
    assert await instance.store.followers.count("blog") == 0


async def test_contexts_may_say_what_everybody_says(instance: RunningInstance, ann: Peer) -> None:
    context = [
        AS2,
        "https://w3id.org/security/v1",
        {
            "id": "@id",
            "type": "@type",
            "toot": "http://joinmastodon.org/ns#",
            "Emoji": "toot:Emoji",
            "content": "as:content",
            "inbox": {"@id": "ldp:inbox", "@type": "@id"},
            "@language": "und",
        },
    ]
    assert (await ann.send({**ann.activity("Follow", BLOG), "@context": context})).status == 202
    await instance.settle()
    assert await instance.store.followers.count("blog") == 1


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/form-data", "", "text/html"])
async def test_another_media_type_is_refused(
    instance: RunningInstance, ann: Peer, wire: Wire, content_type: str
) -> None:
    body = json.dumps(ann.activity("Follow", BLOG)).encode()
    assert (await wire.fetch(ann.signed(body, content_type=content_type))).status == 415
    assert ann.requests == []


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json; charset=utf-8",
        f'application/ld+json; profile="{AS2}"',
        "application/ld+json",
        "Application/Activity+JSON",
    ],
)
async def test_activitystreams_under_each_of_its_names_is_taken(
    instance: RunningInstance, ann: Peer, wire: Wire, content_type: str
) -> None:
    body = json.dumps(ann.activity("Follow", BLOG)).encode()
    assert (await wire.fetch(ann.signed(body, content_type=content_type))).status == 202


async def test_a_coded_body_is_refused(instance: RunningInstance, ann: Peer, wire: Wire) -> None:
    request = ann.signed(json.dumps(ann.activity("Follow", BLOG)).encode())
    coded = Request(
        method="POST", url=request.url, headers=(*request.headers, ("Content-Encoding", "gzip")), body=request.body
    )
    assert (await wire.fetch(coded)).status == 415


async def test_a_body_over_a_megabyte_is_refused(instance: RunningInstance, ann: Peer) -> None:
    follow = {**ann.activity("Follow", BLOG), "x": "y" * (1024 * 1024)}
    request = ann.signed(json.dumps(follow).encode())
    url = f"http://127.0.0.1:{instance.port}/inbox"
    headers = [*request.headers, ("Host", instance.host)]
    async with instance.client.post(url, headers=headers, data=io.BytesIO(request.body or b"")) as response:
        assert response.status == 413
    assert await instance.verdicts() == []


# words in another's mouth


async def test_a_reply_in_anothers_name_is_refused(open_instance: RunningInstance, ann: Peer, mallory: Peer) -> None:
    post = await open_instance.publish("Hello")
    hers = ann.note(post.uri, "<p>I never said that.</p>")
    own = mallory.note(post.uri, "<p>I never said that.</p>")
    for object in (
        hers,
        {**own, "attributedTo": ann.actor},
        {**hers, "attributedTo": mallory.actor},
        {**own, "attributedTo": [mallory.actor, ann.actor]},
        {**own, "attributedTo": {"type": "Person", "id": ann.actor}},
        {**own, "attributedTo": None, "actor": ann.actor},
        {**own, "id": None},
        {**own, "id": f"{mallory.base}@social.example/notes/1"},
        {**own, "id": f"https://social.example:443@evil.example/{1}"},
        {"type": "Create", "id": f"{mallory.base}/c/1", "actor": mallory.actor, "object": hers},
        [own, hers],
    ):
        await mallory.send(mallory.activity("Create", object, to=[PUBLIC]))
    await open_instance.settle()
    authors = {comment.author.uri for comment in await open_instance.comments(post)}
    assert authors <= {mallory.actor}
    assert ann.requests == []


async def test_an_id_on_another_server_is_refused_and_stays_free_for_it(
    open_instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    genuine = ann.activity("Follow", BLOG)
    assert (await mallory.send({**mallory.activity("Follow", BLOG), "id": genuine["id"]})).status == 401
    assert await open_instance.verdicts() == []
    assert (await ann.send(genuine)).status == 202
    await open_instance.settle()
    assert await open_instance.store.followers.count("blog") == 1


@pytest.mark.parametrize("way", ["Announce", "Create", "forwarded"])
async def test_what_is_quoted_from_another_server_is_read_there(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, way: str
) -> None:
    post = await open_instance.publish("Hello")
    genuine = ann.note(post.uri, "<p>As I wrote it.</p>")
    twisted = {**genuine, "content": "<p>Twisted.</p>"}
    if way == "Announce":
        await mallory.send(mallory.activity("Announce", ann.create(twisted), to=[PUBLIC]))
    elif way == "Create":
        await mallory.send(mallory.activity("Create", twisted, to=[PUBLIC]))
    else:
        await mallory.send({**ann.create(twisted), "proof": {"type": "DataIntegrityProof"}})
    await open_instance.settle()
    texts = [comment.html for comment in await open_instance.comments(post)]
    assert texts == ([] if way == "Create" else ["<p>As I wrote it.</p>"])
    assert "Twisted" not in await open_instance.outputs(post)


@pytest.mark.parametrize(
    "served",
    [
        {"id": "https://social.example/notes/elsewhere"},
        {"id": None},
        {"attributedTo": "https://social.example/users/ann"},
        {"id": "https://social.example/notes/1", "attributedTo": "https://social.example/users/ann"},
    ],
    ids=["another id", "no id", "another author", "another id and author"],
)
async def test_a_document_with_the_id_of_another_is_refused(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, served: dict[str, Any]
) -> None:
    post = await open_instance.publish("Hello")
    note = mallory.note(post.uri, "<p>Ann said so.</p>")
    mallory.documents[note["id"]] = {"@context": AS2, **note, **served}
    await mallory.send(mallory.activity("Create", note["id"], to=[PUBLIC]))
    await mallory.send(mallory.activity("Announce", {"type": "Create", "object": note["id"]}, to=[PUBLIC]))
    await open_instance.settle()
    assert await open_instance.comments(post) == []
    assert sum(ann.fetched(request.url) for request in ann.requests) <= 1


@pytest.mark.parametrize("content_type", ["application/json", "text/html", "image/png", "application/ld+json", ""])
async def test_an_upload_is_no_note(open_instance: RunningInstance, ann: Peer, wire: Wire, content_type: str) -> None:
    """A file that anybody may put on a server must not speak for that server's people."""
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>From an upload.</p>")
    answer = ann.answer

    async def as_upload(request: Request) -> Response:
        response = await answer(request)
        if request.url != note["id"]:
            return response
        return Response(status=200, headers={"Content-Type": content_type}, body=response.body, url=request.url)

    wire.connect_server(ann.host, as_upload)
    await ann.send(ann.activity("Create", note["id"], to=[PUBLIC]))
    await open_instance.settle()
    assert await open_instance.comments(post) == []
    assert await open_instance.verdicts() == [("Create", "ignored", "object.unavailable")]


async def test_nobody_speaks_as_the_blog(open_instance: RunningInstance, mallory: Peer) -> None:
    post = await open_instance.publish("Hello")
    note = {**mallory.note(post.uri, "<p>The author says.</p>"), "attributedTo": BLOG}
    mallory.documents[note["id"]] = {"@context": AS2, **note}
    await mallory.send(mallory.activity("Create", note, to=[PUBLIC]))
    await mallory.send(mallory.activity("Create", note["id"], to=[PUBLIC]))
    await mallory.send(mallory.activity("Announce", {"type": "Create", "actor": BLOG, "object": note}, to=[PUBLIC]))
    await open_instance.settle()
    assert await open_instance.comments(post) == []


async def test_who_is_blocked_does_not_speak_through_others(
    open_instance: RunningInstance, mallory: Peer, bob: Peer, clock: FakeClock
) -> None:
    """A group passes on what its members write, and a server forwards."""
    post = await open_instance.publish("Hello")
    note = mallory.note(post.uri, "<p>Through the back door.</p>")
    block = Block(pattern="evil.example", reason="", created=clock())
    await open_instance.store.transaction(lambda tx: tx.blocks.save(block))
    await bob.send(bob.activity("Announce", mallory.create(note), to=[PUBLIC]))
    await bob.send({**mallory.create(note), "signature": {"type": "RsaSignature2017"}})
    await open_instance.settle()
    assert await open_instance.comments(post) == []
    assert mallory.requests == []


async def test_a_blocked_neighbour_does_not_speak_through_another(
    open_instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    post = await open_instance.publish("Hello")
    eve = ann.neighbour("eve", rsa_keys[4])
    note = eve.note(post.uri, "<p>Through the back door.</p>")
    block = Block(pattern=eve.actor, reason="", created=clock())
    await open_instance.store.transaction(lambda tx: tx.blocks.save(block))
    await bob.send({**ann.activity("Create", note, to=[PUBLIC]), "signature": {}})
    await ann.send(ann.activity("Create", note["id"], to=[PUBLIC]))
    await bob.send(bob.activity("Announce", eve.create(note), to=[PUBLIC]))
    await open_instance.settle()
    assert await open_instance.comments(post) == []


# things that break pages


NASTY = "a\x00b\x0bc\x1bd\ufffee\u2028f\u202eg\x85h"
BROKEN: dict[str, dict[str, Any]] = {
    "content": {"content": f"<p>{NASTY} ]]> -- <? &#0; &#xB; &#xFFFE; &#55296;</p>"},
    "summary": {"summary": NASTY},
    "name": {"name": NASTY},
    "url": {"url": f"https://social.example/{NASTY}"},
    "url with quotes": {"url": 'https://social.example/"><script>x</script>'},
    "javascript": {"url": "javascript:alert(1)"},
    "data": {"url": "data:text/html,<script>x</script>"},
    "links": {"url": [{"type": "Link"}, {"href": 7}, None, "https://social.example/ok"]},
    "content is a list": {"content": ["<p>one</p>"]},
    "content is null": {"content": None, "contentMap": {"en": "<p>From the map.</p>"}},
    "the map is a list": {"content": None, "contentMap": ["en"]},
    "attachment is null": {"attachment": None},
    "attachment without url": {"attachment": [{"type": "Link", "mediaType": "image/png"}, 7, [[]], "x"]},
    "attachment": {
        "attachment": {"type": "Image", "mediaType": "image/png", "url": "javascript:x", "name": '"><script>x</script>'}
    },
    "5,000 attachments": {
        "attachment": [{"type": "Image", "mediaType": "image/png", "url": "https://x.example/"}] * 200
    },
    "tag is an object": {"tag": {"type": "Mention", "href": BLOG, "name": "@notes"}},
    "tags of everything": {"tag": [None, 7, "x", [], {}, {"type": "Mention"}, {"type": ["Hashtag", 7], "name": {}}]},
    "a megabyte of a name": {"name": "n" * 900_000},
    "unclosed": {"content": "<a href='https://x.example'>" * 10_000},
    "nested": {"content": "<b>" * 50_000},
    "only an emoji": {"content": "<p>🎉</p>"},
    "marks": {"content": "<p>a" + "\u0301" * 5000 + "</p>"},
    "a reply to itself": {"replies": {"first": {"next": "https://social.example/notes/1"}}},
    "type of many": {"type": ["Note", "Person", "Create"]},
    "an id with marks": {"id": "https://social.example/notes/\ufffe\u202e1"},
    "in reply to a null": {"inReplyTo": "https://blog.example/\x00"},
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_whatever_a_note_holds_every_page_and_feed_stands(
    open_instance: RunningInstance, ann: Peer, kind: str
) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Words.</p>") | BROKEN[kind]
    await ann.send(ann.create(note))
    await open_instance.settle()
    assert all(outcome != "failed" for _, outcome, _ in await open_instance.verdicts()), await open_instance.verdicts()
    await _everything_stands(open_instance, post)


PROFILES: dict[str, dict[str, Any]] = {
    "name": {"name": f"<script>alert(1)</script>{NASTY}"},
    "no name": {"name": None, "preferredUsername": None},
    "a long name": {"name": "n" * 500_000},
    "username": {"preferredUsername": NASTY},
    "summary": {"summary": NASTY},
    "url": {"url": f"https://social.example/{NASTY}"},
    "url with quotes": {"url": 'https://social.example/"><script>x</script>'},
    "icon": {"icon": {"type": "Image", "url": f"https://social.example/{NASTY}.png"}},
    "icon inside": {"icon": {"type": "Image", "url": "https://127.0.0.1/x.png"}},
    "icon of ours": {"icon": "https://blog.example/actor"},
    "icons": {"icon": [{"url": [{"href": "https://social.example/a.png"}]}, None]},
    "followers": {"followers": f"https://social.example/{NASTY}"},
    "type of many": {"type": ["Person", "Group"]},
    "marks": {"name": "a" + "\u0301" * 5000},
}


@pytest.mark.parametrize("kind", PROFILES)
async def test_whatever_a_profile_holds_every_page_and_feed_stands(
    open_instance: RunningInstance, ann: Peer, kind: str
) -> None:
    ann.documents[ann.actor] = ann.actor_document(**PROFILES[kind])
    post = await open_instance.publish("Hello")
    response = await ann.send(ann.create(ann.note(post.uri, "<p>Words.</p>")))
    assert response.status == 202, response.body
    await ann.follow()
    await open_instance.settle()
    assert all(outcome == "done" for _, outcome, _ in await open_instance.verdicts()), await open_instance.verdicts()
    await _everything_stands(open_instance, post)


async def _everything_stands(instance: RunningInstance, post: Post) -> None:
    """Nothing is broken, by a second reader's judgement, and nothing dangerous is in the markup."""
    outputs = await instance.outputs(post)
    for unprintable in ("\x00", "\x0b", "\x1b", "\ufffe", "\x85"):
        assert unprintable not in outputs
    page = await instance.get(post.path)
    assert page.status == 200
    for feed in ("/comments/feed/", "/comments/feed/atom/", f"{post.path}feed/", f"{post.path}feed/atom/"):
        answer = await instance.get(feed)
        assert answer.status == 200, feed
        etree.fromstring(answer.body)
        assert "<script>" not in answer.text
    for feed in ("/comments/feed/json/", f"{post.path}feed/json/"):
        (await instance.get(feed)).json()
    for address in ("javascript:", "data:text", "<script>"):
        assert address not in page.text
    await instance.document(post.uri)


@pytest.mark.parametrize(
    "object",
    [
        None,
        7,
        "",
        "\x00",
        "x\x00y",
        "https://blog.example/\x00",
        [],
        {},
        [[[[]]]],
        {"id": 7},
        {"id": "\x00", "type": "\x00"},
        {"type": {"type": []}},
        [{"type": "Create", "object": {"type": "Create", "object": []}}],
        "https://[",
        "https://social.example:99999/",
        "ap://did:key:z6Mk/actor",
        "x" * 100_000,
        {"type": "Like", "object": {"object": "https://[", "id": "https://["}},
        {"id": "https://[", "type": "Note", "attributedTo": "https://[", "inReplyTo": "https://["},
    ],
    ids=lambda value: str(value)[:30],
)
async def test_no_object_whatever_it_is_makes_anything_fail(instance: RunningInstance, ann: Peer, object: Any) -> None:
    for type in ("Create", "Update", "Delete", "Undo", "Announce", "Like", "Follow", "Accept", "Block"):
        response = await ann.send(ann.activity(type, object, to=[PUBLIC]))
        assert response.status in (202, 400), (type, response.body)
    await instance.settle()
    for verdict in await instance.verdicts():
        assert verdict[1] in ("ignored", "refused", "private"), verdict


@pytest.mark.parametrize("text", ["Foo\x00", "\x00", "F" * 100_000, "Foo\u202e", "\ufffe"], ids=repr)
async def test_no_type_whatever_it_is_makes_anything_fail(instance: RunningInstance, ann: Peer, text: str) -> None:
    assert (await ann.send(ann.activity(text[:2000], BLOG))).status in (202, 400)
    await instance.settle()
    assert all(outcome == "unsupported" for _, outcome, _ in await instance.verdicts())


# work made for us


async def test_nesting_and_circles_come_to_an_end(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    nested: Any = post.uri
    for at in range(25):
        nested = {"type": "Undo", "id": f"{ann.base}/undo/{at}", "actor": ann.actor, "object": nested}
    itself = ann.activity("Create", "")
    itself["object"] = itself["id"]
    ann.documents[itself["id"]] = itself
    circle = ann.note("", "<p>Round and round.</p>")
    circle["inReplyTo"] = circle["id"]
    ann.requests.clear()
    for activity in (ann.activity("Undo", nested), itself, ann.create(circle), ann.activity("Like", ann.actor)):
        assert (await ann.send(activity)).status == 202
    async with in_time():
        await open_instance.settle()
    assert len([request for request in ann.requests if request.url not in (ann.actor, ann.inbox)]) <= 2
    assert await open_instance.comments(post) == []


async def test_answers_to_nothing_here_make_us_ask_nobody(
    open_instance: RunningInstance, ann: Peer, bob: Peer, wire: Wire
) -> None:
    """A group of which the author knows nothing announces all day; each of its posts names another server."""
    await bob.send(bob.activity("View", "https://x.example/"))
    asked = len(wire.log)
    for at in range(10):
        note = ann.note(f"https://third.example/notes/{at}", "<p>Of no concern.</p>")
        await bob.send(bob.activity("Announce", ann.create(note), to=[PUBLIC]))
        await bob.send({**ann.create(note), "signature": {"type": "RsaSignature2017"}})
        await bob.send(bob.activity("Announce", note["id"], to=[PUBLIC]))
    await open_instance.settle()
    assert len(wire.log) == asked + 30
    assert ann.requests == []


async def test_a_thread_without_an_end_is_not_climbed_to_its_end(
    open_instance: RunningInstance, mallory: Peer, wire: Wire
) -> None:
    """Each note answers one that its server makes up when it is asked for."""
    post = await open_instance.publish("Hello")
    answer = mallory.answer

    async def endless(request: Request) -> Response:
        number = request.url.rpartition("/")[2]
        if "/endless/" not in request.url:
            return await answer(request)
        note = {
            **mallory.note(f"{mallory.base}/endless/{int(number) + 1}", "<p>And on.</p>"),
            "id": request.url,
            "tag": [{"type": "Mention", "href": BLOG}],
        }
        body = json.dumps({"@context": AS2, **note}).encode()
        return Response(status=200, headers={"Content-Type": ACTIVITY}, body=body, url=request.url)

    wire.connect_server(mallory.host, endless)
    first = mallory.note(f"{mallory.base}/endless/1", "<p>On.</p>", tag=[{"type": "Mention", "href": BLOG}])
    await mallory.send(mallory.create(first))
    async with in_time():
        await open_instance.settle()
    climbed = [request for request in wire.to(mallory.host) if "/endless/" in request.url]
    assert 0 < len(climbed) <= 20
    assert await open_instance.comments(post) == []


async def test_we_do_not_fetch_from_ourselves(open_instance: RunningInstance, bob: Peer, wire: Wire) -> None:
    post = await open_instance.publish("Hello")
    for uri in (post.uri, f"{post.uri}/replies", "https://blog.example/actor", "https://BLOG.example/inbox"):
        await bob.send(bob.activity("Announce", {"type": "Create", "object": uri}, to=[PUBLIC]))
    await open_instance.settle()
    assert [request for request in wire.to("blog.example") if request.method == "GET"] == []


async def test_one_slow_server_does_not_keep_others_waiting(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, wire: Wire
) -> None:
    """What others sent meanwhile is done while a fetch hangs."""
    post = await open_instance.publish("Hello")
    answer, hanging, committed = mallory.answer, asyncio.Event(), asyncio.Event()

    async def never(request: Request) -> Response:
        if "/slow/" in request.url:
            hanging.set()
            await asyncio.Event().wait()
        return await answer(request)

    wire.connect_server(mallory.host, never)
    for at in range(20):
        await mallory.send(mallory.activity("Create", f"{mallory.base}/slow/{at}", to=[PUBLIC]))
    working = asyncio.create_task(open_instance.server.inbox_worker.run())
    await hanging.wait()
    open_instance.store.database.on_commit(committed.set)
    await ann.reply(post.uri, "<p>In between.</p>")
    open_instance.server.inbox_worker.wake()
    try:
        async with in_time():
            while not await open_instance.comments(post):
                committed.clear()
                await committed.wait()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.mark.parametrize(
    ("name", "marked"), [("\u0430nn", True), ("ann", False), ("\u0431\u043e\u0440\u0438\u0441", False)]
)
async def test_a_handle_that_mixes_alphabets_is_marked(
    open_instance: RunningInstance, mallory: Peer, name: str, marked: bool
) -> None:
    mallory.documents[mallory.actor] = mallory.actor_document(preferredUsername=name)
    post = await open_instance.publish("Hello")
    await mallory.reply(post.uri)
    await open_instance.settle()
    page = (await open_instance.get(post.path)).text
    assert f"@{name}@{mallory.host}" in page
    assert ("mixed alphabets" in page) is marked


async def test_a_flood_is_held_and_the_page_stays_as_it_is(open_instance: RunningInstance, mallory: Peer) -> None:
    post = await open_instance.publish("Hello")
    for at in range(80):
        await mallory.reply(post.uri, f"<p>Flood {at}.</p>")
    await open_instance.settle()
    assert len(await open_instance.comments(post, CommentState.APPROVED)) == 60
    assert len(await open_instance.comments(post, CommentState.PENDING)) == 20


async def test_links_are_counted_however_they_are_written(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await instance.publish("Hello")
    first = await ann.reply(post.uri, "<p>Friendly.</p>")
    await instance.settle()
    await instance.decide(first["id"], "approve")
    spam = [
        "<a\nhref='https://s{n}.example/'>x</a>",
        "<A\tHREF=https://s{n}.example/>x</A>",
        "<a/href='https://s{n}.example/'>x</a>",
    ]
    for form in spam:
        clock.advance(hours=2)
        await ann.reply(post.uri, "".join(form.format(n=n) for n in range(6)))
        await instance.settle()
    hidden = [{"type": "Hashtag", "name": f"#{n}", "href": "https://social.example/tags/x"} for n in range(20)]
    clock.advance(hours=2)
    await ann.reply(post.uri, "".join(f'<a href="https://s{n}.example/">x</a>' for n in range(6)), tag=hidden)
    await instance.settle()
    assert len(await instance.comments(post, CommentState.PENDING)) == 4
    mentions = [{"type": "Mention", "href": f"{ann.base}/users/{n}", "name": f"@{n}"} for n in range(4)]
    clock.advance(hours=2)
    text = "".join(f'<a href="{ann.base}/users/{n}" class="u-url mention">@{n}</a> ' for n in range(4))
    await ann.reply(post.uri, text, tag=mentions)
    await instance.settle()
    assert len(await instance.comments(post, CommentState.APPROVED)) == 2


async def test_an_avatar_of_somebody_who_shows_nothing_is_not_fetched(
    instance: RunningInstance, mallory: Peer, bob: Peer
) -> None:
    """Anyone can make us look up a key: that must not make us download whatever its owner names."""
    mallory.documents[mallory.actor] = mallory.actor_document(icon={"type": "Image", "url": f"{bob.base}/huge.png"})
    await mallory.send(mallory.activity("View", "https://x.example/"))
    await instance.settle()
    assert bob.requests == []


async def test_answers_never_tell_more_than_the_sender_knew(open_instance: RunningInstance, mallory: Peer) -> None:
    response = await mallory.send(mallory.activity("Create", {"id": f"{mallory.base}/1"}, to=[PUBLIC]))
    assert (response.status, response.body) == (202, b"")
    headers = (("Content-Type", ACTIVITY),)
    bare = await mallory.wire.fetch(
        Request(method="POST", url="https://blog.example/inbox", headers=headers, body=b"{}")
    )
    assert bare.status == 401
    assert json.loads(bare.body)["reason"] == "signature.missing"


async def test_the_avatar_of_somebody_who_is_shown_is_fetched_and_kept(
    instance: RunningInstance, ann: Peer, wire: Wire
) -> None:
    picture = f"{ann.base}/ann.png"
    ann.documents[ann.actor] = ann.actor_document(icon={"type": "Image", "mediaType": "image/png", "url": picture})
    post = await instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Hello to you.</p>")
    await instance.settle()
    assert ann.fetched(picture) == 0
    await instance.decide(note["id"], "approve")
    await instance.settle()
    assert ann.fetched(picture) == 1
