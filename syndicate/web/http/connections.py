"""Connections with timeouts and limits: for the header, the body, and the client's reading of the response.

aiohttp waits without limit for the first byte of a header, the last byte of a body, and a client that does not read its
response; a thousand such connections would use up the server.
"""

import asyncio
import resource
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import StreamReader, web

from syndicate.config import ServerConfig
from syndicate.web.http.aiohttp_internals import BaseConnection
from syndicate.web.http.clients import client_of, is_within
from syndicate.web.http.problems import problem

log = structlog.get_logger()

MIN_READ_BYTES = 4096
"""Bytes of a response that a reading client has received between two checks."""
MAX_OPEN_FILES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Timeouts in seconds, and limits on the connections that we wait for.

    `header`, `body` and `idle` (until the next request) limit waiting for the client, `linger` the rest of a refused
    body, and `drain` a client that does not read its response. A proxy, or a classroom behind one address, opens many
    connections in one moment and uses them in the next: connections beyond `max_waiting_per_client` wait only `burst`
    seconds. At `max_connections`, the client with the most connections loses one to a client with fewer.
    """

    header: float = 10.0
    body: float = 10.0
    idle: float = 15.0
    linger: float = 2.0
    drain: float = 10.0
    proxy_idle: float = 120.0
    burst: float = 1.0
    max_waiting: int = 2_000
    max_waiting_per_client: int = 20
    max_in_burst: int = 200
    max_connections: int = 10_000


class ConnectionLimiter:
    """Counts connections, and those per client that we wait for: for a header, a body, or the reading of a response."""

    def __init__(self, server: ServerConfig, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self._trusted = server.trusted_proxies
        self._max_connections = min(timeouts.max_connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._waits: Counter[str] = Counter()
        self._total_waits = 0
        self._connections: dict[str, dict[Connection, None]] = {}
        self._total = 0
        self._check_timer: asyncio.TimerHandle | None = None

    def is_proxy(self, address: str) -> bool:
        return is_within(address, self._trusted)

    # waiting

    def wait(self, client: str, seconds: float) -> float:
        """Count one more connection that we wait for. Return its timeout in seconds, or 0 if there are too many."""
        waits, timeouts = self._waits[client], self.timeouts
        if waits >= timeouts.max_in_burst:
            return 0.0
        if self._total_waits >= timeouts.max_waiting and not self._free_waiting_slot(client):
            return 0.0
        self._total_waits += 1
        self._waits[client] += 1
        return seconds if waits < timeouts.max_waiting_per_client else min(timeouts.burst, seconds)

    def stop_waiting(self, client: str) -> None:
        self._total_waits -= 1
        self._waits[client] -= 1
        if not self._waits[client]:
            del self._waits[client]

    def _free_waiting_slot(self, client: str) -> bool:
        """Close the longest silent connection of the client that we wait for most. Return False if `client` has as many
        itself."""
        busiest = max(self._waits, key=lambda other: self._waits[other])
        if self._waits[client] + 1 >= self._waits[busiest]:
            return False
        closed = next((silent for silent in self._connections.get(busiest, ()) if silent.is_waited_for), None)
        if closed is None:
            return False
        self.leave(closed)
        closed.abort()
        return True

    # connections

    def join(self, connection: "Connection") -> bool:
        """Register a connection. Return False if the limit is reached."""
        if self._total >= self._max_connections and not self._free_connection(connection.client):
            return False
        self._connections.setdefault(connection.client, {})[connection] = None
        self._total += 1
        if self._check_timer is None:
            self._check_timer = asyncio.get_running_loop().call_later(self.timeouts.drain, self._check)
        return True

    def leave(self, connection: "Connection") -> None:
        of_client = self._connections.get(connection.client, {})
        if connection not in of_client:
            return
        del of_client[connection]
        self._total -= 1
        if not of_client:
            del self._connections[connection.client]

    def _free_connection(self, client: str) -> bool:
        """Close a connection, preferably an idle one, of the client with the most. Return False if `client` has as many
        itself."""
        busiest = max(self._connections, key=lambda other: len(self._connections[other]))
        candidates = self._connections[busiest]
        if len(self._connections.get(client, ())) + 1 >= len(candidates):
            return False
        closed = next((connection for connection in candidates if connection.is_idle), next(iter(candidates)))
        self.leave(closed)
        closed.abort()
        return True

    def _check(self) -> None:
        """Check all connections for clients that do not read, and again while any are left."""
        self._check_timer = None
        for of_client in list(self._connections.values()):
            for connection in list(of_client):
                connection.check_reading()
        if self._connections:
            self._check_timer = asyncio.get_running_loop().call_later(self.timeouts.drain, self._check)

    def close(self) -> None:
        if self._check_timer is not None:
            self._check_timer.cancel()


class Connection(BaseConnection):
    """One client's connection."""

    __slots__ = (
        "_awaited_body",
        "_body",
        "_counted_unread",
        "_counted_waiting",
        "_deadline",
        "_is_proxy",
        "_limiter",
        "_own_transport",
        "_unread",
        "client",
    )

    def __init__(self, server: web.Server, limiter: ConnectionLimiter, **options: object) -> None:
        timeouts = limiter.timeouts
        super().__init__(server, idle_timeout=timeouts.idle, linger=timeouts.linger, **options)
        self._limiter = limiter
        self.client = ""
        self._is_proxy = False
        # aiohttp drops its own reference on closing, before everything is sent
        self._own_transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._counted_waiting = False
        self._body: StreamReader | None = None
        self._awaited_body: StreamReader | None = None
        self._unread: int | None = None
        self._counted_unread = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) else "unix"
        self._is_proxy = address == "unix" or self._limiter.is_proxy(address)
        self.client = client_of(address)
        super().connection_made(transport)
        self._own_transport = self.transport
        if self._is_proxy:
            self.set_idle_timeout(self._limiter.timeouts.proxy_idle)
        elif not self._limiter.join(self) or not self._wait(self._limiter.timeouts.header):
            log.debug("connection refused", address=address)
            self.force_close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        newest = self.newest_body()
        if newest is not None:
            if self._body is not None and self.newest_is_unreadable():
                _fail_body(self._body)
            self._body = newest
        if self._body is None:
            return
        if self._body.is_eof():
            self._body = self._awaited_body = None
            self._stop_waiting()
        elif self._body is not self._awaited_body:
            self._awaited_body = self._body
            self._stop_waiting()
            # the reader of the body times out first; it needs some time to send its response
            if not self._wait(self._limiter.timeouts.body + self._limiter.timeouts.linger):
                self.force_close()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._is_proxy:
            return
        if self._limiter.wait(self.client, 1.0):
            self._counted_unread = True
        else:
            asyncio.get_running_loop().call_soon(self.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reading_resumed()

    def connection_lost(self, error: BaseException | None) -> None:
        self._stop_waiting()
        self._reading_resumed()
        self._limiter.leave(self)
        self._own_transport = None
        super().connection_lost(error)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer an unparsable request without echoing it, and log it at debug level only: clients can send anything
        and disconnect at any time, as often as they like."""
        if isinstance(exc, ConnectionError):
            log.debug("client disconnected", address=self.client)
            raise exc
        if status >= 500 or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        log.debug("request parsing failed", address=self.client, problem=type(exc).__name__)
        response = problem(HTTPStatus(status), "The request cannot be read.")
        response.force_close()
        return response

    def extend_body(self, seconds: float) -> None:
        """Give the body that is being received this long from now on: an upload of the author takes its time."""
        if self._deadline is not None and self._awaited_body is not None:
            self._deadline.cancel()
            self._deadline = asyncio.get_running_loop().call_later(seconds, self._time_out)

    @property
    def is_waited_for(self) -> bool:
        """Whether it is counted as waiting."""
        return self._counted_waiting or self._counted_unread

    def check_reading(self) -> None:
        """Abort the connection if its send buffer is full and has hardly shrunk since the last check."""
        if self._own_transport is None or not (self.is_writing_paused or self._own_transport.is_closing()):
            self._unread = None
            return
        left = self._own_transport.get_write_buffer_size()
        if self._unread is not None and left > self._unread - MIN_READ_BYTES:
            log.debug("response read timed out", address=self.client)
            self.abort()
        self._unread = left

    def abort(self) -> None:
        """Close at once and discard unsent data."""
        self._stop_waiting()
        self._reading_resumed()
        self.force_close()
        if self._own_transport is not None:
            self._own_transport.abort()

    def _wait(self, seconds: float) -> bool:
        """Set a deadline. Return False if we wait for too many connections already."""
        if not self._is_proxy:
            seconds = self._limiter.wait(self.client, seconds)
            self._counted_waiting = seconds > 0
        if seconds:
            self._deadline = asyncio.get_running_loop().call_later(seconds, self._time_out)
        return seconds > 0

    def _stop_waiting(self) -> None:
        """Cancel the deadline and stop counting the connection as waiting."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._counted_waiting:
            self._counted_waiting = False
            self._limiter.stop_waiting(self.client)

    def _reading_resumed(self) -> None:
        if self._counted_unread:
            self._counted_unread = False
            self._limiter.stop_waiting(self.client)

    def _time_out(self) -> None:
        self._stop_waiting()
        self.force_close()


def _fail_body(body: StreamReader) -> None:
    """Fail the reader of a body whose rest is not valid HTTP, and end the body."""
    body.set_exception(web.RequestPayloadError("the body is cut short"))
    body.feed_eof()


def raise_open_file_limit() -> None:
    """Raise the soft limit of open files: each connection is one, and most systems allow more than the default."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError) as error:
            log.info("open file limit unchanged", limit=soft, problem=str(error))
