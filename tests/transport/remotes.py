"""Other servers on loopback, which say byte for byte what a test wants them to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ssl import SSLContext

from syndicate.transport.client import Client, ExchangeBudget
from tests.waiting import LONGEST

Answer = Callable[["Visit"], Awaitable[None]]

PATIENT = ExchangeBudget(connect=LONGEST, total=LONGEST, wire=64 * 1024, decoded=64 * 1024, window=LONGEST)
HASTY = replace(PATIENT, total=0.6, window=0.2)
"""For those who are to be given up because of the time they take."""


@dataclass
class Visit:
    """One request as it arrived, and the way back."""

    head: str
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def target(self) -> str:
        return self.head.split(" ", 2)[1]

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}

    async def say(self, text: str | bytes) -> None:
        self.writer.write(text.encode() if isinstance(text, str) else text)
        await self.writer.drain()

    async def answer(self, body: bytes = b"", *, status: str = "200 OK", headers: str = "") -> None:
        await self.say(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)

    async def redirect(self, location: str, status: str = "302 Found") -> None:
        await self.answer(status=status, headers=f"Location: {location}\r\n")


@dataclass
class Remote:
    """A server. `visits` are the requests that it has seen, `connections` the times somebody connected."""

    answer: Answer
    port: int = 0
    connections: int = 0
    visits: list[Visit] = field(default_factory=list)

    @property
    def targets(self) -> list[str]:
        return [visit.target for visit in self.visits]

    async def is_visited(self) -> bool:
        return bool(self.visits)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                visit = Visit(head, b"", reader, writer)
                visit.body = await reader.readexactly(int(visit.headers.get("content-length", "0")))
                self.visits.append(visit)
                await self.answer(visit)
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def remote(answer: Answer, *, host: str = "127.0.0.1", tls: SSLContext | None = None) -> AsyncIterator[Remote]:
    """A server that gives `answer`."""
    there = Remote(answer)
    server = await asyncio.start_server(there.serve, host, 0, ssl=tls)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.close()


@dataclass
class Names:
    """A name server for tests: each name's answers in turn, the last one for ever."""

    answers: dict[str, list[Sequence[str]]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        answers = self.answers.get(host)
        if not answers:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def names(**answers: Sequence[str]) -> Names:
    """`names(good=["127.0.0.1"])` knows `good.test`."""
    return Names({f"{name}.test": [addresses] for name, addresses in answers.items()})


def client(*remotes: Remote, lookup: Names | None = None, host: str = "127.0.0.1") -> Client:
    """A client that is let through to `remotes` and, like the real one, to no other private address."""
    return Client(
        user_agent="syndicate/0 (+https://blog.test/)",
        allow_private_addresses=False,
        lookup=lookup or names(good=["127.0.0.1"], other=["127.0.0.1"]),
        allowed=frozenset((host, there.port) for there in remotes),
    )


async def fine(visit: Visit) -> None:
    """The answer of a server that has nothing to hide."""
    await visit.answer(b"fine", headers="Content-Type: text/plain\r\n")
