"""Other people's feeds, for the poller to ask: a server on many addresses of loopback.

`python -m bench.feeds PORT HOSTS` answers at 127.1.0.1, 127.1.0.2, …: `/unchanged/…` with 304 if the client has its ETag,
`/same/…` with the same body each time, and everything else with a post that is new. `/asked` tells how often it was asked.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

POSTS = 20
PARAGRAPH = "<p>Some words about a garden, <b>and</b> a <a href='/there'>link</a> to another one.</p>" * 20
ETAG = '"the-one"'


def document(number: int) -> bytes:
    """A feed of 20 posts, about 40 KB, of which the newest is the one of this number."""
    newest = datetime.now(UTC) - timedelta(minutes=1)
    items = "".join(
        f"<item><title>Post {number - at}</title><link>https://b.example/{number - at}</link><guid>{number - at}</guid>"
        f"<pubDate>{format_datetime(newest - timedelta(hours=9 * at))}</pubDate><description>{PARAGRAPH.replace('<', '&lt;')}"
        "</description></item>"
        for at in range(POSTS)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title>{items}</channel></rss>'.encode()


class Feeds:
    def __init__(self) -> None:
        self.asked = 0
        self._same = document(1000)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(self._answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if path == b"/asked":
            return _written(b"200 OK", str(self.asked).encode())
        self.asked += 1
        if path.startswith(b"/unchanged/") and ETAG.encode() in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % ETAG.encode()
        return _written(b"200 OK", self._same if path.startswith(b"/same/") else document(1000 + self.asked))


def _written(status: bytes, body: bytes) -> bytes:
    lines = b"Content-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d" % (ETAG.encode(), len(body))
    return b"HTTP/1.1 %s\r\n%s\r\n\r\n%s" % (status, lines, body)


async def main(port: int, hosts: int) -> None:
    feeds = Feeds()
    addresses = [f"127.1.0.{number}" for number in range(1, hosts + 1)]
    server = await asyncio.start_server(feeds.serve, addresses, port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
