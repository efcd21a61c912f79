"""The author's first hour at the desk in a real browser, with axe looking at every page."""

import asyncio
import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from syndicate.clock import utc_now
from syndicate.comments import records
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.storage import Store
from tests.cli.conftest import Blog, process
from tests.ports import free_port
from tests.waiting import LONGEST

STORIES = Path(__file__).parent / "browser"
EXPORT = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Old</title><link>http://old.example</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>http://old.example</wp:base_blog_url>
<item><title>Imported</title><link>http://old.example/imported/</link><content:encoded><![CDATA[{}]]></content:encoded>
<wp:post_id>1</wp:post_id><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt><wp:post_name>imported</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item></channel></rss>"""
IMPORTED = """<p class="lead">First, one&#8217;s <b>words</b> &amp; <a rel="me" href="/a/">a link</a>.<br/>More.</p>

<h2 id="part">Part</h2>
<figure><img src="/x.png" alt="A picture"><figcaption>Caption</figcaption></figure>
<table><tr><td>Old</td></tr></table>
<p>Last words</p>"""
LONGEST_STORY = 10 * LONGEST


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A blog with settings."""
    port = free_port()
    blog = Blog(tmp_path / "blog")
    settings = blog.write(
        "syndicate.toml",
        f'[site]\nurl = "http://localhost:{port}"\nhandle = "notes"\ntitle = "Notes"\n[server]\nport = {port}\n',
    )
    settings.chmod(0o600)
    return blog


@pytest.fixture
def imported(blog: Blog) -> Path:
    """The database of the blog, with a post that an import has brought in."""
    export = blog.write("export.xml", EXPORT.format(IMPORTED))
    assert "1 created" in blog.ok("import", "wordpress", export)
    return blog.directory / "data" / "syndicate.db"


@pytest.fixture
def setup_address(blog: Blog) -> Iterator[str]:
    """The one-time address that a server prints; it runs until the test has ended."""
    server = process(blog, "serve")
    try:
        assert server.stdout is not None
        printed = (re.search(r"http://\S+/admin/setup/\S+", line) for line in server.stdout)
        yield next(found[0] for found in printed if found)
    finally:
        server.kill()
        server.communicate()


def tell(node: Path, story: str, *arguments: str | Path) -> list[str]:
    """What is wrong when a story is told in the browser."""
    command = [node, STORIES / story, *arguments]
    told = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_STORY, check=False)
    assert told.returncode == 0, told.stderr
    return list(json.loads(told.stdout))


def test_the_author_sets_up_writes_publishes_and_comes_back(
    node: Path, chromium: Path, rich_editor: Path, setup_address: str
) -> None:
    assert tell(node, "desk.mjs", chromium, setup_address) == []


def test_an_imported_post_is_edited_without_changing_another_byte(
    node: Path, chromium: Path, rich_editor: Path, imported: Path, setup_address: str
) -> None:
    [(id, before)] = stored(imported)
    assert tell(node, "editor.mjs", chromium, setup_address, id) == []
    assert dict(stored(imported))[id] == before.replace("one&#8217;s", "one&#8217;s own")


def stored(database: Path) -> list[tuple[str, str]]:
    """The ids and sources of the posts in a database."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT id, source FROM posts").fetchall()


def test_twenty_comments_are_moderated_by_keyboard(blog: Blog, node: Path, chromium: Path, setup_address: str) -> None:
    blog.ok("publish", blog.write("tea.md", "# Tea\n\nHot.\n"))
    asyncio.run(twenty_comments(blog))
    assert tell(node, "comments.mjs", chromium, setup_address) == []


async def twenty_comments(blog: Blog) -> None:
    """Let twenty comments wait under a post."""
    store = await Store.open(str(blog.directory / "data" / "syndicate.db"), utc_now)
    post = await store.posts.find_by_slug("tea")
    assert post is not None
    now = utc_now()
    for at in range(20):
        comment = Comment(
            id=new_id(now),
            post=post.id,
            uri=f"https://social.example/notes/{at}",
            anchor=f"c{at}",
            source=CommentSource.REPLY,
            author=Author(name=f"Ann {at}", uri="https://social.example/users/ann"),
            html=f"<p>Comment {at}</p>",
            state=CommentState.PENDING,
            published=now,
            updated=now,
        )
        body = partial(records.save, comment=comment, raw_html="", sanitizer=1, reason="first-time", received=now)
        await store.transaction(body)
    await store.close()
