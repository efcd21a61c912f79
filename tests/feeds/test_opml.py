"""Blogrolls of other programs come in, ours goes out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.errors import NotAnExport
from syndicate.feeds import opml
from syndicate.feeds.opml import OpmlList, Outline
from tests.feeds import lint
from tests.feeds.corpus import NOW

DOCUMENTS = Path(__file__).parent / "documents"


def parsed(body: str, *, head: str = "") -> OpmlList:
    return opml.parse(f'<opml version="2.0"><head>{head}</head><body>{body}</body></opml>'.encode())


def outlines(body: str) -> list[Outline]:
    return [*parsed(body).outlines]


# what other programs write


def test_the_links_of_wordpress_come_with_taglines_and_folders() -> None:
    read = opml.parse((DOCUMENTS / "wordpress.opml").read_bytes())

    assert read.title == "Links for The Pier"
    assert read.left_out == ()
    assert read.outlines == (
        Outline(
            title="Salt & Rope",
            xml_url="https://salt.example/feed/",
            html_url="https://salt.example/",
            description="Knots, mostly",
            category="Harbour friends",
            rel="friend met",
        ),
        Outline(
            title="tides.example",
            xml_url="https://tides.example/feed/",
            html_url="https://tides.example/",
            description="When to go out – and when not",
            category="Harbour friends",
        ),
        Outline(title="The Gull's Eye", html_url="https://gull.example/", category="Harbour friends"),
        Outline(title="Lamp", xml_url="https://lamp.example/rss"),
    )


def test_subscriptions_of_feedbin_come_with_their_tags() -> None:
    read = opml.parse((DOCUMENTS / "feedbin.xml").read_bytes())

    assert [(each.title, each.category) for each in read.outlines] == [("Salt & Rope", "Boats"), ("Loose", "")]


def test_subscriptions_of_netnewswire_come_with_their_folders() -> None:
    read = opml.parse((DOCUMENTS / "netnewswire.opml").read_bytes())

    assert read.outlines == (
        Outline(
            title="Island Post",
            xml_url="https://island.example/feed.json",
            html_url="https://island.example/",
            category="Far & near",
        ),
    )


def test_nested_folders_become_a_path() -> None:
    read = opml.parse((DOCUMENTS / "freshrss.opml.xml").read_bytes())

    assert [(each.title, each.category, each.language, each.description) for each in read.outlines] == [
        ("Möwe", "Küste / Nord", "de-DE", "Über das Meer"),
        ("Robbe", "Küste", "", ""),
    ]


# what an outline says


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('text="A" title="B" xmlUrl="https://x.example/f"', Outline(title="B", xml_url="https://x.example/f")),
        ('text=" A\n B " XMLURL="https://x.example/f"', Outline(title="A B", xml_url="https://x.example/f")),
        ('text="" title="" xmlUrl="https://x.example/f"', Outline(title="x.example", xml_url="https://x.example/f")),
        ('text="A" type="link" url="https://x.example/"', Outline(title="A", html_url="https://x.example/")),
        (
            'text="A" htmlUrl="https://x.example/" url="https://y.example/"',
            Outline(title="A", html_url="https://x.example/"),
        ),
        (
            'text="A" htmlUrl="https://x.example/ü b"',
            Outline(title="A", html_url="https://x.example/%C3%BC%20b"),
        ),
        (
            'text="A" htmlUrl="https://x.example/" rel="Friend nofollow met"',
            Outline(title="A", html_url="https://x.example/", rel="friend met"),
        ),
        (
            'text="A" htmlUrl="https://x.example/" category="/Sea/Boats,/Food" language="en_us"',
            Outline(title="A", html_url="https://x.example/", category="Sea / Boats", language="en-us"),
        ),
    ],
    ids=[
        "title before text",
        "any case of names, any spaces",
        "no name at all",
        "a link",
        "htmlUrl before url",
        "an address of letters",
        "only words of XFN",
        "a category without a folder",
    ],
)
def test_an_outline_is_read_as_it_was_meant(attributes: str, expected: Outline) -> None:
    assert outlines(f"<outline {attributes}/>") == [expected]


def test_a_folder_goes_before_the_category_of_an_outline() -> None:
    body = '<outline text="Sea"><outline text="A" category="Food" htmlUrl="https://x.example/"/></outline>'

    assert outlines(body)[0].category == "Sea"


def test_outlines_below_a_blog_belong_to_the_folder_of_the_blog() -> None:
    body = (
        '<outline text="Sea"><outline text="A" htmlUrl="https://x.example/">'
        '<outline text="B" htmlUrl="https://y.example/"/></outline></outline>'
    )

    assert [(each.title, each.category) for each in outlines(body)] == [("A", "Sea"), ("B", "Sea")]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "feed:x", "/relative", "https://", "x"])
def test_an_address_that_is_none_is_left_out_with_the_reason(url: str) -> None:
    read = parsed(f'<outline text="A" xmlUrl="{url}" htmlUrl="https://x.example/"/><outline text="B" xmlUrl="{url}"/>')

    assert read.outlines == (Outline(title="A", html_url="https://x.example/"),)
    assert [left.what for left in read.left_out] == ["A", "B"]
    assert all(left.reason.startswith("The address of its feed cannot be used:") for left in read.left_out)


def test_a_blog_without_any_address_is_named() -> None:
    read = parsed('<outline text="A" type="rss" xmlUrl=""/><outline type="link"/><outline text="An empty folder"/>')

    assert read.outlines == ()
    assert [left.what for left in read.left_out] == ["A", "an outline without a name"]


# what comes broken or hostile


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"hello",
        b"{}",
        b"<html><body></body></html>",
        b'<?xml version="1.0"?><rss version="2.0"><channel><opml/></channel></rss>',
        b"<opm",
        b"\x00\x01\x02",
        b"\xff\xfe",
        b"\xff" * 100,
        b"PK\x03\x04",
    ],
)
def test_what_is_no_opml_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(NotAnExport, match="is not OPML") as refused:
        opml.parse(data)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE opml SYSTEM "https://x.example/opml.dtd">',
        '<!DOCTYPE opml [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    ],
)
def test_a_file_with_declarations_of_its_own_is_refused(declaration: str) -> None:
    with pytest.raises(NotAnExport, match="DOCTYPE"):
        opml.parse(f'<?xml version="1.0"?>{declaration}<opml><head><title>&file;&c;</title></head></opml>'.encode())


def test_a_file_that_breaks_off_gives_what_came_before_and_names_the_place() -> None:
    whole = (DOCUMENTS / "wordpress.opml").read_bytes()
    read = opml.parse(whole[: whole.index(b'<outline text="The Gull')])

    assert [each.title for each in read.outlines] == ["Salt & Rope", "tides.example"]
    assert [left.what for left in read.left_out] == ["line 12, column 2"]
    assert "breaks off" in read.left_out[0].reason


def test_what_follows_the_end_does_no_harm() -> None:
    read = opml.parse(b'<opml><body><outline xmlUrl="https://x.example/f"/></body></opml>\nNotice: undefined index')

    assert len(read.outlines) == 1
    assert len(read.left_out) == 1


def test_loose_ampersands_and_names_of_html_are_read() -> None:
    body = '<outline text="R&D &eacute;&nbsp;&bogus; &#11;&#0;&amp;" xmlUrl="https://x.example/?a=1&b=2"/>'

    assert outlines(body) == [Outline(title="R&D é &bogus; &", xml_url="https://x.example/?a=1&b=2")]


def test_control_characters_are_dropped() -> None:
    assert outlines('<outline text="a\x0bb\x00c" htmlUrl="https://x.example/"/>')[0].title == "abc"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-8", "cp1252"),
        ("UTF-8", "utf-16"),
        ("iso-8859-1", "utf-8"),
        ("iso-8859-1", "iso-8859-1"),
        ("koi8-r", "koi8-r"),
        ("windows-1251", "windows-1251"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("punycode", "cp1252"),
        ("zlib", "utf-8"),
        ("nonsense", "utf-8"),
    ],
)
def test_an_encoding_that_is_not_the_declared_one_is_seen_through(declared: str, encoding: str) -> None:
    name = "Чайка" if declared in ("koi8-r", "windows-1251") else "Möwe – Über"
    name = name.replace("–", "-") if encoding == "iso-8859-1" else name
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<opml><body><outline title="{name}" url="https://x.example/"/></body></opml>'

    assert opml.parse(text.encode(encoding)).outlines[0].title == name


def test_only_so_many_blogs_are_taken_and_the_rest_is_counted() -> None:
    body = "".join(f'<outline xmlUrl="https://x.example/{number}"/>' for number in range(opml.MAX_OUTLINES + 7))
    read = parsed(body)

    assert len(read.outlines) == opml.MAX_OUTLINES
    assert read.left_out[0].what == "7 more"


def test_a_file_of_nothing_usable_does_not_fill_the_report() -> None:
    read = parsed('<outline type="rss"/>' * 3_000)

    assert len(read.left_out) == 1_001
    assert read.left_out[-1].what == "2,000 more"


def test_a_file_too_large_is_refused() -> None:
    with pytest.raises(NotAnExport, match="larger than 16 MB"):
        opml.parse(b" " * (opml.MAX_BYTES + 1))


def test_folders_without_end_are_read_to_a_depth() -> None:
    depth = 100_000
    read = parsed('<outline text="deep"> ' * depth + '<outline xmlUrl="https://x.example/f"/>' + "</outline>" * depth)

    assert read.outlines[0].category == " / ".join(["deep"] * 8)


@given(data=st.binary(max_size=200) | st.text(st.characters(exclude_categories=["Cs"])).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for prefix in (b"", b"<opml><body>", b'<?xml version="1.0"?><opml><body><outline text="'):
        try:
            assert isinstance(opml.parse(prefix + data), OpmlList)
        except NotAnExport:
            continue


# what we write

ROLL = (
    Outline(
        title="Salt & Rope <b>",
        xml_url="https://salt.example/feed/?a=1&b=2",
        html_url="https://salt.example/",
        description='Knots, "mostly"',
        category="Harbour friends",
        language="en-GB",
    ),
    Outline(title="Möwe", html_url="https://moewe.example/", description="Über das Meer"),
    Outline(title="Lamp", xml_url="https://lamp.example/rss", category="Küste / Nord"),
    Outline(title="Oar", html_url="https://oar.example/", category="Harbour friends"),
)


def test_what_we_write_is_without_fault() -> None:
    assert [*lint.opml(opml.render("Blogroll & more", "Ada <Moss>", NOW, ROLL))] == []


def test_what_we_write_reads_back_grouped_by_folder() -> None:
    read = opml.parse(opml.render("Blogroll & more", "Ada", NOW, ROLL))

    assert read == OpmlList(title="Blogroll & more", outlines=(ROLL[1], ROLL[0], ROLL[3], ROLL[2]), left_out=())


def test_a_tagline_stands_where_wordpress_looks_for_it() -> None:
    leaf = etree.fromstring(opml.render("Roll", "Ada", NOW, ROLL)).find(".//outline[@xmlUrl]")
    assert leaf is not None

    assert {str(name): value for name, value in leaf.attrib.items()} == {
        "text": "Salt & Rope <b>",
        "title": "Salt & Rope <b>",
        "type": "rss",
        "xmlUrl": "https://salt.example/feed/?a=1&b=2",
        "htmlUrl": "https://salt.example/",
        "description": 'Knots, "mostly"',
        "language": "en-GB",
        "category": "/Harbour friends",
    }


@pytest.mark.parametrize(
    "roll",
    [
        (),
        (Outline(title="An account that is only followed"),),
        (Outline(title="\x00\ud800 ", xml_url="https://x.example/", description="\x0b]]>\ufffe"),),
        (Outline(title="A", xml_url="javascript:x", html_url="https://ü.example/ä"),),
        (Outline(title="A", html_url="https://x.example/", category="a,b / c", language="??"),),
    ],
    ids=["nothing", "no address", "control characters", "an address of letters", "commas"],
)
def test_no_entry_makes_the_list_faulty(roll: tuple[Outline, ...]) -> None:
    assert [*lint.opml(opml.render("", "", NOW, roll))] == []


def test_the_same_list_gives_the_same_bytes() -> None:
    assert opml.render("Roll", "Ada", NOW, ROLL) == opml.render("Roll", "Ada", NOW, ROLL)
