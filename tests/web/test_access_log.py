"""What the access log records of a request."""

import json
import re
from io import StringIO

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from syndicate.config import ServerConfig
from syndicate.telemetry.metrics import Metrics
from syndicate.web.http.access_log import AccessLog


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("/feed/?page=2", "/feed/?page=2"),
        ("/search/my%20illness/", "/search/-/"),
        ("/search/my+illness/page/2/", "/search/-/page/2/"),
        ("/?s=my+illness&paged=2", "/?s=-&paged=2"),
        ("/feed/?feed=rss2&s=illness", "/feed/?feed=rss2&s=-"),
    ],
)
async def test_a_line_has_the_path_without_search_words(address: str, written: str) -> None:
    stream = StringIO()
    log = AccessLog(ServerConfig(access_log=True), Metrics(), stream)
    log.add(make_mocked_request("GET", address), web.Response(), 0.001)
    log.flush()
    line = json.loads(stream.getvalue())
    assert (line["method"], line["path"], line["status"], line["event"]) == ("GET", written, 200, "request")
    assert line["timestamp"].endswith("Z")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


async def test_a_line_is_readable_on_a_terminal_and_json_elsewhere() -> None:
    terminal, pipe = Terminal(), StringIO()
    for stream in (terminal, pipe):
        log = AccessLog(ServerConfig(access_log=True), Metrics(), stream)
        log.add(make_mocked_request("GET", '/"odd\\/ä'), web.Response(), 0.001)
        log.flush()
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \S+ "GET \S+" 200 0 1\.0ms\n', terminal.getvalue())
    assert "odd" in json.loads(pipe.getvalue())["path"]
