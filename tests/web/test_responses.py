"""Responses to documents: 200 or 304, with or without gzip, and the bytes on the wire."""

import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from syndicate.web.http.compression import wants_gzip
from syndicate.web.http.conditional import is_unchanged
from syndicate.web.http.response_cache import CachedDocument, RenderedDocument, _document
from syndicate.web.http.responses import MAX_SINGLE_WRITE_BYTES, DocumentResponder

ETAG = 'W/"3f7a"'
MODIFIED = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
DATE = "Sun, 22 Nov 2026 19:00:00 GMT"
TEXT = b"Rain, and then more rain. " * 100


def document(body: bytes = TEXT, *, last_modified: datetime | None = MODIFIED) -> CachedDocument:
    rendered = RenderedDocument(
        body=body, media_type="text/plain; charset=utf-8", dependencies=(), etag=ETAG, last_modified=last_modified
    )
    return _document(rendered, {})


def request_with(**headers: str) -> web.Request:
    return make_mocked_request("GET", "/", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    "tags",
    [
        ETAG,
        '"3f7a"',
        '"other", W/"3f7a"',
        'W/"other",W/"3f7a" ,"third"',
        "*",
        '"3f7a-gzip"',
        'W/"3f7a--gzip"',
        '"3f7a;gzip"',
        '"3f7a-br"',
        "3f7a",
    ],
)
def test_a_matching_tag_means_unchanged(tags: str) -> None:
    assert is_unchanged(request_with(If_None_Match=tags), document())


@pytest.mark.parametrize("tags", ['"other"', '"3f7"', '"3f7ab"', "", ",", '""', '"-gzip"', 'W/"3f7a', "\\"])
def test_a_different_tag_means_changed(tags: str) -> None:
    assert is_unchanged(request_with(If_None_Match=tags), document()) == (tags == 'W/"3f7a')


def test_a_tag_takes_precedence_over_the_date() -> None:
    assert not is_unchanged(request_with(If_None_Match='"other"', If_Modified_Since=DATE), document())


@pytest.mark.parametrize(
    ("since", "unchanged"),
    [
        (DATE, True),
        ("Sun, 22 Nov 2026 19:00:01 GMT", True),
        ("Mon, 23 Nov 2037 00:00:00 GMT", True),
        ("Sun, 22 Nov 2026 20:00:00 +0100", True),
        ("Sun, 22 Nov 2026 18:59:59 GMT", False),
        ("yesterday", False),
        ("", False),
        ("Sun, 99 Nov 2026 19:00:00 GMT", False),
        ("22 Nov 2026 19:00:00", False),
        ("0", False),
        ("9" * 5000, False),
    ],
)
def test_a_date_that_is_not_earlier_means_unchanged(since: str, unchanged: bool) -> None:
    assert is_unchanged(request_with(If_Modified_Since=since), document()) is unchanged


def test_a_document_without_a_date_is_not_compared_by_date() -> None:
    assert not is_unchanged(request_with(If_Modified_Since=DATE), document(last_modified=None))


@pytest.mark.parametrize(
    ("accept_encoding", "wanted"),
    [
        ("gzip", True),
        ("gzip, deflate", True),
        ("br, gzip;q=0.5", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip; q=0", False),
        ("deflate", False),
        ("identity", False),
        ("x-gzip-like", False),
        ("", False),
    ],
)
def test_gzip_is_used_only_if_the_client_accepts_it(accept_encoding: str, wanted: bool) -> None:
    assert wants_gzip(request_with(Accept_Encoding=accept_encoding)) is wanted


# over the wire


@dataclass(frozen=True, slots=True)
class DocumentServer:
    """A server with a short text at `/`, and at `/long` one that needs more than a single write."""

    client: aiohttp.ClientSession
    base: str


@pytest.fixture
async def server() -> AsyncIterator[DocumentServer]:
    answers = DocumentResponder((("X-Content-Type-Options", "nosniff"),))
    documents = {"/": document(), "/long": document(b"x" * (MAX_SINGLE_WRITE_BYTES + 1)), "/tiny": document(b"tiny")}

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answers.document(request, documents[request.path])

    app = web.Application()
    app.router.add_get("/{name:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as client:
        yield DocumentServer(client, f"http://127.0.0.1:{port}")
    await runner.cleanup()


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
@pytest.mark.parametrize("path", ["/", "/long", "/tiny"])
async def test_a_response_is_complete_with_and_without_keep_alive(
    server: DocumentServer, path: str, connection: str
) -> None:
    for _ in range(2):
        async with server.client.get(server.base + path, headers={"Connection": connection}) as answer:
            body = await answer.read()
            assert answer.status == 200
            assert answer.headers["Content-Length"] == str(len(body))
            assert answer.headers["ETag"] == ETAG
            assert answer.headers["Last-Modified"] == DATE
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert "Date" in answer.headers


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
@pytest.mark.parametrize("accept_encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/", "/long", "/tiny"])
async def test_head_has_the_headers_of_get_and_no_body(
    server: DocumentServer, path: str, accept_encoding: str, connection: str
) -> None:
    headers = {"Accept-Encoding": accept_encoding, "Connection": connection}
    async with server.client.get(server.base + path, headers=headers) as got:
        await got.read()
    async with server.client.head(server.base + path, headers=headers) as answer:
        assert await answer.read() == b""
    ours = {name: value for name, value in got.headers.items() if name not in ("Date", "Connection")}
    assert {name: value for name, value in answer.headers.items() if name not in ("Date", "Connection")} == ours


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
async def test_an_unchanged_document_is_answered_without_a_body(server: DocumentServer, connection: str) -> None:
    headers = {"If-None-Match": ETAG, "Connection": connection}
    async with server.client.get(server.base, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
            assert answer.headers[name]
        assert "Content-Type" not in answer.headers or answer.headers["Content-Type"].startswith("text/plain")
    async with server.client.get(server.base) as answer:
        assert await answer.read() == TEXT


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
async def test_a_gzip_response_has_the_same_text_and_tag(server: DocumentServer, connection: str) -> None:
    headers = {"Accept-Encoding": "gzip, deflate", "Connection": connection}
    async with server.client.get(server.base, headers=headers) as answer:
        body = await answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["ETag"] == ETAG
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert zlib.decompress(body, 31) == TEXT


async def test_a_tiny_body_is_not_compressed(server: DocumentServer) -> None:
    async with server.client.get(f"{server.base}/tiny", headers={"Accept-Encoding": "gzip"}) as answer:
        assert "Content-Encoding" not in answer.headers
        assert await answer.read() == b"tiny"


async def test_http_1_0_gets_a_complete_response(server: DocumentServer) -> None:
    async with (
        aiohttp.ClientSession(version=aiohttp.HttpVersion10) as client,
        client.get(server.base, headers={"Accept-Encoding": "identity"}) as answer,
    ):
        assert await answer.read() == TEXT
