"""Exports that are broken, huge, hostile, or no exports."""

import contextlib
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import NotAnExport
from syndicate.importers.records import Exported, ExportedPost, ExportedSite, ImportNote, SkippedItem
from syndicate.importers.wordpress.export import read_export
from syndicate.model.post import PostState

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Small</title><link>https://small.example</link><wp:wxr_version>1.2</wp:wxr_version>
"""
TAIL = "</channel></rss>\n"


def item(number: int, text: str = "Text", more: str = "", status: str = "publish") -> str:
    return (
        f"<item><title>Post {number}</title><content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_type>post</wp:post_type><wp:status>{status}</wp:status>"
        f"<wp:post_date_gmt>2024-01-01 00:00:00</wp:post_date_gmt><wp:post_name>post-{number}</wp:post_name>"
        f"{more}</item>\n"
    )


def read(document: str | bytes) -> list[Exported]:
    whole = document.encode() if isinstance(document, str) else document
    return list(read_export(io.BytesIO(whole), name="blog.xml"))


def only_post(document: str | bytes) -> ExportedPost:
    [post] = [value for value in read(document) if isinstance(value, ExportedPost)]
    return post


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"<!DOCTYPE html>\n<html><body>Log in</body></html>", "a web page"),
        (b"<html><head><title>Log in</title></head></html>", "a web page"),
        (b'{"posts": []}', "JSON"),
        (b"title,link\nA,https://a.example", "not XML"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title></channel></rss>', "an ordinary RSS feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "an Atom feed"),
        (b'<opml version="2.0"><body/></opml>', "OPML"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b'{"db":[{"data":{"posts":[],"posts_tags":[]}}]}', "a Ghost export; use `syndicate import ghost`"),
        (b"Account address,Show boosts\nann@a.example,true", "use `syndicate import following`"),
        (b"post_id,post_date,is_published,type\n", "a Substack export; this version cannot import it"),
        (b'<?xml version="1.0" encoding="rot13"?><rss/>', "encoding"),
        (b"<!-- " + b"x" * 300_000 + b" -->", "not XML"),
    ],
)
def test_a_file_that_is_no_export_is_refused_before_anything_is_read(document: bytes, what: str) -> None:
    with pytest.raises(NotAnExport) as refused:
        read_export(io.BytesIO(document), name="blog.xml")
    message = str(refused.value)
    assert what in message
    assert message.startswith("blog.xml ")
    assert "\n" not in message


BOMB = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    "declaration",
    [
        BOMB,
        '<!DOCTYPE rss SYSTEM "http://canary.example/rss.dtd">',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://canary.example/"> %x;]>',
        '<!doctype html [<!ENTITY a "b">]>',
        '<!ENTITY a "b">',
        "<!-- harmless --><?pi harmless?>\n" + BOMB,
    ],
)
def test_a_document_type_declaration_is_refused_whatever_it_says(declaration: str) -> None:
    start, end = HEAD.split("\n", 1)
    with pytest.raises(NotAnExport, match="document type declaration"):
        read(start + declaration + end + item(1, more="<dc:creator>&c;</dc:creator>") + TAIL)


def test_a_declaration_behind_the_root_is_left_out_and_declares_nothing() -> None:
    values = read(HEAD + item(1) + BOMB + item(2, more="<dc:creator>&c;</dc:creator>") + TAIL)
    posts = [value for value in values if isinstance(value, ExportedPost)]
    assert [(post.wp_id, post.creator) for post in posts] == [(1, ""), (2, "&c;")]
    assert isinstance(values[-1], SkippedItem)


def test_a_post_may_talk_about_declarations_and_entities() -> None:
    assert only_post(HEAD + item(1, "<pre>" + BOMB + "</pre>&nbsp;&hearts;") + TAIL).text.endswith("&nbsp;&hearts;</p>")


def test_control_characters_that_xml_does_not_allow_are_dropped() -> None:
    document = (HEAD + item(1, "a\x0bb\x00c\x1fd\ufffee") + TAIL).replace("Post 1", "Po\x08st&#11; &#xD800;&#x1F331;")
    post = only_post(document)
    assert post.text == "<p>abcde</p>"
    assert post.title == "Post 🌱"


def test_bytes_that_are_no_utf_8_are_read_as_old_programs_meant_them_and_counted() -> None:
    values = read((HEAD + item(1, "caf? und Möhren") + TAIL).encode().replace(b"caf?", b"caf\xe9"))
    assert [value.text for value in values if isinstance(value, ExportedPost)] == ["<p>café und Möhren</p>"]
    assert ImportNote(text="repaired in blog.xml: 1 × byte that is no UTF-8") in values


def test_what_stands_before_the_declaration_does_no_harm() -> None:
    assert only_post("<br />\n<b>Warning</b>: something in /a.php\n" + HEAD + item(1) + TAIL).wp_id == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_says_which_encoding_it_is(encoding: str) -> None:
    assert only_post((HEAD + item(1, "Grün") + TAIL).encode(encoding)).text == "<p>Grün</p>"


def test_blank_lines_before_the_declaration_do_no_harm() -> None:
    assert only_post("\n\n" + HEAD + item(1) + TAIL).wp_id == 1


def test_the_end_of_a_cdata_section_within_one_is_text() -> None:
    assert only_post(HEAD + item(1, "if (a[b[0]]]]><![CDATA[> 1) x") + TAIL).text == "<p>if (a[b[0]]> 1) x</p>"


def test_the_end_of_a_cdata_section_without_a_beginning_is_text() -> None:
    post = only_post((HEAD + item(1) + TAIL).replace("Post 1", "a ]]> b <![CDATA[c]]> ]]> d"))
    assert post.title == "a ]]> b c ]]> d"


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ("<wp:post_date>2024-05-01 10:00:00</wp:post_date>", datetime(2024, 5, 1, 8, tzinfo=UTC)),
        ("<wp:post_date>0000-00-00 00:00:00</wp:post_date>", None),
        ("<wp:post_date>0001-01-01 00:00:00</wp:post_date>", None),
        ("<wp:post_date>yesterday</wp:post_date>", None),
        ("", None),
    ],
)
def test_a_draft_without_a_date_in_utc_takes_the_local_one_if_it_can(fields: str, published: datetime | None) -> None:
    document = HEAD + item(1, more=fields, status="draft").replace("2024-01-01", "0000-00-00") + TAIL
    values = read_export(io.BytesIO(document.encode()), name="blog.xml", timezone=timezone(timedelta(hours=2)))
    [post] = [value for value in values if isinstance(value, ExportedPost)]
    assert post.published == published


@pytest.mark.parametrize(
    ("status", "password", "state"),
    [
        ("publish", "", PostState.PUBLISHED),
        ("future", "", PostState.SCHEDULED),
        ("draft", "", PostState.DRAFT),
        ("pending", "", PostState.DRAFT),
        ("private", "", PostState.PRIVATE),
        ("publish", "secret", PostState.PASSWORD),
        ("future", "secret", PostState.PASSWORD),
    ],
)
def test_every_status_of_wordpress_has_its_state(status: str, password: str, state: PostState) -> None:
    post = only_post(HEAD + item(1, more=f"<wp:post_password>{password}</wp:post_password>", status=status) + TAIL)
    assert post.state is state


def test_a_truncated_file_yields_all_that_is_complete_and_says_where_it_ends() -> None:
    values = read(HEAD + item(1) + item(2) + item(3)[:60])
    assert [value.wp_id for value in values if isinstance(value, ExportedPost)] == [1, 2]
    last = values[-1]
    assert isinstance(last, SkippedItem)
    assert last.what == "“Post 3” and all behind it"
    assert "blog.xml is not whole: line 8:" in last.reason


def test_a_bare_ampersand_is_text_and_counted() -> None:
    values = read(HEAD + item(1).replace("Post 1", "A & B &unknown; C&amp;D") + item(2) + TAIL)
    posts = [value for value in values if isinstance(value, ExportedPost)]
    assert [post.title for post in posts] == ["A & B &unknown; C&D", "Post 2"]
    assert ImportNote(text="repaired in blog.xml: 2 × bare &") in values


def test_a_prefix_that_nobody_declared_costs_nothing() -> None:
    head = HEAD.replace("<channel>", '<channel><atom:link rel="search" href="https://small.example/o.xml" />')
    more = '<media:thumbnail url="https://small.example/a.png"/>'
    values = read(head + item(1, more=more) + TAIL)
    assert [value.title for value in values if isinstance(value, ExportedPost)] == ["Post 1"]
    assert not any(isinstance(value, SkippedItem) for value in values)
    assert (
        only_post(
            HEAD.replace(' xmlns:dc="http://purl.org/dc/elements/1.1/"', "")
            + item(1, more="<dc:creator>ann</dc:creator>")
            + TAIL
        ).creator
        == "ann"
    )


def test_broken_markup_costs_only_its_own_item() -> None:
    half = item(2).replace("</item>", "")
    values = read(HEAD + item(1) + "<item><title>A</b></title></item>" + half + item(3) + TAIL)
    assert [value.wp_id for value in values if isinstance(value, ExportedPost)] == [1, 3]
    broken, unfinished = (value for value in values if isinstance(value, SkippedItem))
    assert (broken.what, unfinished.what) == ("“A</b>”", "“Post 2”")
    assert "line 7" in broken.reason
    assert "it has no end tag" in unfinished.reason


def test_a_file_cut_off_anywhere_never_raises_anything_else() -> None:
    document = (HEAD + item(1, "[caption]x") + item(2) + TAIL).encode()
    for end in range(len(document)):
        try:
            values = read(document[:end])
        except NotAnExport:
            assert end < len(HEAD)
        else:
            assert b"</channel>" in document[:end] or isinstance(values[-1], SkippedItem)


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=900), st.integers(min_value=0, max_value=50))
def test_garbage_anywhere_never_raises_anything_else(garbage: bytes, at: int, removed: int) -> None:
    document = (HEAD + item(1, more="<wp:comment><wp:comment_id>1</wp:comment_id></wp:comment>") + TAIL).encode()
    with contextlib.suppress(NotAnExport):
        read(document[:at] + garbage + document[at + removed :])


@pytest.mark.parametrize(
    "hostile",
    [
        "<x>" * 1000,
        f"<item><title>{'x' * 11_000_000}</title></item>",
        "<item>" + "<wp:post_id>" + "9" * 5000 + "</wp:post_id></item>",
        "<item><channel><item/></channel></item>",
        "<wp:author/><wp:category/><wp:tag/><wp:term/><item/>",
        "<item>" + "<wp:postmeta/><wp:comment/><category/>" * 50 + "</item>",
    ],
)
def test_a_hostile_item_costs_only_itself_or_the_rest(hostile: str) -> None:
    values = read(HEAD + item(1) + hostile + TAIL)
    assert isinstance(values[0], ExportedSite)
    assert any(isinstance(value, ExportedPost) for value in values)
    assert any(isinstance(value, SkippedItem) for value in values[1:])


def test_footnotes_that_are_no_json_change_nothing() -> None:
    def meta(value: str) -> str:
        return (
            "<wp:postmeta><wp:meta_key>footnotes</wp:meta_key>"
            f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
        )

    for value in ("[" * 100_000, "{}", "[1]", "null", "x"):
        assert only_post(HEAD + item(1, more=meta(value)) + TAIL).text == "<p>Text</p>"


class _Generated(io.BytesIO):
    """An export that is made while it is read, so that the test itself holds none of it."""

    def __init__(self, posts: int, text: str) -> None:
        super().__init__()
        self._parts = self._all_parts(posts, text)
        self.size = 0

    def _all_parts(self, posts: int, text: str) -> Iterator[bytes]:
        yield HEAD.encode()
        for number in range(1, posts + 1):
            yield item(number, text).encode()
        yield TAIL.encode()

    def read(self, size: int | None = -1, /) -> bytes:
        part = next(self._parts, b"")
        self.size += len(part)
        return part


def test_a_large_export_is_read_in_little_memory() -> None:
    stream = _Generated(posts=2000, text="<pre>" + "A line of a long listing.\n" * 400 + "</pre>")
    tracemalloc.start()
    try:
        count = sum(1 for value in read_export(stream, name="large.xml") if isinstance(value, ExportedPost))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 2000
    assert stream.size > 20_000_000
    assert peak < 8_000_000
