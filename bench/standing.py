"""What it costs to be there: memory, the time until the first answer, and doing nothing.

G16 memory, idle, under load, and with a large archive · G17 the start · G18 the processor while nobody asks.
"""

import socket
import time
from contextlib import ExitStack
from pathlib import Path

from bench.blogs import LARGE
from bench.load import Target, drive
from bench.results import Result, judged
from bench.servers import HOST, Server, syndicate

STARTS = 5
IDLE_SECONDS = 20.0
SETTLED = 2.0
CONNECTIONS = 1000
LOADED_SECONDS = 2.0
PATHS = ("/", "/feed/", "/feed/atom/", "/feed/json/", "/actor", "/archives/", "/sitemap.xml")
HOME = {"Host": HOST, "Accept": "text/html"}
ACTOR = {"Host": HOST, "Accept": "application/activity+json"}


def measure_memory(small: Path, large: Path) -> list[Result]:
    """G16. Raises ServerFailed, LoadFailed."""
    with syndicate(small) as server:
        server.wait("/")
        time.sleep(SETTLED)
        idle = server.memory()
        _read_all(server)
        read = server.memory()
        _burden(server)
        loaded = server.peak_memory()
    with syndicate(large) as server:
        server.wait("/")
        time.sleep(SETTLED)
        idle_large = server.memory()
        _read_all(server)
        read_large = server.memory()
    return [
        judged("G16", "memory, idle", idle, must=82, stretch=77, at_least=False, unit="MiB"),
        judged(
            "G16",
            "memory, under load",
            loaded,
            must=110,
            stretch=100,
            at_least=False,
            unit="MiB",
            measured=f"32 asking, {CONNECTIONS} resting connections",
        ),
        judged(
            "G16",
            f"memory, {LARGE:,} posts",
            max(idle_large - idle, read_large - read),
            must=10,
            at_least=False,
            unit="MiB more",
            measured=f"{idle_large:.1f} idle, {read_large:.1f} read",
            reference=f"{idle:.1f} idle, {read:.1f} read",
        ),
    ]


def _read_all(server: Server) -> None:
    for path in PATHS:
        server.get(path, ACTOR if path == "/actor" else HOME)


def _burden(server: Server) -> None:
    """Resting connections, and readers beside them."""
    with ExitStack() as open_until_the_end:
        for _ in range(CONNECTIONS):
            connection = open_until_the_end.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            connection.sendall(f"GET /actor HTTP/1.1\r\nHost: {HOST}\r\nAccept: {ACTOR['Accept']}\r\n\r\n".encode())
            connection.recv(65536)
        for path in ("/", "/feed/", "/feed/atom/"):
            drive(Target(name=path, server=server, path=path, headers=HOME), LOADED_SECONDS)


def measure_start(small: Path, large: Path) -> list[Result]:
    """G17: from the call to the first page. The best of several starts counts: what else the machine does can only make
    one slower. Raises ServerFailed."""
    starts: list[tuple[float, float, float]] = []
    for _ in range(STARTS):
        with syndicate(small) as server:
            taken, spent = server.wait("/"), server.cpu_seconds()
        with syndicate(large) as server:
            starts.append((taken, spent, server.wait("/")))
    wall = min(taken for taken, _, _ in starts)
    spent = min(spent for _, spent, _ in starts)
    wall_large = min(taken for _, _, taken in starts)
    return [
        judged(
            "G17",
            "start to the first 200",
            wall,
            must=1.0,
            stretch=0.5,
            at_least=False,
            unit="s",
            measured=f"{spent:.2f} s of a processor",
        ),
        judged(
            "G17",
            f"the same, {LARGE:,} posts",
            wall_large / wall,
            must=1.5,
            at_least=False,
            measured=f"{wall_large:.2f} s",
            reference=f"{wall:.2f} s",
        ),
    ]


def measure_idleness(blog: Path) -> list[Result]:
    """G18. Raises ServerFailed."""
    with syndicate(blog) as server:
        server.wait("/")
        time.sleep(SETTLED)
        before = server.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        spent = server.cpu_seconds() - before
    return [
        judged(
            "G18",
            "processor while nobody asks",
            spent / IDLE_SECONDS * 100,
            must=0.2,
            stretch=0.0,
            at_least=False,
            unit="% of a core",
            measured=f"{spent * 1000:.0f} ms in {IDLE_SECONDS:.0f} s",
        )
    ]
