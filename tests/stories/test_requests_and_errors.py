"""Everybody may knock: other hosts, odd requests, slow clients, and addresses that lead nowhere."""

import asyncio
import contextlib
import gzip
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.services.commands import open_services
from syndicate.services.server import build_server
from syndicate.signatures import private_pem
from syndicate.web.http.connections import Timeouts
from syndicate.web.http.keys import TIMEOUTS
from syndicate.web.http.server import listening
from tests.admin.browser import Browser, set_up
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, RunningInstance, running_instance, settings
from tests.peer import Peer
from tests.waiting import LONGEST, becomes, dawdle, in_time
from tests.wire import Wire

HOST = b"Host: blog.example\r\n"
Waiting = Callable[..., AbstractAsyncContextManager[RunningInstance]]


async def say(instance: RunningInstance, request: bytes, *, close: bool = False) -> bytes:
    """Send bytes as they are, and read until the server closes the connection (asked to, where `close`)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", instance.port)
    try:
        writer.write(request)
        if close:
            writer.write_eof()
        async with in_time():
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def statuses(answer: bytes) -> list[int]:
    """The status of every answer on a connection."""
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] (\d{3}) [A-Z]", answer)]


def get(path: str = "/", *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: blog.example", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


# hosts


@pytest.mark.parametrize("path", ["/", "/feed/", "/2026/11/22/hello/?a=b", "/.well-known/webfinger?resource=acct:x@y"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_reads_at_another_host_is_led_to_ours(instance: RunningInstance, path: str, method: str) -> None:
    for host in (
        "evil.example",
        "10.0.0.1",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "blog.example:8080",
        "blog.example.evil.example",
        "evil.example:443",
    ):
        answer = await instance.get(path, method=method, Host=host)
        assert (answer.status, answer.headers["Location"]) == (307, f"https://blog.example{path}")
        assert "evil" not in str(answer.headers)


async def test_the_author_looks_around_before_the_address_leads_here(instance: RunningInstance) -> None:
    post = await instance.publish("Hello", "See [the list](/archives/) and [home](https://blog.example).")
    page = await instance.get(post.path, Host="blog.example")
    assert 'href="https://blog.example/' in page.text
    for host in ("localhost:8080", "LOCALHOST", "127.0.0.1", "[::1]:8080"):
        for _ in range(2):
            there = await instance.get(post.path, Host=host)
            assert there.status == 200
            assert 'href="/archives/"' in there.text
            assert 'href="/"' in there.text
            assert '"https://blog.example' not in there.text
        assert (await instance.get(post.path.rstrip("/"), Host=host)).headers.get("Location", "/").startswith("/")
        assert (await instance.get("/feed/", Host=host)).status == 200
        assert (await instance.get("/nowhere/", Host=host)).status == 404
    assert 'href="https://blog.example/' in (await instance.get(post.path, Host="blog.example")).text
    for header in ("X_Forwarded_For", "X_Forwarded_Host", "Forwarded", "X_Real_IP", "Via", "X_Forwarded_Proto"):
        answer = await instance.get("/", Host="localhost:8080", **{header: "127.0.0.1"})
        assert (answer.status, answer.headers["Location"]) == (307, "https://blog.example/")
        assert (await instance.get("/inbox", method="POST", Host="localhost", **{header: "1"})).status == 421
    assert (await instance.get("/inbox", method="POST", Host="rebound.example")).status == 421


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_who_writes_at_another_host_is_turned_away(instance: RunningInstance, method: str) -> None:
    for path in ("/inbox", "/", "/actor/inbox"):
        answer = await instance.get(path, method=method, Host="evil.example")
        assert answer.status == 421
        assert b"evil" not in answer.body


@pytest.mark.parametrize("host", ["blog.example", "BLOG.example", "blog.example:443"])
async def test_our_host_is_ours_in_every_spelling(instance: RunningInstance, host: str) -> None:
    assert (await instance.get("/", Host=host)).status == 200


@pytest.mark.parametrize("host", ["blog.example", "evil.example", "10.0.0.7:8080"])
async def test_operational_addresses_accept_any_host(instance: RunningInstance, host: str) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await instance.get(path, Host=host)).status == 200


async def test_no_address_that_we_make_holds_a_foreign_host(instance: RunningInstance) -> None:
    await instance.publish("Hello")
    for path in ("/", "/feed/", "/actor", "/blogroll.opml", "/subscribe/", "/nowhere/", "/.well-known/host-meta"):
        answer = await instance.get(
            path,
            accept=ACTIVITY if path == "/actor" else "text/html",
            X_Forwarded_Host="evil.example",
            X_Forwarded_Proto="gopher",
            X_Forwarded_For="203.0.113.9",
            Forwarded="host=evil.example;proto=http",
            X_Original_URL="/admin/",
        )
        assert "evil.example" not in answer.text + str(answer.headers)
        assert "gopher" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"GET https://evil.example/ HTTP/1.1\r\n" + HOST, 421),
        (b"POST https://evil.example/inbox HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n", 421),
        (b"GET http://blog.example@evil.example/ HTTP/1.1\r\n" + HOST, 421),
        (b"OPTIONS * HTTP/1.1\r\n" + HOST, 421),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST, 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n" + HOST, 400),
        (b"GET / HTTP/1.1\r\n", 400),
    ],
)
async def test_a_request_that_names_two_places_or_none_is_refused(
    instance: RunningInstance, lines: bytes, status: int
) -> None:
    answer = await say(instance, lines + b"Connection: close\r\n\r\n")
    assert statuses(answer) == [status]
    assert b"evil.example" not in answer


async def test_a_path_that_looks_like_a_host_stays_here(instance: RunningInstance) -> None:
    answer = await say(instance, b"GET //evil.example/ HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n")
    assert statuses(answer) == [307]
    [location] = [line for line in answer.split(b"\r\n") if line.lower().startswith(b"location:")]
    assert location.split(b": ")[1] == b"https://blog.example/"
    ours = await say(instance, b"GET //evil.example/ HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert b"//evil.example" not in ours.partition(b"\r\n\r\n")[0]


async def test_metrics_are_not_shown_through_a_proxy_by_accident(instance: RunningInstance) -> None:
    assert (await instance.get("/metrics")).status == 200
    for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP", "X_Forwarded_Host"):
        assert (await instance.get("/metrics", **{header: "127.0.0.1"})).status == 403


async def test_headers_of_a_trusted_proxy_count(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    """One database is enough: nothing of this is stored."""
    database = str(tmp_path / "blog.db")
    server = {"trusted_proxies": ["127.0.0.1"]}
    async with running_instance(tmp_path / "blog", database, wire, clock, rsa_keys[0], server=server) as instance:
        assert (await instance.get("/", Host="10.0.0.7:8080", X_Forwarded_Host="blog.example")).status == 200
        assert (await instance.get("/", Host="10.0.0.7:8080", X_Forwarded_Host="evil.example")).status == 307
        assert (await instance.get("/metrics", X_Forwarded_For="203.0.113.9")).status == 403
        assert (await instance.get("/metrics", X_Forwarded_For="203.0.113.9, 127.0.0.1")).status == 403


# requests that are none


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc",
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-A: b\x00c\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X A: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b": b\r\n\r\n",
        b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
        b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: identity\r\n\r\n",
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ],
)
async def test_a_malformed_request_gets_one_answer_and_the_end(instance: RunningInstance, request_bytes: bytes) -> None:
    hidden = b"GET /hidden HTTP/1.1\r\n" + HOST + b"\r\n"
    answer = await say(instance, request_bytes + hidden, close=True)
    assert [status for status in statuses(answer) if status in (400, 415, 501, 505)] == statuses(answer)
    assert len(statuses(answer)) <= 1
    assert b"Traceback" not in answer
    assert await instance.verdicts() == []


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/" + "a" * 65_536, ()),
        ("/", ("X-Long: " + "a" * 9_000,)),
        ("/", tuple(f"X-{number}: a" for number in range(200))),
        ("/", ("Cookie: " + "; ".join(f"c{number}=1" for number in range(10_000)),)),
        ("/", ("Accept: " + "text/html;q=0.5," * 500,)),
        ("/", ("If-None-Match: " + '"a",' * 1_500,)),
        ("/", ("Accept-Encoding: " + "gzip;q=0," * 800,)),
    ],
)
async def test_too_much_of_anything_is_refused_or_overlooked(
    instance: RunningInstance, path: str, headers: tuple[str, ...]
) -> None:
    [status] = statuses(await say(instance, get(path, *headers))) or [400]
    assert status in (200, 400, 404, 414, 431)
    assert (await instance.get("/")).status == 200


async def test_requests_that_come_together_are_answered_in_order(instance: RunningInstance) -> None:
    many = (b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + b"GET /feed/ HTTP/1.1\r\n" + HOST + b"\r\n") * 50
    answer = await say(instance, many + get("/nowhere/"))
    assert statuses(answer) == [200, 200] * 50 + [404]


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2fetc%2fpasswd",
        "/static/../../etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/%c0%ae%c0%ae/x",
        "/media/..%2f..%2fsyndicate.toml",
        "/media/../../syndicate.toml",
        "/media/%00",
        "/media/.",
        "/media/" + "0" * 40 + ".png",
        "/media/" + "0" * 40 + ".png/",
        "/media/" + "0" * 40 + ".html",
        "/media//etc/passwd",
        "/%00",
        "/posts/%00",
        "/tag/%00/",
        "/2026/11/22/%00/",
        "/?p=%00",
        "/activities/%00",
        "/actor/following?page=true&after=%00",
        "/posts/x/replies?page=1&after=%00,x",
        "/actor/outbox?page=true&before=2026-11-22T19:00:00Z,%00",
        "/%ff%fe/",
        "/tag/%ff/",
        "/posts/%ff",
        "/?p=%ff",
        "/%ED%A0%80/",
        "/wp-content/uploads/../../syndicate.toml",
        "/keys/blog.pem",
        "/syndicate.toml",
        "/.git/config",
        "/data/syndicate.db",
        "/wp-login.php",
        "/wp-admin/",
        "/xmlrpc.php",
        "/feed/../admin/",
        "//",
        "/0000/",
        "/9999/99/99/",
        "/2026/02/30/",
        "/page/0/",
        "/page/999999/",
        "/page/99999999999999999999/",
        "/feed/feed/",
        "/comments/",
        "/category/",
        "/tag//",
        "/posts/",
        "/posts/x/y/z",
    ],
)
async def test_an_address_that_leads_nowhere_says_so_and_nothing_else(instance: RunningInstance, path: str) -> None:
    await instance.publish("Hello")
    for accept in ("text/html", ACTIVITY):
        answer = await say(instance, get(path, f"Accept: {accept}"))
        [status] = statuses(answer)
        assert status in (301, 404) or (status == 200 and "page=true" in path), path
        assert b"Traceback" not in answer
        assert b"passwd" not in answer
        assert b"root:" not in answer


async def test_a_missing_file_and_a_forbidden_one_look_alike(instance: RunningInstance) -> None:
    reference = await instance.get("/media/nothing")
    for path in ("/media/..%2fsyndicate.toml", "/media/%2e%2e%2f%2e%2e%2fhouse%2fsyndicate.toml", "/media/.hidden"):
        answer = await instance.get(path)
        assert (answer.status, answer.body) == (404, reference.body)


# methods


@pytest.mark.parametrize("path", ["/", "/feed/", "/2026/11/22/hello/", "/actor", "/nowhere/", "/blogroll.opml"])
async def test_pages_are_read_and_nothing_else(instance: RunningInstance, path: str) -> None:
    await instance.publish("Hello")
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answer = await instance.get(path, method=method)
        assert answer.status == 405, method
        assert "GET" in answer.headers["Allow"]
        assert "POST" not in answer.headers["Allow"]


# what every answer carries


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 200),
        ("/feed/", "GET", 200),
        ("/actor", "GET", 303),
        ("/nowhere/", "GET", 404),
        ("/rss", "GET", 301),
        ("/", "POST", 405),
        ("/inbox", "POST", 415),
        ("/feed/", "OPTIONS", 204),
        ("/healthz", "GET", 200),
        ("/robots.txt", "GET", 200),
        ("/favicon.ico", "GET", 200),
    ],
)
async def test_every_answer_carries_what_keeps_browsers_safe(
    instance: RunningInstance, path: str, method: str, status: int
) -> None:
    answer = await instance.get(path, method=method)
    assert answer.status == status
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"]
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    assert "Set-Cookie" not in answer.headers
    if method != "OPTIONS":
        assert answer.headers["Content-Type"]


async def test_pages_need_nothing_but_what_is_ours(instance: RunningInstance) -> None:
    await instance.publish(
        "Hello", "![a](https://tracker.example/pixel.gif) <style>@import 'https://x.example'</style>"
    )
    for path in ("/", "/2026/11/22/hello/", "/archives/", "/subscribe/", "/about/", "/nowhere/"):
        text = (await instance.get(path)).text
        assert "<script" not in text.replace('<script src="/static/', "")
        assert "style=" not in text
        assert 'src="http' not in text.replace('src="https://blog.example/', "")
        assert "@import" not in text


async def test_errors_are_pages_for_people_and_problems_for_machines(instance: RunningInstance) -> None:
    page = await instance.get("/nowhere/")
    assert (page.status, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    problem = await instance.get("/posts/nothing", accept=ACTIVITY)
    assert (problem.status, problem.headers["Content-Type"]) == (404, "application/problem+json")
    assert problem.json()["status"] == 404
    refused = await instance.get("/inbox", method="POST", Content_Type="text/plain")
    assert (refused.status, refused.headers["Content-Type"]) == (415, "application/problem+json")
    assert refused.json()["reason"] == "inbox.type"


async def test_a_title_cannot_make_headers(instance: RunningInstance) -> None:
    post = await instance.publish('T\r\nSet-Cookie: a=b\r\n\r\n<b>"quoted"</b>', "Words.", slug="t")
    for path in (post.path, "/", "/feed/", post.uri, f"{post.path}feed/"):
        answer = await instance.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "\n" not in "".join(answer.headers.values())


# what is sent to the inbox


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "",
        None,
    ],
)
async def test_only_activitystreams_is_taken_in(instance: RunningInstance, ann: Peer, content_type: str | None) -> None:
    body = json.dumps(ann.activity("Follow", "https://blog.example/actor")).encode()
    lines = [f"Content-Type: {content_type}"] if content_type is not None else []
    head = "\r\n".join(["POST /inbox HTTP/1.1", "Host: blog.example", "Connection: close", *lines])
    answer = await say(instance, f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    assert statuses(answer) == [415]
    assert await instance.verdicts() == []
    assert ann.requests == []


@pytest.mark.parametrize(
    "content_type",
    [
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        "application/ld+json",
        "application/activity+json; charset=utf-8",
    ],
)
async def test_activitystreams_is_taken_in_under_each_of_its_names(
    instance: RunningInstance, ann: Peer, content_type: str
) -> None:
    follow = ann.activity("Follow", "https://blog.example/actor")
    answer = await ann.send(follow, path="/actor/inbox", content_type=content_type)
    assert answer.status == 202


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "x-gzip", "gzip, gzip"])
async def test_packed_bodies_are_not_unpacked(instance: RunningInstance, encoding: str) -> None:
    body = gzip.compress(b"0" * 5_000_000)
    answer = await instance.client.post(
        f"http://127.0.0.1:{instance.port}/inbox",
        data=body,
        headers={"Host": "blog.example", "Content-Type": ACTIVITY, "Content-Encoding": encoding},
    )
    assert answer.status == 415
    assert await instance.verdicts() == []


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(waiting: Waiting) -> None:
    head = b"POST /inbox HTTP/1.1\r\n" + HOST + b"Content-Type: application/activity+json\r\n"
    async with waiting(linger=BRIEF) as instance:
        answer = await say(instance, head + b"Content-Length: 1048577\r\n\r\n")
        assert statuses(answer) == [413]
        assert b"connection: close" in answer.lower()
        expecting = await say(instance, head + b"Content-Length: 999999999\r\nExpect: 100-continue\r\n\r\n")
        assert statuses(expecting) in ([413], [417])


async def test_a_body_in_pieces_that_grows_too_large_is_cut_off(instance: RunningInstance) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    url = f"http://127.0.0.1:{instance.port}/inbox"
    headers = {"Host": "blog.example", "Content-Type": ACTIVITY}
    try:
        async with instance.client.post(url, data=pieces(), headers=headers) as answer:
            assert answer.status == 413
    except aiohttp.ClientError:
        pass  # the server closed the connection while we were still sending
    assert [status for status, _ in instance.refusals()] == [413]
    assert await instance.verdicts() == []


async def test_expect_100_continue_is_answered_with_100(instance: RunningInstance, ann: Peer) -> None:
    body = json.dumps(ann.activity("Follow", "https://blog.example/actor")).encode()
    request = ann.signed(body, path="/actor/inbox")
    lines = [f"{name}: {value}" for name, value in request.headers]
    head = "\r\n".join(
        ["POST /actor/inbox HTTP/1.1", "Host: blog.example", *lines, "Expect: 100-continue", "Connection: close"]
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", instance.port)
    writer.write(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    async with in_time():
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert statuses(await reader.read()) == [202]
    writer.close()


async def test_what_was_refused_is_on_the_list(instance: RunningInstance) -> None:
    await instance.get("/inbox", method="POST", Content_Type="text/plain")
    await instance.get("/inbox", method="POST", Content_Type=ACTIVITY)
    assert instance.refusals() == [(415, "inbox.type"), (401, "signature.missing")]


# patience


BRIEF = 0.2
PATIENT = Timeouts(
    header=LONGEST,
    body=LONGEST,
    idle=LONGEST,
    linger=LONGEST,
    drain=LONGEST,
    burst=LONGEST,
    max_waiting=8,
    max_waiting_per_client=3,
    max_in_burst=5,
    max_connections=8,
)


@pytest.fixture
def waiting(tmp_path: Path, database_address: str, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Waiting:
    """Opens a server whose timeouts are longer than a test, but for those that are given."""

    @asynccontextmanager
    async def opened(**brief: float) -> AsyncIterator[RunningInstance]:
        config = settings(tmp_path / "blog", database_address, "blog.example")
        config.storage.keys.mkdir(parents=True)
        (config.storage.keys / "blog.pem").write_text(private_pem(rsa_keys[0]))
        async with open_services(config, clock=clock) as services:
            instance = build_server(services)
            instance.app[TIMEOUTS] = replace(PATIENT, **brief)  # type: ignore[arg-type]
            async with listening(instance.app, config, None) as port, aiohttp.ClientSession() as client:
                yield RunningInstance(server=instance, port=port, client=client, clock=clock)
            await instance.close()

    return opened


@pytest.fixture
async def impatient(waiting: Waiting) -> AsyncIterator[RunningInstance]:
    """A server with timeouts of a moment, for connections that it has to close."""
    async with waiting(header=BRIEF, body=BRIEF, idle=BRIEF, linger=BRIEF, drain=BRIEF, burst=BRIEF) as instance:
        yield instance


async def test_who_says_nothing_is_shown_out(impatient: RunningInstance) -> None:
    assert await say(impatient, b"") == b""


async def test_who_never_ends_a_header_is_shown_out(impatient: RunningInstance) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient.port)
    with contextlib.suppress(ConnectionError):
        async with in_time():
            for letter in b"GET / HTTP/1.1\r\nHost: blog.example\r\n" + b"X: y\r\n" * 100:
                writer.write(bytes([letter]))
                await writer.drain()
                if reader.at_eof():
                    break
                await dawdle(0.02)
    assert reader.at_eof() or writer.is_closing() or await reader.read() == b""
    writer.close()


async def test_who_never_ends_a_body_is_refused(waiting: Waiting) -> None:
    head = b"POST /inbox HTTP/1.1\r\n" + HOST + b"Content-Type: application/activity+json\r\n"
    async with waiting(body=BRIEF, linger=BRIEF) as instance:
        answer = await say(instance, head + b"Content-Length: 1000\r\n\r\n{")
        assert statuses(answer) == [408]
        assert instance.refusals() == [(408, "body.too-slow")]
        assert await instance.verdicts() == []


async def test_a_picture_of_the_author_may_come_slowly_as_long_as_it_comes(waiting: Waiting) -> None:
    async with waiting(body=BRIEF) as instance:
        author = await set_up(Browser(instance))
        await author.get("/admin/posts/new")
        parts = [f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{author.csrf}\r\n--b\r\n'.encode()]
        parts += [
            b'Content-Disposition: form-data; name="file"; filename="x.gif"\r\n\r\n',
            b"no picture",
            b"\r\n--b--\r\n",
        ]
        head = b"POST /admin/pictures HTTP/1.1\r\n" + HOST + b"Sec-Fetch-Site: same-origin\r\nConnection: close\r\n"
        cookies = "; ".join(f"{name}={value}" for name, value in author.cookies.items())
        head += f"Cookie: {cookies}\r\nContent-Length: {sum(map(len, parts))}\r\n".encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", instance.port)
        writer.write(head + b"Content-Type: multipart/form-data; boundary=b\r\n\r\n")
        for part in parts:
            await dawdle(BRIEF)
            writer.write(part)
        async with in_time():
            answer = await reader.read()
        writer.close()
        assert statuses(answer) == [422]
        assert b"cannot be used" in answer


async def test_a_connection_that_has_nothing_more_to_say_is_ended(waiting: Waiting) -> None:
    async with waiting(idle=BRIEF) as instance:
        answer = await say(instance, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert statuses(answer) == [200]


async def test_a_crowd_of_silent_connections_keeps_nobody_out_for_long(impatient: RunningInstance) -> None:
    crowd = [await asyncio.open_connection("127.0.0.1", impatient.port) for _ in range(20)]
    try:
        async with in_time():
            for reader, _ in crowd:
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""
        await becomes(lambda: say(impatient, get("/healthz")), until=lambda answer: statuses(answer) == [200])
    finally:
        for _, writer in crowd:
            writer.close()


async def test_silent_connections_make_room_for_a_client_with_fewer(waiting: Waiting) -> None:
    """All places of those that keep us waiting are taken, and none is free before the test ends."""
    async with waiting(max_waiting=12, max_waiting_per_client=20, max_in_burst=200, max_connections=10_000) as instance:
        crowd = [
            await asyncio.open_connection("127.0.0.1", instance.port, local_addr=(f"127.0.1.{at % 3}", 0))
            for at in range(12)
        ]
        newcomers = [
            await asyncio.open_connection("127.0.0.1", instance.port, local_addr=("127.0.2.1", 0)) for _ in range(2)
        ]
        for reader, writer in newcomers:
            writer.write(get("/healthz"))
            assert statuses(await reader.readuntil(b"ok\n")) == [200]
        gone = [reader for reader, _ in crowd if reader.at_eof() or reader.exception() is not None]
        assert 1 <= len(gone) <= 2
        for _, writer in [*crowd, *newcomers]:
            writer.transport.abort()


async def test_who_speaks_gives_the_place_back(waiting: Waiting) -> None:
    async with waiting() as instance:
        for _ in range(20):
            assert statuses(await say(instance, get("/healthz"))) == [200]


FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
HALVES = [
    b"POST /follow/ HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 1000\r\n\r\na",
    b"POST /reply/ HTTP/1.1\r\n" + HOST + FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\nto=",
    b"POST /inbox HTTP/1.1\r\n" + HOST + b"Content-Type: application/activity+json\r\nContent-Length: 9\r\n\r\n{",
    b"POST /nowhere/ HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\na",
    b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\na",
    b"GET / HTTP/1.1\r\n" + HOST + b"\r\nPOST /follow/ HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 1000\r\n\r\na",
]
"""Requests whose bodies never end."""


@pytest.mark.parametrize("half", HALVES)
async def test_nobody_is_waited_for_who_never_ends_a_body(impatient: RunningInstance, half: bytes) -> None:
    for _ in range(3):
        assert 200 <= max(statuses(await say(impatient, half)), default=408) < 500


async def test_a_crowd_that_never_ends_its_bodies_keeps_nobody_out_for_long(impatient: RunningInstance) -> None:
    crowd = [await asyncio.open_connection("127.0.0.1", impatient.port) for _ in range(20)]
    try:
        for at, (_, writer) in enumerate(crowd):
            writer.write(HALVES[at % len(HALVES)])
        async with in_time():
            for reader, _ in crowd:
                with contextlib.suppress(ConnectionError):
                    await reader.read()
        await becomes(lambda: say(impatient, get("/healthz")), until=lambda answer: statuses(answer) == [200])
    finally:
        for _, writer in crowd:
            writer.close()


async def test_half_sent_bodies_hold_no_place_at_the_inbox(instance: RunningInstance) -> None:
    crowd = [await asyncio.open_connection("127.0.0.1", instance.port) for _ in range(205)]
    for _, writer in crowd:
        writer.write(HALVES[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", instance.port, local_addr=("127.0.0.2", 0))
    head = b"POST /inbox HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Type: application/activity+json\r\n"
    writer.write(head + b"Content-Length: 2\r\n\r\n{}")
    assert statuses(await reader.read()) == [401]
    for _, each in [*crowd, (reader, writer)]:
        each.transport.abort()


@pytest.mark.parametrize("path", [b"/inbox", b"/follow/"])
async def test_what_is_no_body_is_not_waited_for(instance: RunningInstance, path: bytes) -> None:
    kind = b"Content-Type: application/activity+json\r\n" if path == b"/inbox" else FORM
    head = b"POST " + path + b" HTTP/1.1\r\n" + HOST + kind + b"Transfer-Encoding: chunked\r\n\r\n"
    assert statuses(await say(instance, head + b"5\r\nto=abc\r\nno chunk\r\n"))[:1] == [400]


async def test_who_asks_and_does_not_read_is_shown_out(impatient: RunningInstance) -> None:
    post = await impatient.publish("Long", source="Word by word. " * 40_000)
    asked = socket.socket()
    asked.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    asked.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(asked, ("127.0.0.1", impatient.port))
    wanted = 40
    request = f"GET {post.path} HTTP/1.1\r\nHost: blog.example\r\n\r\n".encode()
    await loop.sock_sendall(asked, request * wanted)
    async with in_time():
        while True:  # what is sent to somebody who has been shown out comes back as an error
            try:
                await loop.sock_sendall(asked, b"GET")
                await dawdle(0.05)
            except ConnectionError:
                break
    asked.close()


async def test_who_reads_slowly_is_waited_for(waiting: Waiting) -> None:
    async with waiting(drain=0.5) as instance:
        post = await instance.publish("Long", source="Word by word. " * 40_000)
        reader, writer = await asyncio.open_connection("127.0.0.1", instance.port, limit=4096)
        writer.write(get(post.path))
        got = b""
        while piece := await reader.read(8_192):
            got += piece
            await dawdle(0.02)
        writer.close()
        assert got.endswith(b"</html>")


async def test_when_all_connections_are_in_use_the_client_with_most_loses_one(waiting: Waiting) -> None:
    async with waiting() as instance:
        greedy = []
        for _ in range(8):
            reader, writer = await asyncio.open_connection("127.0.0.1", instance.port)
            writer.write(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            await reader.readuntil(b"ok")
            greedy.append(writer)
        more, writer = await asyncio.open_connection("127.0.0.1", instance.port)
        writer.write(get("/healthz"))
        with contextlib.suppress(ConnectionError):
            assert await more.read() == b""
        other, another = await asyncio.open_connection("127.0.0.1", instance.port, local_addr=("127.0.0.2", 0))
        another.write(get("/healthz"))
        assert statuses(await other.read()) == [200]
        for each in (*greedy, writer, another):
            each.close()


async def test_who_leaves_in_the_middle_leaves_no_mark_in_the_log(
    instance: RunningInstance, caplog: pytest.LogCaptureFixture
) -> None:
    for half in HALVES:
        _, writer = await asyncio.open_connection("127.0.0.1", instance.port)
        writer.write(half)
        await writer.drain()
        assert statuses(await say(instance, get("/healthz"))) == [200]  # by then it is being waited for
        writer.transport.abort()
        assert statuses(await say(instance, get("/healthz"))) == [200]
    assert [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


async def test_who_leaves_in_the_middle_breaks_nothing(instance: RunningInstance) -> None:
    for part in (
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: blog.ex",
        b"POST /inbox HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n{",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", instance.port)
        writer.write(part)
        await writer.drain()
        writer.transport.abort()
        del reader
    assert (await instance.get("/")).status == 200
