"""Serves the site under its own host name, and to its author on the same machine also as `localhost`."""

from http import HTTPStatus

from aiohttp import web

from syndicate.config import ServerConfig
from syndicate.errors import NotFound, WrongHost
from syndicate.web.http.clients import is_at_this_machine, is_within
from syndicate.web.http.handlers import SAFE_METHODS, Handler
from syndicate.web.http.problems import problem, problem_of

ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that are served under every host name: those who ask know the machine, not the site."""


class HostCheck:
    """Redirects reading requests for another host to the site at `base`, and refuses the others."""

    def __init__(self, base: str, server: ServerConfig) -> None:
        self._base, self._trusted = base, server.trusted_proxies
        host = base.partition("://")[2]
        self._hosts = frozenset({host, f"{host}:443" if base.startswith("https:") else f"{host}:80"})

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if self._is_ours(request) or request.path in ANY_HOST or is_at_this_machine(request):
                return await handler(request)
            return self._redirect(request)

        return handle

    def _is_ours(self, request: web.Request) -> bool:
        hosts = request.headers.getall("Host", [])
        if len(hosts) == 1 and hosts[0].lower() in self._hosts and request.raw_path.startswith("/"):
            return True
        if not self._trusted or not is_within(request.remote or "", self._trusted):
            return False
        return request.headers.get("X-Forwarded-Host", "").lower() in self._hosts and request.raw_path.startswith("/")

    def _redirect(self, request: web.Request) -> web.Response:
        if len(request.headers.getall("Host", [])) != 1:
            response = problem(HTTPStatus.BAD_REQUEST, "Exactly one Host header is required.")
            response.force_close()
            return response
        if request.method in SAFE_METHODS and request.raw_path.startswith("/"):
            path = request.raw_path if not request.raw_path.startswith("//") else "/"
            return web.Response(status=307, headers={"Location": f"{self._base}{path}"})
        response = problem_of(WrongHost("http.wrong-host"))
        response.force_close()
        return response


def refuse_nul(handler: Handler) -> Handler:
    """Answer 404 to a path that contains U+0000: no address here does, and PostgreSQL cannot store it in text."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if "%00" in request.raw_path:
            raise NotFound(request.path[:200])
        return await handler(request)

    return handle
