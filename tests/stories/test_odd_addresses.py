"""Addresses that nobody has a use for are answered like any other: with what is there, or that there is nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.stories.test_requests_and_errors import HOST, say, statuses
from tests.wire import Wire

MANY = b"9" * 5000
ODD = [
    b"\xff\xfe",
    b"%ff%fe",
    b"%ED%A0%80",
    b"\xed\xa0\x80",
    b"%00",
    b"%01%02",
    b"%0d%0aX:%20y",
    b"%F0%9F",
    b"%E2%80%AE",
    MANY,
]
ADDRESSES = [
    *(b"/?" + name + b"=" + odd for name in (b"p", b"s", b"feed", b"page_id", b"attachment_id") for odd in ODD),
    *(b"/?feed=rss2&" + name + b"=" + odd for name in (b"s", b"paged") for odd in ODD),
    *(path + b"?paged=" + odd for path in (b"/feed/", b"/feed/atom/", b"/tag/tea/feed/", b"/") for odd in ODD),
    *(b"/subscribe/?from=" + odd + b"&every=" + odd for odd in ODD),
    *(b"/subscribe/?from=" + day + b"&every=2" for day in (b"0001-01-01", b"9999-12-31", b"2026-W47-7", b"20261122")),
    *(
        b"/feed/from/" + day + b"/every-" + pace + b"-days/" + format
        for day in (b"0001-01-01", b"9999-12-31", b"2026-W01-1", b"1000-01-01", b"%ff", b"2026-02-30")
        for pace in (b"0", b"1", b"366", b"999")
        for format in (b"", b"atom/", b"json/")
    ),
    *(b"/feed/archive/" + volume + b"/" for volume in (b"1", b"999999999", b"0", b"01", MANY, b"%D9%A2")),
    *(b"/sitemap-" + part + b".xml" for part in (b"0000-00", b"0001-01", b"9999-12", b"2026-13", *ODD)),
    *(b"/" + year + b"/" for year in (b"0000", b"0001", b"9999", b"%D9%A2%D9%A0%D9%A2%D9%A0", MANY)),
    *(b"/9999/12/31/" + end for end in (b"", b"feed/", b"page/2/")),
    *(b"/comments/where?url=" + odd for odd in ODD[:9]),
    *(b"/reply/?to=" + odd for odd in ODD),
    *(b"/actor/" + name + b"?page=true&" + key + odd for name, key in (
        (b"outbox", b"before="), (b"followers", b"before="), (b"following", b"after="),
        (b"outbox", b"before=2026-11-22T19:00:00.000000Z,"), (b"following", b"after=https://"),
    ) for odd in ODD),
    *(b"/.well-known/webfinger?resource=" + odd for odd in ODD),
    *(b"/" + name + b"/" + odd for name in (b"posts", b"actors", b"activities", b"stamps", b"media", b"tag", b"author") for odd in ODD),
    *(b"/posts/" + odd + b"/replies?page=1&after=" + odd for odd in ODD),
]  # fmt: skip
SEARCHES = [
    [b"/search/" + odd + end for end in (b"/", b"/page/2/", b"/page/999999/", b"/feed/", b"/feed/json/")]
    for odd in (*ODD, b"%22", b"%22*%22", b"tea%20OR%20NOT", b"NEAR(", b"%28", b"%5C", b"x" * 5000, b"a%20" * 2000)
]
"""Each on a server of its own: searches are limited."""


@pytest.fixture(params=["Pacific/Kiritimati", "Europe/Berlin"])
async def far_instance(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    database_address: str,
    wire: Wire,
    clock: FakeClock,
    rsa_keys: list[RSAPrivateKey],
) -> AsyncIterator[RunningInstance]:
    """Blogs whose days begin before those of others, of which the first was further west in year 1."""
    site = {"timezone": request.param}
    async with running_instance(tmp_path / "far", database_address, wire, clock, rsa_keys[0], site=site) as instance:
        yield instance


@pytest.mark.parametrize("addresses", [ADDRESSES, *SEARCHES], ids=lambda some: ascii(some[0][:30]))
async def test_no_address_makes_anything_go_wrong(far_instance: RunningInstance, addresses: list[bytes]) -> None:
    await far_instance.publish("Tea")
    wrong = []
    for address in addresses:
        for accept in (b"text/html", b"application/activity+json"):
            head = b"GET " + address + b" HTTP/1.1\r\n" + HOST + b"Accept: " + accept + b"\r\nConnection: close\r\n\r\n"
            answer = await say(far_instance, head)
            if not (answer and statuses(answer)[0] < 429 and b"\r\nX: y" not in answer.partition(b"\r\n\r\n")[0]):
                wrong.append((address[:80], statuses(answer)))
    assert wrong == []
