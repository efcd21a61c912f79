"""Hubs are found where publishers name them: the header counts before the document."""

import json

import pytest

from syndicate.websub.discovery import Offer, discover

AT = "https://garden.example/feed/"
HUB = "https://hub.example/"
TOPIC = "https://garden.example/topic"
HEADER = [f'<{HUB}>; rel="hub"', f'<{TOPIC}>; rel="self"']
ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>
<link rel="hub" href="{HUB}"/><link href="{TOPIC}" rel="self"/><entry><link rel="hub" href="https://evil.example/"/></entry>
</feed>""".encode()
RSS = f"""<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>T</title><link>https://x.example/</link>
<a:link rel="hub" href="{HUB}"/><a:link href="{TOPIC}" rel="self"/><item/></channel></rss>""".encode()
PAGE = f"""<!doctype html><html><head><title>&lt;link rel=hub href=https://no.example/&gt;</title>
<!-- <link rel="hub" href="https://commented.example/"> -->
<link rel="HUB  x" href="{HUB}"><link rel=self href={TOPIC}></head><body><link rel=hub href=https://evil.example/></body>
""".encode()
JSON = json.dumps(
    {"version": "https://jsonfeed.org/version/1.1", "feed_url": TOPIC}
    | {"hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": HUB}]}
).encode()
DOCUMENTS = {
    "Atom": (ATOM, "application/atom+xml"),
    "RSS": (RSS, "application/rss+xml; charset=utf-8"),
    "a page": (PAGE, "text/html; charset=utf-8"),
    "JSON Feed": (JSON, "application/feed+json"),
}


def test_the_header_says_it() -> None:
    assert discover(HEADER, b"plain text", "text/plain", address=AT) == Offer(topic=TOPIC, hubs=(HUB,))
    assert discover([", ".join(HEADER)], b"", "", address=AT) == Offer(topic=TOPIC, hubs=(HUB,))
    assert discover([f"<{HUB}>;rel=hub,<{TOPIC}>;rel=self"], b"", "", address=AT) == Offer(topic=TOPIC, hubs=(HUB,))


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_document_says_it(kind: str) -> None:
    body, media_type = DOCUMENTS[kind]
    assert discover([], body, media_type, address=AT) == Offer(topic=TOPIC, hubs=(HUB,))


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_header_counts_before_the_document(kind: str) -> None:
    body, media_type = DOCUMENTS[kind]
    header = ['<https://first.example/>; rel="hub"', '<https://garden.example/first>; rel="self"']
    offer = discover(header, body, media_type, address=AT)
    assert offer == Offer(topic="https://garden.example/first", hubs=("https://first.example/",))


def test_a_different_self_is_the_topic_and_without_one_it_is_the_address() -> None:
    assert discover(HEADER, b"", "", address=AT) == Offer(topic=TOPIC, hubs=(HUB,))
    assert discover(HEADER[:1], b"", "", address=AT) == Offer(topic=AT, hubs=(HUB,))


def test_a_topic_that_has_moved_is_called_what_it_calls_itself_where_it_was_found() -> None:
    """websub.rocks 201 and 202: the feed was asked for elsewhere, and redirected."""
    there = "https://new.example/feed/"
    offer = discover(['</hub>; rel="hub"', '</feed/?self>; rel="self"'], b"", "", address=there)
    assert offer == Offer(topic="https://new.example/feed/?self", hubs=("https://new.example/hub",))


def test_without_a_hub_nothing_is_offered() -> None:
    assert discover(HEADER[1:], ATOM.replace(b'"hub"', b'"x"'), "application/atom+xml", address=AT) is None
    assert discover([], b"", "", address=AT) is None


def test_addresses_may_be_relative_and_are_taken_from_where_the_document_was_found() -> None:
    offer = discover(["</hub>; rel=hub, <topic#x>; rel=self"], b"", "", address=AT)
    assert offer == Offer(topic="https://garden.example/feed/topic", hubs=("https://garden.example/hub",))


def test_several_hubs_are_kept_in_order_and_not_too_many() -> None:
    header = [f"<https://hub-{number}.example/>; rel=hub" for number in range(50)]
    offer = discover(header, b"", "", address=AT)
    assert offer is not None
    assert offer.hubs == tuple(f"https://hub-{number}.example/" for number in range(3))


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"<", "text/xml"),
        (b"<rss><channel><a:link rel='hub' href='https://x.example/'", "text/xml"),
        (b"\x00\xff" * 100, "application/rss+xml"),
        (b"{", "application/feed+json"),
        (b'{"hubs": 7, "feed_url": []}', "application/feed+json"),
        (b'{"hubs": [7, {"type": [], "url": {}}, {"type": "WebSub"}]}', "application/feed+json"),
        (b"{" + b"[" * 100_000, "application/feed+json"),
        (b"<link rel=hub href='javascript:alert(1)'>", "text/html; charset=nonsense"),
        (b"<link rel=hub href='http://[::1'>", "text/html"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"/>', "text/xml"),
        (b"<a" * 500_000, "text/html"),
        (b"<a>" * 200_000, "text/xml"),
    ],
)
def test_what_cannot_be_read_offers_nothing(body: bytes, media_type: str) -> None:
    assert discover([], body, media_type, address=AT) is None


@pytest.mark.parametrize("value", ["", "<", "<>", "<x", ";;;,,,", "<a>; rel", '<a>; rel="', "<" * 8000, "<a>;" * 2000])
def test_a_header_that_cannot_be_read_offers_nothing(value: str) -> None:
    assert discover([value], b"", "", address=AT) is None
