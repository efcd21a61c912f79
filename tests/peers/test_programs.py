"""Programs of others sign the author in, write, and send Webmentions, with clients that others made."""

import http.cookiejar
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from lxml import html

from syndicate.clock import utc_now
from syndicate.web.admin.setup_links import create_setup_link
from tests.peers.asking import ask
from tests.peers.blog import Blog
from tests.peers.conftest import HERE
from tests.peers.processes import Process
from tests.ports import free_port
from tests.waiting import LONGEST, eventually

PASSWORD = "orchard lantern quiet ferry"


class Author:
    """The author's browser at the desk."""

    def __init__(self, blog: Blog) -> None:
        self.blog, self.address = blog, blog.url
        self.page: Any = None
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def get(self, address: str, data: bytes | None = None) -> bytes:
        sent = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        request = urllib.request.Request(urljoin(self.address, address), data=data, headers=sent)
        with self._opener.open(request, timeout=LONGEST) as answer:
            body: bytes = answer.read()
            self.address = answer.url
        self.page = html.fromstring(body)
        return body

    def press(self, words: str, **typed: str) -> bytes:
        button = next(one for one in self.page.iter("button") if one.text_content().strip() == words)
        form = next(button.iterancestors("form"))
        fields = (
            dict(form.form_values()) | typed | ({button.get("name"): button.get("value")} if button.get("name") else {})
        )
        return self.get(form.get("action") or self.address, urlencode(fields).encode())


@pytest.fixture
def author(blog: Blog) -> Author:
    author = Author(blog)
    token = blog.look(lambda store: create_setup_link(store, utc_now()))
    author.get(f"/admin/setup/{token}")
    author.press("Create account", password=PASSWORD, repeat=PASSWORD)
    return author


@pytest.fixture
def app(node: Path, blog: Blog, tmp_path: Path) -> Iterator[str]:
    address = "127.0.0.8"
    base = f"http://{address}:{(port := free_port(address))}"
    command = [str(node), str(HERE / "programs" / "app.mjs"), address, str(port), f"{blog.url}/"]
    process = Process.start(command, directory=tmp_path, ready=base, name="app")
    yield base
    process.dismiss()


def test_an_app_signs_the_author_in_and_writes_for_them(blog: Blog, author: Author, app: str) -> None:
    author.get(ask(f"{app}/start").json()["address"])
    assert "Let Quill act for you?" in author.page.text_content()
    said: dict[str, Any] = json.loads(author.press("Allow"))
    assert "error" not in said, said
    assert (said["me"], said["scope"]) == (f"{blog.url}/", "create update delete undelete media profile")
    assert said["who"]["name"] == "Mara Lind"
    assert (said["known"]["active"], said["known"]["client_id"]) == (True, f"{app}/")
    assert said["source"] == {"content": ["Other words"], "category": ["apps", "more"]}
    assert (said["gone"], said["again"], said["after"]) == (404, 200, 401)
    page = blog.get(said["post"])
    assert "Other words" in page.text
    assert blog.get(said["photo"]).headers["Content-Type"] == "image/png"
    assert "By a form" in blog.get(said["form"]).text


def test_a_page_that_links_to_a_post_becomes_a_comment(blog: Blog, programs_python: Path) -> None:
    post = blog.publish("mentioned", "Say what you think.")
    address = "127.0.0.9"
    port = free_port(address)
    command = [str(programs_python), str(HERE / "programs" / "sender.py"), address, str(port), post.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sender:
        assert sender.stdout is not None
        assert sender.stdout.readline().strip() in ("201", "202")
        page = eventually(lambda: blog.get(post.url).text, until=lambda page: "Wanda" in page, what="a comment")
        assert "I agree with" in page
        assert f'href="http://{address}:{port}/agree"' in page
        sender.communicate("", timeout=LONGEST)
