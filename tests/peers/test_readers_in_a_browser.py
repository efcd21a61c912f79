"""Readers in a real browser, with and without scripts: they like and boost from home, and comment without an account."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from syndicate.activitypub.discovery import FEP_3B86
from syndicate.clock import utc_now
from syndicate.comments import records
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.storage import Store
from tests.cli.conftest import Blog, process
from tests.peers.test_desk_in_a_browser import tell
from tests.ports import free_port

COMMENT_ID = "https://social.example/notes/1"
SETTINGS = """
[site]
url = "http://localhost:{port}"
handle = "notes"
title = "Notes"
[server]
port = {port}
[federation]
allow_private_addresses = true
[comments]
form = true
"""


class Home(BaseHTTPRequestHandler):
    """A server of the fediverse with pages to like and to boost, named by WebFinger (FEP-3b86)."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        base = f"http://{self.headers['Host']}"
        links = [
            {"rel": f"{FEP_3B86}{name}", "template": f"{base}/{intent}?object={{object}}"}
            for name, intent in (("Like", "like"), ("Announce", "boost"))
        ]
        is_finger = path == "/.well-known/webfinger"
        subject = f"acct:ann@{self.headers['Host']}"
        body = json.dumps({"subject": subject, "links": links}) if is_finger else f"<h1>Home: {path.strip('/')}</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "application/jrd+json" if is_finger else "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def home() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Home)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def commented(database: Path) -> tuple[str, str]:
    """Let a comment of the fediverse stand under the post; return the post's id and path."""
    store = await Store.open(str(database), utc_now)
    post = await store.posts.find_by_slug("frost")
    assert post is not None
    now = utc_now()
    comment = Comment(
        id=new_id(now),
        post=post.id,
        uri=COMMENT_ID,
        anchor="c1",
        source=CommentSource.REPLY,
        author=Author(name="Bea", uri="https://social.example/users/bea"),
        html="<p>Cold here, too.</p>",
        state=CommentState.APPROVED,
        published=now,
        updated=now,
    )
    await store.transaction(
        partial(records.save, comment=comment, raw_html="", sanitizer=1, reason="comment.known", received=now)
    )
    await store.close()
    return post.uri, post.path


async def waiting(database: Path) -> list[str]:
    store = await Store.open(str(database), utc_now)
    found = await store.comments.list_by_state((CommentState.PENDING,), 9)
    await store.close()
    return sorted(comment.html.partition(".")[0] for comment in found)


def test_readers_like_and_boost_from_home_and_comment_by_the_form(tmp_path: Path, node: Path, chromium: Path) -> None:
    port = free_port()
    blog = Blog(tmp_path / "blog")
    blog.write("syndicate.toml", SETTINGS.format(port=port)).chmod(0o600)
    blog.ok("publish", blog.write("frost.md", "# Frost\n\nCold.\n"))
    database = blog.directory / "data" / "syndicate.db"
    uri, path = asyncio.run(commented(database))
    server = process(blog, "serve")
    try:
        assert server.stdout is not None
        next(line for line in server.stdout if "/admin/setup/" in line)
        with home() as host:
            post = f"http://localhost:{port}{path}"
            assert tell(node, "readers.mjs", chromium, post, uri, COMMENT_ID, host) == []
    finally:
        server.kill()
        server.communicate()
    assert asyncio.run(waiting(database)) == ["<p>Frost, with scripts", "<p>Frost, without scripts"]
