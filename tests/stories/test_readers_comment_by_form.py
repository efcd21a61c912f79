"""Readers without an account comment by a form: a preview, then the comment waits. No scripts, and no cookies."""

from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.comments.reader_form import PreviewTokens, TypedComment
from syndicate.model.comment import Comment, CommentSource, CommentState
from syndicate.model.post import Post, PostState, Visibility
from tests.clocks import FakeClock
from tests.instances import Answer, RunningInstance, running_instance
from tests.peer import Peer
from tests.wire import Wire

TEXT = "I agree.\n\nSee https://ann.example/tea?a=1&b=2 <script>alert(1)</script>"


class Fields(HTMLParser):
    """The values of the form on a page, as a browser sends them back."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "input" and named.get("name"):
            self.values[named["name"]] = named.get("value", "")
        if tag == "textarea":
            self._area = named["name"]
            self.values[self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.values[self._area] = self.values[self._area].removeprefix("\n")
            self._area = ""


@pytest.fixture
async def blog(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    """A blog with a comment form, where replies of the fediverse show at once."""
    comments = {"form": True, "moderation": "off"}
    async with running_instance(
        tmp_path / "house", database_address, wire, clock, rsa_keys[0], comments=comments
    ) as instance:
        yield instance


async def send(blog: RunningInstance, **fields: str) -> Answer:
    url = f"http://127.0.0.1:{blog.port}/comments/new"
    headers = {"Host": blog.host, "Content-Type": "application/x-www-form-urlencoded"}
    async with blog.client.post(url, data=urlencode(fields), headers=headers, allow_redirects=False) as answer:
        return Answer(answer.status, answer.headers, await answer.read())


async def comment(blog: RunningInstance, to: str, text: str = TEXT, **more: str) -> Answer:
    """Fill in the form, look at the preview, and send it."""
    preview = await send(blog, **{"to": to, "name": "Ann", "site": "ann.example", "text": text, "trap": ""} | more)
    assert preview.status == 200, preview.text
    blog.clock.advance(seconds=5)
    return await send(blog, **Fields(preview.text).values, send="yes")


async def by_form(blog: RunningInstance, post: Post) -> list[Comment]:
    return [one for one in await blog.comments(post) if one.source is CommentSource.FORM]


async def test_a_comment_is_previewed_waits_and_then_stands_under_the_post(blog: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    post = await blog.publish("Hello")
    page = await blog.get(post.path)
    assert 'action="/comments/new"' in page.text
    assert "token" not in page.text
    assert "Set-Cookie" not in page.headers
    filled = Fields(page.text).values | {"name": "Ann", "site": "ann.example", "text": TEXT}
    preview = await send(blog, **filled)
    assert preview.headers["Cache-Control"] == "no-store"
    assert '<a href="https://ann.example/tea?a=1&amp;b=2" rel="nofollow ugc' in preview.text
    assert "<script>alert" not in preview.text
    assert Fields(preview.text).values["text"] == TEXT
    blog.clock.advance(seconds=5)
    sent = Fields(preview.text).values | {"send": "yes"}
    done = await send(blog, **sent)
    assert (done.status, done.headers["Location"]) == (303, f"/comments/new?to={post.path}&sent=yes")
    assert "waits for the author" in (await blog.get(done.headers["Location"])).text
    assert (await send(blog, **sent)).status == 303, "sent twice by a double click"
    [found] = await by_form(blog, post)
    assert (found.state, found.author.name, found.author.url, found.author.uri) == (
        CommentState.PENDING,
        "Ann",
        "https://ann.example",
        "",
    )
    assert found.uri.startswith("urn:uuid:")
    assert "I agree" not in await blog.outputs(post)
    await blog.decide(found.id, "approve")
    blog.clock.advance(minutes=5)
    assert (await send(blog, **sent | {"text": "Buy pills."})).status == 303
    assert [one.state for one in await by_form(blog, post)] == [CommentState.APPROVED]
    assert "Buy pills" not in (await by_form(blog, post))[0].html
    await blog.settle()
    before = len(ann.received)
    answer = await blog.server.services.author_replies.reply(found.id, "Thank you.")
    await blog.settle()
    shown = await blog.outputs(post)
    assert all(text in shown for text in ("I agree", found.uri, answer.uri, "Thank you.", "2 comments"))
    assert len(ann.received) == before, "an answer to it is not federated"


async def test_nothing_typed_is_lost_and_each_problem_stands_at_its_field(blog: RunningInstance) -> None:
    post = await blog.publish("Hello")
    answer = await send(blog, to=post.path, name=" ", site="javascript:alert(1)", text=" \n ", trap="")
    assert answer.status == 422
    assert answer.text.count('role="alert"') == 3
    assert "Please write something" in answer.text
    answer = await send(blog, to=post.path, name="Ann", site="", text=TEXT, trap="https://casino.example/")
    assert answer.status == 422
    assert "leave the field that says so empty" in answer.text
    assert Fields(answer.text).values["text"] == TEXT
    assert await blog.comments(post) == []


async def test_only_a_preview_that_somebody_read_can_be_sent(blog: RunningInstance, clock: FakeClock) -> None:
    post, other = await blog.publish("Hello"), await blog.publish("Other")
    typed = {"name": "Ann", "site": "", "text": TEXT, "trap": "", "send": "yes"}
    token = Fields((await send(blog, **{**typed, "to": post.path} | {"send": ""})).text).values.get("token", "")
    for to, given in ((post.path, ""), (post.path, "a.1.b"), (post.path, token), (other.path, token)):
        answer = await send(blog, to=to, token=given, **typed)
        assert answer.status == 422
        assert Fields(answer.text).values["token"], "there is a new preview to send"
    clock.advance(days=2)
    assert (await send(blog, to=post.path, token=token, **typed)).status == 422
    assert await blog.comments(post) == []


async def test_the_form_says_when_a_post_takes_no_comments(blog: RunningInstance) -> None:
    closed = await blog.publish("Closed", comments_open=False)
    private = await blog.publish("Private", state=PostState.PRIVATE)
    gone = await blog.publish("Gone")
    await blog.delete("gone")
    typed = {"name": "Ann", "site": "", "text": TEXT, "trap": ""}
    answer = await send(blog, to=closed.path, **typed)
    assert answer.status == 403
    assert Fields(answer.text).values["text"] == TEXT
    assert 'action="/comments/new"' not in (await blog.get(closed.path)).text
    assert (await send(blog, to=private.path, **typed)).status == 404
    assert (await send(blog, to=gone.path, **typed)).status == 410
    for to in ("", "/nothing/", "https://elsewhere.example/", "//elsewhere.example/"):
        assert (await send(blog, to=to, **typed)).status == 404
    local = await blog.publish("Local", visibility=Visibility.LOCAL)
    assert (await comment(blog, local.path)).status == 303


async def test_a_comment_can_be_answered_and_a_flood_ends(blog: RunningInstance) -> None:
    post = await blog.publish("Hello")
    await comment(blog, post.path)
    [first] = await by_form(blog, post)
    await blog.decide(first.id, "approve")
    blog.clock.advance(seconds=2)
    link = f"/comments/new?to={post.path}%23{first.anchor}"
    assert f'href="{link}"' in (await blog.get(post.path)).text
    assert "in reply to" in (await blog.get(link)).text
    await comment(blog, f"{post.path}#{first.anchor}", "An answer.")
    second = next(one for one in await by_form(blog, post) if one.id != first.id)
    assert second.parent == first.id
    answers = [await comment(blog, post.path, f"Number {number}.") for number in range(6)]
    assert answers[-1].status == 429
    assert answers[-1].headers["Retry-After"]
    assert Fields(answers[-1].text).values["text"] == "Number 5."


async def test_a_blog_without_the_form_has_none(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    assert "/comments/new" not in (await instance.get(post.path)).text
    assert (await instance.get(f"/comments/new?to={post.path}")).status == 404
    assert (await send(instance, to=post.path, name="Ann", text="Hello", site="", trap="")).status == 404


def test_addresses_become_links_and_nothing_else_is_markup() -> None:
    html = TypedComment(text="One\r\ntwo <b>x</b> & https://a.example/x, and (http://b.example/y).\n\nThree").html
    assert html.count("<p>") == 2
    assert "<br>" in html
    assert "<b>" not in html
    assert 'href="https://a.example/x"' in html
    assert 'href="http://b.example/y"' in html
    assert "&lt;b&gt;x&lt;/b&gt; &amp;" in html


def test_a_token_of_another_blog_does_not_hold(clock: FakeClock) -> None:
    token = PreviewTokens(b"one").issue("post", clock())
    clock.advance(seconds=3)
    assert PreviewTokens(b"one").read(token, "post", clock()) == token.partition(".")[0]
    assert PreviewTokens(b"two").read(token, "post", clock()) is None
