"""The stories of the author's desk in a real browser, each with and without scripts: one browser, and one blog."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.peers.blog import Blog

STORIES = Path(__file__).parent / "browser" / "stories.mjs"
EXPORT = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Old</title><link>http://old.example</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>http://old.example</wp:base_blog_url>
<item><title>{title}</title><link>http://old.example/{slug}/</link><content:encoded><![CDATA[{text}]]></content:encoded>
<wp:post_id>1</wp:post_id><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt><wp:post_name>{slug}</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item></channel></rss>"""
IMPORTED = """<p class="lead">First, one&#8217;s <b>words</b> &amp; <a rel="me" href="/a/">a link</a>.<br/>More.</p>

<h2 id="part">Part</h2>
<table><tr><td>Old</td></tr></table>
<p>Last words</p>"""
WITH_AND_WITHOUT = (True, False)
SCRIPTS = {True: "with scripts", False: "without scripts"}


@dataclass
class Stories:
    """A browser that is told stories of a blog, as an author who has signed in once the first story needs it."""

    blog: Blog
    process: subprocess.Popen[str]
    is_signed_in: bool = False

    def tell(self, story: str, *, scripts: bool, **needs: Any) -> None:
        """Tell a story, and require that nothing is wrong."""
        if not self.is_signed_in:
            assert self._ask("sign in", scripts=True, setup=self.setup_address()) == []
            self.is_signed_in = True
        assert self._ask(story, scripts=scripts, **needs) == []

    def set_up(self) -> None:
        """Tell the story of the first run, which needs no scripts."""
        assert self._ask("set up", scripts=False, setup=self.setup_address()) == []
        self.is_signed_in = True

    def setup_address(self) -> str:
        return next(word for word in self.blog.command("admin-link").split() if "/admin/setup/" in word)

    def _ask(self, story: str, *, scripts: bool, **needs: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        told = {
            "base": self.blog.url,
            "story": story,
            "name": f"{story}, {SCRIPTS[scripts]}",
            "scripts": scripts,
            **needs,
        }
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the browser has ended"
        return json.loads(line)


@pytest.fixture(scope="module")
def stories(blog: Blog, node: Path, chromium: Path) -> Iterator[Stories]:
    command = [node, STORIES, chromium]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Stories(blog, process)
        process.kill()


def test_the_first_run_needs_no_scripts(stories: Stories) -> None:
    stories.set_up()


@pytest.mark.parametrize("scripts", WITH_AND_WITHOUT, ids=SCRIPTS.get)
@pytest.mark.parametrize(
    "story",
    [
        "write with a picture and publish",
        "publish later, now, and take it back",
        "two windows",
        "restore an earlier text",
        "the session ends while somebody writes",
        "the server is away while somebody writes",
        "double click, back and reload",
    ],
)
def test_what_is_written(stories: Stories, story: str, scripts: bool) -> None:
    stories.tell(story, scripts=scripts)


@pytest.mark.parametrize("story", ["crash while typing", "saving in the background publishes nothing"])
def test_what_is_saved_by_scripts(stories: Stories, story: str) -> None:
    stories.tell(story, scripts=True)
