"""Connections that behave: a request's header within seconds, few that have not sent one, and an end to idleness.

aiohttp waits for ever for the first byte of a header; a thousand silent connections would be all we could serve.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from syndicate.config import ServerConfig
from syndicate.web.clients import is_within
from syndicate.web.problems import problem

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds for which a header, a body, the next request and the rest of a refused body are waited for, and of how
    many at once.

    A proxy, or a classroom behind one address, connects many times in one moment and speaks in the next: what is more
    than the few that may wait gets `burst` seconds. No address alone can take up all places.
    """

    header: float = 10.0
    body: float = 10.0
    idle: float = 15.0
    linger: float = 2.0
    idle_of_proxies: float = 120.0
    burst: float = 1.0
    most_silent: int = 2_000
    most_silent_per_address: int = 20
    most_in_a_burst: int = 200


class Silence:
    """Counts connections that have not sent a whole request header yet."""

    def __init__(self, server: ServerConfig, patience: Patience) -> None:
        self.patience = patience
        self._trusted = server.trusted_proxies
        self._of_address: Counter[str] = Counter()
        self._total = 0

    def is_proxy(self, address: str) -> bool:
        return is_within(address, self._trusted)

    def admit(self, address: str) -> float:
        """Count one more; the seconds for which it may be silent, 0 when there are too many."""
        silent, patience = self._of_address[address], self.patience
        if self._total >= patience.most_silent or silent >= patience.most_in_a_burst:
            return 0.0
        self._total += 1
        self._of_address[address] += 1
        return patience.header if silent < patience.most_silent_per_address else patience.burst

    def end(self, address: str) -> None:
        self._total -= 1
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]


class Connection(RequestHandler):
    """One client's connection."""

    __slots__ = ("_address", "_deadline", "_silence")

    def __init__(self, manager: web.Server, silence: Silence, **options: object) -> None:
        patience = silence.patience
        times = {"keepalive_timeout": patience.idle, "lingering_time": patience.linger}
        super().__init__(manager, loop=asyncio.get_running_loop(), **times, **options)  # type: ignore[arg-type]
        self._silence = silence
        self._address = ""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        self._address = peer[0] if isinstance(peer, tuple) else "unix"
        if self._silence.is_proxy(self._address):
            self._keepalive_timeout = self._silence.patience.idle_of_proxies
        elif seconds := self._silence.admit(self._address):
            self._deadline = asyncio.get_running_loop().call_later(seconds, self._give_up)
        else:
            log.debug("too many silent connections", address=self._address)
            super().connection_made(transport)
            self.force_close()
            return
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._deadline is not None and self._request_count:
            self._speak()

    def connection_lost(self, error: BaseException | None) -> None:
        self._speak()
        super().connection_lost(error)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What cannot be parsed gets an answer that echoes nothing, and no more than a word in the log: anybody can
        send anything, as often as they like."""
        if status >= 500 or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        log.debug("request not understood", address=self._address, problem=type(exc).__name__)
        response = problem(HTTPStatus(status), "The request cannot be read.")
        response.force_close()
        return response

    def _speak(self) -> None:
        """It is no longer silent, or no longer there."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
            self._silence.end(self._address)

    def _give_up(self) -> None:
        self._speak()
        self.force_close()
