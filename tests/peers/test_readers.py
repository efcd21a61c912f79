"""Real feed readers on the feeds of a running server: newsboat, rss2email and sfeed, and the parsers that others are built
upon: feedparser (Python), SimplePie (PHP) and rss-parser (JavaScript)."""

import sqlite3
import subprocess
from contextlib import closing
from html import unescape
from pathlib import Path

import feedparser
import pytest

from tests.peers.asking import ask
from tests.peers.blog import Blog, Post
from tests.peers.readers import Item, Read, Rss2Email, rss_parser, sfeed, simplepie
from tests.waiting import LONGEST

FEEDS = ("/feed/", "/feed/atom/")
TITLE = "AT&T <b>said</b> “five < six”"


@pytest.fixture(scope="module")
def posts(blog: Blog) -> list[Post]:
    """Two posts, the newer first; the title of one tries what breaks readers."""
    older = blog.publish("older", "The **first** words.", title="Older", date="2026-01-05T08:00:00Z")
    newer = blog.publish("newer", "Five < six, *said* AT&T.", title=TITLE)
    return [newer, older]


# feedparser


@pytest.mark.parametrize("feed", FEEDS)
def test_feedparser_reads_what_was_written(blog: Blog, posts: list[Post], feed: str) -> None:
    read = feedparser.parse(blog.url + feed)
    assert (read.status, read.bozo) == (200, False)
    assert (read.feed.title, read.feed.link) == ("Field Notes", f"{blog.url}/")
    assert [(entry.id, entry.link) for entry in read.entries] == [(post.id, post.url) for post in posts]
    newest = read.entries[0]
    assert unescape(newest.title) == TITLE  # it keeps titles as HTML
    assert newest.author == "Mara Lind"
    assert "Five &lt; six, <em>said</em> AT&amp;T." in newest.content[0].value
    assert read.entries[1].published_parsed[:5] == (2026, 1, 5, 8, 0)


@pytest.mark.parametrize("feed", FEEDS)
def test_feedparser_gets_304_when_nothing_is_new(blog: Blog, posts: list[Post], feed: str) -> None:
    first = feedparser.parse(blog.url + feed)
    again = feedparser.parse(blog.url + feed, etag=first.etag)
    assert (again.status, again.entries) == (304, [])
    by_date = feedparser.parse(blog.url + feed, modified=first.modified)
    assert by_date.status == 304


def test_feedparser_sees_a_new_post_and_a_changed_one(own_blog: Blog) -> None:
    """It asks with what it was told the last time, and for the difference alone (`A-IM: feed`, RFC 3229)."""
    one = own_blog.publish("one", "One.")
    first = feedparser.parse(f"{own_blog.url}/feed/")
    two = own_blog.publish("two", "Two.")
    second = feedparser.parse(f"{own_blog.url}/feed/", etag=first.etag, modified=first.modified)
    assert (second.status in (200, 226), second.entries[0].id) == (True, two.id)
    own_blog.publish("one", "One, again.")
    third = feedparser.parse(f"{own_blog.url}/feed/", etag=second.etag, modified=second.modified)
    assert {entry.id: entry.content[0].value for entry in third.entries}[one.id] == "<p>One, again.</p>"


# SimplePie, rss-parser, sfeed

EPISODE = "https://files.example/episode-1.mp3"
NO_ENCLOSURES = {("rss-parser", "/feed/atom/")}
"""It does not look for any in Atom."""
READERS = {"simplepie": ("simplepie", simplepie), "rss-parser": ("node", rss_parser), "sfeed": ("sfeed", sfeed)}


@pytest.fixture(scope="module")
def episode(blog: Blog, posts: list[Post]) -> Post:
    """A post with an enclosure, the oldest of the blog."""
    enclosure = {"url": EPISODE, "type": "audio/mpeg", "length": 1234}
    return blog.publish(
        "episode", "Five < six, *said* AT&T.", title=TITLE, date="2026-01-04T08:00:00Z", enclosure=enclosure
    )


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("name", READERS)
def test_a_reader_shows_what_was_written(
    blog: Blog, episode: Post, request: pytest.FixtureRequest, tmp_path: Path, name: str, feed: str
) -> None:
    program, read = READERS[name]
    found: Read = read(request.getfixturevalue(program), ask(blog.url + feed).body, tmp_path)
    assert found.site in (f"{blog.url}/", "")
    assert len(found.items) == 3
    item = found.items[-1]
    enclosure = "" if (name, feed) in NO_ENCLOSURES else EPISODE
    assert item == Item(
        title=TITLE,
        url=episode.url,
        author="Mara Lind",
        date=1_767_513_600,
        content=item.content,
        enclosure=enclosure,
    )
    assert "Five &lt; six, <em>said</em> AT&amp;T." in item.content


# rss2email


@pytest.mark.parametrize("feed", FEEDS)
def test_rss2email_sends_each_post_once_also_after_an_edit_and_a_restart(
    own_blog: Blog, rss2email: Path, tmp_path: Path, feed: str
) -> None:
    home = tmp_path / "reader"
    home.mkdir()
    reader = Rss2Email(rss2email, home, own_blog.url + feed)
    older = own_blog.publish("older", "The **first** words.", title="Older", date="2026-01-05T08:00:00Z")
    reader.reload()
    newer = own_blog.publish("newer", "Five < six.", title="AT&T & friends")
    own_blog.publish("older", "The **second** words.", title="Older, and wiser")
    reader.reload()
    assert own_blog.end() == 0
    own_blog.serve()
    reader.reload()
    mails = {mail.url: mail for mail in reader.items()}
    assert len(reader.items()) == len(mails) == 2
    assert (mails[older.url].title, mails[older.url].author, mails[older.url].date) == (
        "Older",
        "Mara Lind",
        1_767_600_000,
    )
    assert "The <strong>first</strong> words." in mails[older.url].content
    assert mails[newer.url].title == "AT&T & friends"


# newsboat


@pytest.fixture
def cache(newsboat: Path, own_blog: Blog, tmp_path_factory: pytest.TempPathFactory) -> "Newsboat":
    return Newsboat(newsboat, tmp_path_factory.mktemp("newsboat"), [own_blog.url + feed for feed in FEEDS])


class Newsboat:
    """newsboat with a home of its own and these feeds."""

    def __init__(self, program: Path, home: Path, feeds: list[str]) -> None:
        self._home = home
        (home / "urls").write_text("".join(f"{feed}\n" for feed in feeds))
        (home / "config").write_text("")
        files = ["-u", str(home / "urls"), "-C", str(home / "config"), "-c", str(home / "cache.db")]
        self._command = [str(program), *files, "-x", "reload"]

    def reload(self) -> None:
        environment = {"HOME": str(self._home), "LANG": "C.UTF-8", "TERM": "dumb"}
        done = subprocess.run(
            self._command, env=environment, cwd=self._home, capture_output=True, text=True, timeout=LONGEST, check=False
        )
        assert done.returncode == 0, (done.stdout, done.stderr)

    def items(self) -> dict[str, tuple[str, str, str, str]]:
        """guid → title, author, url and content of all that it has, each row once."""
        with closing(sqlite3.connect(self._home / "cache.db")) as database:
            rows = database.execute(
                "SELECT guid, title, author, url, content FROM rss_item WHERE deleted = 0"
            ).fetchall()
        assert len({row[0] for row in rows}) == len(rows), rows
        return {guid: (title, author, url, content) for guid, title, author, url, content in rows}


def test_newsboat_has_one_of_each_post_after_an_edit_and_a_restart(own_blog: Blog, cache: Newsboat) -> None:
    older = own_blog.publish("older", "The **first** words.", title="Older")
    newer = own_blog.publish("newer", "Five < six.", title="AT&T & friends")
    cache.reload()
    assert set(cache.items()) == {older.id, newer.id}

    own_blog.publish("older", "The **second** words.", title="Older, and wiser")
    assert own_blog.end() == 0
    own_blog.serve()
    cache.reload()
    cache.reload()
    items = cache.items()
    assert set(items) == {older.id, newer.id}
    title, author, url, content = items[older.id]
    assert (title, author, url) == ("Older, and wiser", "Mara Lind", older.url)
    assert "The <strong>second</strong> words." in content
    assert items[newer.id][:3] == ("AT&T & friends", "Mara Lind", newer.url)
