"""Programs write for the author by Micropub. The numbers in brackets are those of micropub.rocks' tests for servers."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from syndicate.model.post import Post, PostState, SourceFormat, Visibility
from syndicate.model.tokens import hash_of
from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.web.api.micropub_request import MicropubRequest, Properties, request_of_json
from tests.instances import Answer, RunningInstance
from tests.peer import Peer
from tests.pictures import CAMERA, drawn, encoded, exif

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MULTIPART = "multipart/form-data; boundary=b"
PICTURES = {
    "jpg": encoded("JPEG", drawn(1), exif=exif()),
    "png": encoded("PNG", drawn(2)),
    "gif": encoded("GIF", drawn(3)),
}
URL = "https://blog.example"


class Program:
    """A program with a token. `send` names what it sends; a `Location` is where the post is."""

    def __init__(self, blog: RunningInstance, token: str) -> None:
        self.blog, self.token = blog, token

    @classmethod
    async def with_scopes(cls, blog: RunningInstance, *scopes: Scope) -> "Program":
        token = f"token for {' '.join(scopes)}".replace(" ", "-")
        made = AccessToken(
            id=token[:36], token_hash=hash_of(token), name="Quill", scopes=frozenset(scopes), created=blog.clock()
        )
        await blog.store.transaction(lambda tx: tx.access_tokens.save(made))
        return cls(blog, token)

    async def send(self, body: bytes, kind: str, path: str = "/micropub", **headers: str) -> Answer:
        sent = {"Host": self.blog.host, "Content-Type": kind, "Authorization": f"Bearer {self.token}"}
        sent |= {name: value for name, value in headers.items() if value}
        sent = {name: value for name, value in sent.items() if headers.get(name) != ""}
        address = f"http://127.0.0.1:{self.blog.port}{path}"
        async with self.blog.client.post(address, data=body, headers=sent) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def form(self, fields: dict[str, str] | list[tuple[str, str]], **headers: str) -> Answer:
        return await self.send(urlencode(fields).encode(), FORM, **headers)

    async def json(self, document: Any, **headers: str) -> Answer:
        return await self.send(json.dumps(document).encode(), JSON, **headers)

    async def entry(self, **properties: Any) -> Post:
        """Create a post from JSON, and return it."""
        named = {name.replace("_", "-"): value for name, value in properties.items()}
        return await self.created(await self.json({"type": ["h-entry"], "properties": named}))

    async def upload(self, path: str, fields: dict[str, str], files: list[tuple[str, bytes]]) -> Answer:
        parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        parts += [f'name="{name}"; filename="a"\r\nContent-Type: x/y\r\n\r\n'.encode() + data for name, data in files]
        body = b"".join(b"--b\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
        return await self.send(body + b"--b--\r\n", MULTIPART, path)

    async def query(self, query: str) -> Answer:
        return await self.blog.get(f"/micropub?{query}", Authorization=f"Bearer {self.token}")

    async def source(self, url: str) -> dict[str, Any]:
        answer = await self.query(urlencode({"q": "source", "url": url}))
        assert answer.status == 200, answer.text
        properties: dict[str, Any] = answer.json()["properties"]
        return properties

    async def created(self, answer: Answer) -> Post:
        assert answer.status == 201, answer.text
        return await self.at(answer.headers["Location"])

    async def at(self, location: str) -> Post:
        path = location.removeprefix(URL)
        post = await self.blog.store.posts.find_by_path(path) or await self.blog.store.posts.find(path[7:])
        assert post is not None, location
        return post


@pytest.fixture
async def program(instance: RunningInstance) -> Program:
    return await Program.with_scopes(instance, *(scope for scope in Scope if scope is not Scope.DRAFT))


async def test_posts_are_created_from_forms(program: Program) -> None:
    blog = program.blog
    home = await blog.get("/")
    assert f'<link rel="micropub" href="{URL}/micropub">' in home.text
    assert f'<{URL}/micropub>; rel="micropub"' in home.headers["Link"]

    note = await program.created(
        await program.form({"h": "entry", "content": "Tea & <b>\n\nhttps://tea.example/"})
    )  # 100
    assert (note.title, note.state, note.slug[:3]) == ("", PostState.PUBLISHED, "tea")
    assert "Tea &amp; &lt;b&gt;" in note.html
    assert 'href="https://tea.example/"' in note.html
    assert (await program.source(f"{URL}{note.path}"))["content"] == ["Tea & <b>\n\nhttps://tea.example/"]  # 602

    fields = [("h", "entry"), ("name", "Frost"), ("content[html]", "<p>Cold <i>night</i><script>x</script></p>")]
    fields += [("category[]", "winter"), ("category[]", "garden"), ("category", "frost"), ("mp-slug", "Early Frost")]
    article = await program.created(await program.form(fields))  # 101, 107
    assert (article.title, article.slug) == ("Frost", "early-frost")
    assert {tag.name for tag in article.tags} == {"winter", "garden", "frost"}
    assert "<i>night</i>" in article.html
    assert "script" not in article.html

    photo = {"photo": "https://pictures.example/a.jpg", "mp-photo-alt[]": "Leaves", "access_token": program.token}
    shown = await program.created(await program.form(photo, Authorization=""))  # 104, 801
    made = await blog.store.posts.find_source(shown.id)
    assert made is not None
    assert (made.image, made.image_alt) == ("https://pictures.example/a.jpg", "Leaves")
    assert program.token not in made.source  # 802

    bookmark = {"bookmark-of": "https://tea.example/?a=1&b=2", "name": "On tea"}
    link = await program.created(await program.form(bookmark))
    assert 'href="https://tea.example/?a=1&amp;b=2"' in link.html
    outbox = await blog.get("/actor/outbox?page=true", accept="application/activity+json")
    assert all(post.uri in outbox.text for post in (note, article, link))


async def test_posts_are_created_from_json(program: Program) -> None:
    blog, now = program.blog, program.blog.clock()
    both = await program.entry(content=["Hello"], category=["one", "two"])  # 200, 201
    assert {tag.name for tag in both.tags} == {"one", "two"}
    rendered = await program.entry(name=["A name"], content=[{"html": "<p>A <em>b</em></p>"}])  # 202
    assert "<em>b</em>" in rendered.html
    written = await program.entry(content=[{"markdown": "A **b** c"}], summary=["In short"])
    made = await blog.store.posts.find_source(written.id)
    assert made is not None
    assert ("<strong>b</strong>" in written.html, made.source_format) == (True, SourceFormat.MARKDOWN)
    assert (await program.source(f"{URL}{written.path}"))["content"] == [{"markdown": "A **b** c"}]

    addresses = [f"https://pictures.example/{number}.jpg" for number in range(3)]
    several = await program.entry(photo=[{"value": addresses[0], "alt": 'A "b"'}, *addresses[1:]])  # 203, 205, 206
    made = await blog.store.posts.find_source(several.id)
    assert made is not None
    assert (made.image, made.image_alt, made.source.count("<img")) == (addresses[0], 'A "b"', 2)

    cite = {"type": ["h-cite"], "properties": {"url": ["https://a.example/1"]}}
    for name, value in (
        ("in-reply-to", "https://a.example/1"),
        ("like-of", cite),
        ("repost-of", "https://a.example/1"),
    ):
        answer = await program.json({"type": ["h-entry"], "properties": {name: [value]}})
        post = await program.created(answer)
        assert post.reference is not None
        assert post.reference.kind.value == name.replace("-", "_")
        url = answer.headers["Location"]
        assert (await program.source(url))[name] == ["https://a.example/1"]
        await program.json({"action": "update", "url": url, "replace": {"content": ["x"]}, "delete": [name]})
        assert name not in await program.source(url)

    draft = await program.entry(content=["Later"], post_status=["draft"])
    assert draft.state is PostState.DRAFT
    assert (await blog.get(draft.path)).status == 404
    future = await program.entry(content=["Soon"], published=[now.replace(year=now.year + 1).isoformat()])
    assert future.state is PostState.SCHEDULED
    old = await program.entry(content=["Once"], published=["2020-02-03T04:05:06+01:00"])
    assert old.published.isoformat() == "2020-02-03T03:05:06+00:00"
    quiet = await program.entry(content=["Psst"], visibility=["unlisted"])
    assert (quiet.state, quiet.visibility) == (PostState.PUBLISHED, Visibility.QUIET)
    for status in ("published", "draft"):
        secret = await program.entry(content=["Mine"], visibility=["private"], post_status=[status])
        assert secret.state is PostState.PRIVATE
        assert (await blog.get(secret.path)).status == 404


async def test_pictures_come_with_a_post_or_before_it(program: Program) -> None:
    blog = program.blog
    files = [("photo[]", PICTURES["jpg"]), ("photo[]", PICTURES["png"])]
    answer = await program.upload("/micropub", {"content": "Two", "mp-photo-alt": "First"}, files)  # 300, 301
    post = await program.created(answer)
    assert post.picture is not None
    assert (post.picture.alt, post.picture.media_type) == ("First", "image/jpeg")
    picture = await blog.get(post.picture.url)
    assert picture.status == 200
    assert CAMERA.encode() not in picture.body
    assert post.html.count("<img") >= 1

    for kind, data in PICTURES.items():  # 700, 701, 702
        kept = await program.upload("/micropub/media", {}, [("file", data)])
        assert kept.status == 201
        location = kept.headers["Location"]
        assert (await blog.get(location)).status == (404 if kind == "gif" else 200)
        await program.entry(content=["With it"], photo=[location])
        shown = await blog.get(location)
        assert shown.headers["Content-Type"] == {"jpg": "image/jpeg"}.get(kind, f"image/{kind}")

    for path, name, data in (
        ("/micropub/media", "file", b"<svg xmlns='x'>"),
        ("/micropub/media", "photo", PICTURES["png"]),
        ("/micropub", "photo", b"<html>"),
        ("/micropub", "video", PICTURES["png"]),
    ):
        refused = await program.upload(path, {"content": "No"}, [(name, data)])
        assert (refused.status // 100, refused.json()["error"]) == (4, "invalid_request")
    assert (await blog.get("/micropub/media")).status == 405


async def test_posts_are_changed(program: Program) -> None:
    post = await program.entry(content=["Before"], category=["one", "two"])
    url = f"{URL}{post.path}"

    async def updated(**changes: Any) -> dict[str, Any]:
        answer = await program.json({"action": "update", "url": url, **changes})
        assert answer.status == 204, answer.text
        return await program.source(url)

    assert (await updated(replace={"content": ["After"]}))["content"] == ["After"]  # 400
    assert (await updated(add={"category": ["three"]}))["category"] == ["one", "two", "three"]  # 401
    assert (await updated(add={"summary": ["In short"]}))["summary"] == ["In short"]  # 402
    assert (await updated(delete={"category": ["one"]}))["category"] == ["two", "three"]  # 403
    assert "category" not in await updated(delete=["category"])  # 404
    pictured = await updated(add={"photo": [{"value": "https://pictures.example/a.jpg", "alt": "A"}]})
    assert pictured["photo"] == [{"value": "https://pictures.example/a.jpg", "alt": "A"}]
    assert "photo" not in await updated(delete={"photo": ["https://pictures.example/a.jpg"]})
    changed = await program.at(url)
    assert (changed.id, changed.uri, changed.summary) == (post.id, post.uri, "In short")

    moved = await program.json({"action": "update", "url": url, "replace": {"mp-slug": ["another"]}})
    assert (moved.status, moved.headers["Location"][-9:]) == (201, "/another/")
    assert (await program.source(url))["content"] == ["After"]

    wrong: tuple[dict[str, Any], ...] = (
        {"replace": "content"},  # 405
        {"replace": {"content": "text"}},
        {"delete": [1]},
        {"add": {"content": ["Second"]}},
        {"replace": {"checkin": ["x"]}},
        {"replace": {"published": ["soon"]}},
        {"replace": {"visibility": ["secret"]}},
        {"replace": {"photo": ["javascript:alert(1)"]}},
        {"add": {"bookmark-of": ["https://a.example/"]}},
        {"delete": ["published"]},
        {"url": "https://elsewhere.example/"},
        {"url": f"{URL}/nothing/"},
    )
    for change in wrong:
        refused = await program.json({"action": "update", "url": url, **change})
        assert (refused.status, refused.json()["error"]) == (400, "invalid_request"), change
    assert (await program.source(url))["content"] == ["After"]

    draft = await program.json({"type": ["h-entry"], "properties": {"content": ["x"], "post-status": ["draft"]}})
    location = draft.headers["Location"]
    published = await program.json({"action": "update", "url": location, "replace": {"post-status": ["published"]}})
    assert published.status == 201
    assert (await program.blog.get(published.headers["Location"])).status == 200


async def test_posts_are_deleted_and_restored(program: Program, ann: Peer) -> None:
    blog = program.blog
    await ann.follow()
    for is_json in (False, True):  # 500 to 503
        post = await program.entry(content=["Here"])
        url = f"{URL}{post.path}"
        await blog.settle()
        send = program.json if is_json else program.form
        for _ in range(2):  # a request that is repeated does nothing more
            assert (await send({"action": "delete", "url": url})).status == 204
            assert (await blog.get(post.path)).status in (404, 410)
            await blog.settle()
        assert (await program.query(urlencode({"q": "source", "url": url}))).status == 400
        assert (await program.json({"action": "update", "url": url, "replace": {"name": ["x"]}})).status == 400
        restored = await send({"action": "undelete", "url": url})
        assert restored.status in (201, 204)
        assert (await blog.get(post.path)).status == 200
        assert (await send({"action": "undelete", "url": url})).status == 400
        await blog.settle()
        assert (len(ann.of_type("Create")), len(ann.of_type("Delete"))) == (2, 1)
        assert post.uri not in (await blog.get("/actor/outbox?page=true", accept="application/activity+json")).text
        ann.received.clear()

    draft = await program.json({"type": ["h-entry"], "properties": {"content": ["x"], "post-status": ["draft"]}})
    url = draft.headers["Location"]
    assert (await program.form({"action": "delete", "url": url})).status == 204
    assert (await program.form({"action": "undelete", "url": url})).status == 204
    assert (await program.at(url)).state is PostState.DRAFT
    assert (await program.form({"action": "update", "url": url})).status == 400


async def test_programs_ask_what_there_is(program: Program) -> None:
    await program.entry(content=["Tea"], category=["tea"])
    config = (await program.query("q=config")).json()  # 600
    assert config["media-endpoint"] == f"{URL}/micropub/media"
    assert (await program.query("q=syndicate-to")).json() == {"syndicate-to": []}  # 601
    assert (await program.query("q=category")).json() == {"categories": ["tea"]}
    types = (await program.query("q=post-types")).json()["post-types"]
    assert [one["type"] for one in types] == ["note", "article", "photo", "bookmark", "reply", "like", "repost"]
    post = await program.entry(name=["N"], content=["Words"], category=["tea"])
    some = urlencode([("q", "source"), ("url", f"{URL}{post.path}"), ("properties[]", "name"), ("properties[]", "x")])
    assert (await program.query(some)).json() == {"properties": {"name": ["N"]}}  # 603
    assert (await program.query("q=guesses")).status == 400
    assert (await program.query("q=source")).status == 400


async def test_only_a_token_with_the_scope_is_accepted(instance: RunningInstance) -> None:
    writer = await Program.with_scopes(instance, Scope.CREATE)
    drafter = await Program.with_scopes(instance, Scope.DRAFT)
    stranger = Program(instance, "guessed")
    entry = {"h": "entry", "content": "Hello"}
    post = await writer.created(await writer.form(entry))  # 800
    url = f"{URL}{post.path}"
    for answer in (
        await stranger.form(entry),
        await writer.form(entry, Authorization=""),  # 803
        await writer.form(entry, Authorization="", Cookie="__Host-session=x"),
        await writer.form(entry, Authorization="Basic eDp5"),
        await instance.get("/micropub?q=config"),
    ):
        assert (answer.status, answer.json()["error"]) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    twice = await writer.form({**entry, "access_token": writer.token})  # 805
    assert (twice.status, twice.json()["error"]) == (400, "invalid_request")
    for program, fields, scope in (
        (writer, {"action": "delete", "url": url}, "delete"),
        (writer, {"action": "undelete", "url": url}, "undelete"),
        (drafter, {**entry, "post-status": "published"}, "create"),  # 804
    ):
        refused = await program.form(fields)
        assert (refused.status, refused.json()["error"], refused.json()["scope"]) == (403, "insufficient_scope", scope)
    assert (await writer.query(urlencode({"q": "source", "url": url}))).json()["scope"] == "update"
    assert (await drafter.created(await drafter.form(entry))).state is PostState.DRAFT
    tokens = {token.name: token for token in await instance.store.access_tokens.list_all()}
    assert tokens["Quill"].used == instance.clock()

    for kind, body in ((JSON, b"{"), (JSON, b"[]"), ("text/plain", b"x"), (MULTIPART, b"--b"), (FORM, b"content=%ff")):
        refused = await writer.send(body, kind)
        assert (refused.status, refused.json()["error"]) == (400, "invalid_request"), body
    for sent in (
        {"h": "event", "name": "Party"},
        {"h": "entry"},
        {**entry, "checkin": "https://place.example/"},
        {**entry, "in-reply-to": "mailto:x", "like-of": "https://a.example/"},
        {**entry, "in-reply-to": "https://a.example/", "like-of": "https://a.example/"},
        {**entry, "mp-slug": "?!"},
        {**entry, "action": "burn"},
        {**entry, "content[colour]": "red"},
    ):
        refused = await writer.form(sent)
        assert (refused.status, refused.json()["error"]) == (400, "invalid_request"), sent
    for content in ("a\0b", {"html": "a\0b"}, "\ud800", 5, {"html": 5}, ["x"], None):
        refused = await writer.json({"type": ["h-entry"], "properties": {"content": [content]}})
        assert (refused.status, refused.json()["error"]) == (400, "invalid_request"), content
    assert len((await writer.form({"x" * 5000: "1"})).text) < 500
    assert "h-event" in (await writer.form({"h": "event"})).json()["error_description"]
    assert "checkin" in (await writer.form({"checkin": "x"})).json()["error_description"]

    answers = [await stranger.form(entry) for _ in range(21)]
    assert answers[-1].status == 429
    assert "Retry-After" in answers[-1].headers


def test_changes_of_an_update_are_applied_in_their_order() -> None:
    before: Properties = {"category": ["a", "b"], "photo": [{"value": "p", "alt": "x"}]}

    def changed(**changes: Any) -> Any:
        body = json.dumps({"action": "update", "url": "u", **changes}).encode()
        return request_of_json(body).changed(before)

    assert changed() == {}
    assert changed(add={"category": ["c"]}, delete={"category": ["a"]}) == {"category": ["b", "c"]}
    assert changed(replace={"category": ["x"]}, add={"category": ["y"]}) == {"category": ["x", "y"]}
    assert changed(delete=["category", "name"]) == {"category": [], "name": []}
    assert changed(delete={"photo": ["p"]}) == {"photo": []}
    assert MicropubRequest().changed(before) == {}
