"""The guard against requests into private networks: no connection is opened to an address that `address.is_denied`.

It checks twice, because neither place sees everything. As aiohttp's resolver it checks all addresses of a name, and one
denied address rejects the name. As aiohttp's socket factory it checks the final address of every new connection, also of
literal addresses, which are not resolved. Nothing is resolved after the second check, so a name that changes its address
in between (DNS rebinding) gains nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult

from syndicate.errors import AddressDenied, RemoteUnavailable
from syndicate.transport.address import IPAddress, is_denied

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Returns all addresses of a name, as text. Raises OSError."""
AddressInfo = tuple[
    int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]
]

LOOKUP_TIMEOUT_SECONDS = 3.0
_LOOKUP_THREADS = 16


class DeniedSocket(PermissionError):
    """Raised by the socket factory; aiohttp propagates only an OSError."""


class Guard:
    """Decides to which addresses new connections may be opened.

    `own_addresses` are those that this server listens on. `allowed` are single sockets (address, port) that are always
    allowed: a server on loopback in a test.
    """

    def __init__(
        self,
        *,
        allow_private_addresses: bool,
        own_addresses: Collection[IPAddress] = (),
        allowed: frozenset[tuple[str, int]] = frozenset(),
    ) -> None:
        self._open = allow_private_addresses
        self._own = tuple(ip_network(address) for address in own_addresses)
        self._allowed = frozenset((ip_address(address), port) for address, port in allowed)

    def allows(self, address: str, port: int) -> bool:
        if self._open:
            return True
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return (ip, port) in self._allowed or not is_denied(ip, self._own)

    def socket(self, info: AddressInfo) -> socket.socket:
        """aiohttp's socket factory. Raises DeniedSocket."""
        family, kind, protocol, _, (address, port, *_) = info
        if not self.allows(address, port):
            raise DeniedSocket(f"{address} port {port} is not a public address")
        return socket.socket(family, kind, protocol)


class GuardedResolver(AbstractResolver):
    """aiohttp's resolver. Raises AddressDenied, RemoteUnavailable."""

    def __init__(self, guard: Guard, lookup: Lookup) -> None:
        self._guard = guard
        self._lookup = lookup

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - both families are always looked up
    ) -> list[ResolveResult]:
        addresses = await self._addresses(host)
        for address in addresses:
            if not self._guard.allows(address, port):
                raise AddressDenied(f"{host} leads to {address} port {port}, which is not a public address")
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Do nothing; there is nothing to close."""

    async def _addresses(self, host: str) -> Sequence[str]:
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_SECONDS):
                addresses = await self._lookup(host)
        except socket.gaierror as error:
            raise RemoteUnavailable(f"{host} has no address: no name server knows it") from error
        except (OSError, UnicodeError) as error:
            raise RemoteUnavailable(f"{host} has no address: {error or 'its name servers are silent'}") from error
        if not addresses:
            raise RemoteUnavailable(f"{host} has no address")
        return addresses


class SystemLookup:
    """Queries the system's resolver in dedicated threads, so that unresponsive name servers cannot occupy the default
    thread pool."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUP_THREADS, thread_name_prefix="lookup")

    async def __call__(self, host: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        results = await loop.run_in_executor(self._threads, _query_system, host)
        return list(dict.fromkeys(str(result[4][0]) for result in results))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _query_system(host: str) -> list[AddressInfo]:
    return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)  # type: ignore[return-value]  # typeshed allows addresses of more families


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)
