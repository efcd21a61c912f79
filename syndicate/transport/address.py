"""Decides which IP addresses this server may connect to.

An address comes in, a boolean goes out. The list is our own because `ipaddress.is_global` calls several places
global that lead back into the machine or its network: NAT64 and 6to4 forms of private addresses, `::127.0.0.1`,
multicast, and the metadata address of a cloud (168.63.129.16).

Sources: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890), RFC 6052 (NAT64), RFC 3056 (6to4).
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_DENIED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
"""IANA allocates no public addresses outside this block, so the rest of IPv6 needs no list."""
_DENIED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_denied(ip: IPAddress, extra: Collection[IPNetwork] = ()) -> bool:
    """Whether we never connect to `ip`; `extra` are more blocks to deny, such as our own addresses.

    An IPv4 address inside an IPv6 one (mapped, NAT64) is judged by the embedded address. 6to4 is denied as a whole.
    """
    if any(ip in network for network in extra):
        return True
    if isinstance(ip, IPv4Address):
        return _is_denied_v4(ip)
    inner = _embedded(ip)
    if inner is not None:
        return is_denied(inner, extra)
    return ip not in _GLOBAL_UNICAST_V6 or any(ip in network for network in _DENIED_V6) or not ip.is_global


def is_denied_host(host: str) -> bool:
    """Whether a host is an address that we never connect to; a name is looked up when it is connected to."""
    try:
        return is_denied(ip_address(host.strip("[]")))
    except ValueError:
        return False


def _is_denied_v4(ip: IPv4Address) -> bool:
    return any(ip in network for network in _DENIED_V4) or not ip.is_global


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return None
