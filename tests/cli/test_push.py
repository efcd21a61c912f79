"""The hub of a real server, over real connections: what is published reaches the subscriber by itself."""

import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.cli.conftest import Blog, process
from tests.cli.test_serve import finished, status_of
from tests.ports import free_port
from tests.waiting import LONGEST, eventually


@dataclass
class Reader:
    """A subscriber that listens on this machine."""

    port: int = 0
    verified: threading.Event = field(default_factory=threading.Event)
    came: threading.Event = field(default_factory=threading.Event)
    bodies: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            challenge = parse_qs(urlsplit(self.path).query)["hub.challenge"][0].encode()
            self._answer(200, challenge)
            reader.verified.set()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reader.bodies.append((self.headers["Content-Type"], body))
            self._answer(204, b"")
            reader.came.set()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    reader.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield reader
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    port = free_port()
    blog = Blog(tmp_path / "blog")
    blog.write(
        "syndicate.toml",
        f'[site]\nurl = "http://127.0.0.1:{port}"\nhandle = "notes"\n[server]\nport = {port}\n'
        "[federation]\nallow_private_addresses = true\n",
    )
    return blog


def address(blog: Blog) -> str:
    return blog.settings.read_text().split('"')[1]


def started(blog: Blog) -> subprocess.Popen[str]:
    server = process(blog, "serve")
    eventually(lambda: server.poll() is not None or status_of(f"{address(blog)}/readyz") == 200, what="a server")
    assert server.poll() is None, server.communicate()
    return server


def ended(server: subprocess.Popen[str], by: signal.Signals) -> None:
    server.send_signal(by)
    server.communicate(timeout=LONGEST)


def subscribe(blog: Blog, reader: Reader) -> None:
    form = {
        "hub.mode": "subscribe",
        "hub.topic": f"{address(blog)}/feed/",
        "hub.callback": f"http://127.0.0.1:{reader.port}/callback",
    }
    with urllib.request.urlopen(f"{address(blog)}/websub", urlencode(form).encode(), timeout=LONGEST) as answer:
        assert answer.status == 202


def publish(blog: Blog, title: str) -> None:
    assert finished(process(blog, "publish", str(blog.write(f"{title}.md", f"# {title}\n\nWords."))))[0] == 0


def test_what_a_command_publishes_is_pushed_and_a_crash_loses_nothing(blog: Blog, reader: Reader) -> None:
    server = started(blog)
    try:
        subscribe(blog, reader)
        assert reader.verified.wait(LONGEST)
        publish(blog, "Tea")
        assert reader.came.wait(LONGEST)
        media_type, body = reader.bodies[-1]
        assert media_type == "application/rss+xml; charset=utf-8"
        assert b"<title>Tea</title>" in body
        reader.came.clear()
        ended(server, signal.SIGKILL)
        publish(blog, "Bread")
        server = started(blog)
        assert reader.came.wait(LONGEST)
        assert b"<title>Bread</title>" in reader.bodies[-1][1]
    finally:
        if server.poll() is None:
            ended(server, signal.SIGTERM)
