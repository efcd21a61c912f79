"""The access log: one line and one count per request, collected and written every half second.

As all of the log, it is readable on a terminal and JSON elsewhere.
"""

import asyncio
import json
import logging
import sys
import time
from datetime import UTC, datetime
from typing import TextIO

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from syndicate.config import ServerConfig
from syndicate.telemetry.metrics import Metrics
from syndicate.web.http.clients import address_of
from syndicate.web.http.logged_paths import masked

FLUSH_INTERVAL_SECONDS = 0.5
MAX_PATH_LENGTH = 300


class AccessLog:
    """Collects lines and counts requests. The standard library's formatting would cost as much as the response
    itself."""

    def __init__(self, server: ServerConfig, metrics: Metrics, stream: TextIO | None = None) -> None:
        self._server, self._stream = server, stream or sys.stderr
        self._is_enabled, self._has_proxies = server.access_log, bool(server.trusted_proxies)
        self._is_readable = getattr(self._stream, "isatty", lambda: False)()
        self._second, self._now = 0, ""
        self._lines: list[str] = []
        self._flush_timer: asyncio.TimerHandle | None = None
        self._counters = {group: metrics.requests.labels(f"{group}xx") for group in range(1, 6)}
        self._counts = dict.fromkeys(range(10), 0)
        self.logger = logging.getLogger("syndicate.access")
        log = self

        class BoundAccessLogger(AbstractAccessLogger):
            @property
            def enabled(self) -> bool:
                return True

            def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
                log.add(request, response, time)

        self.bound = BoundAccessLogger

    def add(self, request: web.BaseRequest, response: web.StreamResponse, seconds: float) -> None:
        """Count a request and collect its line."""
        status = response.status
        self._counts[status // 100] += 1
        if self._flush_timer is None:
            self._flush_timer = asyncio.get_running_loop().call_later(FLUSH_INTERVAL_SECONDS, self.flush)
        if not self._is_enabled:
            return
        path = masked(request.raw_path)
        if len(path) > MAX_PATH_LENGTH or '"' in path or not (path.isascii() and path.isprintable()):
            path = ascii(path[:MAX_PATH_LENGTH]).replace('"', "%22")
        address = address_of(request, self._server) if self._has_proxies else request.remote
        size, duration, now = response.body_length, f"{seconds * 1000:.1f}", self._time()
        self._lines.append(
            f'{now} {address} "{request.method} {path}" {status} {size} {duration}ms\n'
            if self._is_readable
            else f'{{"client": "{address}", "method": "{request.method}", "path": {json.dumps(path)}, "status": {status}, '
            f'"bytes": {size}, "ms": {duration}, "event": "request", "level": "info", "timestamp": "{now}"}}\n'
        )

    def _time(self) -> str:
        """Return the time in UTC, formatted at most once a second."""
        second = int(time.time())
        if second != self._second:
            self._second, self._now = second, f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"
        return self._now

    def flush(self) -> None:
        """Add the counts to the metrics and write the collected lines."""
        self._flush_timer = None
        for group, counter in self._counters.items():
            counter.inc(self._counts[group])
            self._counts[group] = 0
        lines, self._lines = self._lines, []
        self._stream.write("".join(lines))
        self._stream.flush()
