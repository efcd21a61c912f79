"""No connection is opened to where none may be opened: the canaries see nobody."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

import syndicate
from syndicate.errors import AddressDenied, RemoteUnavailable
from syndicate.transport.client import Client, Redirects, Request
from syndicate.transport.guard import DeniedSocket, Guard, GuardedResolver, SystemLookup

from .remotes import PATIENT, Names, Remote, Visit, client, fine, names, remote

AGENT = "syndicate/0 (+https://blog.test/)"


@pytest.fixture
async def canaries() -> AsyncIterator[list[Remote]]:
    """Servers on loopback addresses that nobody may reach."""
    async with AsyncExitStack() as stack:
        birds = [await stack.enter_async_context(remote(fine, host="127.0.0.2"))]
        if socket.has_ipv6:
            with suppress(OSError):
                birds.append(await stack.enter_async_context(remote(fine, host="::1")))
        yield birds
        assert [bird.connections for bird in birds] == [0] * len(birds)


FORMS = [
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.2",
    "2130706433",
    "2130706434",
    "0x7f000001",
    "0x7f000002",
    "0177.0.0.2",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.2]",
    "[::127.0.0.2]",
    "[64:ff9b::127.0.0.2]",
    "[2002:7f00:2::]",
    "[::ffff:0:127.0.0.2]",
    "１２７.０.０.２",
    "127.0.0.2.",
    "10.0.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "[fd00:ec2::254]",
    "localhost",
    "localhost.",
]


@pytest.mark.parametrize("form", FORMS)
async def test_no_way_of_writing_a_private_address_is_connected_to(form: str, canaries: list[Remote]) -> None:
    async with Client(user_agent=AGENT, allow_private_addresses=False) as strict:
        for scheme in ("https", "http"):
            with pytest.raises(AddressDenied):
                await strict.fetch(Request(url=f"{scheme}://{form}/", budget=PATIENT))


@pytest.mark.parametrize("form", FORMS)
async def test_the_guard_holds_also_where_the_rules_on_addresses_are_not_asked(
    form: str, canaries: list[Remote]
) -> None:
    allowed = frozenset({("127.0.0.9", 9)})
    async with Client(user_agent=AGENT, allow_private_addresses=False, allowed=allowed) as lenient:
        for bird in canaries:
            with pytest.raises(AddressDenied):
                await lenient.fetch(Request(url=f"http://{form}:{bird.port}/", budget=PATIENT))


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.2"],
        ["::1"],
        ["10.1.2.3"],
        ["172.16.0.1"],
        ["192.168.1.1"],
        ["100.64.0.1"],
        ["169.254.169.254"],
        ["fd00:ec2::254"],
        ["64:ff9b::a9fe:a9fe"],
        ["2002:7f00:1::"],
        ["198.18.0.1"],
        ["224.0.0.1"],
        ["168.63.129.16"],
        ["fe80::1%lo"],
        ["not an address"],
        ["93.184.215.14", "127.0.0.2"],
        ["127.0.0.2", "93.184.215.14"],
    ],
)
async def test_one_private_answer_condemns_the_name(answers: list[str], canaries: list[Remote]) -> None:
    async with client(lookup=names(evil=answers)) as guarded:
        with pytest.raises(AddressDenied):
            await guarded.fetch(Request(url="https://evil.test/", budget=PATIENT))


async def test_a_name_that_changes_its_answer_gains_nothing(canaries: list[Remote]) -> None:
    port = canaries[0].port

    async def last_word(visit: Visit) -> None:
        await visit.answer(b"fine", headers="Connection: close\r\n")

    async with remote(last_word) as good:
        lookup = Names({"evil.test": [["127.0.0.1"], ["127.0.0.2"]]})
        async with client(good, lookup=lookup) as guarded:
            await guarded.fetch(Request(url=f"http://evil.test:{good.port}/", budget=PATIENT))
            for _ in range(200):
                with pytest.raises(AddressDenied):
                    await guarded.fetch(Request(url=f"http://evil.test:{good.port}/", budget=PATIENT))
                with pytest.raises(AddressDenied):
                    await guarded.fetch(Request(url=f"http://evil.test:{port}/", budget=PATIENT))
    assert len(lookup.asked) == 401


async def test_the_socket_is_judged_also_when_the_resolver_lied() -> None:
    guard = Guard(allow_private_addresses=False)
    with pytest.raises(DeniedSocket):
        guard.socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.2", 443)))
    with pytest.raises(DeniedSocket):
        guard.socket((socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("::1", 443, 0, 0)))
    guard.socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.215.14", 443))).close()


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.2:{port}/",
        "//127.0.0.2:{port}/",
        "//127.2:{port}/",
        "http://evil.test:{port}/",
        "http://localhost:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.2:{port}/",
        "data:text/plain,x",
        "ftp://127.0.0.2/",
        "http://[::1]:{port}/",
        "http://user@127.0.0.2:{port}/",
    ],
)
@pytest.mark.parametrize("redirects", [Redirects.ANY, Redirects.SAME_ORIGIN])
async def test_a_redirect_does_not_lead_into_the_instance(
    location: str, redirects: Redirects, canaries: list[Remote]
) -> None:
    async def mislead(visit: Visit) -> None:
        await visit.redirect(location.format(port=canaries[0].port))

    async with remote(mislead) as good:
        lookup = Names({"good.test": [["127.0.0.1"]], "evil.test": [["127.0.0.2"]], "localhost": [["127.0.0.2"]]})
        async with client(good, lookup=lookup) as guarded:
            url = f"http://good.test:{good.port}/"
            with pytest.raises(AddressDenied):
                await guarded.fetch(Request(url=url, budget=PATIENT, redirects=redirects))
    assert len(good.visits) == 1


async def test_private_addresses_are_reached_where_the_configuration_says_so() -> None:
    async with remote(fine, host="127.0.0.2") as near:
        lookup = names(near=["127.0.0.2"])
        async with Client(user_agent=AGENT, allow_private_addresses=True, lookup=lookup) as lenient:
            by_name = await lenient.fetch(Request(url=f"http://near.test:{near.port}/", budget=PATIENT))
            by_address = await lenient.fetch(Request(url=f"http://127.0.0.2:{near.port}/", budget=PATIENT))
    assert by_name.body == by_address.body == b"fine"


async def test_our_own_addresses_are_not_fetched_from() -> None:
    guard = Guard(allow_private_addresses=False, own_addresses=[ip_address("93.184.215.14")])
    assert not guard.allows("93.184.215.14", 443)
    assert not guard.allows("::ffff:93.184.215.14", 443)
    assert guard.allows("93.184.215.15", 443)


async def test_an_unknown_name_is_a_matter_of_the_network() -> None:
    async with client() as guarded:
        with pytest.raises(RemoteUnavailable, match=r"nowhere\.test"):
            await guarded.fetch(Request(url="https://nowhere.test/", budget=PATIENT))


async def test_a_name_without_addresses_is_a_matter_of_the_network() -> None:
    resolver = GuardedResolver(Guard(allow_private_addresses=False), names(empty=[]))
    with pytest.raises(RemoteUnavailable):
        await resolver.resolve("empty.test", 443)


async def test_name_servers_that_are_silent_do_not_hold_us() -> None:
    async def silent(host: str) -> list[str]:
        await asyncio.Event().wait()
        return [host]

    async with Client(user_agent=AGENT, allow_private_addresses=False, lookup=silent) as guarded:
        with pytest.raises(RemoteUnavailable):
            await guarded.fetch(Request(url="https://good.test/", budget=replace(PATIENT, connect=0.2)))


async def test_the_system_knows_this_machine() -> None:
    lookup = SystemLookup()
    try:
        assert set(await lookup("localhost")) <= {"127.0.0.1", "::1"}
    finally:
        lookup.close()


def test_no_other_room_opens_connections() -> None:
    instance = Path(syndicate.__file__).parent
    ways_out = re.compile(
        r"\b(ClientSession|open_connection|create_connection|sock_connect|urlopen|http\.client|"
        r"import (?:requests|httpx|urllib3|smtplib|ftplib))\b"
    )
    found = [
        str(file.relative_to(instance))
        for file in instance.rglob("*.py")
        if file.relative_to(instance).parts[0] != "transport" and ways_out.search(file.read_text(encoding="utf-8"))
    ]
    assert found == []
