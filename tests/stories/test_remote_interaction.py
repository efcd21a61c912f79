"""A reader with an account elsewhere follows or replies from there, and can ask what became of the reply."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from syndicate.model.post import Term, TermKind
from syndicate.transport.message import Request, Response
from tests.instances import Answer, RunningInstance
from tests.peer import Peer
from tests.stories.test_requests_and_errors import say, statuses

FEP = "https://w3id.org/fep/3b86/"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"


def offers(peer: Peer, *links: tuple[str, str]) -> list[str]:
    """Let a server answer WebFinger with these templates; the resources that it is asked for are kept."""
    asked: list[str] = []

    async def answer(request: Request) -> Response:
        if "/.well-known/webfinger" in request.url:
            asked.append(request.url)
            document = {
                "subject": f"acct:{peer.name}@{peer.host}",
                "links": [{"rel": "self", "type": "application/activity+json", "href": peer.actor}]
                + [{"rel": rel, "template": template} for rel, template in links],
            }
            headers = {"Content-Type": "application/jrd+json"}
            return Response(status=200, headers=headers, body=json.dumps(document).encode(), url=request.url)
        return await peer.answer(request)

    peer.wire.connect_server(peer.host, answer)
    return asked


async def send(instance: RunningInstance, path: str, body: bytes, **headers: str) -> Answer:
    url = f"http://127.0.0.1:{instance.port}{path}"
    sent = {"Host": instance.host, "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    async with instance.client.post(url, data=body, headers=sent, allow_redirects=False) as answer:
        return Answer(answer.status, answer.headers, await answer.read())


async def post(instance: RunningInstance, path: str, fields: dict[str, Any]) -> Answer:
    return await send(instance, path, urlencode(fields).encode())


def onward(answer: Answer) -> str:
    """Where the page leads that a form got."""
    assert answer.status == 200
    assert "Location" not in answer.headers
    [link] = re.findall(r'<p class="onward"><a rel="nofollow noopener" href="([^"]*)">', answer.text)
    return unescape(link)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (((SUBSCRIBE, "https://social.example/authorize?uri={uri}"),), "https://social.example/authorize?uri={}"),
        (
            (
                (SUBSCRIBE, "https://social.example/authorize?uri={uri}"),
                (f"{FEP}Object", "https://social.example/object?o={object}&x={on-success}"),
            ),
            "https://social.example/object?o={}&x=",
        ),
        (
            (
                (f"{FEP}Object", "https://social.example/object?o={object}"),
                (f"{FEP}Follow", "https://social.example/follow?who={object}"),
            ),
            "https://social.example/follow?who={}",
        ),
    ],
)
async def test_a_follow_uses_the_best_template_of_the_readers_server(
    instance: RunningInstance, ann: Peer, links: tuple[tuple[str, str], ...], expected: str
) -> None:
    offers(ann, *links)
    page = await instance.get("/follow/")
    assert 'action="/follow/"' in page.text
    answer = await post(instance, "/follow/", {"account": " @ann@social.example "})
    assert onward(answer) == expected.format(quote("https://blog.example/actor", safe=""))
    assert answer.headers["Cache-Control"] == "no-store"


async def test_who_wants_to_answer_is_taken_to_the_post_or_comment(open_instance: RunningInstance, ann: Peer) -> None:
    said = await open_instance.publish("Tea")
    note = await ann.reply(said.uri)
    await open_instance.settle()
    offers(ann, (f"{FEP}Create", "https://social.example/new?type={type}&to={inReplyTo}&c={content}"))
    for uri in (said.uri, note["id"]):
        assert (await open_instance.get(f"/reply/?to={quote(uri)}")).status == 200
        answer = await post(open_instance, "/reply/", {"account": "ann@social.example", "to": uri})
        where = f"https://social.example/new?type=Note&to={quote(uri, safe='')}&c="
        assert onward(answer) == where
    page = (await open_instance.get(said.path)).text
    assert page.count("/reply/?to=") == 2


async def test_one_link_under_a_comment_leads_to_all_that_can_be_done_with_it(
    open_instance: RunningInstance, ann: Peer
) -> None:
    blog = open_instance
    said = await blog.publish("Tea")
    note = await ann.reply(said.uri)
    await blog.settle()
    offers(ann, (f"{FEP}Like", "https://social.example/like?o={object}"))
    at = f"/reply/?to={quote(note['id'])}"
    assert f'href="{at}">Reply, like or boost</a>' in (await blog.get(said.path)).text
    page = (await blog.get(at)).text
    assert re.findall(r'formaction="([^"]*)">([^<]*)<', page) == [("/reply/like/", "Like"), ("/reply/boost/", "Boost")]
    answer = await post(blog, "/reply/like/", {"account": "ann@social.example", "to": note["id"]})
    assert onward(answer) == f"https://social.example/like?o={quote(note['id'], safe='')}"
    await blog.publish_draft(title="Tea", slug="tea", source="Cold.", comments_open=False)
    await blog.settle()
    blog.clock.advance(seconds=5)
    closed = (await blog.get(said.path)).text
    assert f'href="/reply/like/?to={quote(note["id"])}">Like or boost</a>' in closed
    assert 'formaction="/reply/"' not in (await blog.get(f"/reply/like/?to={quote(note['id'])}")).text
    await blog.delete("tea")
    for what in (said.uri, said.uri + "0"):
        for intent in ("", "like/", "boost/"):
            expected = 410 if what == said.uri else 404
            assert (await blog.get(f"/reply/{intent}?to={quote(what)}")).status == expected
    sent = await post(blog, "/reply/like/", {"account": "ann@social.example", "to": said.uri})
    assert (sent.status, "Location" in sent.headers) == (410, False)


async def test_what_cannot_be_answered_has_no_dialog(instance: RunningInstance, ann: Peer) -> None:
    closed = await instance.publish("Closed", comments_open=False)
    waiting = await instance.publish("Open")
    note = await ann.reply(waiting.uri)
    await instance.settle()
    for uri in (closed.uri, note["id"], "https://elsewhere.example/1", ""):
        assert (await instance.get(f"/reply/?to={quote(uri)}")).status == 404


@pytest.mark.parametrize("typed", ["https://social.example/@ann", "social.example", "acct:ann@social.example"])
async def test_a_name_may_be_given_in_several_ways(instance: RunningInstance, ann: Peer, typed: str) -> None:
    asked = offers(ann, (SUBSCRIBE, "https://social.example/authorize?uri={uri}"))
    assert onward(await post(instance, "/follow/", {"account": typed}))
    assert len(asked) == 1


@pytest.mark.parametrize(
    "typed", ["", "   ", "ann", "@", "a b@c", "javascript:alert(1)", "https://u:p@social.example/", "x" * 3000]
)
async def test_what_is_no_name_is_explained(instance: RunningInstance, typed: str) -> None:
    answer = await post(instance, "/follow/", {"account": typed})
    assert answer.status in (400, 502)
    assert 'role="alert"' in answer.text
    assert "@notes@blog.example" in answer.text


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert({uri})",
        "http://social.example/?u={uri}",
        "https://social.example@evil.example/?u={uri}",
        "//social.example/{uri}",
        "https://social.example/nothing",
        "https://social.example/\r\nSet-Cookie:a={uri}",
        7,
    ],
)
async def test_an_unusable_interaction_template_is_not_followed(
    instance: RunningInstance, ann: Peer, template: Any
) -> None:
    offers(ann, (SUBSCRIBE, template))
    answer = await post(instance, "/follow/", {"account": "ann@social.example"})
    assert answer.status == 200
    assert "If that does not work" in answer.text
    assert "Location" not in answer.headers


@pytest.mark.parametrize("headers", [{"Origin": "https://blog.example"}, {"Sec_Fetch_Site": "same-origin"}])
async def test_the_form_takes_readers_to_their_own_server(
    instance: RunningInstance, ann: Peer, headers: dict[str, str]
) -> None:
    said = await instance.publish("Tea")
    offers(ann, (SUBSCRIBE, "https://social.example/authorize?uri={uri}"))
    for path, fields, about in (
        ("/follow/", {}, "https://blog.example/actor"),
        ("/reply/", {"to": said.uri}, said.uri),
    ):
        body = urlencode({"account": "@ann@social.example", **fields}).encode()
        answer = await send(instance, path, body, **headers)
        assert answer.status == 303
        assert answer.headers["Location"] == f"https://social.example/authorize?uri={quote(about, safe='')}"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://blog.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": "https://blog.example", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"},
    ],
)
async def test_a_form_of_another_site_sends_nobody_elsewhere(
    instance: RunningInstance, mallory: Peer, headers: dict[str, str]
) -> None:
    offers(mallory, (SUBSCRIBE, "https://evil.example/?u={uri}"))
    answer = await send(instance, "/follow/", b"account=m@evil.example", **headers)
    assert onward(answer).startswith("https://evil.example/"), "she sees where it leads"


@pytest.mark.parametrize(("intent", "name"), [("like", "Like"), ("boost", "Announce")])
async def test_a_reader_likes_and_boosts_from_their_own_server(
    open_instance: RunningInstance, ann: Peer, intent: str, name: str
) -> None:
    """Also what takes no replies, but not what is not shown; the page of any post serves where no better one is offered."""
    said = await open_instance.publish("Closed", comments_open=False)
    page = (await open_instance.get(said.path)).text
    path = f"/reply/{intent}/"
    assert f'href="{path}?to={quote(said.uri)}"' in page
    assert (await open_instance.get(f"{path}?to={quote(said.uri)}")).status == 200
    assert (await open_instance.get(f"{path}?to=https://elsewhere.example/1")).status == 404
    fields = {"account": "@ann@social.example", "to": said.uri}
    object = quote(said.uri, safe="")
    offers(
        ann, (SUBSCRIBE, "https://social.example/i?uri={uri}"), (f"{FEP}{name}", "https://social.example/x?o={object}")
    )
    assert onward(await post(open_instance, path, fields)) == f"https://social.example/x?o={object}"
    offers(ann, (SUBSCRIBE, "https://social.example/i?uri={uri}"))
    assert onward(await post(open_instance, path, fields)) == f"https://social.example/i?uri={object}"
    offers(ann)
    answer = await post(open_instance, path, fields)
    assert "offers no page for this" in answer.text
    assert f'value="{said.uri}"' in answer.text, "to copy"


async def test_an_author_who_likes_a_post_elsewhere_comes_to_the_desk(instance: RunningInstance) -> None:
    links = (await instance.get("/.well-known/webfinger?resource=acct:notes@blog.example")).json()["links"]
    templates = {link["rel"].removeprefix(FEP): link["template"] for link in links if link["rel"].startswith(FEP)}
    assert templates == {
        "Follow": "https://blog.example/admin/blogroll/?address={object}",
        "Create": "https://blog.example/admin/posts/new?in_reply_to={inReplyTo}",
        "Like": "https://blog.example/admin/posts/new?like_of={object}",
        "Announce": "https://blog.example/admin/posts/new?repost_of={object}",
    }


async def test_only_the_dialogs_may_lead_to_other_servers(instance: RunningInstance) -> None:
    said = await instance.publish("Tea")
    dialogs = [f"/reply/{kind}?to={quote(said.uri)}" for kind in ("", "like/", "boost/")]
    policies = {
        path: (await instance.get(path)).headers["Content-Security-Policy"]
        for path in ("/", said.path, "/subscribe/", "/comments/where", "/follow/", *dialogs)
    }
    leading = [path for path, policy in policies.items() if "form-action 'self' https:;" in policy]
    assert leading == ["/follow/", *dialogs]
    assert all("form-action 'self'" in policy for policy in policies.values())


async def test_the_readers_server_is_remembered_only_in_their_browser(instance: RunningInstance) -> None:
    assert 'src="/static/server' in (await instance.get("/follow/")).text
    assert "server." not in (await instance.get("/comments/where")).text
    assert "Set-Cookie" not in (await instance.get("/follow/")).headers


async def test_a_server_that_does_not_answer_is_named(instance: RunningInstance) -> None:
    answer = await post(instance, "/follow/", {"account": "@nobody@nowhere.example"})
    assert answer.status == 502
    assert "does not answer" in answer.text


async def test_too_many_questions_are_put_off(instance: RunningInstance, ann: Peer) -> None:
    offers(ann, (SUBSCRIBE, "https://social.example/authorize?uri={uri}"))
    given = [(await post(instance, "/follow/", {"account": "ann@social.example"})).status for _ in range(25)]
    assert (given[0], given[-1]) == (200, 429)
    late = await post(instance, "/follow/", {"account": "ann@social.example"})
    assert late.headers["Retry-After"] == "60"
    unread = await send(instance, "/follow/", b"x", Content_Type="text/plain")
    assert unread.status == 429, "the limit stands before everything else"


# what is no form

MULTIPART = "multipart/form-data; boundary=a"
FIELD = b'--a\r\nContent-Disposition: form-data; name="account"\r\n'
NO_FORMS: list[tuple[int, bytes, dict[str, str]]] = [
    *(
        (415, b"account=x", {"Content_Type": f"application/x-www-form-urlencoded; charset={charset}"})
        for charset in ("foo", "zlib", "utf-16", "unicode_escape", "raw_unicode_escape", "idna", "utf-7", "latin-1")
    ),
    (415, b"account=ann@\\ud800.test", {"Content_Type": "application/x-www-form-urlencoded; charset=unicode_escape"}),
    *((415, b"{}", {"Content_Type": kind}) for kind in ("application/json", "text/plain", "", "form", "a/b; charset")),
    (415, b"x", {"Content_Type": "multipart/form-data"}),
    (415, b"x", {"Content_Type": MULTIPART}),
    (415, b"--a\r\n\r\nx\r\n--a--\r\n", {"Content_Type": MULTIPART}),
    (415, FIELD + b"Content-Transfer-Encoding: foo\r\n\r\nx\r\n--a--\r\n", {"Content_Type": MULTIPART}),
    (415, FIELD + b"\r\n\xff\r\n--a--\r\n", {"Content_Type": MULTIPART}),
    (415, b"\x1f\x8b", {"Content_Encoding": "gzip"}),
    (415, b"account=x", {"Content_Encoding": "br"}),
    (400, b"account=\xff\xfe", {}),
    (400, b"account=%ED%A0%80", {}),
    (400, b"account=a%00@b.test", {}),
    (400, b"account=a\0@b.test", {}),
    (400, b"to=%00", {}),
    (400, b"&".join([b"account=x"] * 101), {}),
    (413, b"account=" + b"x" * 10_000, {}),
]


@pytest.mark.parametrize(("status", "body", "headers"), NO_FORMS)
async def test_what_is_no_form_of_ours_is_refused_in_words(
    instance: RunningInstance, status: int, body: bytes, headers: dict[str, str]
) -> None:
    for path in ("/follow/", "/reply/"):
        answer = await send(instance, path, body, **headers)
        assert answer.status == status
        assert answer.headers["Content-Type"].startswith("text/html")
    assert instance.refusals() == [], "the list is for what other servers send"


@pytest.mark.parametrize("path", ["/follow/", "/reply/", "/inbox", "/", "/nowhere/", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "GET", "PUT"])
async def test_a_body_that_is_not_read_gets_no_100_continue(instance: RunningInstance, path: str, method: str) -> None:
    head = f"{method} {path} HTTP/1.1\r\nHost: blog.example\r\nContent-Length: 999999999\r\nConnection: close\r\n"
    answer = await say(instance, head.encode() + b"Expect: 100-continue\r\n\r\n")
    assert statuses(answer) == [413]


async def test_expect_100_continue_is_answered_with_100_for_forms(instance: RunningInstance) -> None:
    head = b"POST /follow/ HTTP/1.1\r\nHost: blog.example\r\nContent-Length: 9\r\nConnection: close\r\n"
    form = b"Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\naccount=x"
    assert statuses(await say(instance, head + form)) == [100, 502]


async def test_too_many_questions_about_comments_are_put_off_too(instance: RunningInstance) -> None:
    address = "/comments/where?url=https://social.example/notes/1"
    statuses = [(await instance.get(address, accept="application/json")).status for _ in range(25)]
    assert (statuses[0], statuses[-1]) == (200, 429)
    late = await instance.get(address, accept="application/json")
    assert (late.status, late.headers["Retry-After"]) == (429, "60")
    page = await instance.get(address)
    assert page.status == 429
    assert "Too many requests at once" in page.text


# where is my comment?


async def where(instance: RunningInstance, url: str) -> dict[str, Any]:
    answer = await instance.get(f"/comments/where?url={quote(url)}", accept="application/json")
    assert answer.status == 200
    document: dict[str, Any] = answer.json()
    return document


async def test_everybody_can_ask_what_became_of_an_answer(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Tea")
    note = await ann.reply(post.uri)
    private = ann.note(post.uri, "<p>Between us.</p>", to=["https://blog.example/actor"], cc=[])
    await ann.send(ann.create(private))
    await instance.settle()
    assert (await where(instance, note["url"]))["state"] == "waiting"
    await instance.decide(note["id"], "approve")
    found = await where(instance, note["url"])
    assert found["state"] == "shown"
    assert found["shown_at"].startswith(f"https://blog.example{post.path}#comment-")
    assert await where(instance, note["id"]) == {**found, "url": note["id"]}
    page = await instance.get(f"/comments/where?url={quote(note['url'])}")
    assert "Yes, it is shown." in page.text
    assert found["shown_at"] in page.text
    await instance.decide(note["id"], "spam")
    hidden, unknown = await where(instance, note["id"]), await where(instance, "https://social.example/unknown")
    assert hidden["state"] == unknown["state"] == (await where(instance, private["id"]))["state"] == "not-shown"
    assert set(hidden) == set(unknown), "why is not told"


async def test_the_question_has_a_page(instance: RunningInstance) -> None:
    page = await instance.get("/comments/where")
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert (await instance.get("/comments/where", accept="application/json")).status == 400


# a profile that was just found


async def test_a_profile_without_pinned_posts_shows_the_newest(instance: RunningInstance) -> None:
    posts = []
    for number in range(7):
        instance.clock.advance(minutes=1)
        posts.append(await instance.publish(f"Post {number}"))
    newest = [post.uri for post in reversed(posts)][:5]
    assert (await instance.document("/actor/featured"))["orderedItems"] == newest
    pinned = await instance.publish("Post 0", pinned=True)
    assert (await instance.document("/actor/featured"))["orderedItems"] == [pinned.uri]


async def test_the_tags_used_most_stand_in_the_profile(instance: RunningInstance) -> None:
    seeds = Term(kind=TermKind.TAG, slug="self-sown", name="Self-sown")
    tea = Term(kind=TermKind.TAG, slug="tea", name="Tea")
    await instance.publish("One", terms=(seeds, tea))
    await instance.publish("Two", terms=(seeds,))
    address = (await instance.document("/actor"))["featuredTags"]
    collection = await instance.document(address)
    assert (collection["type"], collection["totalItems"]) == ("Collection", 2)
    assert collection["items"][0] == {
        "type": "Hashtag",
        "name": "#SelfSown",
        "href": "https://blog.example/tag/self-sown/",
    }
