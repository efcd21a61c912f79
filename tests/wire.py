"""A network for tests: our servers are reached by real HTTP on loopback, fake ones by a call, and no others at all."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from syndicate.errors import RemoteUnavailable
from syndicate.transport.message import Request, Response

Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class Wire:
    """Implements `Transport`. `log` is every request that was made over it."""

    log: list[Request] = field(default_factory=list)
    _servers: dict[str, Answer] = field(default_factory=dict)
    _ports: dict[str, int] = field(default_factory=dict)
    _down: set[str] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    def connect_server(self, host: str, answer: Answer) -> None:
        self._servers[host] = answer

    def connect_port(self, host: str, port: int) -> None:
        """Requests for `host` go to this port of loopback, with their own `Host`."""
        self._ports[host] = port

    def cut(self, host: str) -> None:
        """From now on nobody answers there."""
        self._down.add(host)

    def mend(self, host: str) -> None:
        self._down.discard(host)

    def to(self, host: str) -> list[Request]:
        return [request for request in self.log if urlsplit(request.url).netloc == host]

    async def fetch(self, request: Request) -> Response:
        await asyncio.sleep(0)
        host, url = _canonical(request.url)
        headers = (*request.headers, *(request.sign(request.method, url) if request.sign else ()))
        sent = Request(
            method=request.method, url=url, headers=headers, body=request.body, plain_http=request.plain_http
        )
        self.log.append(sent)
        if host in self._down:
            raise RemoteUnavailable(f"{host} does not answer")
        if host in self._ports:
            return await self._by_http(sent, host)
        if host in self._servers:
            return await self._servers[host](sent)
        raise RemoteUnavailable(f"there is no {host}")

    async def _by_http(self, request: Request, host: str) -> Response:
        if self._session is None:
            self._session = aiohttp.ClientSession(auto_decompress=True)
        parts = urlsplit(request.url)
        url = f"http://127.0.0.1:{self._ports[host]}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        body = None if request.body is None else io.BytesIO(request.body)
        async with self._session.request(
            request.method, url, headers=[*request.headers, ("Host", host)], data=body, allow_redirects=False
        ) as answer:
            return Response(
                status=answer.status, headers=dict(answer.headers), body=await answer.read(), url=request.url
            )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _canonical(url: str) -> tuple[str, str]:
    """The host as the real client spells it, and the address with it."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(":443").removesuffix(".")
    return host, parts._replace(netloc=host).geturl()
