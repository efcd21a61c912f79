"""The header of a Markdown file gives typed values, or an error that names file, line and field."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.frontmatter import FrontMatter, split, terms, to_manuscript
from syndicate.errors import FrontMatterInvalid, InputError
from syndicate.model.post import (
    Enclosure,
    ObjectType,
    PostState,
    QuotePolicy,
    SourceFormat,
    Term,
    TermKind,
    Visibility,
)

VIENNA = ZoneInfo("Europe/Vienna")


def header(*lines: str) -> FrontMatter:
    return split("\n".join(("---", *lines, "---", "body")), file="a.md", timezone=VIENNA)[0]


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("title: Hello", "title", "Hello"),
        ("title: 2024", "title", "2024"),
        ("title: No", "title", "No"),
        ("title: 12:30:45", "title", "12:30:45"),
        ('title: "a: b # c"', "title", "a: b # c"),
        ('title: "\\u202ex\\x07\\uFEFF"', "title", "x"),
        ("title:", "title", ""),
        ("title: ~", "title", ""),
        ("slug: Über Uns", "slug", "über-uns"),
        ("date: 2024-05-31", "date", datetime(2024, 5, 30, 22, tzinfo=UTC)),
        ("date: '2024-05-31'", "date", datetime(2024, 5, 30, 22, tzinfo=UTC)),
        ("date: 2024-12-31", "date", datetime(2024, 12, 30, 23, tzinfo=UTC)),
        ("date: 2024-05-31T18:30", "date", datetime(2024, 5, 31, 16, 30, tzinfo=UTC)),
        ("date: 2024-05-31 18:30:05", "date", datetime(2024, 5, 31, 16, 30, 5, tzinfo=UTC)),
        ("date: 2024-05-31T18:30:00Z", "date", datetime(2024, 5, 31, 18, 30, tzinfo=UTC)),
        ('date: "2024-05-31t18:30:00z"', "date", datetime(2024, 5, 31, 18, 30, tzinfo=UTC)),
        ("date: 2024-05-31T18:30:00-05:00", "date", datetime(2024, 5, 31, 23, 30, tzinfo=UTC)),
        ("date: 2024-05-31 18:30:00 +0200", "date", datetime(2024, 5, 31, 16, 30, tzinfo=UTC)),
        ("date: 2024-05-31T18:30:00.123456789Z", "date", datetime(2024, 5, 31, 18, 30, 0, 123456, tzinfo=UTC)),
        ("tags: [Python, self hosting, 2024, Python]", "tags", ("Python", "self hosting", "2024")),
        ("tags: Python, self hosting", "tags", ("Python", "self hosting")),
        ("tags: []", "tags", ()),
        ("category: 2024", "categories", ("2024",)),
        ("category: Notes", "categories", ("Notes",)),
        ("category: [Notes, Travel]", "categories", ("Notes", "Travel")),
        ("summary: In short.", "summary", "In short."),
        ("teaser: Look!", "teaser", "Look!"),
        ("language: no", "language", "no"),
        ("language: en_GB", "language", "en-GB"),
        ("comments: closed", "comments_open", False),
        ("comments: open", "comments_open", True),
        ("comments: false", "comments_open", False),
        ("visibility: quiet", "visibility", Visibility.QUIET),
        ("visibility: Local", "visibility", Visibility.LOCAL),
        ("sensitive: true", "sensitive", True),
        ("sensitive: false", "sensitive", False),
        ("sensitive: Spoilers", "warning", "Spoilers"),
        ("sensitive: Spoilers", "sensitive", True),
        ("pinned: yes", "pinned", True),
        ("draft: true", "draft", True),
        ("draft: 'false'", "draft", False),
        ("image: pictures/a.jpg", "image", "pictures/a.jpg"),
        ("image: {src: a.jpg, alt: A cat}", "image_alt", "A cat"),
        ("image: {src: a.jpg}", "image", "a.jpg"),
        ("hashtags: ['#Python', travel]", "hashtags", ("Python", "travel")),
        ("hashtags: []", "hashtags", ()),
        ("type: note", "type", ObjectType.NOTE),
        ("type: Article", "type", ObjectType.ARTICLE),
        ("quotes: followers", "quotes", QuotePolicy.FOLLOWERS),
        ("enclosure: https://x.example/a.MP3?x=1", "enclosure",
         Enclosure(url="https://x.example/a.MP3?x=1", media_type="audio/mpeg")),
        ("enclosure: {url: /a.bin, type: Audio/OGG, length: 12}", "enclosure",
         Enclosure(url="/a.bin", media_type="audio/ogg", length=12)),
        ("enclosure: /a.unknown", "enclosure", Enclosure(url="/a.unknown", media_type="application/octet-stream")),
    ],
)  # fmt: skip
def test_each_field_has_its_value(line: str, field: str, expected: object) -> None:
    assert getattr(header(line), field) == expected


@pytest.mark.parametrize(
    ("lines", "field", "line", "says"),
    [
        (("title: [a]",), "title", 2, "text"),
        (("title: a", "slug: '!!!'"), "slug", 3, "letter or a digit"),
        (("", "date: yesterday"), "date", 3, "2024-05-31"),
        (("date: 2024-13-01",), "date", 2, "no such day"),
        (("date: 2024-02-30T10:00:00Z",), "date", 2, "no such day"),
        (("date: 0001-01-01",), "date", 2, "no such day"),
        (("date: [2024-01-01]",), "date", 2, "text"),
        (("date: 1717171717",), "date", 2, "2024-05-31"),
        (("tags:", "  - a", "  - {b: c}"), "tags", 3, "list of names"),
        (("tags: {a: b}",), "tags", 2, "list of names"),
        (("category: [[a]]",), "category", 2, "list of names"),
        (("summary: {a: b}",), "summary", 2, "text"),
        (("teaser: [x]",), "teaser", 2, "text"),
        (("language: Deutsch!",), "language", 2, "language tag"),
        (("comments: maybe",), "comments", 2, "open or closed"),
        (("visibility: secret",), "visibility", 2, "public, quiet, local"),
        (("sensitive: [a]",), "sensitive", 2, "warning"),
        (("pinned: 1",), "pinned", 2, "true or false"),
        (("draft: maybe",), "draft", 2, "true or false"),
        (("image: javascript:alert(1)",), "image", 2, "http"),
        (("image: {alt: x}",), "image", 2, "'src' is missing"),
        (("image: {src: a.png, width: 5}",), "image", 2, "not 'width'"),
        (("image: [a.png]",), "image", 2, "src, alt"),
        (("hashtags: {a: b}",), "hashtags", 2, "list of names"),
        (("type: page",), "type", 2, "article, note"),
        (("quotes: friends",), "quotes", 2, "anyone, followers, nobody"),
        (("enclosure: {type: audio/mpeg}",), "enclosure", 2, "'url' is missing"),
        (("enclosure: {url: a.mp3, type: sound}",), "enclosure", 2, "media type"),
        (("enclosure: {url: a.mp3, length: big}",), "enclosure", 2, "number of bytes"),
        (("enclosure: 'file:///etc/passwd'",), "enclosure", 2, "http"),
        (("title: a", "draft: true", "title: b"), "title", 4, "twice"),
        (("title: a", "tags: [a"), "", 4, "not YAML"),
        (("title: a: b",), "", 2, "quotes"),
        (("\ttitle: a",), "", 2, "not YAML"),
        (("- a", "- b"), "", 2, "field: value"),
        (("just text",), "", 2, "field: value"),
        (("? [a]", ": b"), "", 2, "name of a field"),
        (("a: &x [1]", "b: *x"), "", 3, "aliases"),
        (("a: " + "[" * 2_000,), "", 2, "nested too deeply"),
        (("a: " + "{" * 30_000,), "", 2, "nested too deeply"),
        (('a: "\\UFFFFFFFF"',), "", 1, "not allowed"),
        (("a: " + "x" * 70_000,), "", 1, "64 kB"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_would_be_right(
    lines: tuple[str, ...], field: str, line: int, says: str
) -> None:
    with pytest.raises(FrontMatterInvalid) as raised:
        header(*lines)
    assert (raised.value.file, raised.value.line, raised.value.field) == ("a.md", line, field)
    assert says in str(raised.value)


def test_an_unknown_field_is_reported_and_does_no_harm() -> None:
    front = header("title: x", "layout: post", "Custom: {a: [1, 2]}", "key: !!python/object/apply:os.system [x]")
    assert front.title == "x"
    assert front.unknown == ("layout", "Custom", "key")


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("---\ntitle: x\n---\n\nbody\n", "x", "body\n"),
        ("\ufeff---\r\ntitle: x\r\n---\r\nbody", "x", "body"),
        ("---\ntitle: x\n...\nbody", "x", "body"),
        ("---  \ntitle: x\n---  ", "x", ""),
        ("---\n---\nbody", "", "body"),
        ("---\n# only a comment\n---\nbody", "", "body"),
        ("---\ntitle: x\n---\na\n\n---\n\nb", "x", "a\n\n---\n\nb"),
        ("no header\n---\nx", "", "no header\n---\nx"),
        ("----\nx", "", "----\nx"),
        ("", "", ""),
    ],
)
def test_a_header_stands_between_two_lines_at_the_top(text: str, title: str, body: str) -> None:
    front, rest = split(text, file="a.md", timezone=UTC)
    assert (front.title, rest) == (title, body)


def test_a_header_without_an_end_is_refused() -> None:
    with pytest.raises(FrontMatterInvalid, match=r"a\.md:1: .*'---'"):
        split("---\ntitle: x\n", file="a.md", timezone=UTC)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=())) | st.text("ab:-[]{}\"'&*!|>%#? \n\t\\,", max_size=60))
def test_any_header_is_read_or_refused(text: str) -> None:
    try:
        front, _ = split(f"---\n{text}\n---\n", file="a.md", timezone=VIENNA)
    except FrontMatterInvalid as error:
        assert error.line >= 1  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(front, FrontMatter)


def test_a_file_becomes_a_manuscript() -> None:
    front, body = split(
        "---\ntitle: T\nslug: s\ndate: 2024-01-01\ntags: [A b]\ncategory: C\ndraft: true\ntype: note\n---\nText",
        file="a.md",
        timezone=UTC,
    )
    manuscript = to_manuscript(front, body, slug_from_file="file-name", local_files="posts")
    assert (manuscript.slug, manuscript.title, manuscript.source) == ("s", "T", "Text")
    assert manuscript.source_format is SourceFormat.MARKDOWN
    assert manuscript.date == datetime(2024, 1, 1, tzinfo=UTC)
    assert manuscript.state is PostState.DRAFT
    assert manuscript.type is ObjectType.NOTE
    assert manuscript.local_files == "posts"
    assert manuscript.terms == (
        Term(kind=TermKind.CATEGORY, slug="c", name="C"),
        Term(kind=TermKind.TAG, slug="a-b", name="A b"),
    )


def test_a_file_without_a_header_takes_its_name_and_its_heading() -> None:
    manuscript = to_manuscript(FrontMatter(), "# My *title*\n\nText", slug_from_file="My File")
    assert (manuscript.slug, manuscript.title, manuscript.source) == ("my-file", "My title", "Text")
    assert manuscript.state is PostState.PUBLISHED
    assert manuscript.date is None
    assert manuscript.hashtags is None


def test_a_heading_below_a_given_title_stays_in_the_text() -> None:
    assert to_manuscript(FrontMatter(title="T"), "# Other", slug_from_file="x").source == "# Other"


def test_a_file_without_a_usable_name_needs_a_slug() -> None:
    with pytest.raises(InputError, match="slug"):
        to_manuscript(FrontMatter(), "x", slug_from_file="🎉")


def test_names_that_differ_only_in_signs_are_different_terms() -> None:
    found = terms(TermKind.TAG, ("C", "C++", "C#", "c", ".NET", "🎉"))
    assert [(term.slug, term.name) for term in found] == [
        ("c", "C"),
        ("cplusplus", "C++"),
        ("csharp", "C#"),
        ("net", ".NET"),
        ("1f389", "🎉"),
    ]
