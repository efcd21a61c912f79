"""Who is asking: the address of a client, with forwarding headers believed only from proxies that we know."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import web

from syndicate.config import ServerConfig

LOOPBACK = ("127.0.0.0/8", "::1/128")
FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host")


@lru_cache(maxsize=64)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


@lru_cache(maxsize=4096)
def is_within(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of these networks."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return any((mapped or ip) in network for network in _networks(networks))


@lru_cache(maxsize=4096)
def is_local(address: str) -> bool:
    """Whether an address is of this machine or network: perhaps a proxy that we were not told of, and so everybody's."""
    try:
        return not ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return True


def is_loopback(address: str) -> bool:
    """Whether an address is of this machine alone."""
    return is_within(address, LOOPBACK)


@lru_cache(maxsize=4096)
def client_of(address: str) -> str:
    """Whom an address stands for: itself, or its network of 56 bits, which is what a household or a rented machine has of
    IPv6, all addresses in it."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, 56), strict=False))


def address_of(request: web.BaseRequest, server: ServerConfig) -> str:
    """The client's address: the last one in `X-Forwarded-For` that no known proxy of ours has."""
    peer = request.remote or ""
    if not is_within(peer, server.trusted_proxies):
        return peer
    hops = [hop.strip() for value in request.headers.getall("X-Forwarded-For", []) for hop in value.split(",")]
    return next((hop for hop in reversed(hops) if not is_within(hop, server.trusted_proxies)), peer)


def is_from_elsewhere(request: web.BaseRequest, server: ServerConfig) -> bool:
    """Whether a request may come from another machine; on loopback, a proxy that we do not know may have passed it on."""
    peer = request.remote or ""
    if not is_loopback(address_of(request, server)):
        return True
    return any(name in request.headers for name in FORWARDING) and not is_within(peer, server.trusted_proxies)


def is_direct_from(request: web.BaseRequest, server: ServerConfig) -> bool:
    """Whether the metrics may be shown: a forwarding header from whom we do not know is never loopback."""
    peer = request.remote or ""
    forwarded = any(name in request.headers for name in FORWARDING)
    if forwarded and not is_within(peer, server.trusted_proxies):
        return False
    return is_within(address_of(request, server), server.metrics_from)
