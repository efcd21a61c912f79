"""What it costs to read the blogroll: the real workers, against feeds on loopback.

G19: 10,000 feeds, each asked once within an hour, take at most five hundredths of a core. What is measured is the
processor's time per poll; nine in ten polls bring nothing new, as it is in life.
"""

import asyncio
import http.client
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from bench import blogs
from bench.feeds import ETAG
from bench.results import Result, judged
from bench.servers import ServerFailed, free_port, syndicate
from syndicate.clock import to_text, utc_now
from syndicate.model.blogroll import BlogrollEntry
from syndicate.model.ids import new_id
from syndicate.storage import Store, Tables
from syndicate.storage.feed_polls import FeedPoll

FEEDS = 10_000
ASKED = 3_000
HOSTS = 50
KINDS = ("unchanged",) * 7 + ("same",) * 2 + ("new",)
PATIENCE = 120.0


def measure(directory: Path) -> list[Result]:
    """G19. Raises ServerFailed."""
    blog = directory / "reader"
    blogs.init(blog)
    with (blog / "syndicate.toml").open("a") as settings:
        settings.write("\n[federation]\nallow_private_addresses = true\n")
    port = free_port()
    with _feeds(directory, port) as asked:
        asyncio.run(_fill(blog, port))
        before = asked()
        with syndicate(blog) as server:
            server.wait("/")
            spent, started = server.cpu_seconds(), time.monotonic()
            _wait(asked, before + ASKED)
            polls, taken = asked() - before, time.monotonic() - started
            spent = server.cpu_seconds() - spent
    each = spent / polls
    return [
        judged(
            "G19",
            f"{FEEDS:,} feeds an hour",
            each * FEEDS / 3600 * 100,
            must=5.0,
            stretch=2.0,
            at_least=False,
            unit="% of a core",
            measured=f"{each * 1000:.2f} ms of a processor each, {polls / taken:.0f} a second",
        )
    ]


@contextmanager
def _feeds(directory: Path, port: int) -> Iterator[Callable[[], int]]:
    with (directory / "feeds.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "bench.feeds", str(port), str(HOSTS)], stdout=log, stderr=log)

    def asked() -> int:
        connection = http.client.HTTPConnection("127.1.0.1", port, timeout=10)
        try:
            connection.request("GET", "/asked")
            return int(connection.getresponse().read())
        finally:
            connection.close()

    try:
        _wait(lambda: _answers(asked), 1)
        yield asked
    finally:
        process.terminate()
        process.wait()


def _answers(asked: Callable[[], int]) -> int:
    try:
        asked()
    except OSError:
        return 0
    return 1


def _wait(count: Callable[[], int], enough: int) -> None:
    ends = time.monotonic() + PATIENCE
    while count() < enough:
        if time.monotonic() > ends:
            raise ServerFailed(f"only {count()} polls in {PATIENCE:.0f} s")
        time.sleep(0.05)


async def _fill(blog: Path, port: int) -> None:
    """10,000 entries that are due, and have been read before."""
    store = await Store.open(str(blog / "data" / "syndicate.db"), utc_now)
    try:
        for first in range(0, FEEDS, 500):
            await store.transaction(lambda tx, first=first: _put(tx, range(first, first + 500), port))
    finally:
        await store.close()


async def _put(tx: Tables, numbers: range, port: int) -> None:
    now = utc_now()
    for number in numbers:
        host = f"127.1.0.{number % HOSTS + 1}:{port}"
        url = f"http://{host}/{KINDS[number // HOSTS % len(KINDS)]}/{number}"
        entry = BlogrollEntry(
            id=new_id(now), name=f"Blog {number}", url=f"http://{host}/", feed_url=url, position=number
        )
        await tx.blogroll.save(entry, added=to_text(now))
        await tx.feed_polls.save(
            FeedPoll(
                entry=entry.id,
                url=url,
                host=host,
                etag=ETAG,
                digest=f"sha256:{sha256(b'another').hexdigest()}",
                read=now - timedelta(hours=random.Random(number).randint(1, 20)),
                pace=3600,
                due=now,
            )
        )
