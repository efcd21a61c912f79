"""Connections that behave: a header, a body and the taking of an answer have an end in time, and no address has all places.

aiohttp waits for ever for the first byte of a header, for the last one of a body, and for somebody who asks to read
the answer; a thousand such connections would be all we could serve.
"""

import asyncio
import resource
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import StreamReader, web
from aiohttp.http import RawRequestMessage
from aiohttp.web_protocol import RequestHandler, RequestPayloadError

from syndicate.config import ServerConfig
from syndicate.web.http.clients import client_of, is_within
from syndicate.web.http.problems import problem

log = structlog.get_logger()

LEAST_TAKEN = 4096
"""Bytes of an answer that somebody who reads has taken when we look again."""
MOST_FILES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds for which a header, a body, the next request, the rest of a refused body and somebody who takes nothing
    of an answer are waited for, and for how many at once.

    A proxy, or a classroom behind one address, connects many times in one moment and speaks in the next: what is more
    than the few that may wait gets `burst` seconds. `most` bounds all connections; when there are so many, whoever has
    most gives up one for whoever has fewer.
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
    """Who is connected, and for how many of each client we wait: for a header, for a body, or to be read."""

    def __init__(self, server: ServerConfig, patience: Timeouts) -> None:
        self.patience = patience
        self._trusted = server.trusted_proxies
        self._most = min(patience.max_connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._waits: Counter[str] = Counter()
        self._total_waits = 0
        self._present: dict[str, dict[Connection, None]] = {}
        self._total = 0
        self._looking: asyncio.TimerHandle | None = None

    def is_proxy(self, address: str) -> bool:
        return is_within(address, self._trusted)

    # waiting

    def wait(self, client: str, seconds: float) -> float:
        """Count one more that we wait for; the seconds that it has, 0 when there are too many."""
        waits, patience = self._waits[client], self.patience
        if waits >= patience.max_in_burst:
            return 0.0
        if self._total_waits >= patience.max_waiting and not self._make_room_to_wait(client):
            return 0.0
        self._total_waits += 1
        self._waits[client] += 1
        return seconds if waits < patience.max_waiting_per_client else min(patience.burst, seconds)

    def waited(self, client: str) -> None:
        self._total_waits -= 1
        self._waits[client] -= 1
        if not self._waits[client]:
            del self._waits[client]

    def _make_room_to_wait(self, client: str) -> bool:
        """The client for whom we wait most gives up the connection that is silent for longest; nobody does for a client
        for whom we wait as often."""
        busiest = max(self._waits, key=lambda other: self._waits[other])
        if self._waits[client] + 1 >= self._waits[busiest]:
            return False
        given_up = next((silent for silent in self._present.get(busiest, ()) if silent.is_waited_for), None)
        if given_up is None:
            return False
        self.leave(given_up)
        given_up.abort()
        return True

    # being there

    def join(self, connection: "Connection") -> bool:
        """False when there is no room."""
        if self._total >= self._most and not self._make_room(connection.client):
            return False
        self._present.setdefault(connection.client, {})[connection] = None
        self._total += 1
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(self.patience.drain, self._look)
        return True

    def leave(self, connection: "Connection") -> None:
        of_client = self._present.get(connection.client, {})
        if connection not in of_client:
            return
        del of_client[connection]
        self._total -= 1
        if not of_client:
            del self._present[connection.client]

    def _make_room(self, client: str) -> bool:
        """Whoever has most gives up one, an idle one if there is; nobody does for a client who has as many."""
        busiest = max(self._present, key=lambda other: len(self._present[other]))
        theirs = self._present[busiest]
        if len(self._present.get(client, ())) + 1 >= len(theirs):
            return False
        given_up = next((connection for connection in theirs if connection.is_idle), next(iter(theirs)))
        self.leave(given_up)
        given_up.abort()
        return True

    def _look(self) -> None:
        """See who does not read; as long as anybody is there."""
        self._looking = None
        for of_client in list(self._present.values()):
            for connection in list(of_client):
                connection.look()
        if self._present:
            self._looking = asyncio.get_running_loop().call_later(self.patience.drain, self._look)

    def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()


class Connection(RequestHandler):
    """One client's connection."""

    __slots__ = (
        "_awaited",
        "_body",
        "_counted",
        "_crowd",
        "_deadline",
        "_is_proxy",
        "_line",
        "_unread",
        "_unread_counted",
        "client",
    )

    def __init__(self, manager: web.Server, crowd: ConnectionLimiter, **options: object) -> None:
        patience = crowd.patience
        times = {"keepalive_timeout": patience.idle, "lingering_time": patience.linger}
        super().__init__(manager, loop=asyncio.get_running_loop(), **times, **options)  # type: ignore[arg-type]
        self._crowd = crowd
        self.client = ""
        self._is_proxy = False
        self._line: asyncio.Transport | None = None  # aiohttp forgets its own when it closes, and before all is sent
        self._deadline: asyncio.TimerHandle | None = None
        self._counted = False
        self._body: StreamReader | None = None
        self._awaited: StreamReader | None = None
        self._unread: int | None = None
        self._unread_counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) else "unix"
        self._is_proxy = address == "unix" or self._crowd.is_proxy(address)
        self.client = client_of(address)
        super().connection_made(transport)
        self._line = self.transport
        if self._is_proxy:
            self._keepalive_timeout = self._crowd.patience.proxy_idle
        elif not self._crowd.join(self) or not self._wait(self._crowd.patience.header):
            log.debug("too many connections", address=address)
            self.force_close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._messages:
            message, payload = self._messages[-1]
            if self._body is not None and type(message) is not RawRequestMessage:
                _spoil(self._body)
            self._body = payload
        if self._body is None:
            return
        if self._body.is_eof():
            self._body = self._awaited = None
            self._waited()
        elif self._body is not self._awaited:
            self._awaited = self._body
            self._waited()
            # whoever waits for the body answers first, and has the time for that
            if not self._wait(self._crowd.patience.body + self._crowd.patience.linger):
                self.force_close()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._is_proxy:
            return
        if self._crowd.wait(self.client, 1.0):
            self._unread_counted = True
        else:
            self._loop.call_soon(self.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._is_read()

    def connection_lost(self, error: BaseException | None) -> None:
        self._waited()
        self._is_read()
        self._crowd.leave(self)
        self._line = None
        super().connection_lost(error)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What cannot be parsed gets an answer that echoes nothing, and no more than a word in the log: anybody can
        send anything, and leave at any time, as often as they like."""
        if isinstance(exc, ConnectionError):
            log.debug("client left", address=self.client)
            raise exc
        if status >= 500 or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        log.debug("request not understood", address=self.client, problem=type(exc).__name__)
        response = problem(HTTPStatus(status), "The request cannot be read.")
        response.force_close()
        return response

    @property
    def is_waited_for(self) -> bool:
        """Whether it counts among those that we wait for."""
        return self._counted or self._unread_counted

    @property
    def is_idle(self) -> bool:
        """Whether it waits for its next request."""
        return self._waiter is not None and not self._messages

    def look(self) -> None:
        """Who can be sent no more, and has taken next to nothing of what waits since we looked, does not read."""
        if self._line is None or not (self._paused or self._line.is_closing()):
            self._unread = None
            return
        left = self._line.get_write_buffer_size()
        if self._unread is not None and left > self._unread - LEAST_TAKEN:
            log.debug("client does not read", address=self.client)
            self.abort()
        self._unread = left

    def abort(self) -> None:
        """Hang up, whatever is still to be sent."""
        self._waited()
        self._is_read()
        self.force_close()
        if self._line is not None:
            self._line.abort()

    def _wait(self, seconds: float) -> bool:
        """Set a deadline; False when we wait for too many already."""
        if not self._is_proxy:
            seconds = self._crowd.wait(self.client, seconds)
            self._counted = seconds > 0
        if seconds:
            self._deadline = self._loop.call_later(seconds, self._give_up)
        return seconds > 0

    def _waited(self) -> None:
        """What was waited for is there, or will not come."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._counted:
            self._counted = False
            self._crowd.waited(self.client)

    def _is_read(self) -> None:
        if self._unread_counted:
            self._unread_counted = False
            self._crowd.waited(self.client)

    def _give_up(self) -> None:
        self._waited()
        self.force_close()


def _spoil(body: StreamReader) -> None:
    """What was to be a body's rest is no HTTP: who waits for it is told, and nobody lingers for more."""
    body.set_exception(RequestPayloadError("the body is cut short"))
    body.feed_eof()


def raise_open_file_limit() -> None:
    """Each connection is an open file, and most systems allow more of them than they do at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError) as error:
            log.info("open files stay few", limit=soft, problem=str(error))
