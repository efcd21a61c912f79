"""What the access log records of a request."""

import json
import re
from io import StringIO

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from structlog.testing import capture_logs

from syndicate.config import ServerConfig
from syndicate.errors import DatabaseBusy
from syndicate.telemetry.metrics import Metrics
from syndicate.web.admin.routes import SECRET_LINKS, admin_routes
from syndicate.web.http.access_log import AccessLog
from syndicate.web.http.logged_paths import masked
from syndicate.web.http.middleware.errors import ErrorResponses
from syndicate.web.routes import FORMS


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("/feed/?page=2", "/feed/?page=2"),
        ("/search/my%20illness/", "/search/-/"),
        ("/search/my+illness/page/2/", "/search/-/page/2/"),
        ("/?s=my+illness&paged=2", "/?s=-&paged=2"),
        ("/feed/?feed=rss2&s=illness", "/feed/?feed=rss2&s=-"),
        ("/?s=illness/of/mine", "/?s=-"),
        ("/comments/notice/kK-3_", "/comments/notice/-"),
        ("/comments/notice/", "/comments/notice/"),
        ("/comments/new?to=/preview/", "/comments/new?to=/preview/"),
        ("/preview/a1/?utm=b", "/preview/-/?utm=b"),
        ("http://blog.example/preview/a1/", "http://blog.example/preview/-/"),
        ("//preview/a1/", "//preview/-/"),
        ("/2026/preview/frost/", "/2026/preview/frost/"),
        ("/notifications/f00/off", "/notifications/-/off"),
        ("/admin/notifications/try", "/admin/notifications/try"),
        ("/admin/setup/f00?again", "/admin/setup/-?again"),
        ("/indieauth/authorize?state=x&code_challenge=y", "/indieauth/authorize?-"),
        ("/admin/apps/allow?state=x", "/admin/apps/allow?-"),
        ("/admin/login?next=%2Fadmin%2Fapps%2Fallow%3Fstate%3Dx&with=code", "/admin/login?next=-&with=code"),
        ("/micropub?q=config&access_token=x", "/micropub?q=config&access_token=-"),
    ],
)
async def test_a_line_has_the_path_without_search_words_and_secrets(address: str, written: str) -> None:
    stream = StringIO()
    log = AccessLog(ServerConfig(access_log=True), Metrics(), stream)
    log.add(make_mocked_request("GET", address), web.Response(), 0.001)
    log.flush()
    line = json.loads(stream.getvalue())
    assert (line["method"], line["path"], line["status"], line["event"]) == ("GET", written, 200, "request")
    assert line["timestamp"].endswith("Z")


def test_the_secret_in_the_path_of_each_route_is_masked() -> None:
    routes = [route.path for route in (*FORMS, *SECRET_LINKS, *admin_routes()) if isinstance(route, web.RouteDef)]
    secret = [path for path in routes if "{token}" in path or "{secret}" in path]
    assert len(secret) >= 8
    for path in secret:
        filled = path.replace("{token}", "hidden").replace("{secret}", "hidden")
        assert masked(filled) == filled.replace("hidden", "-")


class NoPages:
    async def error(self, status: int, heading: str, text: str) -> bytes:
        return f"{status} {heading} {text}".encode()


@pytest.mark.parametrize("error", [RuntimeError("a bug"), DatabaseBusy("busy")])
async def test_a_request_that_fails_is_logged_without_its_secret(error: Exception) -> None:
    async def fail(_request: web.Request) -> web.StreamResponse:
        raise error

    with capture_logs() as lines:
        await ErrorResponses(NoPages()).wrap(fail)(make_mocked_request("GET", "/preview/hidden/"))
    assert [line["path"] for line in lines] == ["/preview/-/"]


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
