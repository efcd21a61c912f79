"""Pages that link to a post become comments, likes and reposts; the numbers are those of webmention.rocks."""

from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import mf2py
import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from syndicate.cli.doctor_webmentions import webmention_advice, webmention_problems
from syndicate.errors import AddressDenied
from syndicate.model.comment import Comment, CommentKind, CommentSource, CommentState
from syndicate.model.post import Post, PostState, Visibility
from syndicate.storage.blocks import Block
from syndicate.transport.message import Request, Response
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.wire import Wire

HERE = "https://blog.example"
REPLY = """<!doctype html><title>Re: Hello</title><body class="h-entry">
<a class="p-author h-card" href="https://garden.example/about">Bob <b>Green</b></a>
<p>About <a class="u-in-reply-to" href="{target}">Hello</a>:</p>
<div class="e-content"><p>I <em>agree</em>.<script>alert(1)</script><a href="javascript:x()">x</a></p></div>
<time class="dt-published" datetime="2026-11-01T10:00:00+01:00">then</time> <a class="u-url" href="/re">permalink</a>"""


@dataclass
class Garden:
    """Sites that link to the blog, and send it Webmentions. `pages` are their documents by address."""

    instance: RunningInstance
    wire: Wire
    pages: dict[str, str | int] = field(default_factory=dict)
    media_type: str = "text/html; charset=utf-8"
    moved: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for host in ("garden.example", "other.example"):
            self.wire.connect_server(host, self.answer)

    async def answer(self, request: Request) -> Response:
        at = self.moved.get(request.url, request.url)
        page = self.pages.get(at, 404)
        if isinstance(page, int):
            return Response(status=page, headers={}, url=at)
        return Response(status=200, headers={"Content-Type": self.media_type}, body=page.encode(), url=at)

    async def post(self, source: str, target: str) -> int:
        """Send a Webmention; return the status."""
        body = urlencode({"source": source, "target": target}).encode()
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        answer = await self.wire.fetch(Request(method="POST", url=f"{HERE}/webmention", headers=headers, body=body))
        assert "Location" not in answer.headers
        return answer.status

    async def mention(self, post: Post, html: str | int = REPLY, source: str = "https://garden.example/re") -> None:
        """Serve a page and have it verified."""
        target = f"{HERE}{post.path}"
        self.pages[source] = html.replace("{target}", target) if isinstance(html, str) else html
        assert await self.post(source, target) == 202
        await self.verify()

    async def verify(self) -> None:
        while await self.instance.server.webmentions.work():
            pass

    async def verdict(self) -> tuple[str, str]:
        newest = (await self.instance.store.received_webmentions.list_newest(1))[0]
        return newest.verdict.outcome.value, newest.verdict.reason


@pytest.fixture
def garden(instance: RunningInstance, wire: Wire) -> Garden:
    return Garden(instance, wire)


async def only(instance: RunningInstance, post: Post) -> Comment:
    [comment] = await instance.comments(post)
    return comment


async def page_of(instance: RunningInstance, post: Post) -> str:
    instance.clock.advance(seconds=2)
    return (await instance.get(post.path)).text


async def test_the_endpoint_is_named_on_posts_and_pages_only(instance: RunningInstance) -> None:
    for path in ((await instance.publish("Hello")).path, "/hello/"):
        answer = await instance.get(path)
        if answer.status == 200:
            assert answer.headers["Link"] == f'<{HERE}/webmention>; rel="webmention"'
            assert f'<link rel="webmention" href="{HERE}/webmention">' in answer.text
    closed = await instance.publish("Closed", comments_open=False)
    for path in (closed.path, "/"):
        assert "webmention" not in (await instance.get(path)).text
    assert (await instance.get("/webmention")).status == 405


async def test_receiver_1_a_reply_waits_and_then_stands_under_the_post(
    instance: RunningInstance, garden: Garden
) -> None:
    post = await instance.publish("Hello")
    await garden.mention(post)
    comment = await only(instance, post)
    assert (comment.state, comment.kind, comment.source) == (
        CommentState.PENDING,
        CommentKind.REPLY,
        CommentSource.WEBMENTION,
    )
    assert (comment.author.name, comment.author.uri, comment.author.url) == (
        "Bob Green",
        "https://garden.example",
        "https://garden.example/about",
    )
    assert comment.published.isoformat() == "2026-11-01T09:00:00+00:00"
    assert comment.html.startswith("<p>I <em>agree</em>.")
    assert "alert" not in comment.html
    assert "script" not in comment.html
    assert comment.uri.startswith("urn:uuid:")
    assert await garden.verdict() == ("held", "comment.first")
    assert "agree" not in await instance.outputs(post)
    await instance.decide(comment.id, "approve")
    html = await page_of(instance, post)
    assert 'class="u-comment h-cite comment"' in html
    assert "garden.example</bdi>" in html
    assert "1 comment" in html
    assert comment.uri in (await instance.get("/comments/feed/atom/")).text
    await garden.mention(post, source="https://garden.example/second")
    assert {one.state for one in await instance.comments(post)} == {CommentState.APPROVED}, "its site is known now"


async def test_receiver_2_what_is_no_address_or_no_post_of_ours_is_refused_at_once(
    instance: RunningInstance, garden: Garden
) -> None:
    post = await instance.publish("Hello")
    local, source = f"{HERE}{post.path}", "https://garden.example/re"
    draft = await instance.publish("Draft", state=PostState.DRAFT)
    closed = await instance.publish("Closed", comments_open=False)
    for bad_source, bad_target in (
        ("garden", local),
        (source, "blog"),
        ("ftp://garden.example/", local),
        ("garden", "blog"),
        (source, "https://elsewhere.example/"),
        (source, f"{HERE}/nothing/"),
        (source, f"{HERE}{draft.path}"),
        (source, f"{HERE}{closed.path}"),
        (local, local),
        (f"{HERE}/about/", local),
        ("", ""),
    ):
        assert await garden.post(bad_source, bad_target) == 400, (bad_source, bad_target)
    assert (await instance.get("/webmention", method="POST", Content_Type="text/plain")).status == 415
    assert await instance.store.received_webmentions.count_waiting() == 0


@pytest.mark.parametrize(
    "link",
    [
        '<a href="{target}">x</a>',
        '<a href="{target}#comments">x</a>',
        '<img src="{target}">',
        '<video src="{target}"></video>',
        '<audio><source src="{target}"></audio>',
        '<map><area href="{target}"></map>',
        '<link rel="related" href="{target}">',
        '<blockquote cite="{target}">x</blockquote>',
        '<base href="https://blog.example/"><a href="/?p=7">an alias of an imported blog</a>',
    ],
)
async def test_every_form_of_link_counts(instance: RunningInstance, garden: Garden, link: str) -> None:
    post = await instance.publish("Hello", aliases=("/?p=7",))
    await garden.mention(post, f"<title>Links</title>{link}")
    comment = await only(instance, post)
    assert (comment.kind, comment.author.name) == (CommentKind.MENTION, "garden.example")
    assert "Links" in comment.html


@pytest.mark.parametrize(
    "html",
    [
        "<p>{target}</p>",
        '<!-- <a href="{target}">x</a> -->',
        "<script>'<a href=\"{target}\">'</script>",
        '<textarea><a href="{target}"></textarea>',
        '<a href="{target}another">x</a>',
        "<a<a<a" * 10_000,
        410,
        403,
    ],
)
async def test_a_page_without_the_link_is_no_comment(
    instance: RunningInstance, garden: Garden, html: str | int
) -> None:
    post = await instance.publish("Hello")
    await garden.mention(post, html)
    assert await instance.comments(post) == []
    assert (await garden.verdict())[0] == "refused"


async def test_likes_and_reposts_are_moderated_and_counted(instance: RunningInstance, garden: Garden) -> None:
    post = await instance.publish("Hello")
    like = '<p class="h-entry"><a class="p-author h-card" href="/">Bob</a> likes <a class="u-like-of" href="{target}">it</a>'
    await garden.mention(post, like, "https://garden.example/like")
    await garden.mention(post, like.replace("like-of", "repost-of"), "https://other.example/repost")
    kinds = {comment.kind: comment for comment in await instance.comments(post)}
    assert set(kinds) == {CommentKind.LIKE, CommentKind.REPOST}
    assert "1 like" not in await page_of(instance, post)
    for comment in kinds.values():
        await instance.decide(comment.id, "approve")
    html = await page_of(instance, post)
    assert "1 like<" in html
    assert "1 share<" in html
    assert "1 comment" not in html
    assert 'class="u-like h-cite"' in html
    assert 'class="u-repost h-cite"' in html
    assert kinds[CommentKind.LIKE].uri not in (await instance.get("/comments/feed/atom/")).text
    entry = mf2py.Parser(doc=html, html_parser="lxml", url=f"{HERE}{post.path}").to_dict()["items"][0]["properties"]
    for name in ("like", "repost"):
        [cited] = entry[name]
        assert cited["type"] == ["h-cite"]
        assert cited["properties"]["author"][0]["properties"]["name"][0] in ("Bob", "garden.example", "other.example")
    await instance.decide(kinds[CommentKind.LIKE].id, "reject")
    assert "1 like<" not in await page_of(instance, post)
    await garden.mention(post, 410, "https://other.example/repost")
    assert "1 share<" not in await page_of(instance, post)


async def test_an_update_changes_the_comment_and_a_deletion_takes_it_away(
    instance: RunningInstance, garden: Garden
) -> None:
    """Update 1 and 2, delete 1."""
    post = await instance.publish("Hello")
    await garden.mention(post)
    before = await only(instance, post)
    await instance.decide(before.id, "approve")
    await garden.mention(post)
    assert await garden.verdict() == ("done", "webmention.unchanged")
    instance.clock.advance(minutes=1)
    await garden.mention(post, REPLY.replace("agree", "disagree"))
    after = await only(instance, post)
    assert (after.id, after.uri, after.anchor, after.state) == (
        before.id,
        before.uri,
        before.anchor,
        CommentState.APPROVED,
    )
    assert "disagree" in after.html
    assert after.updated > before.updated
    await instance.publish("Hello", "A few words.", comments_open=False)
    await garden.mention(post, "<p>The link is gone.")
    assert await instance.comments(post) == []
    assert await garden.verdict() == ("refused", "webmention.no-link")
    assert await garden.post("https://garden.example/re", f"{HERE}{post.path}") == 400, "comments are closed now"


async def test_a_source_that_moves_is_read_where_it_is_and_belongs_to_that_site(
    instance: RunningInstance, garden: Garden
) -> None:
    post = await instance.publish("Hello")
    await garden.mention(post)
    await instance.decide((await only(instance, post)).id, "approve")
    garden.moved["https://garden.example/go"] = "https://other.example/evil"
    garden.pages["https://other.example/evil"] = REPLY.replace("{target}", f"{HERE}{post.path}")
    assert await garden.post("https://garden.example/go", f"{HERE}{post.path}") == 202
    await garden.verify()
    [evil] = await instance.comments(post, CommentState.PENDING)
    assert evil.author.uri == "https://other.example", "an open redirect of a known site gains nothing"
    assert evil.url == "https://other.example/re"


async def test_a_page_under_two_addresses_is_one_comment_and_no_page_of_ours_is_any(
    instance: RunningInstance, garden: Garden
) -> None:
    post = await instance.publish("Hello")
    garden.moved["http://garden.example/re"] = "https://garden.example/re"
    garden.pages["https://garden.example/re"] = REPLY.replace("{target}", f"{HERE}{post.path}")
    for source in ("http://garden.example/re", "https://garden.example/re"):
        assert await garden.post(source, f"{HERE}{post.path}") == 202
        await garden.verify()
    await only(instance, post)
    other = await instance.publish("Other")
    for source in ("https://garden.example/re", "http://garden.example/re"):
        garden.pages["https://garden.example/re"] = REPLY.replace("{target}", f"{HERE}{other.path}")
        assert await garden.post(source, f"{HERE}{other.path}") == 202
        await garden.verify()
    await only(instance, other)
    own = await instance.publish("Own")
    garden.moved["https://garden.example/go"] = f"{HERE}/"
    garden.pages[f"{HERE}/"] = (await instance.get("/")).text
    instance.clock.advance(minutes=1)
    assert await garden.post("https://garden.example/go", f"{HERE}{own.path}") == 202
    await garden.verify()
    assert await instance.comments(own) == []
    assert await garden.verdict() == ("refused", "webmention.own")


async def test_the_doctor_sees_whether_webmentions_can_come_and_went(
    instance: RunningInstance, garden: Garden, wire: Wire
) -> None:
    services = instance.server.services

    async def problems() -> list[str]:
        return [problem async for problem in webmention_problems(services, outside)]

    outside = wire

    assert await webmention_advice(services) == await problems() == []
    post = await instance.publish("Hello", "[Tea](https://garden.example/tea)")
    assert await problems() == []
    await garden.mention(post)
    garden.pages["https://garden.example/tea"] = 403
    instance.clock.advance(minutes=2)
    await instance.settle()
    last, failed = await webmention_advice(services)
    assert "from https://garden.example/re: held (comment.first)" in last
    assert failed.startswith("the Webmention to https://garden.example/tea was not taken")

    async def proxy(request: Request) -> Response:
        return Response(status=405, headers=CIMultiDictProxy(CIMultiDict()), url=request.url)

    outside = Wire()
    outside.connect_server("blog.example", proxy)
    unnamed, unanswered = await problems()
    assert "does not name https://blog.example/webmention" in unnamed
    assert "answers 405" in unanswered


async def test_a_source_that_leads_inwards_or_is_down_is_not_shown(
    instance: RunningInstance, garden: Garden, wire: Wire
) -> None:
    post = await instance.publish("Hello")

    async def denied(request: Request) -> Response:
        raise AddressDenied("127.0.0.1 is not a public address")

    wire.connect_server("inwards.example", denied)
    assert await garden.post("https://inwards.example/", f"{HERE}{post.path}") == 202
    await garden.verify()
    assert await garden.verdict() == ("refused", "webmention.address")
    instance.clock.advance(seconds=1)
    wire.cut("garden.example")
    assert await garden.post("https://garden.example/re", f"{HERE}{post.path}") == 202
    for _ in range(6):
        await garden.verify()
        instance.clock.advance(days=1)
    assert await garden.verdict() == ("failed", "webmention.unavailable")
    assert await instance.comments(post) == []
    assert len(wire.to("garden.example")) == 5


async def test_a_flood_from_one_site_and_blocked_ones_are_refused(instance: RunningInstance, garden: Garden) -> None:
    post = await instance.publish("Hello")
    target = f"{HERE}{post.path}"
    assert [await garden.post(f"https://garden.example/{n}", target) for n in range(12)] == [202] * 10 + [429] * 2
    await garden.mention(post, source="https://other.example/")
    await instance.decide((await only(instance, post)).id, "approve")
    block = Block(pattern="other.example", reason="", created=instance.clock())
    await instance.server.services.blocking.block(block)
    assert (await only(instance, post)).state is CommentState.REJECTED
    assert await garden.post("https://other.example/", target) == 403
    await instance.server.services.blocking.unblock("other.example")
    assert (await only(instance, post)).state is CommentState.APPROVED
    block = Block(pattern="bad.example", reason="", created=instance.clock())
    await instance.server.services.blocking.block(block)
    assert await garden.post("https://www.bad.example/", target) == 403


async def test_an_answer_to_a_comment_stands_under_it(instance: RunningInstance, garden: Garden) -> None:
    post = await instance.publish("Hello")
    answer = await instance.server.services.author_replies.reply("hello", "And you?")
    page = REPLY.replace("{target}", f"{HERE}{post.path}#{answer.anchor}")
    await garden.mention(post, page)
    comment = next(one for one in await instance.comments(post) if one.source is CommentSource.WEBMENTION)
    assert comment.parent == answer.id


async def test_an_answer_to_a_webmention_stays_on_the_site_and_in_feeds(
    instance: RunningInstance, garden: Garden, ann: Peer
) -> None:
    await ann.follow()
    post = await instance.publish("Hello")
    await garden.mention(post)
    comment = await only(instance, post)
    await instance.decide(comment.id, "approve")
    await instance.settle()
    before = len(ann.received)
    answers = instance.server.services.author_replies
    answer = await answers.reply(comment.id, "Thank you for that.")
    again = await answers.reply(answer.id, "And good night.")
    await answers.edit(again.id, "And good morning.")
    await instance.settle()
    assert "good morning" in await page_of(instance, post)
    assert answer.uri in (await instance.get("/comments/feed/")).text
    assert len(ann.received) == before
    assert "comments/" not in (await instance.get(f"{post.uri}/replies", accept="application/activity+json")).text
    await answers.delete(again.id)
    await instance.settle()
    assert len(ann.received) == before


async def test_local_posts_and_pages_take_webmentions(instance: RunningInstance, garden: Garden) -> None:
    local = await instance.publish("Local", visibility=Visibility.LOCAL)
    await garden.mention(local)
    assert len(await instance.comments(local)) == 1


@pytest.mark.parametrize("first", ["activity", "webmention"])
async def test_a_reply_that_comes_both_ways_is_one_comment(
    instance: RunningInstance, garden: Garden, ann: Peer, wire: Wire, first: str
) -> None:
    post = await instance.publish("Hello")
    note = ann.note(post.uri, "<p>I agree.</p>")
    html = REPLY.replace("{target}", f"{HERE}{post.path}")
    as_actor = ann.answer

    async def answer(request: Request) -> Response:
        if request.url == note["url"] and request.method == "GET":
            return Response(status=200, headers={"Content-Type": "text/html"}, body=html.encode(), url=request.url)
        return await as_actor(request)

    wire.connect_server(urlsplit(note["url"]).netloc, answer)
    if first == "activity":
        await ann.send(ann.create(note))
        await instance.settle()
        await instance.decide((await only(instance, post)).id, "approve")
    assert await garden.post(note["url"], f"{HERE}{post.path}") == 202
    await garden.verify()
    own = None
    if first == "webmention":
        known = await only(instance, post)
        await instance.decide(known.id, "approve")
        own = await instance.server.services.author_replies.reply(known.id, "Thanks!")
        await ann.send(ann.create(note))
        await instance.settle()
    [reply] = [one for one in await instance.comments(post) if one.source is not CommentSource.OWN]
    assert (reply.source, reply.uri, reply.state) == (CommentSource.REPLY, note["id"], CommentState.APPROVED)
    post = await instance.store.posts.find(post.id) or post
    assert post.counts.comments == (2 if own else 1)
    if own:
        moved = await instance.store.comments.find(own.id)
        assert moved is not None
        assert moved.parent == reply.id
    assert await garden.post(note["url"], f"{HERE}{post.path}") == 202
    await garden.verify()
    assert await garden.verdict() == ("ignored", "webmention.is-reply")


async def test_a_page_that_is_down_for_a_while_is_asked_again(
    instance: RunningInstance, garden: Garden, wire: Wire
) -> None:
    post = await instance.publish("Hello")
    wire.cut("garden.example")
    await garden.mention(post)
    assert await instance.comments(post) == []
    wire.mend("garden.example")
    instance.clock.advance(minutes=2)
    await garden.verify()
    assert len(await instance.comments(post)) == 1
