"""Blogs hear that they are on the blogroll, if the author wishes and they want to know (Webmention)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.blogroll.finder import FeedFinder
from syndicate.errors import AddressDenied
from syndicate.storage.deliveries import DeliveryKind, DeliveryState
from syndicate.transport.message import Request, Response
from syndicate.urls import Urls
from syndicate.webmention.outbox import WebmentionOutbox
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.wire import Wire

GARDEN = "https://garden.example/"
BLOGROLL = "https://blog.example/blogroll/"
PAGE = b'<title>Garden</title><link rel="webmention" href="/mentions?to=me"><p>Leaves.'


@dataclass
class Garden:
    """A blog elsewhere that takes webmentions."""

    wire: Wire
    page: bytes = PAGE
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 202
    mentions: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wire.connect_server("garden.example", self.answer)

    async def answer(self, request: Request) -> Response:
        if request.method == "POST":
            assert ("Content-Type", "application/x-www-form-urlencoded") in request.headers
            self.mentions.append((request.url, parse_qs((request.body or b"").decode())))
            return Response(status=self.status, headers={}, url=request.url)
        return Response(
            status=200, headers={"Content-Type": "text/html"} | self.headers, body=self.page, url=request.url
        )


@pytest.fixture
def garden(wire: Wire) -> Garden:
    return Garden(wire)


@pytest.fixture
async def polite(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], blogroll={"webmention": True}
    ) as instance:
        yield instance


async def follow(instance: RunningInstance, address: str = GARDEN, *, hidden: bool | None = None) -> None:
    finder = FeedFinder(instance.server.transport, instance.server.actors, instance.clock, schemes=("https",))
    await instance.server.services.blogroll_editor.follow(address, finder, hidden=hidden)
    await instance.settle()


async def mention(instance: RunningInstance, target: str, source: str = BLOGROLL) -> None:
    sender = WebmentionOutbox(Urls(instance.config.site.url), instance.clock)
    await instance.store.transaction(lambda tx: sender.mention(tx, source=source, target=target))
    await instance.settle()


async def states(instance: RunningInstance) -> list[tuple[str, str]]:
    return [
        (found.state.value, found.answer)
        for found in await instance.store.delivery_lists.list_newest(10)
        if found.kind is DeliveryKind.WEBMENTION
    ]


async def test_a_blog_that_is_added_is_notified_once(polite: RunningInstance, garden: Garden) -> None:
    await follow(polite)
    await follow(polite)
    assert garden.mentions == [("https://garden.example/mentions?to=me", {"source": [BLOGROLL], "target": [GARDEN]})]
    assert GARDEN in (await polite.get("/blogroll/")).text
    assert await states(polite) == [("delivered", "")]


async def test_a_hidden_blog_is_notified_when_it_is_shown(polite: RunningInstance, garden: Garden) -> None:
    await follow(polite, hidden=True)
    assert garden.mentions == []
    await polite.server.services.blogroll_editor.edit(GARDEN, {"hidden": False})
    await polite.settle()
    assert garden.mentions == [("https://garden.example/mentions?to=me", {"source": [BLOGROLL], "target": [GARDEN]})]


async def test_nobody_is_notified_unless_the_author_wishes(instance: RunningInstance, garden: Garden) -> None:
    await follow(instance)
    assert garden.mentions == []


async def test_the_endpoint_is_relative_to_where_the_page_was_found(
    polite: RunningInstance, wire: Wire, garden: Garden
) -> None:
    """webmention.rocks 23: the page has moved."""

    async def answer(request: Request) -> Response:
        found = await garden.answer(request)
        return Response(
            status=found.status, headers=found.headers, body=found.body, url="https://garden.example/moved/page"
        )

    garden.page = b'<link rel="webmention" href="endpoint">'
    wire.connect_server("garden.example", answer)
    await mention(polite, GARDEN)
    assert garden.mentions[0][0] == "https://garden.example/moved/endpoint"


async def test_the_name_of_the_header_may_be_written_in_any_way(polite: RunningInstance, garden: Garden) -> None:
    """webmention.rocks 7."""
    garden.headers = {"LinK": "</by-header>; rel=webmention"}
    await mention(polite, GARDEN)
    assert garden.mentions[0][0] == "https://garden.example/by-header"


async def test_a_page_that_takes_none_is_left_alone(polite: RunningInstance, garden: Garden) -> None:
    garden.page = b"<p>Leaves."
    await mention(polite, GARDEN)
    assert await states(polite) == [("delivered", "the page accepts no webmentions")]
    polite.clock.advance(days=1)
    await polite.settle()
    assert len(garden.wire.to("garden.example")) == 1


async def test_a_page_that_is_down_is_mentioned_later(polite: RunningInstance, wire: Wire, garden: Garden) -> None:
    wire.cut("garden.example")
    await mention(polite, GARDEN)
    assert garden.mentions == []
    wire.mend("garden.example")
    polite.clock.advance(minutes=1)
    await polite.settle()
    assert len(garden.mentions) == 1


async def test_an_endpoint_that_fails_is_looked_for_anew(polite: RunningInstance, garden: Garden) -> None:
    garden.status = 503
    await mention(polite, GARDEN)
    garden.status, garden.page = 201, PAGE.replace(b"/mentions", b"/elsewhere")
    polite.clock.advance(minutes=1)
    await polite.settle()
    assert [at for at, _ in garden.mentions] == [
        "https://garden.example/mentions?to=me",
        "https://garden.example/elsewhere?to=me",
    ]


async def test_a_refusal_is_final(polite: RunningInstance, garden: Garden) -> None:
    garden.status = 400
    await mention(polite, GARDEN)
    polite.clock.advance(days=1)
    await polite.settle()
    assert len(garden.mentions) == 1
    assert (await states(polite))[0][0] == DeliveryState.FAILED


async def test_an_endpoint_in_our_own_network_is_not_gone_to(
    polite: RunningInstance, wire: Wire, garden: Garden
) -> None:
    garden.page = b'<link rel="webmention" href="https://127.0.0.1/mentions">'

    async def denied(request: Request) -> Response:
        raise AddressDenied("127.0.0.1 is not a public address")

    wire.connect_server("127.0.0.1", denied)
    await mention(polite, GARDEN)
    assert await states(polite) == [("failed", "127.0.0.1 is not a public address")]


@pytest.mark.parametrize("target", ["https://blog.example/about/", "mailto:me@mail.example", "", "http://[::1"])
async def test_ourselves_and_what_is_no_page_are_not_mentioned(polite: RunningInstance, target: str) -> None:
    await mention(polite, target)
    assert await states(polite) == []
