"""What Atom has that the others have not."""

from dataclasses import replace

from lxml import etree

from syndicate.feeds import Feed, FeedFormat, render
from tests.feeds.corpus import entry, feed, rich
from tests.feeds.lint import ATOM, THR, XML


def feed_of(source: Feed) -> etree._Element:
    return etree.fromstring(render(source, FeedFormat.ATOM).body)


def first_of(source: Feed) -> etree._Element:
    found = feed_of(source).find(f"{ATOM}entry")
    assert found is not None
    return found


def test_every_enclosure_keeps_its_relation_type_and_length() -> None:
    enclosures = first_of(rich(FeedFormat.ATOM)).findall(f"{ATOM}link[@rel='enclosure']")

    assert [(link.get("type"), link.get("length")) for link in enclosures] == [
        ("audio/mpeg", "48000"),
        ("application/pdf", "1200"),
    ]


def test_replies_are_linked_as_a_page_a_feed_and_a_collection_with_their_count() -> None:
    written = first_of(rich(FeedFormat.ATOM))
    replies = written.findall(f"{ATOM}link[@rel='replies']")

    assert [link.get("type") for link in replies] == [
        "text/html",
        "application/atom+xml",
        "application/activity+json",
    ]
    assert {link.get(f"{THR}count") for link in replies} == {"3"}
    assert {link.get(f"{THR}updated") for link in replies} == {"2026-11-22T18:55:00+00:00"}
    assert written.findtext(f"{THR}total") == "3"


def test_where_nobody_counts_there_is_no_count() -> None:
    body = render(feed(entry(comments_url="https://blog.example/#comments")), FeedFormat.ATOM).body

    assert b'rel="replies"' in body
    assert b"thr:count" not in body
    assert b"thr:total" not in body


def test_a_comment_names_what_it_answers() -> None:
    answered = first_of(rich(FeedFormat.ATOM)).find(f"{THR}in-reply-to")
    assert answered is not None

    assert answered.get("ref") == "https://other.example/posts/9"
    assert answered.get("href") == "https://other.example/sun/"


def test_an_entry_says_its_language_only_where_it_is_another() -> None:
    german, english = feed_of(rich(FeedFormat.ATOM)).findall(f"{ATOM}entry")

    assert german.get(f"{XML}lang") == "de"
    assert english.get(f"{XML}lang") is None
    assert first_of(feed(entry(language="en_GB"))).get(f"{XML}lang") is None


def test_authors_have_names_and_pages_and_no_mail() -> None:
    root = feed_of(rich(FeedFormat.ATOM))

    for path in (f"{ATOM}author", f"{ATOM}entry/{ATOM}author"):
        assert root.findtext(f"{path}/{ATOM}name") == "Ada Moss"
        assert root.findtext(f"{path}/{ATOM}uri") == "https://blog.example/about/"


def test_the_feed_shows_icon_logo_and_licence() -> None:
    root = feed_of(rich(FeedFormat.ATOM))

    assert root.findtext(f"{ATOM}icon") == "https://blog.example/icon.png"
    assert root.findtext(f"{ATOM}logo") == "https://blog.example/logo.png"
    assert root.find(f"{ATOM}link[@rel='license']") is not None


def test_the_title_of_a_long_note_ends_at_a_word() -> None:
    title = first_of(feed(entry(title="", summary="several words " * 20))).findtext(f"{ATOM}title")

    assert title is not None
    assert title.endswith(("several…", "words…"))
    assert len(title) <= 81


def test_an_archive_says_so_and_names_the_current_feed() -> None:
    archive = replace(rich(FeedFormat.ATOM), is_archive=True, current="https://blog.example/feed/atom/")
    root = feed_of(archive)

    assert root.find("{http://purl.org/syndication/history/1.0}archive") is not None
    assert root.find(f"{ATOM}link[@rel='current']") is not None
