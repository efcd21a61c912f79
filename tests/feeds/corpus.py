"""Feeds to test with: a plain one, and entries as people, imports and other servers really make them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from syndicate.feeds import (
    Conversation,
    Feed,
    FeedAuthor,
    FeedCategory,
    FeedEnclosure,
    FeedEntry,
    FeedFormat,
    FeedPicture,
    InReplyTo,
    Podcast,
)

NOW = datetime(2026, 11, 22, 19, 0, 0, tzinfo=UTC)
HOME = "https://blog.example/"
SELF = {
    FeedFormat.RSS: "https://blog.example/feed/",
    FeedFormat.ATOM: "https://blog.example/feed/atom/",
    FeedFormat.JSON: "https://blog.example/feed/json/",
}

_PLAIN_ENTRY = FeedEntry(
    id="https://blog.example/posts/1",
    url="https://blog.example/2026/11/21/rain/",
    title="Rain",
    html="<p>It <em>rained</em> all day.</p>",
    summary="It rained all day.",
    published=NOW - timedelta(days=1),
    updated=NOW - timedelta(hours=2),
    authors=(FeedAuthor(name="Ada Moss", url="https://blog.example/about/"),),
)

_PLAIN_FEED = Feed(
    id="https://blog.example/",
    title="Notes",
    subtitle="What the week brought",
    home_url=HOME,
    self_url=SELF[FeedFormat.RSS],
    language="en-GB",
    updated=NOW - timedelta(hours=1),
    founded=datetime(2020, 1, 1, tzinfo=UTC),
    author=FeedAuthor(name="Ada Moss", url="https://blog.example/about/"),
)


def entry(**changes: Any) -> FeedEntry:
    return replace(_PLAIN_ENTRY, **changes)


def feed(*entries: FeedEntry, format: FeedFormat = FeedFormat.RSS, **changes: Any) -> Feed:
    return replace(_PLAIN_FEED, **{"self_url": SELF[format], "entries": entries, **changes})


def rich(format: FeedFormat = FeedFormat.RSS) -> Feed:
    """Everything that a feed can have."""
    page = "https://blog.example/2026/11/21/rain/"
    return feed(
        entry(
            title='Rain & "sun" <b>',
            categories=(FeedCategory(name="Weather & wind"), FeedCategory(name="Home")),
            enclosures=(
                FeedEnclosure(
                    url="https://blog.example/media/rain.mp3", media_type="audio/mpeg", length=48_000, duration=95
                ),
                FeedEnclosure(url="https://blog.example/media/rain.pdf", media_type="application/pdf", length=1_200),
            ),
            picture=FeedPicture(
                url="https://blog.example/media/rain.jpg", alt="A wet <street>", media_type="image/jpeg", width=640
            ),
            language="de",
            comments_url=f"{page}#comments",
            comments_feed_url=f"{page}feed/",
            comments_atom_url=f"{page}feed/atom/",
            comment_count=3,
            comments_updated=NOW - timedelta(minutes=5),
            in_reply_to=InReplyTo(ref="https://other.example/posts/9", href="https://other.example/sun/"),
            conversation=Conversation(
                id="https://blog.example/posts/1",
                replies="https://blog.example/posts/1/replies",
                reply_url="https://blog.example/reply/?to=https%3A%2F%2Fblog.example%2Fposts%2F1",
            ),
        ),
        entry(id="https://blog.example/posts/0", title="", updated=NOW - timedelta(days=3)),
        format=format,
        icon_url="https://blog.example/icon.png",
        picture=FeedPicture(url="https://blog.example/logo.png", media_type="image/png", width=512, height=512),
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        hubs=("https://blog.example/hub", "https://hub.example/"),
        first=SELF[format],
        next=f"{SELF[format]}?paged=2",
        last=f"{SELF[format]}?paged=7",
        prev_archive=f"{SELF[format]}?archive=3",
        ttl_minutes=60,
        account="@notes@blog.example",
        actor="https://blog.example/actor",
        stylesheet="/feed.css",
        podcast=Podcast(category="Arts", picture_url="https://blog.example/cover.jpg"),
    )


NASTY: dict[str, FeedEntry] = {
    "control characters": entry(title="a\x00b\x0bc\x1fd\x7fe\x9ff", html="<p>a\x0bb\x85c</p>", summary="x\x08y\x85z"),
    "non-characters": entry(title="a\ufffeb\uffffc\ufdd0d", html="<p>\ufffe\uffff\ufffd</p>", summary="\ufffd"),
    "lone surrogates": entry(title="a\ud800b", html="<p>\udfff</p>", summary="\ud83d", id="urn:x:\ud800"),
    "end of CDATA": entry(title="]]>", html="<p>]]&gt; ]]> ]]]]>></p>", summary="]]>"),
    "markup in a title": entry(title="<b>AT&T</b> &amp; <script>alert(1)</script> &copy &#60;"),
    "markup in names": entry(
        authors=(FeedAuthor(name="<i>Bo</i> & Cy"), FeedAuthor(name="  \n ")),
        categories=(FeedCategory(name="A & B <c>"), FeedCategory(name=" ")),
    ),
    "markup in a summary": entry(summary='<img src=x onerror="alert(1)"> & <svg>'),
    "a note": entry(title=""),
    "a blank title": entry(title=" \t\n\u2028"),
    "a title of several lines": entry(title="one\r\ntwo\rthree\u2029four"),
    "nothing to say": entry(title="", html="", summary=""),
    "only a picture": entry(
        title="", html=" ", summary="", picture=FeedPicture(url="https://blog.example/a.png", alt="A <cat> & dog")
    ),
    "no summary": entry(summary="", html="<p>" + "word &amp; " * 400 + "</p>"),
    "unclosed brackets": entry(title="", summary="", html="&lt;" + "<" * 10 + "p"),
    "an id that is no address": entry(id="b8f7 42\u00e9&<>\"' \u00a0"),
    "a WordPress id": entry(id="http://old.example/?p=7&page=2"),
    "an id with line ends": entry(id="a\r\nb\tc"),
    "an address of letters": entry(url="https://straße.example/2026/über uns/?q=ä b&c=%zz#frägment"),
    "an address in other dots": entry(url="https://例え。テスト/"),
    "broken addresses": entry(
        comments_url="javascript:alert(1)",
        comments_feed_url="/feed/",
        authors=(FeedAuthor(name="Bo", url="https://[::1"),),
        picture=FeedPicture(url="data:image/png;base64,AAAA", alt="x"),
        in_reply_to=InReplyTo(ref="x y", href="//host/path"),
    ),
    "addresses with passwords": entry(authors=(FeedAuthor(name="Bo", url="https://bo:secret@x.example/"),)),
    "enclosures": entry(
        enclosures=(
            FeedEnclosure(url="https://blog.example/ä b.mp3", media_type="", length=-1),
            FeedEnclosure(url="https://blog.example/ä b.mp3", media_type="audio/mpeg"),
            FeedEnclosure(url="ftp://x.example/y", media_type="audio/mpeg", length=1),
            FeedEnclosure(url="https://blog.example/c.bin", media_type="nonsense", length=2),
            FeedEnclosure(url="https://blog.example/d.txt", media_type="text/plain; charset=utf-8", length=3),
        )
    ),
    "languages": entry(language="pt_BR"),
    "no language": entry(language="english, mostly"),
    "another time zone": entry(published=datetime(2026, 11, 1, 1, 2, 3, 999_999, tzinfo=timezone(timedelta(hours=14)))),
    "published after it was changed": entry(published=NOW, updated=NOW - timedelta(days=400)),
    "a date of long ago": entry(published=datetime(1994, 2, 28, 23, 59, 59, tzinfo=UTC)),
    "a date before calendars": entry(published=datetime(1, 1, 2, tzinfo=UTC), updated=datetime(1, 1, 2, tzinfo=UTC)),
    "counts": entry(comment_count=-3, comments_url="https://blog.example/#comments"),
    "joined emoji": entry(title="👩\u200d👩\u200d👧 \U000e0067 \u202eabc"),
    "very long": entry(title="x" * 10_000, html="<p>" + "x" * 200_000 + "</p>", summary="y" * 10_000),
}
"""By what is nasty about them. Each can be written, and none may break a feed."""

HOPELESS: dict[str, FeedEntry] = {
    "no id": entry(id=" \x00"),
    "no address": entry(url=""),
    "a relative address": entry(url="/2026/11/21/rain/"),
    "a script": entry(url="javascript:alert(1)"),
    "a port that is none": entry(url="https://blog.example:port/"),
    "no host": entry(url="https:///path"),
    "a date without a zone": entry(published=datetime(2026, 1, 1)),  # noqa: DTZ001
    "a date outside of time": entry(published=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
}
"""These cannot be written; they are skipped."""
