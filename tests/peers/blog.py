"""Our server as its author runs it: made by `syndicate init`, run by `syndicate serve`, worked on by commands."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click.testing
from lxml import html as lxml_html

from syndicate.cli.main import main
from syndicate.clock import utc_now
from syndicate.storage import Store
from tests.peers.asking import Answer, ask
from tests.peers.processes import Process
from tests.ports import free_port
from tests.waiting import LONGEST, eventually

T = TypeVar("T")

ADDRESS = "127.0.0.1"
ACTIVITY = "application/activity+json"
IN_A_PROCESS_OF_THEIR_OWN = ("init", "follow")
"""The first has no settings yet; the other uses the network, and whom it trusts is read when a process starts."""
SETTINGS = """
[federation]
allow_private_addresses = true
"""


@dataclass(frozen=True, slots=True)
class Post:
    """A published post: its slug, its id and the address of its page."""

    slug: str
    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A comment as the page shows it. `answers` is the address of the comment that it answers, or empty."""

    text: str
    author: str
    original: str
    answers: str


@dataclass
class Blog:
    """One blog in a directory of its own. With `public_port` the public reaches it there, by HTTPS."""

    directory: Path
    port: int = field(default_factory=lambda: free_port(ADDRESS))
    public_port: int = 0
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"https://{ADDRESS}:{self.public_port}" if self.public_port else f"http://{ADDRESS}:{self.port}"

    @property
    def actor(self) -> str:
        return f"{self.url}/actor"

    @property
    def handle(self) -> str:
        return f"@notes@{ADDRESS}:{self.public_port or self.port}"

    # as its author

    def make(self) -> None:
        """`syndicate init`, and the settings for life among peers on one machine."""
        self.command("init", "--url", self.url, "--handle", "notes", "--title", "Field Notes")
        path = self.directory / "syndicate.toml"
        text = path.read_text()
        for before, after in (
            ('# author = ""', 'author = "Mara Lind"'),
            ('# moderation = "first-time"', 'moderation = "off"'),
        ):
            assert before in text
            text = text.replace(before, after)
        path.write_text(re.sub(r"(?m)^port = \d+", f"port = {self.port}", text) + SETTINGS)

    def command(self, *arguments: str) -> str:
        """Run a command; what it said. Those that read or change the database run in this process, which has loaded
        the program already: to start it takes a second."""
        if arguments[0] in IN_A_PROCESS_OF_THEIR_OWN:
            return self._process(*arguments)
        typed = ["--config", str(self.directory / "syndicate.toml"), *arguments]
        done = click.testing.CliRunner().invoke(main, typed, prog_name="syndicate")
        assert done.exit_code == 0, (arguments, done.output, done.exception)
        return done.stdout

    def _process(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "syndicate", *arguments],
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def listed(self, *arguments: str) -> Any:
        return json.loads(self.command(*arguments, "--json"))

    def publish(self, slug: str, text: str, *, title: str = "", **more: Any) -> Post:
        """Publish or change a post by the command."""
        file = self.directory / f"{slug}.md"
        _write(file, text, slug=slug, title=title or slug.capitalize(), **more)
        said = self.command("publish", str(file))
        return self._post(slug, said.partition(", at ")[2].partition(",")[0].strip())

    def drop(self, slug: str, text: str) -> None:
        """Put a post into the folder that the server watches: a file that somebody wrote a while ago."""
        file = self.directory / "data" / "posts" / f"{slug}.md"
        _write(file, text, title=slug.capitalize())
        then = file.stat().st_mtime - 60
        os.utime(file, (then, then))

    def find(self, slug: str) -> Post | None:
        """What has become of a post in the folder."""
        post = self.look(lambda store: store.posts.find_by_slug(slug))
        return None if post is None else Post(slug, post.uri, self.url + post.path)

    def _post(self, slug: str, url: str) -> Post:
        if self.process is not None:
            document = eventually(lambda: ask(url, accept=ACTIVITY), until=lambda answer: answer.status == 200).json()
            return Post(slug, document["id"], url)
        post = self.find(slug)
        assert post is not None
        return post

    # as a server

    def serve(self, *options: str) -> None:
        command = [sys.executable, "-m", "syndicate", "serve", *options]
        ready = f"http://{ADDRESS}:{self.port}/readyz"
        self.process = Process.start(command, directory=self.directory, ready=ready, name="serve")

    def end(self) -> int:
        assert self.process is not None
        status = self.process.end()
        self.process = None
        return status

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process = None

    # as the public sees it

    def get(self, address: str, *, accept: str = "text/html", **headers: str) -> Answer:
        return ask(address if address.startswith("http") else self.url + address, accept=accept, **headers)

    def document(self, address: str) -> Any:
        answer = self.get(address, accept=ACTIVITY)
        assert answer.status == 200, (address, answer.status)
        return answer.json()

    def comments(self, post: Post) -> list[Shown]:
        """The comments on a post's page."""
        page = lxml_html.document_fromstring(self.get(post.url).body)
        articles = {article.get("id"): article for article in page.iterfind(".//article[@id]")}
        comments = {
            id: article for id, article in articles.items() if "comment" in (article.get("class") or "").split()
        }
        originals = {id: _original(article) for id, article in comments.items()}
        return [
            Shown(
                text=_text(article, "e-content"),
                author=_text(article, "p-nickname"),
                original=originals[id],
                answers=originals.get(_parent(article), ""),
            )
            for id, article in comments.items()
        ]

    def wait_for_comment(self, post: Post, original: str, text: str) -> Shown:
        """Wait until the page shows a comment with this text."""

        def look() -> Shown | None:
            return next((shown for shown in self.comments(post) if shown.original == original), None)

        shown = eventually(look, until=lambda shown: shown is not None and shown.text == text, what=f"comment {text!r}")
        assert shown is not None
        return shown

    # behind the scenes

    def look(self, work: Callable[[Store], Awaitable[T]]) -> T:
        """Open the database as a command does, and do something with it."""

        async def inside() -> T:
            store = await Store.open(str(self.directory / "data" / "syndicate.db"), utc_now)
            try:
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(inside())


def _write(file: Path, text: str, **header: Any) -> None:
    lines = [f"{name}: {json.dumps(value)}" for name, value in header.items()]
    file.write_text("\n".join(["---", *lines, "---", "", text, ""]), encoding="utf-8")


def _of_class(article: Any, name: str) -> Any:
    found = article.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]")
    return found[0]


def _text(article: Any, name: str) -> str:
    return str(_of_class(article, name).text_content()).strip()


def _original(article: Any) -> str:
    """The address of the comment's page; its own place here where it has none."""
    found = article.xpath(".//a[contains(concat(' ', @class, ' '), ' original ')]/@href")
    return str(found[0]) if found else f"#{article.get('id')}"


def _parent(article: Any) -> str:
    """The anchor of the comment in whose list of replies this one stands."""
    found = article.xpath("../../../article/@id")
    return str(found[0]) if found else ""
