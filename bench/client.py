"""A small load client, for machines without `wrk`: keep-alive connections that ask again as soon as they are answered.

`python -m bench.client HOST PORT PATH CONNECTIONS SECONDS [NAME:VALUE]...` prints what it did as JSON. It is a
process of its own, so that its work is not counted as the server's.
"""

import asyncio
import json
import re
import sys
import time
from typing import cast

import uvloop

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """Sends a request, reads the whole response, and repeats until it is stopped."""

    def __init__(self, request: bytes, counts: "Counts") -> None:
        self._request, self._counts = request, counts
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[: end + 2])
        found = LENGTH.search(head)
        if len(self._buffer) < end + 4 + (int(found[1]) if found else 0):
            return
        self._counts.add(head[9:12])
        self._buffer.clear()
        if self._transport is not None and not self._counts.stopped:
            self._transport.write(self._request)

    def connection_lost(self, _: Exception | None) -> None:
        if not self._counts.stopped:
            self._counts.failures += 1


class Counts:
    def __init__(self) -> None:
        self.requests = self.failures = 0
        self.stopped = False

    def add(self, status: bytes) -> None:
        self.requests += 1
        if status[:1] not in b"23":
            self.failures += 1


async def drive(host: str, port: int, request: bytes, connections: int, seconds: float) -> dict[str, float]:
    counts = Counts()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    opened = [await loop.create_connection(lambda: Connection(request, counts), host, port) for _ in range(connections)]
    await asyncio.sleep(seconds)
    counts.stopped = True
    taken = time.perf_counter() - started
    for transport, _ in opened:
        transport.close()
    return {"requests": counts.requests, "seconds": taken, "failures": counts.failures}


def main() -> None:
    host, port, path, connections, seconds, *headers = sys.argv[1:]
    lines = [f"GET {path} HTTP/1.1", *(header.replace(":", ": ", 1) for header in headers), "", ""]
    request = "\r\n".join(lines).encode()
    print(json.dumps(uvloop.run(drive(host, int(port), request, int(connections), float(seconds)))))


if __name__ == "__main__":
    main()
