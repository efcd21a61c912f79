"""The endpoint of a page is found wherever webmention.rocks hides it; the numbers are those of its tests."""

import pytest

from syndicate.webmention.discovery import find_endpoint

AT = "https://rocks.example/test/1"
HTML = "text/html; charset=utf-8"

FOUND = {
    "1: a header, unquoted and relative": (["</test/1/webmention>; rel=webmention"], "", "/test/1/webmention"),
    "2: a header with the whole address": (
        ["<https://rocks.example/test/2/webmention>; rel=webmention"],
        "",
        "/test/2/webmention",
    ),
    "3: a link, relative": ([], '<link rel="webmention" href="/test/3/webmention">', "/test/3/webmention"),
    "4: a link with the whole address": (
        [],
        '<link rel="webmention" href="https://rocks.example/test/4/webmention">',
        "/test/4/webmention",
    ),
    "5: an anchor, relative": ([], '<p><a rel="webmention" href="/test/5/webmention">x</a>', "/test/5/webmention"),
    "6: an anchor with the whole address": (
        [],
        '<a href="https://rocks.example/test/6/webmention" rel="webmention">x</a>',
        "/test/6/webmention",
    ),
    "8: a header, quoted": (['</test/8/webmention>; rel="webmention"'], "", "/test/8/webmention"),
    "9: several rels of a link": (
        [],
        '<link rel="webmention somethingelse" href="/test/9/webmention">',
        "/test/9/webmention",
    ),
    "10: several rels in a header": (
        ['</test/10/webmention>; rel="somethingelse webmention"'],
        "",
        "/test/10/webmention",
    ),
    "11: the header counts before the rest": (
        ["</test/11/webmention>; rel=webmention"],
        '<link rel="webmention" href="/wrong"><a rel="webmention" href="/wrong2">x</a>',
        "/test/11/webmention",
    ),
    "12: the rel is exactly that": (
        [],
        '<link rel="not-webmention" href="/wrong"><link rel="webmention" href="/test/12/webmention">',
        "/test/12/webmention",
    ),
    "13: not in a comment": (
        [],
        '<!-- <a href="/wrong" rel="webmention"></a> --><a href="/test/13/webmention" rel="webmention">x</a>',
        "/test/13/webmention",
    ),
    "14: not in escaped text": (
        [],
        '<code>&lt;a href="/wrong" rel="webmention"&gt;&lt;/a&gt;</code>'
        '<a href="/test/14/webmention" rel="webmention">x</a>',
        "/test/14/webmention",
    ),
    "15: an empty address is the page itself": ([], '<link rel="webmention" href="">', "/test/1"),
    "16: an anchor before a link": (
        [],
        '<a href="/test/16/webmention" rel="webmention">x</a><link rel="webmention" href="/wrong">',
        "/test/16/webmention",
    ),
    "17: a link before an anchor": (
        [],
        '<link rel="webmention" href="/test/17/webmention"><a href="/wrong" rel="webmention">x</a>',
        "/test/17/webmention",
    ),
    "18: several headers": (
        ["</wrong>; rel=other", "</test/18/webmention>; rel=webmention"],
        "",
        "/test/18/webmention",
    ),
    "19: several values in one header": (
        ['</wrong>; rel="other", </test/19/webmention>; rel="webmention"'],
        "",
        "/test/19/webmention",
    ),
    "20: a link without an address is none": (
        [],
        '<link rel="webmention"><a href="/test/20/webmention" rel="webmention">x</a>',
        "/test/20/webmention",
    ),
    "21: the query is kept": (
        [],
        '<link rel="webmention" href="/test/21/webmention?query=yes&amp;more=1">',
        "/test/21/webmention?query=yes&more=1",
    ),
    "22: relative to the page": ([], '<link rel="webmention" href="1/webmention">', "/test/1/webmention"),
    "not in a script": (
        [],
        "<script>'<a rel=webmention href=/wrong>'</script><a rel=webmention href=/right>x</a>",
        "/right",
    ),
    "not of another document": (
        ['</wrong>; rel=webmention; anchor="https://else.example/"', "</right>; rel=webmention"],
        "",
        "/right",
    ),
    "without its fragment": ([], '<a rel=webmention href="/right#here">x</a>', "/right"),
}


@pytest.mark.parametrize("name", FOUND)
def test_the_endpoint_is_found(name: str) -> None:
    links, body, path = FOUND[name]
    assert find_endpoint(links, body.encode(), HTML, address=AT) == f"https://rocks.example{path}"


@pytest.mark.parametrize(
    ("links", "body", "media_type"),
    [
        ([], "", HTML),
        ([], "<p>No word of it.", HTML),
        ([], '<link rel="webmention" href="/x">', "text/plain"),
        ([], '<link rel="webmention" href="javascript:alert(1)">', HTML),
        ([], '<link rel="webmention" href="http://[::1">', HTML),
        ([], '<a rel="webmention">x</a>', HTML),
        (["<mailto:a@b.example>; rel=webmention"], "", HTML),
    ],
)
def test_a_page_that_takes_none_has_no_endpoint(links: list[str], body: str, media_type: str) -> None:
    assert find_endpoint(links, body.encode(), media_type, address=AT) is None


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "zlib", "hex", "unicode_escape", "undefined", "mbcs", "rot13", "x"]
)
def test_an_unknown_encoding_is_ignored(charset: str) -> None:
    body = b"<link rel=webmention href=/take>" + b"\xff\\x" * 200_000
    assert (
        find_endpoint([], body, f"text/html; charset={charset}", address="https://a.example/")
        == "https://a.example/take"
    )
