"""Client addresses: forwarding headers are believed only when they come from a configured proxy."""

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import web

from syndicate.config import ServerConfig

LOOPBACK = ("127.0.0.0/8", "::1/128")
FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host")
OTHER_FORWARDING = ("X-Forwarded-Proto", "X-Forwarded-Server", "Via")
LOOPBACK_HOST = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
"""The `Host` of requests that a browser on this machine makes. No other name counts, wherever it leads: a page elsewhere
could let its own name lead here (DNS rebinding)."""


@lru_cache(maxsize=64)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


@lru_cache(maxsize=4096)
def is_within(address: str, networks: tuple[str, ...]) -> bool:
    """Return whether an address lies in one of these networks."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return any((mapped or ip) in network for network in _networks(networks))


@lru_cache(maxsize=4096)
def is_local(address: str) -> bool:
    """Return whether an address is in a private network: it may be an unconfigured proxy that all clients share."""
    try:
        return not ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return True


def is_loopback(address: str) -> bool:
    """Return whether an address is a loopback address."""
    return is_within(address, LOOPBACK)


def is_at_this_machine(request: web.BaseRequest) -> bool:
    """Return whether a request comes straight from this machine, for `localhost` or a loopback address."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or not LOOPBACK_HOST.fullmatch(hosts[0]) or not is_loopback(request.remote or ""):
        return False
    return not any(name in request.headers for name in (*FORWARDING, *OTHER_FORWARDING))


@lru_cache(maxsize=4096)
def client_of(address: str) -> str:
    """Return the client that an address counts for: the address itself, or for IPv6 its /56 network, the usual
    allocation of a household or a rented machine."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, 56), strict=False))


def address_of(request: web.BaseRequest, server: ServerConfig) -> str:
    """Return the client's address: the last one in `X-Forwarded-For` that is not a trusted proxy."""
    peer = request.remote or ""
    if not is_within(peer, server.trusted_proxies):
        return peer
    hops = [hop.strip() for value in request.headers.getall("X-Forwarded-For", []) for hop in value.split(",")]
    return next((hop for hop in reversed(hops) if not is_within(hop, server.trusted_proxies)), peer)


def is_from_elsewhere(request: web.BaseRequest, server: ServerConfig) -> bool:
    """Return whether a request may come from another machine, for example through an unconfigured proxy on loopback."""
    peer = request.remote or ""
    if not is_loopback(address_of(request, server)):
        return True
    return any(name in request.headers for name in FORWARDING) and not is_within(peer, server.trusted_proxies)


def is_direct_from(request: web.BaseRequest, server: ServerConfig) -> bool:
    """Return whether the client may read the metrics. A request that an unknown proxy forwarded never counts as
    local."""
    peer = request.remote or ""
    forwarded = any(name in request.headers for name in FORWARDING)
    if forwarded and not is_within(peer, server.trusted_proxies):
        return False
    return is_within(address_of(request, server), server.metrics_from)
