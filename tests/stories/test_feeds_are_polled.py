"""Feed readers come by: what they are given, what they are told when nothing is new, and what never changes."""

import asyncio
import json
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree, html

from syndicate.feeds import FeedFormat
from syndicate.importers import markdown_files
from syndicate.model.blogroll import BlogrollEntry
from syndicate.model.comment import CommentState
from syndicate.model.ids import new_id
from syndicate.model.post import (
    Enclosure,
    Post,
    PostDraft,
    PostKind,
    PostState,
    SourceFormat,
    Term,
    TermKind,
    Visibility,
)
from syndicate.web.http.keys import RESPONSE_CACHE
from syndicate.web.http.middleware.feed_limit import FULL_FEEDS_LIMIT
from tests.clocks import FakeClock
from tests.feeds import lint
from tests.instances import Answer, RunningInstance, running_instance
from tests.peer import Peer
from tests.wire import Wire

BASE = "https://blog.example"
LINTS = {FeedFormat.RSS: lint.rss, FeedFormat.ATOM: lint.atom, FeedFormat.JSON: lint.json_feed}
TYPES = {
    FeedFormat.RSS: "application/rss+xml; charset=utf-8",
    FeedFormat.ATOM: "application/atom+xml; charset=utf-8",
    FeedFormat.JSON: "application/feed+json; charset=utf-8",
}
SUFFIX = {FeedFormat.RSS: "feed/", FeedFormat.ATOM: "feed/atom/", FeedFormat.JSON: "feed/json/"}
FEEDS = {format: f"/{suffix}" for format, suffix in SUFFIX.items()}
READERS = {
    "newsboat": "newsboat/2.21 (Linux x86_64)",
    "curl": "curl/8.0",
    "validator": "FeedValidator/1.3",
    "nobody": "",
    "browser": "Mozilla/5.0 (X11; Linux x86_64)",
}
ATOM = {"a": "http://www.w3.org/2005/Atom", "thr": "http://purl.org/syndication/thread/1.0"}
RSS = {
    "atom": ATOM["a"],
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "thr": ATOM["thr"],
}

TEA = Term(kind=TermKind.TAG, slug="茶", name="茶 & Tea")
GARDEN = Term(kind=TermKind.CATEGORY, slug="garden", name="Garden")


MANUSCRIPTS: list[dict[str, Any]] = [
    {
        "title": "Tea & <cake>",
        "source": "See [this](/about/), [that](page), [there](//far.example/x)[^1].\n\n[^1]: A note.\n\n"
        '<p style="position:fixed" onclick="x()">Styled</p><iframe src="https://video.example/"></iframe>'
        "<script>alert(1)</script><svg></svg>\n\nAnd a mark: ]]> here.",
        "slug": "tea",
        "terms": (TEA, GARDEN),
        "summary": "What there is to say",
        "enclosure": Enclosure(url=f"{BASE}/sound/tea.mp3", media_type="audio/mpeg", length=4321),
    },
    {"source": "Only a thought.\n\nAnd another.", "slug": "thought", "terms": (TEA,)},
    {"title": "Über uns, 茶", "source": "Wörter.", "slug": "über", "language": "de", "author": "Bo Öst"},
    {"title": "Closed", "source": "No more.", "comments_open": False},
    {
        "title": "Quiet",
        "source": "Few words.",
        "visibility": Visibility.QUIET,
        "sensitive": True,
        "warning": "Spiders & <b>legs</b>",
    },
    {"title": "Local", "source": "Here only.", "visibility": Visibility.LOCAL},
]


async def seed(instance: RunningInstance) -> list[Post]:
    """A blog of a few years in small, oldest first."""
    posts = []
    for post_draft in MANUSCRIPTS:
        instance.clock.advance(seconds=1)
        posts.append((await instance.publish_draft(**post_draft)).post)
    instance.clock.advance(minutes=1)
    return posts


def findings(instance: RunningInstance, answer: Answer, path: str, format: FeedFormat) -> list[str]:
    now = instance.clock() + timedelta(minutes=1)
    return [*LINTS[format](answer.body, f"{BASE}{path}", now)]


def spelled(parsed: time.struct_time) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", parsed)


def entries(answer: Answer, format: FeedFormat) -> Iterator[dict[str, str]]:
    """What a reader takes from an entry, whatever the format."""
    if format is FeedFormat.JSON:
        for item in answer.json()["items"]:
            yield {
                "id": item["id"],
                "url": item["url"],
                "title": item.get("title", ""),
                "html": item["content_html"],
                "published": item["date_published"],
                "updated": item["date_modified"],
            }
        return
    for found in feedparser.parse(answer.body, sanitize_html=False, resolve_relative_uris=False)["entries"]:
        yield {
            "id": found["id"],
            "url": found["link"],
            "title": found.get("title", ""),
            "html": found["content"][0]["value"],
            "published": spelled(found["published_parsed"]),
            "updated": spelled(found["updated_parsed"]) if "updated" in found else "",
        }


async def feed(instance: RunningInstance, format: FeedFormat, of: str = "/") -> list[dict[str, str]]:
    answer = await instance.get(f"{of}{SUFFIX[format]}", accept="*/*")
    assert answer.status == 200
    return [*entries(answer, format)]


# validity


@pytest.mark.parametrize("format", FeedFormat)
@pytest.mark.parametrize(
    "of", ["/", "/category/garden/", "/tag/%E8%8C%B6/", "/author/mara-lind/", "/2026/", "/2026/11/", "/2026/11/22/"]
)
async def test_every_list_has_a_feed_without_a_fault(instance: RunningInstance, of: str, format: FeedFormat) -> None:
    await seed(instance)
    path = f"{of}{SUFFIX[format]}"
    answer = await instance.get(path, accept="*/*")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == TYPES[format]
    assert findings(instance, answer, path, format) == []
    assert len([*entries(answer, format)]) > 0


@pytest.mark.parametrize("format", FeedFormat)
async def test_feeds_of_comments_are_without_a_fault(
    open_instance: RunningInstance, ann: Peer, format: FeedFormat
) -> None:
    post = (await seed(open_instance))[0]
    await ann.reply(post.uri, "<p>Well <b>said</b> &amp; done</p><script>x</script>")
    note = await ann.reply(post.uri, "<p>]]&gt; &lt;tag&gt;</p>")
    await open_instance.settle()
    await ann.reply(note["id"], "<p>Nested.</p>")
    await open_instance.settle()
    open_instance.clock.advance(minutes=1)
    for of in ("/comments/", post.path):
        path = f"{of}{SUFFIX[format]}"
        answer = await open_instance.get(path, accept="*/*")
        assert answer.headers["Content-Type"] == TYPES[format]
        assert findings(open_instance, answer, path, format) == []
        assert len([*entries(answer, format)]) == 3


@pytest.mark.parametrize("format", FeedFormat)
async def test_what_is_said_in_a_feed_is_what_was_written(instance: RunningInstance, format: FeedFormat) -> None:
    posts = await seed(instance)
    found = {entry["id"]: entry for entry in await feed(instance, format)}
    assert list(found) == [post.guid for post in reversed(posts)]
    tea = found[posts[0].guid]
    assert tea["title"] == "Tea & <cake>"
    assert tea["url"] == f"{BASE}{posts[0].path}"
    assert tea["published"] == "2026-11-22T19:00:01Z"
    text = "".join(map(str, html.fromstring(f"<div>{tea['html']}</div>").itertext()))
    assert "And a mark: ]]> here." in text
    assert "alert" not in text
    assert found[posts[2].guid]["title"] == "Über uns, 茶"
    assert "Wörter." in found[posts[2].guid]["html"]
    assert "Spiders &amp; &lt;b&gt;legs&lt;/b&gt;" in found[posts[4].guid]["html"]


@pytest.mark.parametrize("format", FeedFormat)
async def test_every_address_in_a_feed_is_whole(instance: RunningInstance, format: FeedFormat) -> None:
    source = (
        '<a href="/x">1</a> <a href="page">2</a> <a href="//far.example/p">3</a> <a href="#fn1">4</a> '
        '<a href="?q=1">5</a> <a href="../up">6</a> <a href="mailto:me@mail.example">7</a>'
    )
    post = await instance.publish("Addresses", source, source_format=SourceFormat.HTML)
    [found] = await feed(instance, format)
    permalink = f"{BASE}{post.path}"
    assert html.fromstring(f"<div>{found['html']}</div>").xpath("//a/@href") == [
        f"{BASE}/x",
        f"{permalink}page",
        "https://far.example/p",
        f"{permalink}#fn1",
        f"{permalink}?q=1",
        f"{BASE}/2026/11/22/up",
        "mailto:me@mail.example",
    ]


@pytest.mark.parametrize("format", FeedFormat)
async def test_characters_that_break_parsers_break_nothing(
    open_instance: RunningInstance, ann: Peer, format: FeedFormat, tmp_path: Path
) -> None:
    hostile = "a\x00b\x0bc\x1b[31m\x85\ufffe\uffff ]]> -- <? &"
    file = tmp_path / "hostile.md"
    file.write_text(f"# T {hostile} Set-Cookie: a=b\n\n{hostile}", encoding="utf-8")
    post_draft = markdown_files.read(file, open_instance.config.site.zone).post_draft
    post = (await open_instance.server.services.post_importer.publish(post_draft, origin="publish")).post
    ann.documents[ann.actor] = ann.actor_document(name=f"Ann {hostile}", summary=hostile)
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{ann.base}/f.png", "name": hostile}
    note = ann.note(post.uri, f"<p>{hostile}</p>", summary=hostile, attachment=[picture])
    body = json.dumps(ann.create(note)).replace("a\\u0000b", "a\\u0000b\\ufdd0")
    assert (await ann.wire.fetch(ann.signed(body.encode()))).status == 202
    await open_instance.settle()
    open_instance.clock.advance(minutes=1)
    for of in ("/", "/comments/", post.path):
        path = f"{of}{SUFFIX[format]}"
        answer = await open_instance.get(path, accept="*/*")
        assert answer.status == 200
        assert findings(open_instance, answer, path, format) == []
        assert len([*entries(answer, format)]) == 1
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("format", FeedFormat)
async def test_what_is_not_public_is_in_no_feed_nor_list(instance: RunningInstance, format: FeedFormat) -> None:
    await instance.publish("Kept back 1", state=PostState.DRAFT, terms=(TEA,))
    await instance.publish("Kept back 2", state=PostState.PRIVATE, terms=(TEA,))
    await instance.publish("Kept back 3", state=PostState.PASSWORD, terms=(TEA,))
    await instance.publish("Kept back 4", date=instance.clock() + timedelta(days=3), terms=(TEA,))
    await instance.publish("Kept back 5", kind=PostKind.PAGE)
    await instance.publish("Shown", terms=(TEA,))
    for of in ("/", "/tag/%E8%8C%B6/", "/2026/", "/author/mara-lind/"):
        assert [entry["title"] for entry in await feed(instance, format, of)] == ["Shown"]
    for path in ("/", "/archives/", "/2026/11/", "/sitemap.xml"):
        answer = await instance.get(path)
        assert "Kept back" not in answer.text.replace("Kept back 5", ""), path
        assert "kept-back" not in answer.text.replace("kept-back-5", ""), path


@pytest.mark.parametrize("format", FeedFormat)
async def test_a_blog_without_posts_has_a_feed_all_the_same(instance: RunningInstance, format: FeedFormat) -> None:
    for of in ("/", "/comments/"):
        path = f"{of}{SUFFIX[format]}"
        answer = await instance.get(path, accept="*/*")
        assert answer.status == 200
        assert findings(instance, answer, path, format) == []
        assert [*entries(answer, format)] == []
        assert answer.headers["Last-Modified"]


@pytest.mark.parametrize("format", FeedFormat)
async def test_a_tag_that_never_was_has_no_feed_and_an_emptied_one_has_an_empty_one(
    instance: RunningInstance, format: FeedFormat
) -> None:
    assert (await instance.get(f"/tag/never/{SUFFIX[format]}")).status == 404
    assert (await instance.get(f"/2019/{SUFFIX[format]}")).status == 404
    await instance.publish("Tea", terms=(TEA,))
    await instance.publish("Other")
    await instance.delete("tea")
    path = f"/tag/%E8%8C%B6/{SUFFIX[format]}"
    answer = await instance.get(path, accept="*/*")
    assert answer.status in (200, 404)
    if answer.status == 200:
        assert findings(instance, answer, path, format) == []


async def test_a_note_has_no_title_but_in_atom_which_demands_one(instance: RunningInstance) -> None:
    await instance.publish("", "Only a thought.", slug="thought")
    channel = etree.fromstring((await instance.get("/feed/")).body)
    assert channel.find("channel/item/title") is None
    atom = etree.fromstring((await instance.get("/feed/atom/")).body)
    assert atom.findtext("a:entry/a:title", namespaces=ATOM)
    [item] = (await instance.get("/feed/json/")).json()["items"]
    assert "title" not in item


async def test_a_file_comes_with_its_type_and_length_in_every_format(instance: RunningInstance) -> None:
    url = f"{BASE}/sound/tea.mp3"
    await instance.publish("Tea", enclosure=Enclosure(url=url, media_type="audio/mpeg", length=4321))
    [rss] = etree.fromstring((await instance.get("/feed/")).body).findall("channel/item/enclosure")
    assert [rss.get(name) for name in ("url", "type", "length")] == [url, "audio/mpeg", "4321"]
    atom = etree.fromstring((await instance.get("/feed/atom/")).body)
    [link] = atom.findall("a:entry/a:link[@rel='enclosure']", namespaces=ATOM)
    assert {name: link.get(name) for name in ("href", "type", "length")} == {
        "href": url,
        "type": "audio/mpeg",
        "length": "4321",
    }
    [item] = (await instance.get("/feed/json/")).json()["items"]
    assert item["attachments"] == [{"url": url, "mime_type": "audio/mpeg", "size_in_bytes": 4321}]


async def test_authors_are_names_and_never_mail_addresses(instance: RunningInstance) -> None:
    await instance.publish("Tea", author="Bo Öst")
    channel = etree.fromstring((await instance.get("/feed/")).body)
    assert channel.findtext("channel/item/dc:creator", namespaces=RSS) == "Bo Öst"
    assert channel.find("channel/item/author") is None
    atom = etree.fromstring((await instance.get("/feed/atom/")).body)
    assert atom.findtext("a:entry/a:author/a:name", namespaces=ATOM) == "Bo Öst"
    uri = atom.findtext("a:entry/a:author/a:uri", namespaces=ATOM)
    assert uri == f"{BASE}/author/bo-%C3%B6st/"
    assert (await instance.get(uri)).status == 200
    [item] = (await instance.get("/feed/json/")).json()["items"]
    assert item["authors"] == [{"name": "Bo Öst", "url": uri}]


async def test_a_feed_is_dated_by_its_newest_entry(instance: RunningInstance) -> None:
    await seed(instance)
    channel = etree.fromstring((await instance.get("/feed/")).body).find("channel")
    assert channel is not None
    built = parsedate_to_datetime(channel.findtext("lastBuildDate") or "")
    dates = [parsedate_to_datetime(date.text or "") for date in channel.findall("item/pubDate")]
    assert built >= max(dates)
    atom = etree.fromstring((await instance.get("/feed/atom/")).body)
    updated = [entry.text or "" for entry in atom.findall("a:entry/a:updated", namespaces=ATOM)]
    assert atom.findtext("a:updated", namespaces=ATOM) == max(updated)
    assert len(set(updated)) == len(updated)


async def test_the_description_is_short_and_stands_before_the_full_text(instance: RunningInstance) -> None:
    await instance.publish("Long", "Words and words. " * 500)
    item = etree.fromstring((await instance.get("/feed/")).body).find("channel/item")
    assert item is not None
    names = [child.tag for child in item]
    encoded = f"{{{RSS['content']}}}encoded"
    assert names.index("description") < names.index(encoded)
    assert len(item.findtext("description") or "") < 500 < len(item.findtext(encoded) or "")


# identity


async def test_a_post_has_one_id_wherever_it_is_met(instance: RunningInstance) -> None:
    post = await instance.publish("Tea", terms=(TEA, GARDEN))
    for format in FeedFormat:
        for of in ("/", "/tag/%E8%8C%B6/", "/category/garden/", "/2026/11/"):
            [entry] = await feed(instance, format, of)
            assert entry["id"] == post.uri == (await instance.document(post.uri))["id"]
    guid = etree.fromstring((await instance.get("/feed/")).body).find("channel/item/guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"


@pytest.mark.parametrize("format", FeedFormat)
async def test_an_edit_changes_the_text_and_neither_id_nor_date(instance: RunningInstance, format: FeedFormat) -> None:
    await instance.publish("Tea", "First.", slug="tea")
    [before] = await feed(instance, format)
    instance.clock.advance(hours=1)
    await instance.publish("Tea and cake", "Second.", slug="tea", date=instance.clock())
    [after] = await feed(instance, format)
    assert (after["id"], after["url"], after["published"]) == (before["id"], before["url"], before["published"])
    assert (after["title"], "Second." in after["html"]) == ("Tea and cake", True)
    if format is not FeedFormat.RSS:
        assert after["updated"] == "2026-11-22T20:00:00Z"


@pytest.mark.parametrize("format", FeedFormat)
async def test_without_a_change_a_feed_is_the_same_to_the_byte(instance: RunningInstance, format: FeedFormat) -> None:
    await seed(instance)
    first = await instance.get(FEEDS[format])
    instance.clock.advance(days=3)
    second = await instance.get(FEEDS[format])
    assert (first.body, first.headers["ETag"], first.headers["Last-Modified"]) == (
        second.body,
        second.headers["ETag"],
        second.headers["Last-Modified"],
    )


async def test_feeds_and_fediverse_tell_the_same(instance: RunningInstance) -> None:
    post = await instance.publish("Tea", slug="tea")
    instance.clock.advance(hours=1)
    await instance.publish("Tea", "More.", slug="tea")
    document = await instance.document(post.uri)
    for format in (FeedFormat.ATOM, FeedFormat.JSON):
        [entry] = await feed(instance, format)
        assert (entry["id"], entry["published"], entry["updated"]) == (
            document["id"],
            document["published"],
            document["updated"],
        )
        assert entry["html"].strip() == document["content"].strip()


# over HTTP


@pytest.mark.parametrize("format", FeedFormat)
async def test_a_client_with_the_current_version_gets_304_without_a_body(
    instance: RunningInstance, format: FeedFormat
) -> None:
    await seed(instance)
    answer = await instance.get(FEEDS[format])
    etag, date = answer.headers["ETag"], answer.headers["Last-Modified"]
    assert etag.startswith('W/"')
    for headers in (
        {"If_None_Match": etag},
        {"If_None_Match": etag.removeprefix("W/")},
        {"If_None_Match": f'"other", {etag}'},
        {"If_None_Match": etag[:-1] + '-gzip"'},
        {"If_None_Match": etag, "If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If_Modified_Since": date},
        {"If_Modified_Since": format_datetime(parsedate_to_datetime(date) + timedelta(days=9), usegmt=True)},
    ):
        unchanged = await instance.get(FEEDS[format], **headers)
        assert (unchanged.status, unchanged.body) == (304, b""), headers
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
            assert unchanged.headers[name] == answer.headers[name]


@pytest.mark.parametrize("format", FeedFormat)
async def test_a_reader_who_has_another_version_gets_this_one(instance: RunningInstance, format: FeedFormat) -> None:
    await seed(instance)
    date = (await instance.get(FEEDS[format])).headers["Last-Modified"]
    for headers in (
        {"If_None_Match": '"other"'},
        {"If_None_Match": '"other"', "If_Modified_Since": date},
        {"If_Modified_Since": format_datetime(parsedate_to_datetime(date) - timedelta(seconds=1), usegmt=True)},
        {"If_Modified_Since": "the day before yesterday"},
    ):
        assert (await instance.get(FEEDS[format], **headers)).status == 200, headers


@pytest.mark.parametrize("format", FeedFormat)
async def test_feeds_are_compressed_for_clients_that_accept_it(instance: RunningInstance, format: FeedFormat) -> None:
    await seed(instance)
    plain = await instance.get(FEEDS[format])
    packed = await instance.get(FEEDS[format], Accept_Encoding="gzip, deflate")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.body[:2] == b"\x1f\x8b"
    assert zlib.decompress(packed.body, 31) == plain.body
    assert packed.headers["ETag"] == plain.headers["ETag"]
    for answer in (plain, packed):
        assert answer.headers["Vary"] == "Accept-Encoding"
    for refused in ("gzip;q=0", "gzip;q=0.0, identity", "deflate", "identity"):
        answer = await instance.get(FEEDS[format], Accept_Encoding=refused)
        assert "Content-Encoding" not in answer.headers, refused
        assert answer.body == plain.body
    unchanged = await instance.get(FEEDS[format], Accept_Encoding="gzip", If_None_Match=plain.headers["ETag"])
    assert (unchanged.status, unchanged.body) == (304, b"")


@pytest.mark.parametrize("format", FeedFormat)
async def test_a_feed_may_be_kept_for_a_while_by_everybody(instance: RunningInstance, format: FeedFormat) -> None:
    await seed(instance)
    answer = await instance.get(FEEDS[format])
    directives = answer.headers["Cache-Control"].split(", ")
    [age] = [int(one.removeprefix("max-age=")) for one in directives if one.startswith("max-age=")]
    assert "public" in directives
    assert 300 <= age <= 3600
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("format", FeedFormat)
async def test_head_is_as_get(instance: RunningInstance, format: FeedFormat) -> None:
    await seed(instance)
    for encoding in ("gzip", "identity"):
        got = await instance.get(FEEDS[format], Accept_Encoding=encoding)
        head = await instance.get(FEEDS[format], Accept_Encoding=encoding, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == str(len(got.body))
        assert {**head.headers, "Date": ""} == {**got.headers, "Date": ""}


@pytest.mark.parametrize("reader", READERS)
async def test_every_reader_is_served_whatever_it_calls_itself(instance: RunningInstance, reader: str) -> None:
    await seed(instance)
    for path in FEEDS.values():
        for accept in ("*/*", "text/html", "application/activity+json", "application/rss+xml", ""):
            answer = await instance.get(path, accept=accept, User_Agent=READERS[reader])
            assert answer.status == 200
            assert not answer.headers["Content-Type"].startswith("text/html")


async def test_only_a_client_that_fetches_whole_feeds_repeatedly_is_limited(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    server = {"trusted_proxies": ["127.0.0.1"]}
    async with running_instance(tmp_path / "blog", "data/s.db", wire, clock, rsa_keys[0], server=server) as instance:
        await instance.publish("Hello")
        first = await instance.get("/feed/", X_Forwarded_For="8.8.8.8")
        answers = [await instance.get("/feed/", X_Forwarded_For="8.8.8.8") for _ in range(int(FULL_FEEDS_LIMIT) + 5)]
        assert [answer.status for answer in answers[: int(FULL_FEEDS_LIMIT) - 1]] == [200] * (int(FULL_FEEDS_LIMIT) - 1)
        assert (answers[-1].status, int(answers[-1].headers["Retry-After"]) > 0) == (429, True)
        polite = await instance.get("/feed/", X_Forwarded_For="8.8.8.8", If_None_Match=first.headers["ETag"])
        assert polite.status == 304
        pretending = await instance.get("/feed/", X_Forwarded_For="8.8.8.8", If_None_Match='"x"')
        assert pretending.status == 429
        assert (await instance.get("/feed/", X_Forwarded_For="9.9.9.9")).status == 200
        assert (await instance.get("/", X_Forwarded_For="8.8.8.8")).status == 200


async def test_a_reader_in_a_browser_may_send_validators(instance: RunningInstance) -> None:
    for path in (*FEEDS.values(), "/blogroll.opml", "/comments/feed/", "/tag/tea/feed/"):
        answer = await instance.get(
            path,
            method="OPTIONS",
            Origin="https://reader.example",
            Access_Control_Request_Method="GET",
            Access_Control_Request_Headers="if-none-match, if-modified-since, a-im",
        )
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")} >= {
            "if-none-match",
            "if-modified-since",
            "a-im",
        }


@pytest.mark.parametrize(
    ("alias", "canonical"),
    [
        ("/feed", "/feed/"),
        ("/rss", "/feed/"),
        ("/rss/", "/feed/"),
        ("/rss.xml", "/feed/"),
        ("/index.xml", "/feed/"),
        ("/feed.xml", "/feed/"),
        ("/feed/rss2/", "/feed/"),
        ("/feed/rss/", "/feed/"),
        ("/feed/rdf/", "/feed/"),
        ("/?feed=rss2", "/feed/"),
        ("/?feed=rss", "/feed/"),
        ("/?feed=atom", "/feed/atom/"),
        ("/?feed=json", "/feed/json/"),
        ("/feed/atom", "/feed/atom/"),
        ("/atom.xml", "/feed/atom/"),
        ("/feed.json", "/feed/json/"),
        ("/feed/json", "/feed/json/"),
        ("/wp-rss2.php", "/feed/"),
        ("/wp-atom.php", "/feed/atom/"),
        ("/comments/feed", "/comments/feed/"),
        ("/comments/feed/rss2/", "/comments/feed/"),
        ("/comments/feed/atom", "/comments/feed/atom/"),
        ("/?feed=comments-rss2", "/comments/feed/"),
        ("/?feed=comments-atom", "/comments/feed/atom/"),
        ("/wp-commentsrss2.php", "/comments/feed/"),
        ("/tag/tea/feed", "/tag/tea/feed/"),
        ("/tag/tea/feed/rss2/", "/tag/tea/feed/"),
        ("/category/garden/feed/atom", "/category/garden/feed/atom/"),
        ("/2026/11/22/hello/feed", "/2026/11/22/hello/feed/"),
        ("/2026/11/feed", "/2026/11/feed/"),
        ("/wp-links-opml.php", "/blogroll.opml"),
        ("/wp-links-opml.php?link_cat=3", "/blogroll.opml"),
        ("/opml.xml", "/blogroll.opml"),
    ],
)
async def test_where_other_programs_have_their_feeds_readers_are_led_on(
    instance: RunningInstance, alias: str, canonical: str
) -> None:
    await instance.publish("Hello", terms=(Term(kind=TermKind.TAG, slug="tea", name="Tea"), GARDEN))
    answer = await instance.get(alias)
    assert (answer.status, answer.headers["Location"]) == (301, canonical)
    assert (await instance.get(canonical)).status == 200


async def test_a_query_that_means_nothing_changes_nothing(instance: RunningInstance) -> None:
    await seed(instance)
    for path in ("/feed/", "/feed/atom/", "/", "/comments/feed/"):
        plain = await instance.get(path)
        for query in ("?utm_source=x", "?null", "?", "?feed_id=9"):
            answer = await instance.get(path + query)
            assert (answer.status, answer.body) == (200, plain.body), path + query


async def test_a_deleted_post_leaves_the_feed_and_the_date_moves(instance: RunningInstance) -> None:
    await instance.publish("Stays")
    post = await instance.publish("Goes")
    before = await instance.get("/feed/")
    instance.clock.advance(hours=1)
    await instance.delete("goes")
    after = await instance.get("/feed/", If_None_Match=before.headers["ETag"])
    assert after.status == 200
    assert [entry["title"] for entry in entries(after, FeedFormat.RSS)] == ["Stays"]
    assert parsedate_to_datetime(after.headers["Last-Modified"]) > parsedate_to_datetime(
        before.headers["Last-Modified"]
    )
    assert (await instance.get("/feed/", If_Modified_Since=before.headers["Last-Modified"])).status == 200
    assert (await instance.get(post.path)).status == 410
    assert (await instance.get(f"{post.path}feed/")).status in (404, 410)
    assert (await instance.get("/2026/11/22/never/")).status == 404


async def test_a_feed_is_never_dated_ahead_of_time(instance: RunningInstance) -> None:
    await seed(instance)
    for path in FEEDS.values():
        assert parsedate_to_datetime((await instance.get(path)).headers["Last-Modified"]) <= instance.clock()


async def test_many_readers_at_once_cost_one_rendering(instance: RunningInstance) -> None:
    await seed(instance)
    before = (await instance.get("/feed/")).headers["ETag"]
    instance.clock.advance(hours=1)
    await instance.publish("News")
    rendered = instance.server.app[RESPONSE_CACHE].renders
    answers = await asyncio.gather(*(instance.get("/feed/", If_None_Match=before) for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert instance.server.app[RESPONSE_CACHE].renders == rendered + 1


# discovery and pages


async def test_readers_report_the_home_page_as_the_site(instance: RunningInstance) -> None:
    await seed(instance)
    for format in (FeedFormat.RSS, FeedFormat.ATOM):
        found = feedparser.parse((await instance.get(FEEDS[format])).body)["feed"]
        assert (found["link"], found["title"]) == (f"{BASE}/", "Field Notes")
    channel = etree.fromstring((await instance.get("/feed/")).body).find("channel")
    assert channel is not None
    assert channel.find("atom:link[@rel='alternate']", namespaces=RSS) is None
    assert channel.findtext("image/title") == channel.findtext("title")
    image = channel.findtext("image/url") or ""
    assert (await instance.get(image)).headers["Content-Type"] == "image/png"
    json_feed = (await instance.get("/feed/json/")).json()
    assert (json_feed["home_page_url"], json_feed["title"]) == (f"{BASE}/", "Field Notes")


@pytest.mark.parametrize("of", ["/", "/category/garden/", "/tag/%E8%8C%B6/", "/author/mara-lind/"])
async def test_a_page_names_its_own_feeds(instance: RunningInstance, of: str) -> None:
    await seed(instance)
    page: Any = html.fromstring((await instance.get(of)).body)
    named: dict[str, str] = {
        link.get("type"): link.get("href")
        for link in reversed(page.xpath("//head/link[@rel='alternate']"))
        if "activity" not in link.get("type")
    }
    assert named == {TYPES[format].partition(";")[0]: f"{BASE}{of}{suffix}" for format, suffix in SUFFIX.items()}
    assert page.xpath("//head/link[@rel='blogroll']/@href") == [f"{BASE}/blogroll.opml"]
    for address in named.values():
        assert (await instance.get(address)).status == 200


async def test_there_is_a_page_that_lists_the_feeds(instance: RunningInstance) -> None:
    await seed(instance)
    page = (await instance.get("/subscribe/")).text
    for path in (*FEEDS.values(), "/comments/feed/", "/blogroll.opml"):
        assert f"{BASE}{path}" in page


@pytest.mark.parametrize(
    "path", ["/feed/", "/feed/atom/", "/comments/feed/", "/blogroll/feed/", "/blogroll/river/feed/"]
)
async def test_a_feed_in_a_browser_has_a_style_sheet_and_no_transformation(
    instance: RunningInstance, path: str
) -> None:
    await seed(instance)
    answer = await instance.get(path)
    root = etree.fromstring(answer.body)
    before = [node for node in root.itersiblings(preceding=True) if isinstance(node, etree._ProcessingInstruction)]
    assert [(node.target, dict(node.attrib)) for node in before] == [
        ("xml-stylesheet", {"type": "text/css", "href": "/feed.css"})
    ]
    opened = await instance.get(path, Sec_Fetch_Dest="document")
    assert (opened.status, opened.body) == (200, answer.body)
    assert opened.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert (opened.headers["Cache-Control"], opened.headers["Vary"]) == ("private, max-age=300", "Sec-Fetch-Dest")
    assert (await instance.get(path)).headers["Content-Type"] == answer.headers["Content-Type"]
    sheet = await instance.get("/feed.css")
    assert (sheet.status, sheet.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in sheet.text
    assert "@import" not in sheet.text


async def test_robots_may_read_feeds_and_the_sitemap_names_every_post(instance: RunningInstance) -> None:
    posts = await seed(instance)
    robots = (await instance.get("/robots.txt")).text
    assert "Sitemap: https://blog.example/sitemap.xml" in robots
    assert "Disallow: /admin/" in robots
    assert "Disallow: /feed" not in robots
    assert "Disallow: /\n" not in robots
    sitemap = etree.fromstring((await instance.get("/sitemap.xml")).body)
    locations = [location.text for location in sitemap.iter("{*}loc")]
    assert set(locations) == {f"{BASE}/", *(f"{BASE}{post.path}" for post in posts)}
    for location in locations:
        assert (await instance.get(location or "")).status == 200


async def test_a_large_blog_has_a_sitemap_for_each_month(
    instance: RunningInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.web.site.sitemap.MAX_POSTS_IN_ONE_SITEMAP", 1)
    page = await instance.publish("Contact", kind=PostKind.PAGE)
    posts = [
        await instance.publish(title, date=datetime.fromisoformat(date))
        for title, date in (
            ("Old", "2024-12-31T23:59:59Z"),
            ("New", "2025-01-01T00:00:00Z"),
            ("Newest", "2026-11-01T00:00:00Z"),
        )
    ]
    index = etree.fromstring((await instance.get("/sitemap.xml")).body)
    parts = [location.text or "" for location in index.iter("{*}loc")]
    assert parts == [f"{BASE}/sitemap-{part}.xml" for part in ("pages", "2026-11", "2025-01", "2024-12")]
    found = []
    for part in parts:
        document = etree.fromstring((await instance.get(part)).body)
        found += [location.text or "" for location in document.iter("{*}loc")]
    assert sorted(found) == sorted([f"{BASE}/", *(f"{BASE}{post.path}" for post in (page, *posts))])
    for nothing in ("2023-01", "2025-13", "0000-00", "2025", "x"):
        assert (await instance.get(f"/sitemap-{nothing}.xml")).status == 404


async def test_icons_are_pictures(instance: RunningInstance) -> None:
    for path in ("/favicon.ico", "/favicon.png"):
        answer = await instance.get(path)
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("image/")


# lists and conversations


async def test_a_feed_has_the_latest_twenty_in_full(instance: RunningInstance) -> None:
    for number in range(25):
        await instance.publish(f"Post {number}")
        instance.clock.advance(minutes=1)
    for format in FeedFormat:
        titles = [entry["title"] for entry in await feed(instance, format)]
        assert titles == [f"Post {number}" for number in range(24, 4, -1)]


async def test_the_pages_of_the_blog_reach_every_post_once(instance: RunningInstance) -> None:
    posts = [await instance.publish(f"Post {number}") for number in range(25)]
    path, found = "/", []
    while path:
        page: Any = html.fromstring((await instance.get(path)).body)
        found += [
            address.removeprefix(BASE)
            for address in page.xpath(
                "//article//a[contains(@class, 'u-url') and not(ancestor::*[contains(@class, 'p-author')])]/@href"
            )
        ]
        path = next(iter(page.xpath("//head/link[@rel='next']/@href")), "")
    assert sorted(set(found)) == sorted(post.path for post in posts)
    assert len(set(found)) == len(posts)


async def test_the_number_of_comments_is_that_of_the_approved_ones(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await instance.publish("Hello")
    await ann.reply(post.uri, "<p>One.</p>")
    await ann.reply(post.uri, "<p>Two.</p>")
    await bob.reply(post.uri, "<p>Waits.</p>")
    await instance.settle()
    for comment in await instance.comments(post):
        if comment.author.uri == ann.actor:
            await instance.decide(comment.id, "approve")
    await instance.settle()
    item = etree.fromstring((await instance.get("/feed/")).body).find("channel/item")
    assert item is not None
    assert item.findtext("slash:comments", namespaces=RSS) == "2"
    entry = etree.fromstring((await instance.get("/feed/atom/")).body).find("a:entry", namespaces=ATOM)
    assert entry is not None
    assert entry.findtext("thr:total", namespaces=ATOM) == "2"
    counts = {link.get(f"{{{ATOM['thr']}}}count") for link in entry.findall("a:link[@rel='replies']", namespaces=ATOM)}
    assert counts == {"2"}
    assert (await instance.document(post.uri))["replies"]["totalItems"] == 2


@pytest.mark.parametrize("format", [FeedFormat.RSS, FeedFormat.ATOM])
async def test_comments_change_the_etags_of_feeds_once_an_hour(
    open_instance: RunningInstance, ann: Peer, bob: Peer, format: FeedFormat
) -> None:
    path = FEEDS[format]
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, "<p>The first.</p>")
    await open_instance.settle()
    first = await open_instance.get(path)
    assert told(first.body) == "1"

    open_instance.clock.advance(minutes=20)
    await bob.reply(post.uri, "<p>The second.</p>")
    await open_instance.settle()
    assert (await open_instance.get(path, If_None_Match=first.headers["ETag"])).status == 304
    assert (await open_instance.document(post.uri))["replies"]["totalItems"] == 2

    open_instance.clock.advance(minutes=40)
    await open_instance.settle()
    later = await open_instance.get(path, If_None_Match=first.headers["ETag"])
    assert (later.status, told(later.body)) == (200, "2")
    assert later.headers["Last-Modified"] != first.headers["Last-Modified"]


def told(body: bytes) -> str:
    """The number of comments of the newest post, as RSS or Atom tells it."""
    root = etree.fromstring(body)
    found = root.find(".//slash:comments", namespaces=RSS) if root.tag == "rss" else root.find(".//thr:total", ATOM)
    assert found is not None
    return found.text or ""


async def test_comments_say_what_they_answer(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>First.</p>")
    open_instance.clock.advance(minutes=1)
    await open_instance.settle()
    nested = await bob.reply(note["id"], "<p>Second.</p>")
    await open_instance.settle()
    for path in (f"{post.path}feed/atom/", "/comments/feed/atom/"):
        atom = etree.fromstring((await open_instance.get(path)).body)
        found = {
            entry.findtext("a:id", namespaces=ATOM): answered.get("ref")
            for entry in atom.findall("a:entry", namespaces=ATOM)
            if (answered := entry.find("thr:in-reply-to", namespaces=ATOM)) is not None
        }
        assert found == {note["id"]: post.uri, nested["id"]: note["id"]}
    guids = {entry["id"] for entry in await feed(open_instance, FeedFormat.RSS, "/comments/")}
    assert post.guid not in guids


@pytest.mark.parametrize("state", [state for state in CommentState if state is not CommentState.APPROVED])
async def test_only_approved_comments_are_in_feeds(instance: RunningInstance, ann: Peer, state: CommentState) -> None:
    post = await instance.publish("Hello")
    await ann.reply(post.uri, "<p>Nobody reads this.</p>")
    await instance.settle()
    [comment] = await instance.comments(post)
    await instance.store.transaction(lambda tx: tx.comments.set_state(comment.id, state, "author.rejected", tx.clock()))
    for of in ("/comments/", post.path):
        for format in FeedFormat:
            assert await feed(instance, format, of) == []
    assert "Nobody reads" not in (await instance.get(post.path)).text


async def test_the_talk_of_a_post_that_is_hidden_again_is_gone_everywhere(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, "<p>Canary.</p>")
    await open_instance.settle()
    for change in (
        {"state": PostState.PRIVATE},
        {"state": PostState.DRAFT},
        {"state": PostState.PASSWORD},
    ):
        await open_instance.publish("Hello", **change)
        for path in (*FEEDS.values(), "/comments/feed/", "/comments/feed/atom/", "/comments/feed/json/", "/", "/2026/"):
            answer = await open_instance.get(path)
            assert "Canary" not in answer.text
            assert post.path not in answer.text
        for path in (post.path, f"{post.path}feed/", post.uri, f"{post.uri}/replies"):
            assert (await open_instance.get(path, accept="application/activity+json")).status in (404, 410)
        assert post.path not in (await open_instance.get("/sitemap.xml")).text


# the blogroll


async def roll(instance: RunningInstance, *entries: BlogrollEntry) -> None:
    async def body(tx: Any) -> None:
        for entry in entries:
            await tx.blogroll.save(entry, added="2026-11-22T19:00:00.000000Z")
        await tx.versions.move("blogroll")

    await instance.store.transaction(body)


def friend(name: str, **fields: Any) -> BlogrollEntry:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return BlogrollEntry(id=new_id(now), name=name, url=f"https://{name.lower()}.example/", **fields)


async def test_the_blogroll_is_read_by_machines(instance: RunningInstance) -> None:
    await roll(
        instance,
        friend(
            "Ida", tagline="Hens & <peas>", feed_url="https://ida.example/feed/", category="Garden", rel="friend met"
        ),
        friend("Bo", tagline="Without a feed", category="Garden"),
        friend("Zoe", feed_url="https://zoe.example/feed/", category="Code"),
        friend("Secret", feed_url="https://secret.example/feed/", hidden=True),
    )
    answer = await instance.get("/blogroll.opml")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    assert [*lint.opml(answer.body)] == []
    outlines = etree.fromstring(answer.body).findall("body/outline")
    assert [folder.get("text") for folder in outlines] == ["Code", "Garden"]
    garden = {outline.get("text"): outline for outline in outlines[1]}
    ida = garden["Ida"]
    assert {name: ida.get(name) for name in ("type", "title", "description", "xmlUrl", "htmlUrl")} == {
        "type": "rss",
        "title": "Ida",
        "description": "Hens & <peas>",
        "xmlUrl": "https://ida.example/feed/",
        "htmlUrl": "https://ida.example/",
    }
    assert "Bo" not in garden  # readers take an entry without a feed for an empty folder
    assert "secret" not in answer.text.lower()
    again = await instance.get("/blogroll.opml", If_None_Match=answer.headers["ETag"])
    assert again.status == 304
    assert (await instance.get("/.well-known/recommendations.opml")).body == answer.body


async def test_the_blogroll_is_read_by_people(instance: RunningInstance) -> None:
    await roll(
        instance,
        friend("Ida", tagline="Hens & peas", feed_url="https://ida.example/feed/", rel="friend met"),
        friend("Secret", hidden=True, tagline="Hidden words"),
    )
    answer = await instance.get("/blogroll/")
    page: Any = html.fromstring(answer.body)
    [card] = page.xpath("//*[contains(concat(' ', @class, ' '), ' h-card ') and .//text()[contains(., 'Ida')]]")[-1:]
    [link] = card.xpath(".//a[contains(@class, 'u-url')]")
    assert link.get("href") == "https://ida.example/"
    assert set(link.get("rel").split()) & {"friend", "met", "muse", "me"} == {"friend", "met"}
    assert card.xpath("string(.//*[contains(@class, 'p-note')])").strip() == "Hens & peas"
    assert "secret" not in answer.text.lower()
    assert "Hidden words" not in answer.text


async def test_an_empty_blogroll_breaks_nothing(instance: RunningInstance) -> None:
    assert (await instance.get("/blogroll/")).status == 200
    assert etree.fromstring((await instance.get("/blogroll.opml")).body).tag == "opml"


async def test_an_imported_post_keeps_its_guid_to_the_byte(instance: RunningInstance) -> None:
    guid = "http://old.example/?p=7&x=1 “odd”"
    post_draft = PostDraft(slug="old", title="Old", source="Words.", guid=guid, path="/archives/old.html")
    await instance.server.services.post_importer.publish(post_draft, origin="wordpress", announce=False)
    for format in FeedFormat:
        [entry] = await feed(instance, format)
        assert entry["id"] == guid
        assert entry["url"] == f"{BASE}/archives/old.html"
