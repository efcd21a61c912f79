"""What holds for a feed in all formats."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.feeds import (
    Feed,
    FeedAuthor,
    FeedCategory,
    FeedDocument,
    FeedEnclosure,
    FeedEntry,
    FeedFormat,
    FeedPicture,
    FragmentCache,
    InReplyTo,
    render,
)
from tests.feeds import lint
from tests.feeds.corpus import HOPELESS, NASTY, NOW, SELF, entry, feed, rich

formats = pytest.mark.parametrize("format", [*FeedFormat])


def lint_of(document: FeedDocument, format: FeedFormat) -> list[str]:
    return lint.findings(document, url=SELF[format], now=NOW)


@formats
def test_every_format_has_a_renderer_and_a_media_type_with_its_charset(format: FeedFormat) -> None:
    document = render(feed(entry(), format=format), format)

    assert document.media_type == format.media_type
    assert document.media_type.endswith("; charset=utf-8")


@formats
def test_pieces_that_are_at_hand_make_the_same_feed(format: FeedFormat) -> None:
    press = FragmentCache()
    whole = rich(format)
    press.render(replace(whole, entries=whole.entries[1:], title="Another"), format)
    for each in (whole, replace(whole, language="de"), replace(whole, entries=whole.entries[:1])):
        assert press.render(each, format) == render(each, format) == press.render(each, format)


@formats
def test_a_feed_with_everything_in_it_is_without_fault(format: FeedFormat) -> None:
    assert lint_of(render(rich(format), format), format) == []


@formats
@pytest.mark.parametrize("name", NASTY)
def test_no_entry_makes_a_feed_faulty(format: FeedFormat, name: str) -> None:
    document = render(
        feed(NASTY[name], entry(), format=format) if name == "x" else feed(NASTY[name], format=format), format
    )

    assert lint_of(document, format) == []
    assert document.skipped == ()


@formats
def test_all_of_them_together_are_one_good_feed(format: FeedFormat) -> None:
    entries = tuple(replace(each, id=f"{each.id}#{number}") for number, each in enumerate(NASTY.values()))
    document = render(feed(*entries, format=format), format)

    assert lint_of(document, format) == []
    assert document.skipped == ()


@formats
@pytest.mark.parametrize("name", HOPELESS)
def test_an_entry_that_cannot_be_written_is_skipped_and_named_and_the_feed_stands(
    format: FeedFormat, name: str
) -> None:
    good = entry(id="urn:good", title="The good one")
    document = render(feed(HOPELESS[name], good, format=format), format)

    assert lint_of(document, format) == []
    assert document.skipped == (HOPELESS[name].id,)
    assert b"The good one" in document.body


@formats
def test_an_id_that_comes_twice_is_written_once(format: FeedFormat) -> None:
    document = render(feed(entry(title="First"), entry(title="Second"), format=format), format)

    assert lint_of(document, format) == []
    assert document.skipped == (entry().id,)
    assert b"First" in document.body
    assert b"Second" not in document.body


@formats
def test_an_empty_feed_is_a_good_feed_and_dates_from_the_founding(format: FeedFormat) -> None:
    document = render(feed(format=format, updated=None), format)

    assert lint_of(document, format) == []
    assert document.last_modified == datetime(2020, 1, 1, tzinfo=UTC)


@formats
def test_a_feed_of_nameless_people_is_a_good_feed(format: FeedFormat) -> None:
    bare = feed(entry(authors=()), format=format, title="", subtitle="", language="??", author=FeedAuthor(name=" "))

    assert lint_of(render(bare, format), format) == []


@formats
def test_an_unusable_self_link_of_a_feed_is_reported(format: FeedFormat) -> None:
    with pytest.raises(ValueError, match="address"):
        render(feed(entry(), self_url="/feed/"), format)


@formats
def test_the_same_feed_gives_the_same_bytes(format: FeedFormat) -> None:
    assert render(rich(format), format) == render(rich(format), format)


def test_neither_language_nor_time_zone_of_the_machine_changes_a_byte() -> None:
    program = (
        "import hashlib, locale, contextlib\n"
        "with contextlib.suppress(locale.Error): locale.setlocale(locale.LC_ALL, '')\n"
        "from syndicate.feeds import FeedFormat, render\n"
        "from tests.feeds.corpus import rich\n"
        "for format in FeedFormat: print(hashlib.sha256(render(rich(format), format).body).hexdigest())\n"
    )
    for language, zone in (("de_DE.UTF-8", "Asia/Tokyo"), ("C", "America/St_Johns")):
        environment = {"LANG": language, "LC_ALL": language, "TZ": zone, "PYTHONHASHSEED": "7"}
        printed = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        assert printed.stdout.decode().split() == [
            hashlib.sha256(render(rich(format), format).body).hexdigest() for format in FeedFormat
        ]


@formats
def test_comment_counts_alone_are_nothing_new_to_read(format: FeedFormat) -> None:
    quiet, busy = rich(format), rich(format)
    busy = replace(
        busy,
        entries=tuple(replace(each, comment_count=99, comments_updated=NOW) for each in busy.entries),
    )
    none = replace(
        quiet, entries=tuple(replace(each, comment_count=None, comments_updated=None) for each in quiet.entries)
    )

    assert render(quiet, format).version == render(busy, format).version == render(none, format).version
    if format is not FeedFormat.JSON:
        assert render(quiet, format).body != render(busy, format).body


@formats
@pytest.mark.parametrize(
    "change",
    [
        {"title": "Snow"},
        {"html": '<p> thr:count="4"</p>'},
        {"html": "<p>&lt;slash:comments&gt;4&lt;/slash:comments&gt;</p>"},
        {"updated": NOW},
        {"url": "https://blog.example/elsewhere/"},
    ],
    ids=str,
)
def test_any_other_change_moves_the_etag(format: FeedFormat, change: dict[str, Any]) -> None:
    before = entry(html='<p> thr:count="3" &lt;slash:comments&gt;3&lt;/slash:comments&gt;</p>')
    after = replace(before, **change)

    assert render(feed(before), format).etag != render(feed(after), format).etag


@pytest.mark.parametrize("format", [FeedFormat.RSS, FeedFormat.ATOM])
def test_comments_that_move_move_the_etag(format: FeedFormat) -> None:
    here, there = (entry(comments_url=f"https://blog.example/{page}/#comments", comment_count=1) for page in "ab")

    assert render(feed(here), format).etag != render(feed(there), format).etag


def test_the_etag_is_weak() -> None:
    assert render(feed(entry()), FeedFormat.RSS).etag.startswith('W/"')


@formats
def test_last_modified_is_the_latest_date_of_all_in_whole_seconds(format: FeedFormat) -> None:
    late = NOW.replace(microsecond=700_000)
    document = render(feed(entry(updated=late), updated=NOW - timedelta(days=1)), format)

    assert document.last_modified == NOW


@formats
def test_a_removed_entry_still_dates_the_feed(format: FeedFormat) -> None:
    assert render(feed(entry(), updated=NOW), format).last_modified == NOW


@formats
def test_the_id_is_the_same_string_in_every_format(format: FeedFormat) -> None:
    id = "http://old.example/?p=7&page=2 é"
    body = render(feed(entry(id=id)), format).body.decode()

    assert (id if format is FeedFormat.JSON else id.replace("&", "&amp;")) in body


@formats
def test_posts_changed_in_one_second_are_ordered_as_in_the_feed(format: FeedFormat) -> None:
    crowd = tuple(entry(id=f"urn:{number}", updated=NOW - timedelta(minutes=1)) for number in range(1_500))
    document = render(feed(*crowd, format=format), format)

    assert lint_of(document, format) == []
    if format is FeedFormat.JSON:
        dates = [datetime.fromisoformat(item["date_modified"]) for item in json.loads(document.body)["items"]]
        assert len(set(dates)) == len(dates)


any_text = st.text(st.characters(), max_size=40)
addresses = st.one_of(
    any_text,
    any_text.map(lambda text: f"https://blog.example/{text}"),
    any_text.map(lambda text: f"https://{text}/"),
    st.just("https://blog.example/x"),
)
instants = st.datetimes(
    min_value=datetime.fromisoformat("1970-01-02"),
    max_value=datetime.fromisoformat("2026-11-20"),
    timezones=st.timezones(),
)
few = st.integers(min_value=-5, max_value=10**9)
authors = st.builds(FeedAuthor, name=any_text, url=addresses)
pictures = st.builds(FeedPicture, url=addresses, alt=any_text, media_type=any_text, width=few, height=few)
entries = st.builds(
    FeedEntry,
    id=any_text,
    url=addresses,
    title=any_text,
    html=any_text.map(lambda text: f"<p>{escape(text)}</p>"),
    summary=any_text,
    published=instants,
    updated=instants,
    authors=st.tuples(authors) | st.just(()),
    categories=st.tuples(st.builds(FeedCategory, name=any_text)) | st.just(()),
    enclosures=st.lists(
        st.builds(FeedEnclosure, url=addresses, media_type=any_text | st.just("audio/ogg"), length=few), max_size=3
    ).map(tuple),
    picture=st.none() | pictures,
    language=any_text | st.sampled_from(["de", "en_US", "zh-Hant"]),
    comments_url=addresses,
    comments_feed_url=addresses,
    comments_atom_url=addresses,
    comment_count=st.none() | few,
    comments_updated=st.none() | instants,
    in_reply_to=st.none() | st.builds(InReplyTo, ref=any_text, href=addresses),
)
optional = st.none() | addresses
feeds = st.builds(
    Feed,
    id=st.just("https://blog.example/"),
    title=any_text,
    subtitle=any_text,
    home_url=st.just("https://blog.example/"),
    self_url=st.just(SELF[FeedFormat.RSS]),
    language=any_text | st.just("en_GB"),
    updated=st.none() | instants,
    founded=instants,
    author=authors,
    icon_url=addresses,
    picture=st.none() | pictures,
    licence_url=addresses,
    hubs=st.lists(addresses, max_size=2).map(tuple),
    first=optional,
    previous=optional,
    next=optional,
    last=optional,
    prev_archive=optional,
    next_archive=optional,
    current=optional,
    is_archive=st.booleans(),
    ttl_minutes=st.none() | few,
    entries=st.lists(entries, max_size=4).map(tuple),
)


@formats
@settings(max_examples=60)
@given(any_feed=feeds)
def test_whatever_a_feed_holds_it_is_without_fault_and_always_the_same(format: FeedFormat, any_feed: Feed) -> None:
    addressed = replace(any_feed, self_url=SELF[format])
    document = render(addressed, format)

    assert lint_of(document, format) == []
    assert document == render(addressed, format)
