"""Listens for connections and hands their requests to the middleware."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from typing import Any

from aiohttp import web

from syndicate.config import Config
from syndicate.errors import ConfigurationError
from syndicate.web.http.access_log import AccessLog
from syndicate.web.http.aiohttp_internals import handler_of, has_fast_parser, replace_handler, server_of
from syndicate.web.http.bodies import Bodies
from syndicate.web.http.connections import Connection, ConnectionLimiter
from syndicate.web.http.handlers import apply_middleware
from syndicate.web.http.keys import BODIES, MIDDLEWARE, TIMEOUTS

SHUTDOWN_TIMEOUT_SECONDS = 8.0


@asynccontextmanager
async def listening(app: web.Application, config: Config, access_log: AccessLog | None) -> AsyncIterator[int]:
    """Listen and yield the port. On exit, requests in progress get some seconds to finish. Raises
    ConfigurationError."""
    if not has_fast_parser():
        raise ConfigurationError("aiohttp runs without its C parser; unset AIOHTTP_NO_EXTENSIONS or reinstall aiohttp")
    app[BODIES] = Bodies(app[TIMEOUTS])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_SECONDS)
    await runner.setup()
    server = server_of(runner)
    replace_handler(server, apply_middleware(app[MIDDLEWARE], handler_of(server)))
    limiter = ConnectionLimiter(config.server, app[TIMEOUTS])
    options: dict[str, Any] = {"auto_decompress": False, "access_log": None}
    if access_log is not None:
        options |= {"access_log": access_log.logger, "access_log_class": access_log.bound}
    host, port = config.server.host, config.server.port
    try:
        listener = await asyncio.get_running_loop().create_server(
            lambda: Connection(server, limiter, **options), host, port, backlog=1024
        )
    except OSError as error:
        await runner.cleanup()
        raise ConfigurationError(_explain(error, host, port)) from error
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
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
