"""Connections that behave: a request's header within seconds, few that have not sent one, and an end to idleness.

aiohttp waits for ever for the first byte of a header; a thousand silent connections would be all we could serve.
"""

import asyncio
from collections import Counter

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from syndicate.config import ServerConfig
from syndicate.web.clients import is_within

log = structlog.get_logger()

HEADER_SECONDS = 10.0
IDLE_SECONDS = 15.0
IDLE_SECONDS_OF_PROXIES = 120.0
MOST_SILENT = 2_000
MOST_SILENT_PER_ADDRESS = 20
MOST_IN_A_BURST = 200
BURST_SECONDS = 1.0
"""A proxy, or a classroom behind one address, connects many times in one moment and speaks in the next: what is more
than the few that may wait gets this long. No address alone can take up all places."""


class Silence:
    """Counts connections that have not sent a whole request header yet."""

    def __init__(self, server: ServerConfig) -> None:
        self._trusted = server.trusted_proxies
        self._of_address: Counter[str] = Counter()
        self._total = 0

    def is_proxy(self, address: str) -> bool:
        return is_within(address, self._trusted)

    def admit(self, address: str) -> float:
        """Count one more; the seconds for which it may be silent, 0 when there are too many."""
        silent = self._of_address[address]
        if self._total >= MOST_SILENT or silent >= MOST_IN_A_BURST:
            return 0.0
        self._total += 1
        self._of_address[address] += 1
        return HEADER_SECONDS if silent < MOST_SILENT_PER_ADDRESS else BURST_SECONDS

    def end(self, address: str) -> None:
        self._total -= 1
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]


class Connection(RequestHandler):
    """One client's connection."""

    __slots__ = ("_address", "_deadline", "_silence")

    def __init__(self, manager: web.Server, silence: Silence, **options: object) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), keepalive_timeout=IDLE_SECONDS, **options)  # type: ignore[arg-type]
        self._silence = silence
        self._address = ""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        self._address = peer[0] if isinstance(peer, tuple) else "unix"
        if self._silence.is_proxy(self._address):
            self._keepalive_timeout = IDLE_SECONDS_OF_PROXIES
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

    def _speak(self) -> None:
        """It is no longer silent, or no longer there."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
            self._silence.end(self._address)

    def _give_up(self) -> None:
        self._speak()
        self.force_close()
