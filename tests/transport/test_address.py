"""Which addresses we connect to: every block of the IANA special-purpose registries, first and last address."""

from ipaddress import ip_address, ip_network

import pytest

from syndicate.transport.address import is_denied

SPECIAL_V4 = [
    "0.0.0.0/8",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.0.0.170/31",
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
    "255.255.255.255/32",
]
SPECIAL_V6 = [
    "::1/128",
    "::/128",
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:2::/48",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "172.32.0.0",
    "192.0.1.0",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2606:4700::1111",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]
LEADING_BACK = [
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::127.0.0.1",
    "64:ff9b::224.0.0.1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "::ffff:0:8.8.8.8",
    "fd00:ec2::254",
    "fe80::1%eth0",
    "4000::1",
]


@pytest.mark.parametrize("block", SPECIAL_V4 + SPECIAL_V6)
def test_no_special_block_is_connected_to(block: str) -> None:
    network = ip_network(block)
    assert is_denied(network[0])
    assert is_denied(network[-1])


@pytest.mark.parametrize("address", LEADING_BACK)
def test_what_leads_back_into_the_instance_is_denied(address: str) -> None:
    assert is_denied(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_let_through(address: str) -> None:
    assert not is_denied(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "::ffff:93.184.215.14", "64:ff9b::93.184.215.14"])
def test_more_blocks_can_be_denied_also_inside_ipv6(address: str) -> None:
    assert not is_denied(ip_address(address))
    assert is_denied(ip_address(address), [ip_network("93.184.215.14/32")])


def test_a_block_of_ipv6_can_be_denied() -> None:
    assert is_denied(ip_address("2a00:1450::1"), [ip_network("2a00:1450::/32")])
