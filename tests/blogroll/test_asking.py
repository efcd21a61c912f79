"""What the answer of a feed means: where its hub is (WebSub §4), the header before the document."""

from datetime import UTC, datetime

import pytest

from syndicate.blogroll.feed_request import FeedResponse, parse_response
from syndicate.transport.message import Response

AT = "https://garden.example/feed/"
HUB = "https://hub.example/"
TOPIC = "https://garden.example/topic"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>
<link rel="hub" href="{HUB}"/><link href="{TOPIC}" rel="self"/><entry><link rel="hub" href="https://evil.example/"/></entry>
</feed>"""
RSS = f"""<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>T</title><link>https://x.example/</link>
<a:link rel="hub" href="{HUB}"/><a:link href="{TOPIC}" rel="self"/><item/></channel></rss>"""
JSON = f"""{{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [], "feed_url": "{TOPIC}",
"hubs": [{{"type": "rssCloud", "url": "https://no.example/"}}, {{"type": "WebSub", "url": "{HUB}"}}]}}"""
PLAIN = "<rss version='2.0'><channel><title>T</title></channel></rss>"


async def asked(document: str, *links: str) -> FeedResponse:
    headers = {"Link": ", ".join(links)} if links else {}
    return await parse_response(Response(status=200, headers=headers, body=document.encode(), url=AT), NOW)


@pytest.mark.parametrize("document", [ATOM, RSS, JSON], ids=["Atom", "RSS", "JSON Feed"])
async def test_a_document_names_its_hub(document: str) -> None:
    found = await asked(document)
    assert (found.topic, found.hubs) == (TOPIC, (HUB,))


@pytest.mark.parametrize("document", [ATOM, RSS, JSON, PLAIN], ids=["Atom", "RSS", "JSON Feed", "without any"])
async def test_the_header_counts_before_the_document(document: str) -> None:
    found = await asked(document, '<https://first.example/>; rel="hub"', "</first>; rel=self")
    assert (found.topic, found.hubs) == ("https://garden.example/first", ("https://first.example/",))


@pytest.mark.parametrize(
    ("links", "hubs"),
    [
        (['<https://hub.example/>; title="a;rel=x, <b>"; rel="HUB"'], (HUB,)),
        (['<https://hub.example/>; rel=hub; anchor="#other"'], ()),
        (["<http://[>; rel=hub", "<https://hub.example/>; rel=hub"], (HUB,)),
        (["<>"], ()),
    ],
    ids=["quoted", "about something else", "no address", "nothing"],
)
async def test_a_header_is_read_as_it_is_meant(links: list[str], hubs: tuple[str, ...]) -> None:
    assert (await asked(PLAIN, *links)).hubs == hubs


async def test_a_feed_that_does_not_say_what_it_is_called_is_called_by_its_address() -> None:
    found = await asked(PLAIN, f"<{HUB}>; rel=hub")
    assert (found.topic, found.hubs) == (AT, (HUB,))
