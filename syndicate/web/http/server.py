"""Creates the aiohttp application and listens for connections."""

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
from syndicate.web.http.middleware import RequestMiddleware, security_headers
from syndicate.web.http.responses import DocumentResponder
from syndicate.web.keys import BODIES, CLOCK, CONFIG, RESPONDER, TIMEOUTS, URLS
from syndicate.web.routes import add_routes
from syndicate.web.site.rendering import Pages

log = structlog.get_logger()

MAX_PENDING_REFUSALS = 1000
SHUTDOWN_TIMEOUT_SECONDS = 8.0


def make_app(
    config: Config, clock: Clock, stopwatch: Stopwatch, pages: Pages, services: "dict[web.AppKey[Any], Any]"
) -> web.Application:
    """Return the application. `services` are the objects that views look up by key."""
    refusals: deque[Refusal] = deque(maxlen=MAX_PENDING_REFUSALS)
    middleware = RequestMiddleware(
        base=config.site.url, server=config.server, clock=clock, stopwatch=stopwatch, refusals=refusals
    )
    app = web.Application(middlewares=[middleware.handler()], client_max_size=1024 * 1024)
    app[CLOCK] = clock
    app[CONFIG], app[URLS] = config, Urls(config.site.url)
    app[RESPONDER] = DocumentResponder(security_headers(config.site.url))
    app[MIDDLEWARE], app[REFUSALS] = middleware, refusals
    app[TIMEOUTS] = Timeouts()
    for key, service in services.items():
        app[key] = service
    add_routes(app, pages.assets)
    return app


MIDDLEWARE = web.AppKey("middleware", RequestMiddleware)
REFUSALS: "web.AppKey[deque[Refusal]]" = web.AppKey("refusals", deque)


@asynccontextmanager
async def listening(app: web.Application, config: Config, access_log: AccessLog | None) -> AsyncIterator[int]:
    """Listen and yield the port. On exit, requests in progress get some seconds to finish. Raises
    ConfigurationError."""
    if HttpRequestParser is HttpRequestParserPy:
        raise ConfigurationError("aiohttp runs without its C parser; unset AIOHTTP_NO_EXTENSIONS or reinstall aiohttp")
    app[BODIES] = Bodies(app[TIMEOUTS])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_SECONDS)
    await runner.setup()
    manager = runner.server
    assert manager is not None
    manager.request_handler = app[MIDDLEWARE].serve_cached_first(app, manager.request_handler)  # type: ignore[assignment]
    limiter = ConnectionLimiter(config.server, app[TIMEOUTS])
    options: dict[str, Any] = {"auto_decompress": False, "access_log": None}
    if access_log is not None:
        options |= {"access_log": access_log.logger, "access_log_class": access_log.bound}
    host, port = config.server.host, config.server.port
    try:
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(manager, limiter, **options), host, port, backlog=1024
        )
    except OSError as error:
        await runner.cleanup()
        raise ConfigurationError(_explain(error, host, port)) from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await runner.cleanup()
        limiter.close()


def _explain(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case code if code == EADDRINUSE:
            return f"port {port} of {host} is in use by another program; stop that program, or set server.port"
        case code if code == EACCES:
            return f"port {port} needs more privileges; choose a port above 1023 and put a proxy in front"
        case code if code == EADDRNOTAVAIL:
            return f"server.host {host} is not an address of this machine"
        case _:
            return f"cannot listen on {host} port {port}: {error}"
