"""Documents are believed only where they live, and strangers cannot make us fetch without bounds."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.errors import (
    AddressDenied,
    DocumentUnusable,
    MalformedActivity,
    RemoteError,
    RemoteGone,
    RemoteRefused,
    RemoteUnavailable,
)
from syndicate.transport.client import Redirects, Request, Response
from syndicate.transport.fetch_limiter import FetchLimiter, FetchLimits
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.media_type import is_activity_streams
from tests.waiting import becomes, tasks_rest

AS2 = "application/activity+json"
ALICE = "https://good.test/users/alice"


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Web:
    """A transport over answers by address. `hold` keeps all answers back."""

    def __init__(self, answers: Mapping[str, Response | RemoteError]) -> None:
        self.answers = dict(answers)
        self.asked: list[Request] = []
        self.open = asyncio.Event()
        self.open.set()
        self.at_once = self.most_at_once = 0

    async def fetch(self, request: Request) -> Response:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.open.wait()
        finally:
            self.at_once -= 1
        answer = self.answers.get(request.url, Response(status=404, headers={}, url=request.url))
        if isinstance(answer, RemoteError):
            raise answer
        return answer


def page(url: str, *, at: str = "", status: int = 200, type: str = AS2, **document: Any) -> Response:
    headers = {"Content-Type": type} if type else {}
    return Response(status=status, headers=headers, url=at or url, body=json.dumps(document).encode())


def parse(body: bytes) -> dict[str, Any]:
    document = json.loads(body)
    if not isinstance(document, dict):
        raise MalformedActivity("json.type")
    return document


def fetching(*answers: Response, clock: Hands | None = None, **named: RemoteError) -> tuple[Fetcher, Web]:
    web = Web({answer.url: answer for answer in answers})
    return Fetcher(web, parse=parse, clock=clock or Hands()), web


# ------------------------------------------------------------------------------------------------------- documents


async def test_a_document_at_its_own_id_is_accepted() -> None:
    fetcher, web = fetching(page(ALICE, id=ALICE, type_="Person"))
    assert await fetcher.fetch_document(ALICE) == (ALICE, {"id": ALICE, "type_": "Person"})
    [request] = web.asked
    assert dict(request.headers)["Accept"] == (
        'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    )
    assert (request.method, request.redirects) == ("GET", Redirects.SAME_ORIGIN)


async def test_fetches_are_signed_when_asked() -> None:
    def sign(method: str, url: str) -> list[tuple[str, str]]:
        return [("Signature", f"{method} {url}")]

    fetcher, web = fetching(page(ALICE, id=ALICE))
    await fetcher.fetch_document(ALICE, sign=sign)
    assert web.asked[0].sign is sign


@pytest.mark.parametrize("id", ["HTTPS://Good.Test/users/alice", "https://good.test:443/users/alice"])
async def test_ids_are_compared_as_addresses(id: str) -> None:
    fetcher, _ = fetching(page(ALICE, id=id))
    assert (await fetcher.fetch_document(ALICE))[1]["id"] == id


async def test_a_document_with_another_id_is_asked_for_there_once() -> None:
    short = "https://good.test/@alice"
    fetcher, web = fetching(page(short, id=ALICE), page(ALICE, id=ALICE, fresh=True))
    assert await fetcher.fetch_document(short) == (ALICE, {"id": ALICE, "fresh": True})
    assert [request.url for request in web.asked] == [short, ALICE]


@pytest.mark.parametrize(
    "id",
    [
        "https://victim.test/users/alice",
        "https://good.test:8443/users/alice",
        "http://good.test/users/alice",
        "https://good.test/users/alice#me",
        "https://good.test/users/bob",
        "https://good.test/users/circle",
        "urn:x",
        "",
        None,
        7,
        ["https://good.test/users/alice"],
    ],
)
async def test_a_document_with_an_id_on_another_host_is_refused(id: object) -> None:
    url = "https://good.test/upload"
    bob, circle = "https://good.test/users/bob", "https://good.test/users/circle"
    fetcher, web = fetching(page(url, id=id), page(bob, id=ALICE), page(circle, id=url), page(ALICE, id=ALICE))
    with pytest.raises((DocumentUnusable, RemoteGone)):
        await fetcher.fetch_document(url)
    assert {request.url for request in web.asked} <= {url, bob, circle}


@pytest.mark.parametrize(
    ("type", "fits"),
    [
        ("application/activity+json", True),
        ("Application/Activity+JSON; charset=utf-8", True),
        (" application/activity+json ;profile=x;", True),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', True),
        ('application/ld+json;charset="utf-8";PROFILE="https://x.test https://www.w3.org/ns/activitystreams"', True),
        ("application/ld+json; profile=https://www.w3.org/ns/activitystreams", True),
        ("application/ld+json", False),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams#x"', False),
        ('application/ld+json; profile="x"; profile="https://www.w3.org/ns/activitystreams"', False),
        ("application/json", False),
        ("text/html", False),
        ("text/plain; application/activity+json", False),
        ("application/activity+json, text/html", False),
        ("application/activity+jsonp", False),
        ('application/activity+json; x="', False),
        ("activity+json", False),
        ("", False),
        ("application/ld+json" + ';a="\\' * 2000, False),
    ],
)
async def test_only_activitystreams_documents_are_accepted(type: str, fits: bool) -> None:
    assert is_activity_streams(type) is fits
    fetcher, _ = fetching(page(ALICE, type=type, id=ALICE))
    if fits:
        await fetcher.fetch_document(ALICE)
        return
    with pytest.raises(DocumentUnusable):
        await fetcher.fetch_document(ALICE)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
async def test_what_cannot_be_read_is_of_no_use(body: bytes) -> None:
    fetcher, _ = fetching(Response(status=200, headers={"Content-Type": AS2}, url=ALICE, body=body))
    with pytest.raises(DocumentUnusable):
        await fetcher.fetch_document(ALICE)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (401, RemoteRefused),
        (403, RemoteRefused),
        (418, RemoteRefused),
        (404, RemoteGone),
        (410, RemoteGone),
        (429, RemoteUnavailable),
        (503, RemoteUnavailable),
    ],
)
async def test_a_refusal_keeps_its_meaning(status: int, failure: type[RemoteError]) -> None:
    fetcher, _ = fetching(page(ALICE, status=status, id=ALICE))
    for _ in range(2):
        with pytest.raises(failure) as caught:
            await fetcher.fetch_document(ALICE)
        assert caught.value.status == status


@pytest.mark.parametrize("url", ["", "urn:x", "file:///etc/passwd", "https://a b/"])
async def test_what_is_no_address_is_not_fetched(url: str) -> None:
    fetcher, web = fetching()
    for fetch in (fetcher.fetch_document, fetcher.fetch_key_document):
        with pytest.raises(AddressDenied):
            await fetch(url)
    assert not web.asked


async def test_a_key_document_may_be_a_stub_with_another_id() -> None:
    key = "https://good.test/users/alice/main-key"
    fetcher, web = fetching(page(key, id=ALICE, publicKey={"id": key, "owner": ALICE}))
    assert (await fetcher.fetch_key_document(key))[1]["id"] == ALICE
    assert len(web.asked) == 1


async def test_a_key_is_looked_for_without_its_fragment() -> None:
    fetcher, web = fetching(page(ALICE, id=ALICE))
    assert (await fetcher.fetch_key_document(f"{ALICE}#main-key"))[0] == ALICE
    assert web.asked[0].url == ALICE


async def test_a_key_document_is_judged_by_its_type_too() -> None:
    fetcher, _ = fetching(page(ALICE, type="application/json", id=ALICE))
    with pytest.raises(DocumentUnusable):
        await fetcher.fetch_key_document(ALICE)


async def test_other_fetches_are_shared_in_the_same_way() -> None:
    url = "https://good.test/.well-known/webfinger?resource=acct:alice@good.test"
    fetcher, web = fetching(page(url, type="application/jrd+json", subject="acct:alice@good.test"))
    web.open.clear()
    both = [asyncio.create_task(fetcher.fetch(Request(url=url))) for _ in range(2)]
    await tasks_rest()
    web.open.set()
    first, second = await asyncio.gather(*both)
    assert first is second
    assert len(web.asked) == 1


# -------------------------------------------------------------------------------------------------------- courtesy


async def test_the_same_document_is_fetched_once_however_many_ask() -> None:
    fetcher, web = fetching(page(ALICE, id=ALICE))
    web.open.clear()
    asking = [asyncio.create_task(fetcher.fetch_document(ALICE)) for _ in range(50)]
    await tasks_rest()
    web.open.set()
    assert len({id(document) for _, document in await asyncio.gather(*asking)}) == 1
    assert len(web.asked) == 1
    await fetcher.fetch_document(ALICE)
    assert len(web.asked) == 2


async def test_one_that_stops_waiting_does_not_stop_the_others() -> None:
    fetcher, web = fetching(page(ALICE, id=ALICE))
    web.open.clear()
    leaving, staying = (asyncio.create_task(fetcher.fetch_document(ALICE)) for _ in range(2))
    await tasks_rest()
    leaving.cancel()
    await tasks_rest()
    web.open.set()
    assert (await staying)[0] == ALICE
    assert leaving.cancelled()


async def test_a_fetch_that_nobody_waits_for_is_given_up() -> None:
    fetcher, web = fetching(page(ALICE, id=ALICE))
    web.open.clear()
    leaving = asyncio.create_task(fetcher.fetch_document(ALICE))
    await tasks_rest()
    leaving.cancel()
    late = asyncio.create_task(fetcher.fetch_document(ALICE))
    await tasks_rest()
    assert web.at_once == 1
    web.open.set()
    assert (await late)[0] == ALICE


@pytest.mark.parametrize(
    ("answer", "holds", "ends"),
    [
        (page(ALICE, status=410), {"days": 29.9}, {"days": 30}),
        (page(ALICE, status=404), {"minutes": 59}, {"hours": 1}),
        (page(ALICE, status=403), {"minutes": 59}, {"hours": 1}),
        (page(ALICE, type="text/html"), {"minutes": 59}, {"hours": 1}),
        (RemoteUnavailable("no route"), {"minutes": 4.9}, {"minutes": 5}),
    ],
)
async def test_a_failure_is_an_answer_for_a_while(
    answer: Response | RemoteError, holds: dict[str, float], ends: dict[str, float]
) -> None:
    clock = Hands()
    web = Web({ALICE: answer})
    fetcher = Fetcher(web, parse=parse, clock=clock)
    start = clock.now
    for elapsed, asked in (({}, 1), (holds, 1), (ends, 2)):
        clock.now = start + timedelta(**elapsed)
        with pytest.raises(RemoteError):
            await fetcher.fetch_document(ALICE)
        assert len(web.asked) == asked


async def test_a_server_that_stays_away_is_asked_less_and_less() -> None:
    clock = Hands()
    web = Web({ALICE: RemoteUnavailable("no route")})
    fetcher = Fetcher(web, parse=parse, clock=clock)
    waits = []
    for _ in range(9):
        with pytest.raises(RemoteUnavailable):
            await fetcher.fetch_document(ALICE)
        with pytest.raises(RemoteUnavailable) as again:
            await fetcher.fetch_document(ALICE)
        assert again.value.wait is not None
        waits.append(again.value.wait / 60)
        clock.move(seconds=again.value.wait)
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    assert len(web.asked) == 9
    web.answers[ALICE] = page(ALICE, id=ALICE)
    await fetcher.fetch_document(ALICE)
    web.answers[ALICE] = RemoteUnavailable("no route")
    for _ in range(2):
        with pytest.raises(RemoteUnavailable) as afresh:
            await fetcher.fetch_document(ALICE)
    assert afresh.value.wait == 300


async def test_a_server_that_says_when_is_not_asked_before() -> None:
    clock = Hands()
    busy = Response(status=503, headers={"Retry-After": "7200"}, url=ALICE)
    fetcher, web = fetching(busy, clock=clock)
    with pytest.raises(RemoteUnavailable) as first:
        await fetcher.fetch_document(ALICE)
    assert first.value.wait == 7200
    clock.move(minutes=119)
    with pytest.raises(RemoteUnavailable) as second:
        await fetcher.fetch_document(ALICE)
    assert second.value.wait == 60
    assert len(web.asked) == 1


async def test_what_the_author_asks_for_is_asked_again() -> None:
    fetcher, web = fetching(page(ALICE, status=410))
    for _ in range(20):
        with pytest.raises(RemoteGone):
            await fetcher.fetch_document(ALICE, limited=False)
    assert len(web.asked) == 20


async def test_an_origin_is_asked_once_a_second_in_the_long_run() -> None:
    clock = Hands()
    web = Web({})
    fetcher = Fetcher(web, parse=parse, clock=clock)

    async def ask(count: int, origin: str = "https://good.test") -> None:
        for _ in range(count):
            with pytest.raises((RemoteGone, RemoteUnavailable)):
                await fetcher.fetch_document(f"{origin}/{len(web.asked)}-{clock.now.timestamp()}")

    await ask(30)
    assert len(web.asked) == 10
    clock.move(seconds=3)
    await ask(30)
    assert len(web.asked) == 13
    clock.move(seconds=-3600)
    await ask(5)
    assert len(web.asked) == 13
    await ask(1, "https://other.test")
    assert len(web.asked) == 14


async def refused(tasks: list[asyncio.Task[Any]]) -> int:
    return sum(task.done() for task in tasks)


async def test_one_slow_origin_does_not_take_all_places() -> None:
    web = Web({})
    web.open.clear()
    fetcher = Fetcher(
        web, parse=parse, clock=Hands(), limiter=FetchLimiter(Hands(), FetchLimits(max_concurrent=5, slot_timeout=0.05))
    )
    slow = [asyncio.create_task(fetcher.fetch_document(f"https://slow.test/{n}")) for n in range(9)]
    rest = [asyncio.create_task(fetcher.fetch_document(f"https://h{n}.test/")) for n in range(9)]
    await tasks_rest()
    assert sum(request.url.startswith("https://slow.test/") for request in web.asked) == 2
    assert web.at_once == 5
    await becomes(lambda: refused([*slow, *rest]), until=lambda number: number == 13)
    web.open.set()
    outcomes = await asyncio.gather(*slow, *rest, return_exceptions=True)
    assert sum(isinstance(outcome, RemoteUnavailable) and outcome.wait == 30 for outcome in outcomes) == 13
    assert web.most_at_once == 5


async def test_too_many_fetches_at_once_are_refused_and_not_held_against_anyone() -> None:
    clock = Hands()
    web = Web({"https://h2.test/": page("https://h2.test/", id="https://h2.test/")})
    web.open.clear()
    fetcher = Fetcher(web, parse=parse, clock=clock, limiter=FetchLimiter(clock, FetchLimits(max_fetches=2)))
    under_way = [asyncio.create_task(fetcher.fetch_document(f"https://h{n}.test/")) for n in range(2)]
    await tasks_rest()
    with pytest.raises(RemoteUnavailable):
        await fetcher.fetch_document("https://h2.test/")
    web.open.set()
    await asyncio.gather(*under_way, return_exceptions=True)
    await fetcher.fetch_document("https://h2.test/")


async def test_every_table_has_a_cap() -> None:
    clock = Hands()
    limiter = FetchLimiter(clock, FetchLimits(max_entries=10))

    async def fail() -> None:
        raise DocumentUnusable("no")

    async def succeed() -> str:
        return "fetched"

    for n in range(100):
        with pytest.raises(DocumentUnusable):
            await limiter.once(n, f"https://h{n}.test", fail)
    assert await limiter.once(0, "https://h0.test", succeed) == "fetched"
    with pytest.raises(DocumentUnusable):
        await limiter.once(99, "https://h99.test", succeed)
    tables = (limiter._failures._entries, limiter._tokens._buckets, limiter._in_flight._active, limiter._fetches)
    assert [len(table) for table in tables] == [10, 10, 0, 0]


async def test_an_unexpected_failure_is_not_remembered() -> None:
    limiter = FetchLimiter(Hands())

    async def stumble() -> None:
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await limiter.once("x", "https://good.test", stumble)
