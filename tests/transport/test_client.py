"""What leaves, what comes back, and what other servers may not do to us."""

import asyncio
import gc
import gzip
import ssl
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from syndicate.errors import (
    AddressDenied,
    DocumentUnusable,
    RemoteError,
    RemoteGone,
    RemoteRefused,
    RemoteUnavailable,
)
from syndicate.transport.client import (
    DELIVERY,
    Client,
    ExchangeBudget,
    Redirects,
    Request,
    Response,
    require_success,
    retry_after,
)
from tests.waiting import becomes, dawdle, in_time

from .remotes import HASTY, PATIENT, Answer, Visit, client, fine, names, remote

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


def ask(port: int, path: str = "/", *, redirects: Redirects = Redirects.NONE, host: str = "good.test") -> Request:
    return Request(url=f"http://{host}:{port}{path}", budget=PATIENT, redirects=redirects)


# --------------------------------------------------------------------------------------------------- the plain case


async def test_an_answer_is_brought_back_whatever_its_status() -> None:
    async def teapot(visit: Visit) -> None:
        headers = "Link: <a>; rel=x\r\nLINK: <b>; rel=y\r\nX-Odd: \xff\r\n"
        await visit.answer(b"short and stout", status="418 Teapot", headers=headers)

    async with remote(teapot) as good, client(good) as transport:
        response = await transport.fetch(ask(good.port, "/pot?x=1"))
    assert (response.status, response.body) == (418, b"short and stout")
    assert response.url == f"http://good.test:{good.port}/pot?x=1"
    assert response.headers["link"] == "<a>; rel=x"
    assert response.all("Link") == ["<a>; rel=x", "<b>; rel=y"]
    assert response.headers["X-Odd"].isprintable()
    assert response.moved == response.encoding == ""


async def test_we_say_who_we_are_and_keep_no_cookies() -> None:
    async def cookie(visit: Visit) -> None:
        await visit.answer(b"x", headers="Set-Cookie: spy=1\r\n")

    async with remote(cookie) as good, client(good) as transport:
        for _ in range(2):
            await transport.fetch(ask(good.port))
    seen = good.visits[1].headers
    assert seen["user-agent"] == "syndicate/0 (+https://blog.test/)"
    assert seen["accept-encoding"] == "gzip"
    assert seen["host"] == f"good.test:{good.port}"
    assert "cookie" not in seen
    assert "referer" not in seen


async def test_connections_are_kept_for_the_next_request() -> None:
    async with remote(fine) as good, client(good) as transport:
        for _ in range(5):
            await transport.fetch(ask(good.port))
    assert (len(good.visits), good.connections) == (5, 1)


async def test_a_post_carries_its_body_and_its_signature() -> None:
    async with remote(fine) as good, client(good) as transport:
        request = Request(
            method="POST",
            url=f"http://good.test:{good.port}/inbox",
            headers=(("Content-Type", "application/activity+json"),),
            body=b"{}",
            budget=DELIVERY,
            sign=lambda method, url: [("Signature", f"for {method} {url}")],
        )
        await transport.fetch(request)
    [visit] = good.visits
    assert (visit.target, visit.body) == ("/inbox", b"{}")
    assert visit.headers["signature"] == f"for POST {request.url}"
    assert visit.headers["content-type"] == "application/activity+json"


async def test_a_kept_connection_that_was_closed_meanwhile_costs_no_delivery() -> None:
    async def close_second(visit: Visit) -> None:
        if len(good.visits) == 2:
            visit.writer.close()
            return
        await visit.answer(b"", status="202 Accepted")

    async with remote(close_second) as good, client(good) as transport:
        request = replace(ask(good.port), method="POST", body=b"{}", budget=DELIVERY)
        assert (await transport.fetch(request)).status == 202
        assert (await transport.fetch(request)).status == 202
    assert len(good.visits) == 3


async def test_a_server_that_hangs_up_at_once_is_unavailable() -> None:
    async def hang_up(visit: Visit) -> None:
        visit.writer.close()

    async with remote(hang_up) as good, client(good) as transport:
        with pytest.raises(RemoteUnavailable):
            await transport.fetch(replace(ask(good.port), method="POST", body=b"{}"))
    assert len(good.visits) == 1


async def test_nobody_listening_is_a_matter_of_the_network() -> None:
    async with remote(fine) as good:
        pass
    async with client(good) as transport:
        with pytest.raises(RemoteUnavailable):
            await transport.fetch(ask(good.port))


async def test_a_client_that_was_never_used_closes_too(recwarn: pytest.WarningsRecorder) -> None:
    """aiohttp warns of a session that is left open."""
    await client().close()
    gc.collect()
    assert list(recwarn) == []


# -------------------------------------------------------------------------------------------------------- redirects


async def test_redirects_are_followed_as_far_as_they_may() -> None:
    async def onwards(visit: Visit) -> None:
        step = int(visit.target[1:])
        await (visit.redirect(f"/{step - 1}") if step else visit.answer(b"there"))

    async with remote(onwards) as good, client(good) as transport:
        assert (await transport.fetch(ask(good.port, "/3", redirects=Redirects.SAME_ORIGIN))).body == b"there"
        assert (await transport.fetch(ask(good.port, "/5", redirects=Redirects.ANY))).url.endswith("/0")
        for path, redirects in (("/4", Redirects.SAME_ORIGIN), ("/3", Redirects.WEBFINGER), ("/6", Redirects.ANY)):
            with pytest.raises(DocumentUnusable, match="redirects"):
                await transport.fetch(ask(good.port, path, redirects=redirects))
        assert (await transport.fetch(ask(good.port, "/1"))).status == 302


@pytest.mark.parametrize("location", ["/", "", "?x", "/b"])
async def test_redirects_do_not_go_round(location: str) -> None:
    async def circle(visit: Visit) -> None:
        await visit.redirect("/" if visit.target == "/b" else location)

    async with remote(circle) as good, client(good) as transport:
        with pytest.raises(DocumentUnusable, match="redirect"):
            await transport.fetch(ask(good.port, "/", redirects=Redirects.ANY))
    assert len(good.visits) <= 2


@pytest.mark.parametrize("status", ["300 Multiple Choices", "304 Not Modified", "305 Use Proxy", "302 Found"])
async def test_what_names_no_place_to_go_is_an_answer(status: str) -> None:
    async def shrug(visit: Visit) -> None:
        location = "" if status.startswith("302") else "Location: /elsewhere\r\n"
        await visit.answer(b"", status=status, headers=location)

    async with remote(shrug) as good, client(good) as transport:
        response = await transport.fetch(ask(good.port, redirects=Redirects.ANY))
    assert response.status == int(status[:3])


async def test_an_id_is_not_looked_for_at_another_origin() -> None:
    async def elsewhere(visit: Visit) -> None:
        await visit.redirect(f"http://other.test:{good.port}/")

    async with remote(elsewhere) as good, client(good) as transport:
        with pytest.raises(AddressDenied, match="origin"):
            await transport.fetch(ask(good.port, redirects=Redirects.SAME_ORIGIN))
    assert len(good.visits) == 1


async def test_a_feed_may_move_but_takes_no_secrets_along() -> None:
    async def moved(visit: Visit) -> None:
        if visit.headers["host"].startswith("good"):
            await visit.redirect(f"http://other.test:{good.port}/feed#top", "301 Moved Permanently")
        else:
            await fine(visit)

    signed: list[str] = []

    def sign(method: str, url: str) -> list[tuple[str, str]]:
        signed.append(f"{method} {url}")
        return [("Signature", f"number {len(signed)}")]

    async with remote(moved) as good, client(good) as transport:
        secrets = (("Authorization", "Bearer x"), ("cookie", "a=b"), ("If-None-Match", '"1"'), ("Date", "then"))
        request = replace(ask(good.port, redirects=Redirects.ANY), headers=secrets)
        response = await transport.fetch(request)
        await transport.fetch(replace(request, sign=sign))
    first, second, _, fourth = (visit.headers for visit in good.visits)
    assert (first["authorization"], first["cookie"], first["date"]) == ("Bearer x", "a=b", "then")
    assert not {"authorization", "cookie", "date"} & second.keys()
    assert second["if-none-match"] == '"1"'
    assert response.url == response.moved == f"http://other.test:{good.port}/feed"
    assert signed == [f"GET http://good.test:{good.port}/", f"GET http://other.test:{good.port}/feed"]
    assert fourth["signature"] == "number 2"


async def test_only_permanent_redirects_from_the_start_move_an_address() -> None:
    async def steps(visit: Visit) -> None:
        match visit.target:
            case "/a":
                await visit.redirect("/b", "301 Moved Permanently")
            case "/b":
                await visit.redirect("/c", "308 Permanent Redirect")
            case "/c":
                await visit.redirect("/d", "307 Temporary Redirect")
            case "/d":
                await visit.redirect("/e", "301 Moved Permanently")
            case _:
                await fine(visit)

    async with remote(steps) as good, client(good) as transport:
        assert (await transport.fetch(ask(good.port, "/a", redirects=Redirects.ANY))).moved.endswith("/c")
        assert (await transport.fetch(ask(good.port, "/c", redirects=Redirects.ANY))).moved == ""


async def test_a_delivery_follows_no_redirect() -> None:
    async def away(visit: Visit) -> None:
        await visit.redirect("/elsewhere", "307 Temporary Redirect")

    async with remote(away) as good, client(good) as transport:
        request = replace(ask(good.port, redirects=Redirects.ANY), method="POST", body=b"{}", budget=DELIVERY)
        assert (await transport.fetch(request)).status == 307
    assert good.targets == ["/"]


# ------------------------------------------------------------------------------------------------------------ limits


async def stream(visit: Visit, headers: str, pieces: list[bytes], *, pause: float = 0.0, repeat: int = 1) -> None:
    await visit.say(f"HTTP/1.1 200 OK\r\n{headers}\r\n")
    for _ in range(repeat):
        for piece in pieces:
            await visit.say(piece)
            await dawdle(pause)
    visit.writer.close()


async def wait(visit: Visit) -> None:
    await asyncio.Event().wait()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


FOREVER = 100_000
NEEDLESS = b"x" * 16384
MISDEEDS: dict[str, tuple[Answer, type[RemoteError]]] = {
    "says nothing": (wait, RemoteUnavailable),
    "sends half a header": (lambda visit: _then_wait(visit, "HTTP/1.1 200 OK\r\nContent-"), RemoteUnavailable),
    "drips its header": (lambda visit: _drip(visit, "HTTP/1.1 200 OK\r\nX: " + "x" * 1000), RemoteUnavailable),
    "sends headers without end": (lambda visit: _flood(visit, "HTTP/1.1 200 OK\r\n", "A: b\r\n"), DocumentUnusable),
    "sends one endless header": (lambda visit: _flood(visit, "HTTP/1.1 200 OK\r\nA: ", "bbbb"), DocumentUnusable),
    "sends an endless status": (lambda visit: _flood(visit, "HTTP/1.1 200 ", "OK"), DocumentUnusable),
    "speaks no HTTP": (lambda visit: visit.say("SSH-2.0-OpenSSH_9.2\r\n\r\n"), DocumentUnusable),
    "goes on informing": (lambda visit: _flood(visit, "", "HTTP/1.1 103 Early Hints\r\n\r\n"), RemoteUnavailable),
    "drips its body": (
        lambda visit: stream(visit, "Content-Length: 9999\r\n", [b"x"], pause=0.01, repeat=999),
        RemoteUnavailable,
    ),
    "stops in its body": (
        lambda visit: _then_wait(visit, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
        RemoteUnavailable,
    ),
    "has an endless body": (lambda visit: stream(visit, "", [NEEDLESS], repeat=FOREVER), DocumentUnusable),
    "has an endless chunked body": (
        lambda visit: stream(visit, "Transfer-Encoding: chunked\r\n", [chunk(NEEDLESS)], repeat=FOREVER),
        DocumentUnusable,
    ),
    "announces too much": (
        lambda visit: _then_wait(visit, "HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n"),
        DocumentUnusable,
    ),
    "sends less than announced": (lambda visit: stream(visit, "Content-Length: 9\r\n", [b"x"]), DocumentUnusable),
    "cuts its chunks": (lambda visit: stream(visit, "Transfer-Encoding: chunked\r\n", [b"9\r\nxx"]), DocumentUnusable),
    "omits the last chunk": (
        lambda visit: stream(visit, "Transfer-Encoding: chunked\r\n", [chunk(b"x")]),
        DocumentUnusable,
    ),
    "miscounts its chunks": (
        lambda visit: stream(visit, "Transfer-Encoding: chunked\r\n", [b"zz\r\nxx\r\n0\r\n\r\n"]),
        DocumentUnusable,
    ),
}


async def _then_wait(visit: Visit, text: str) -> None:
    await visit.say(text)
    await wait(visit)


async def _drip(visit: Visit, text: str) -> None:
    for letter in text:
        await visit.say(letter)
        await dawdle(0.01)


async def _flood(visit: Visit, start: str, wave: str) -> None:
    await visit.say(start)
    for _ in range(FOREVER):
        await visit.say(wave * 100)


def _budget(failure: type[RemoteError]) -> ExchangeBudget:
    """What is judged by what comes has all the time; what does not come has little."""
    return HASTY if failure is RemoteUnavailable else PATIENT


@pytest.mark.parametrize("misdeed", MISDEEDS)
async def test_a_server_that_misbehaves_is_given_up(misdeed: str) -> None:
    answer, failure = MISDEEDS[misdeed]
    async with remote(answer) as evil, client(evil) as transport:
        request = replace(ask(evil.port), budget=_budget(failure))
        async with in_time():
            with pytest.raises(failure):
                await transport.fetch(request)


@pytest.mark.parametrize("misdeed", MISDEEDS)
async def test_a_server_that_misbehaves_is_given_up_also_after_a_redirect(misdeed: str) -> None:
    answer, failure = MISDEEDS[misdeed]

    async def later(visit: Visit) -> None:
        await (visit.redirect("/b") if visit.target == "/" else answer(visit))

    async with remote(later) as evil, client(evil) as transport:
        request = replace(ask(evil.port, redirects=Redirects.ANY), budget=_budget(failure))
        async with in_time():
            with pytest.raises(failure):
                await transport.fetch(request)


async def test_a_long_chain_of_slow_redirects_shares_one_budget() -> None:
    async def slow(visit: Visit) -> None:
        await dawdle(0.2)
        await visit.redirect(f"{visit.target}a")

    async with remote(slow) as evil, client(evil) as transport:
        request = replace(ask(evil.port, redirects=Redirects.ANY), budget=replace(PATIENT, total=0.5))
        with pytest.raises(RemoteUnavailable):
            await transport.fetch(request)
    assert len(evil.visits) <= 3


async def test_more_than_announced_is_not_taken_for_the_next_answer() -> None:
    async def smuggle(visit: Visit) -> None:
        more = b"" if visit.target == "/b" else b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        await visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine" + more)

    async with remote(smuggle) as evil, client(evil) as transport:
        assert (await transport.fetch(ask(evil.port, "/a"))).body == b"fine"
        assert (await transport.fetch(ask(evil.port, "/b"))).body == b"fine"


async def test_a_slow_body_that_keeps_coming_is_waited_for() -> None:
    async with (
        remote(lambda visit: stream(visit, "", [b"x" * 500], pause=0.02, repeat=100)) as good,
        client(good) as transport,
    ):
        request = replace(ask(good.port), budget=replace(PATIENT, window=0.9))
        assert len((await transport.fetch(request)).body) == 50_000


async def test_a_caller_that_gives_up_leaves_nothing_behind() -> None:
    async with remote(wait) as good, client(good) as transport:
        fetching = asyncio.create_task(transport.fetch(ask(good.port)))
        await becomes(good.is_visited)
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching


# ----------------------------------------------------------------------------------------------------------- codings


def zipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


async def coded(body: bytes, coding: str, **limits: int) -> Response:
    async def answer(visit: Visit) -> None:
        await visit.answer(body, headers=f"Content-Encoding: {coding}\r\n" if coding else "")

    async with remote(answer) as good, client(good) as transport:
        budget = replace(PATIENT, wire=limits.get("wire", PATIENT.wire), decoded=limits.get("decoded", PATIENT.decoded))
        return await transport.fetch(replace(ask(good.port), budget=budget))


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZip", "identity, gzip"])
async def test_a_zipped_body_is_unzipped(coding: str) -> None:
    response = await coded(zipped(b"fine" * 5000), coding)
    assert (response.body, response.encoding) == (b"fine" * 5000, "gzip")


async def test_a_zipped_body_may_be_of_several_parts_or_empty() -> None:
    assert (await coded(zipped(b"fi") + zipped(b"ne"), "gzip")).body == b"fine"
    assert (await coded(b"", "gzip")).body == b""
    assert (await coded(b"fine", "identity")).body == b"fine"


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (zipped(zipped(b"fine")), "gzip, gzip"),
        (zipped(b"fine"), "gzip\r\nContent-Encoding: gzip"),
        (zlib.compress(b"fine"), "deflate"),
        (b"\x0b\x01\x80fine\x03", "br"),
        (b"(\xb5/\xfd \x04!\x00\x00fine", "zstd"),
        (b"fine", "rot13"),
        (b"fine", "gzip"),
        (zlib.compress(b"fine"), "gzip"),
        (zipped(b"fine" * 99)[:-1], "gzip"),
        (zipped(b"fine" * 99)[:20], "gzip"),
        (zipped(b"fine") + b"more", "gzip"),
        (zipped(b"") * 17, "gzip"),
        (zipped(b"x" * 65537), "gzip"),
    ],
)
async def test_a_body_that_cannot_be_unzipped_is_of_no_use(body: bytes, coding: str) -> None:
    with pytest.raises(DocumentUnusable):
        await coded(body, coding)


async def test_a_bomb_is_stopped_while_it_unfolds() -> None:
    bomb = zipped(b"\0" * 50_000_000)
    with pytest.raises(DocumentUnusable, match="larger"):
        await coded(bomb, "gzip", decoded=1_000_000)
    with pytest.raises(DocumentUnusable, match="honest"):
        await coded(bomb, "gzip", decoded=10**9)


# ---------------------------------------------------------------------------------------------- answers by status


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Length: 9999999\r\n", NEEDLESS * 8),
        ("Transfer-Encoding: chunked\r\n", chunk(NEEDLESS) * 8),
        ("Content-Length: 99\r\n", b"cut"),
        ("Content-Length: 4\r\nContent-Encoding: br\r\n", b"fine"),
        ("Content-Length: 4\r\nContent-Encoding: gzip\r\n", b"fine"),
        ("Content-Encoding: gzip\r\n", zipped(b"\0" * 9_000_000)),
    ],
)
async def test_a_delivery_is_done_when_its_status_is_there(headers: str, body: bytes) -> None:
    async def answer(visit: Visit) -> None:
        await visit.say(f"HTTP/1.1 {visit.target[1:]} Whatever\r\n{headers}\r\n".encode() + body)
        visit.writer.close()

    async with remote(answer) as good, client(good) as transport:
        delivery = replace(ask(good.port, "/202"), method="POST", body=b"{}", budget=DELIVERY)
        accepted = await transport.fetch(delivery)
        missing = await transport.fetch(ask(good.port, "/410"))
    assert (accepted.status, missing.status) == (202, 410)
    assert len(accepted.body) <= 16384
    assert len(missing.body) <= 16384


async def test_a_delivery_does_not_wait_for_a_body_that_does_not_come() -> None:
    async with (
        remote(lambda visit: _then_wait(visit, "HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\n")) as good,
        client(good) as transport,
    ):
        budget = replace(PATIENT, status_only=True)
        response = await transport.fetch(replace(ask(good.port), method="POST", body=b"{}", budget=budget))
    assert response.status == 202


async def test_the_explanation_of_an_error_is_kept_in_part() -> None:
    async with (
        remote(lambda visit: visit.answer(b"sorry " * 20000, status="503 Busy")) as good,
        client(good) as transport,
    ):
        response = await transport.fetch(ask(good.port))
    assert response.body == (b"sorry " * 20000)[:16384]


# --------------------------------------------------------------------------------------------------------------- TLS


class Authority:
    """A certificate authority for tests, and the contexts of its two sides."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
        self._certificate = self._sign(self._name, self._key, [], ca=True)

    def trust(self) -> ssl.SSLContext:
        pem = self._certificate.public_bytes(serialization.Encoding.PEM)
        return ssl.create_default_context(cadata=pem.decode())

    def serving(self, host: str, *, expired: bool = False, self_signed: bool = False) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._sign(name, key, [host], expired=expired, self_signed=self_signed)
        file = self._folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        hosts: list[str],
        *,
        ca: bool = False,
        expired: bool = False,
        self_signed: bool = False,
    ) -> x509.Certificate:
        today = datetime.now(UTC)
        own = ca or self_signed
        signer = key if own else self._key
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name if own else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - timedelta(days=9))
            .not_valid_after(today - timedelta(days=1) if expired else today + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), False)
        return builder.sign(signer, hashes.SHA256())


@pytest.mark.parametrize(
    ("host", "expired", "self_signed"),
    [("good.test", True, False), ("good.test", False, True), ("evil.test", False, False)],
)
async def test_a_certificate_that_does_not_hold_ends_it(
    host: str, expired: bool, self_signed: bool, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    tls = authority.serving(host, expired=expired, self_signed=self_signed)
    async with remote(fine, tls=tls) as good, _tls_client(authority, good.port) as transport:
        with pytest.raises(RemoteUnavailable, match="certificate"):
            await transport.fetch(Request(url=f"https://good.test:{good.port}/", budget=PATIENT))
    assert not good.visits


async def test_a_redirect_does_not_lead_out_of_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def down(visit: Visit) -> None:
        await (visit.redirect("http://good.test/") if visit.target == "/down" else fine(visit))

    async with (
        remote(down, tls=authority.serving("good.test")) as good,
        _tls_client(authority, good.port) as transport,
    ):
        url = f"https://good.test:{good.port}"
        assert (await transport.fetch(Request(url=url, budget=PATIENT))).body == b"fine"
        with pytest.raises(AddressDenied, match="https to http"):
            await transport.fetch(Request(url=f"{url}/down", budget=PATIENT, redirects=Redirects.ANY))


def _tls_client(authority: Authority, port: int) -> Client:
    return Client(
        user_agent="syndicate/0",
        allow_private_addresses=False,
        lookup=names(good=["127.0.0.1"]),
        allowed=frozenset({("127.0.0.1", port)}),
        trust=authority.trust(),
    )


# ------------------------------------------------------------------------------------------- what statuses mean


def answered(status: int, **headers: str) -> Response:
    return Response(
        status=status,
        url="https://good.test/",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 200, 86400),
        ("Sun, 22 Nov 2026 19:01:00 GMT", 60),
        ("Sun, 22 Nov 2026 18:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 20:01:00 +0100", 60),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("Sun, 22 Nov 99999999999 19:00:00 GMT", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_when_to_come_back_is_a_number_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(answered(503, retry_after=text), NOW) == seconds


def test_an_answer_that_does_not_say_when_has_no_wait() -> None:
    assert retry_after(answered(503), NOW) is None


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (204, None),
        (301, RemoteRefused),
        (400, RemoteRefused),
        (401, RemoteRefused),
        (404, RemoteGone),
        (408, RemoteUnavailable),
        (410, RemoteGone),
        (429, RemoteUnavailable),
        (500, RemoteUnavailable),
        (999, RemoteUnavailable),
    ],
)
def test_a_status_has_a_meaning(status: int, failure: type[RemoteError] | None) -> None:
    response = answered(status, retry_after="60")
    if failure is None:
        require_success(response, NOW)
        return
    with pytest.raises(failure) as caught:
        require_success(response, NOW)
    assert caught.value.status == status
    if isinstance(caught.value, RemoteUnavailable):
        assert caught.value.wait == 60
