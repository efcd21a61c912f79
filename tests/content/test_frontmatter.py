"""The header of a Markdown file gives typed values, or an error that names file, line and field."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.frontmatter import FrontMatter, split, terms, to_post_draft
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
        ("date: 2012-7-3 9:05", "date", datetime(2012, 7, 3, 7, 5, tzinfo=UTC)),
        ("date: 2013/7/13 20:46:25", "date", datetime(2013, 7, 13, 18, 46, 25, tzinfo=UTC)),
        ("date: 2023-10-15T13:18:50-0700", "date", datetime(2023, 10, 15, 20, 18, 50, tzinfo=UTC)),
        ("date: 15 Oct 2023", "date", datetime(2023, 10, 14, 22, tzinfo=UTC)),
        ("date: Oct 15, 2023", "date", datetime(2023, 10, 14, 22, tzinfo=UTC)),
        ("date: 'Sun, 15 October 2023 09:00:00 UTC'", "date", datetime(2023, 10, 15, 9, tzinfo=UTC)),
        ("date: 2023-01-15 10:00 America/New_York", "date", datetime(2023, 1, 15, 15, tzinfo=UTC)),
        ("publishDate: 2023-10-15", "date", datetime(2023, 10, 14, 22, tzinfo=UTC)),
        ("published: 2023-10-15", "date", datetime(2023, 10, 14, 22, tzinfo=UTC)),
        ("Title: Hello", "title", "Hello"),
        ("DRAFT: TRUE", "draft", True),
        ("state: private", "state", PostState.PRIVATE),
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
        ("sticky: 2", "pinned", True),
        ("top: 0", "pinned", False),
        ("weight: 2", "pinned", False),
        ("comments: maybe", "comments_open", True),
        ("comment: {enable: false}", "comments_open", False),
        ("disableComments: true", "comments_open", False),
        ("type: page", "is_page", True),
        ("layout: page", "is_page", True),
        ("type: post", "type", None),
        ("category: [[a], b]", "categories", ("a", "b")),
        ("categories: [Uncategorized, Notes]", "categories", ("Notes",)),
        ("tags: 2024", "tags", ("2024",)),
        ("tags: [no, 1.10, '#bees']", "tags", ("no", "1.10", "bees")),
        ("tags: [{name: Bees}, {label: Pears}]", "tags", ("Bees", "Pears")),
        ("tags: garden tools", "tags", ("garden tools",)),
        ("slug: 2020/a-b", "slug", "a-b"),
        ("excerpt: In short.", "summary", "In short."),
        ("locale: en_US", "language", "en-US"),
        ("lastmod: 2024-06-01T00:00Z", "updated", datetime(2024, 6, 1, tzinfo=UTC)),
        ("aliases: [/old/, Another title]", "aliases", ("/old/",)),
        ("redirect_from: /old", "aliases", ("/old",)),
        ("url: /a/b/", "address", "/a/b/"),
        ("guid: tag:x", "guid", "tag:x"),
        ("visibility: unlisted", "visibility", Visibility.QUIET),
        ("image: {src: a.png, width: 5}", "image", "a.png"),
        ("images: [a b.png, c.png]", "image", "a%20b.png"),
        ("cover: {image: a.png, alt: A cat}", "image_alt", "A cat"),
        ("header: {image: a.png}", "image", "a.png"),
        ("params: {lang: de}", "language", "de"),
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
        (("tags:", "  - a", "  - {b: c}"), "tags", 3, "list of names"),
        (("tags: {a: b}",), "tags", 2, "list of names"),
        (("summary: {a: b}",), "summary", 2, "text"),
        (("teaser: [x]",), "teaser", 2, "text"),
        (("language: Deutsch!",), "language", 2, "language tag"),
        (("image: javascript:alert(1)",), "image", 2, "http"),
        (("image: {alt: x}",), "image", 2, "'src' is missing"),
        (("hashtags: {a: b}",), "hashtags", 2, "list of names"),
        (("quotes: friends",), "quotes", 2, "anyone, followers, nobody"),
        (("enclosure: {type: audio/mpeg}",), "enclosure", 2, "'url' is missing"),
        (("enclosure: {url: a.mp3, type: sound}",), "enclosure", 2, "media type"),
        (("enclosure: {url: a.mp3, length: big}",), "enclosure", 2, "number of bytes"),
        (("enclosure: 'file:///etc/passwd'",), "enclosure", 2, "http"),
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


def held(*lines: str) -> tuple[PostState, int]:
    """The state of a post with such a header, and how many reasons there are to hold it back."""
    front, body = split("\n".join(("---", *lines, "---", "body")), file="a.md", timezone=VIENNA, now=NOW)
    post_draft = to_post_draft(front, body, slug_from_file="a")
    return post_draft.state, len(post_draft.draft_reasons)


NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "darft: true", "drafft: yes", "drft: true", "Darft: false", "visibilty: local", "visibility: secret",
        "visibility:", "draft:", "draft: maybe", "draft: [true]", "sensitive: [a]", "sensetive: true", "sensitiv: true",
        "passwort: x", "nsfw: true", "content_warning: Spiders", "is_draft: true", "isDraft: true", "wip: true",
        "published: false", "published: 'FALSE'", "published: soon", "published:", "publish: false", "public: no",
        "status: draft", "Status: pending", "status: banana", "status:", "post-status: draft", "staus: draft",
        "expiryDate: 2025-01-01", "unpublishdate: 2025-01-01", "expiryDate: some day",
        "hidden: true", "unlisted: true", "private: true", "headless: true", "render: false", "permalink: false",
        "eleventyExcludeFromCollections: true", "build: {list: never}", "build: {render: never}",
        "date: yesterday", "date: 0001-01-01T00:00:00Z", "date: 9999-12-31", "date: 2024-13-01", "date: 2024-02-30T10:00:00Z", "date: 0001-01-01", "date: [2024-01-01]",
        "date: 1717171717", "date: 03/04/2020", "date: Last Modified", "date: 2024-01-01 10:00 Europe/Nowhere",
        "redirect_to: https://elsewhere.example/",
        "publishDate: some day", "state: hidden",
    ],
)  # fmt: skip
def test_what_may_mean_not_yet_holds_a_post_back_as_a_draft(line: str) -> None:
    assert held(line) == (PostState.DRAFT, 1)


@pytest.mark.parametrize("line", ["password: x", "password: 1234", "encrypt: true", "protected: yes"])
def test_what_only_some_may_read_is_private(line: str) -> None:
    assert held(line) == (PostState.PRIVATE, 1)


@pytest.mark.parametrize(
    "line",
    [
        "draft: false", "Draft: FALSE", "published: true", "published: 2019-03-14", "status: publish", "status: Published",
        "publish: true", "hidden: false", "private: no", "password:", "password: ''", "encrypt: false", "expiryDate:",
        "expiryDate: 2030-01-01", "permalink: /a/", "render: true", "build: {list: always}", "nsfw: false", "wip: 0",
        "colour: green", "layout: post", "craftsman: ann", "sensitivity: high",
        "authors: [draft]", "description: draft", "weight: 1", "sensitive:",
    ],
)  # fmt: skip
def test_what_means_nothing_of_the_kind_does_not(line: str) -> None:
    assert held(line) == (PostState.PUBLISHED, 0)


def test_of_contradicting_fields_the_private_one_counts() -> None:
    assert held("draft: false", "published: false") == (PostState.DRAFT, 1)
    assert held("draft: true", "published: true") == (PostState.DRAFT, 0)
    assert held("draft: true", "draft: false") == (PostState.DRAFT, 0)
    assert held("draft: true", "state: private") == (PostState.PRIVATE, 0)


def test_what_is_said_in_words_that_are_understood_is_not_held_but_meant() -> None:
    assert held("draft: true", "darft: true") == (PostState.DRAFT, 0)
    assert held("state: private", "hidden: true") == (PostState.PRIVATE, 0)


def test_a_field_that_holds_a_post_back_is_named_with_its_line() -> None:
    front, _ = split("\n---\ntitle: x\ndarft: true\n---\n", file="a.md", timezone=UTC)
    assert front.doubts == ("a.md:4: field 'darft': it may be meant for 'draft'",)


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        (("date: 2019-01-01Z", "publishDate: 2027-02-01Z"), None),
        (("date: 2019-01-01T00:00Z", "publishDate: 2027-02-01T00:00Z"), datetime(2027, 2, 1, tzinfo=UTC)),
        (("date: 2019-01-01T00:00Z", "publishDate: 2020-02-01T00:00Z"), datetime(2019, 1, 1, tzinfo=UTC)),
        (("date: 2028-01-01T00:00Z", "pubDate: 2027-02-01T00:00Z"), datetime(2028, 1, 1, tzinfo=UTC)),
    ],
)
def test_of_two_dates_the_later_one_counts_while_it_lies_ahead(lines: tuple[str, ...], date: datetime | None) -> None:
    front, _ = split("\n".join(("---", *lines, "---", "body")), file="a.md", timezone=UTC, now=NOW)
    assert front.date == date
    assert bool(front.date_problem) == (date is None)


@pytest.mark.parametrize(
    "text",
    [
        '+++\ntitle = "x"\ndraft = true\n+++\nbody',
        '{\n  "title": "x",\n  "draft": true\n}\nbody',
        '{ "title" : "x", "draft" : "true" }\nbody',
        "---toml\ntitle = 'x'\ndraft = true\n---\nbody",
        '---json\n{"title": "x", "draft": true}\n---\nbody',
        '---\n{"title": "x", "draft": true}\n---\nbody',
        "title: x\ndraft: true\n---\nbody",
        "title: x\n\ndraft: true\n---\nbody",
        "Title: x\nStatus: draft\n\nbody",
        "Title: x\nSummary: one\n    two\nDRAFT: TRUE\n\nbody",
        '"title": "x",\n"draft": true\n;;;\nbody',
        ".. title: x\n.. status: draft\n\nbody",
        "<!--\n.. title: x\n.. status: draft\n-->\nbody",
        "\ufeff\r\n+++\r\ntitle='x'\r\ndraft = true\r\n+++\r\nbody",
        "Title: x\nDarft: true\n\nbody",
        "[params]\n".join(["+++\ntitle = 'x'\n", "draft = true\n+++\nbody"]),
    ],
)
def test_a_draft_is_one_in_every_syntax(text: str) -> None:
    front, body = split(text, file="a.md", timezone=UTC)
    post_draft = to_post_draft(front, body, slug_from_file="a")
    assert (post_draft.title, post_draft.source, post_draft.state) == ("x", "body", PostState.DRAFT)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("+++\ntitle = 'x'\nbody", 1, r"'\+\+\+' that ends"),
        ("+++\ntitle = 'x'\ndraft = yes\n+++\nbody", 3, "not TOML"),
        ('{\n"title": "x",\n"draft": yes\n}\nbody', 3, "not JSON"),
        ('"title": "x",\n"draft": true\nbody', 1, "';;;' that ends"),
        ("---js\n{}\n---\nbody", 1, "---js"),
        ("<!--\n.. title: x\nbody", 1, "'-->' that ends"),
        ("<!-- title: A -->\nbody", 1, "in a comment"),
        ('draft = true\ntitle = "x"\n\nbody', 1, r"'\+\+\+'"),
        ("\u2014\ntitle: x\ndraft: true\n\u2014\nbody", 1, "between lines of"),
        ("***\ntitle: x\ndraft: true\n***\nbody", 1, "between lines of"),
        ('{"a": ' + "[" * 50_000, 1, "nested too deeply|not JSON"),
        ("+++\na = " + "[" * 2_000 + "]" * 2_000 + "\n+++\n", 1, "nested too deeply"),
    ],
)
def test_a_header_that_cannot_be_read_is_named_and_never_shown_as_text(text: str, line: int, says: str) -> None:
    with pytest.raises(FrontMatterInvalid, match=says) as raised:
        split(text, file="a.md", timezone=UTC)
    assert raised.value.line == line


def test_of_a_field_that_is_given_twice_the_last_counts_and_that_is_said() -> None:
    front = header("title: a", "Title: b", "pub-date: 2024-01-01", "pubDate: 2024-01-02")
    assert (front.title, front.date) == ("b", datetime(2024, 1, 1, 23, tzinfo=UTC))
    assert front.problems == ("a.md:3: field 'Title': it is given twice", "a.md:5: field 'pubDate': it is given twice")


def test_comments_in_a_text_are_not_for_readers_and_code_stays() -> None:
    text = "a %%secret%% b <!-- secret\n\nsecret --> c `%%x%% <!-- y -->`\n\n    <!-- z -->\n\n```\n%%w%%\n```\n\n%%\nsecret"
    draft = to_post_draft(FrontMatter(), text, slug_from_file="a")
    assert draft.source == "a  b  c `%%x%% <!-- y -->`\n\n    <!-- z -->\n\n```\n%%w%%\n```\n\n"


def test_the_part_before_the_more_marker_stands_for_the_post() -> None:
    draft = to_post_draft(FrontMatter(), "One *two*.\n\n<!--  more -->\n\nThree.", slug_from_file="a")
    assert draft.excerpt == "One two."


def test_an_unknown_field_is_reported_and_does_no_harm() -> None:
    front = header("title: x", "layout: post", "Custom: {a: [1, 2]}", "key: !!python/object/apply:os.system [x]")
    assert front.title == "x"
    assert front.unknown == ("Custom", "key")


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
        ("\n \n---\ntitle: x\n---\nbody", "x", "body"),
        ("no header\n---\nx", "", "no header\n---\nx"),
        ("Note: buy pears", "", "Note: buy pears"),
        ("{{< figure >}}", "", "{{< figure >}}"),
        ("***\nWords.", "", "***\nWords."),
        ("<!-- a remark -->\nx", "", "<!-- a remark -->\nx"),
        ("```\ntitle: x\n```", "", "```\ntitle: x\n```"),
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


@settings(max_examples=300)
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
    post_draft = to_post_draft(front, body, slug_from_file="file-name", local_files="posts")
    assert (post_draft.slug, post_draft.title, post_draft.source) == ("s", "T", "Text")
    assert post_draft.source_format is SourceFormat.MARKDOWN
    assert post_draft.date == datetime(2024, 1, 1, tzinfo=UTC)
    assert post_draft.state is PostState.DRAFT
    assert post_draft.type is ObjectType.NOTE
    assert post_draft.local_files == "posts"
    assert post_draft.terms == (
        Term(kind=TermKind.CATEGORY, slug="c", name="C"),
        Term(kind=TermKind.TAG, slug="a-b", name="A b"),
    )


def test_a_file_without_a_header_takes_its_name_and_its_heading() -> None:
    post_draft = to_post_draft(FrontMatter(), "# My *title*\n\nText", slug_from_file="My File")
    assert (post_draft.slug, post_draft.title, post_draft.source) == ("my-file", "My title", "Text")
    assert post_draft.state is PostState.PUBLISHED
    assert post_draft.date is None
    assert post_draft.hashtags is None


def test_a_heading_below_a_given_title_stays_in_the_text() -> None:
    assert to_post_draft(FrontMatter(title="T"), "# Other", slug_from_file="x").source == "# Other"


def test_a_file_without_a_usable_name_needs_a_slug() -> None:
    with pytest.raises(InputError, match="slug"):
        to_post_draft(FrontMatter(), "x", slug_from_file="🎉")


def test_names_that_differ_only_in_signs_are_different_terms() -> None:
    found = terms(TermKind.TAG, ("C", "C++", "C#", "c", ".NET", "🎉"))
    assert [(term.slug, term.name) for term in found] == [
        ("c", "C"),
        ("cplusplus", "C++"),
        ("csharp", "C#"),
        ("net", ".NET"),
        ("1f389", "🎉"),
    ]


@pytest.mark.parametrize(
    ("header", "unsummarized"),
    [
        ('summary: ""', True),
        ('summary: "  "', True),
        ("summary:", False),
        ("title: Seeds", False),
        ("summary: Words", False),
        ('summary: ""\nexcerpt: Words', False),
        ('description: Words\nsummary: ""', False),
        ('summary: ""\nexcerpt: ""', True),
    ],
)
def test_only_an_empty_summary_means_none(header: str, unsummarized: bool) -> None:
    front, body = split(f"---\n{header}\n---\nText", file="a.md", timezone=UTC)
    assert to_post_draft(front, body, slug_from_file="a").unsummarized is unsummarized


def test_an_emoji_that_is_written_as_two_escapes_stays() -> None:
    front, _ = split('---\ntitle: "A \\ud83e\\udd94, \\ud83e alone"\n---\nText', file="a.md", timezone=UTC)
    assert front.title == "A 🦔, alone"
