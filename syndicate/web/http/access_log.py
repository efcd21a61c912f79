"""One line per request, and one count: gathered, and written together."""

import asyncio
import logging
import re
import sys
from typing import TextIO

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from syndicate.config import ServerConfig
from syndicate.telemetry.metrics import Metrics
from syndicate.web.http.clients import address_of

FLUSH_SECONDS = 0.5
LONGEST_PATH = 300
SEARCHED = re.compile(r"(/search/|[?&]s=)[^/?&]+")
"""What somebody looked for is nobody's business."""


class AccessLog:
    """Where the lines gather. Formatting by the standard library would cost as much as the answer."""

    def __init__(self, server: ServerConfig, metrics: Metrics, stream: TextIO | None = None) -> None:
        self._server, self._stream = server, stream or sys.stderr
        self._is_wanted, self._has_proxies = server.access_log, bool(server.trusted_proxies)
        self._lines: list[str] = []
        self._flushing: asyncio.TimerHandle | None = None
        self._counters = {group: metrics.requests.labels(f"{group}xx") for group in range(1, 6)}
        self._counts = dict.fromkeys(range(10), 0)
        self.logger = logging.getLogger("syndicate.access")
        log = self

        class Bound(AbstractAccessLogger):
            @property
            def enabled(self) -> bool:
                return True

            def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
                log.add(request, response, time)

        self.bound = Bound

    def add(self, request: web.BaseRequest, response: web.StreamResponse, seconds: float) -> None:
        status = response.status
        self._counts[status // 100] += 1
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        if not self._is_wanted:
            return
        path = SEARCHED.sub(r"\1-", request.raw_path)
        if len(path) > LONGEST_PATH or '"' in path or not (path.isascii() and path.isprintable()):
            path = ascii(path[:LONGEST_PATH]).replace('"', "%22")
        address = address_of(request, self._server) if self._has_proxies else request.remote
        self._lines.append(
            f'{address} "{request.method} {path}" {status} {response.body_length} {seconds * 1000:.1f}ms\n'
        )

    def flush(self) -> None:
        """Tell the counts, and write what has gathered."""
        self._flushing = None
        for group, counter in self._counters.items():
            counter.inc(self._counts[group])
            self._counts[group] = 0
        lines, self._lines = self._lines, []
        self._stream.write("".join(lines))
        self._stream.flush()
