"""The application, and the server that listens for it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http_parser import HttpRequestParser, HttpRequestParserPy

from syndicate.clock import Clock, Stopwatch
from syndicate.config import Config
from syndicate.errors import ConfigurationError
from syndicate.storage.inbox_queue import Refusal
from syndicate.urls import Urls
from syndicate.web.http.access_log import AccessLog
from syndicate.web.http.bodies import Bodies
from syndicate.web.http.connections import Connection, ConnectionLimiter, Timeouts
from syndicate.web.http.middleware import Door, security_headers
from syndicate.web.http.responses import DocumentResponder
from syndicate.web.keys import BODIES, CLOCK, CONFIG, RESPONDER, TIMEOUTS, URLS
from syndicate.web.routes import add_routes
from syndicate.web.site.rendering import Pages

log = structlog.get_logger()

MOST_REFUSALS_HELD = 1000
STOP_SECONDS = 8.0


def make_app(
    config: Config, clock: Clock, stopwatch: Stopwatch, pages: Pages, services: "dict[web.AppKey[Any], Any]"
) -> web.Application:
    """The application; `services` is what its views find under their keys."""
    refusals: deque[Refusal] = deque(maxlen=MOST_REFUSALS_HELD)
    door = Door(base=config.site.url, server=config.server, clock=clock, stopwatch=stopwatch, refusals=refusals)
    app = web.Application(middlewares=[door.middleware()], client_max_size=1024 * 1024)
    app[CLOCK] = clock
    app[CONFIG], app[URLS] = config, Urls(config.site.url)
    app[RESPONDER] = DocumentResponder(security_headers(config.site.url))
    app[DOOR], app[REFUSALS] = door, refusals
    app[TIMEOUTS] = Timeouts()
    for key, service in services.items():
        app[key] = service
    add_routes(app, pages.assets)
    return app


DOOR = web.AppKey("door", Door)
REFUSALS: "web.AppKey[deque[Refusal]]" = web.AppKey("refusals", deque)


@asynccontextmanager
async def listening(app: web.Application, config: Config, access_log: AccessLog | None) -> AsyncIterator[int]:
    """Listen; gives the port. At the end requests under way have some seconds. Raises ConfigurationError."""
    if HttpRequestParser is HttpRequestParserPy:
        raise ConfigurationError("aiohttp runs without its C parser; unset AIOHTTP_NO_EXTENSIONS or reinstall aiohttp")
    app[BODIES] = Bodies(app[TIMEOUTS])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    manager = runner.server
    assert manager is not None
    manager.request_handler = app[DOOR].in_front_of(app, manager.request_handler)  # type: ignore[assignment]
    crowd = ConnectionLimiter(config.server, app[TIMEOUTS])
    options: dict[str, Any] = {"auto_decompress": False, "access_log": None}
    if access_log is not None:
        options |= {"access_log": access_log.logger, "access_log_class": access_log.bound}
    host, port = config.server.host, config.server.port
    try:
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(manager, crowd, **options), host, port, backlog=1024
        )
    except OSError as error:
        await runner.cleanup()
        raise ConfigurationError(_explained(error, host, port)) from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await runner.cleanup()
        crowd.close()


def _explained(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case code if code == EADDRINUSE:
            return f"port {port} of {host} is in use by another program; stop that, or set server.port"
        case code if code == EACCES:
            return f"port {port} needs more rights; choose one above 1023 and put a proxy in front"
        case code if code == EADDRNOTAVAIL:
            return f"server.host {host} is no address of this machine"
        case _:
            return f"cannot listen on {host} port {port}: {error}"
