"""The lint itself: each rule finds the fault that it is there for."""

from dataclasses import replace

import pytest

from syndicate.feeds import FeedFormat, render
from tests.feeds import lint
from tests.feeds.corpus import NOW, SELF, entry, feed, rich


def findings(format: FeedFormat, right: str, wrong: str) -> list[str]:
    document = render(rich(format), format)
    body = document.body.decode()
    assert right in body
    spoilt = replace(document, body=body.replace(right, wrong, 1).encode())
    return lint.findings(spoilt, url=SELF[format], now=NOW)


@pytest.mark.parametrize(
    ("right", "wrong", "finding"),
    [
        ("</rss>", "", "not well-formed"),
        ('rel="self"', 'rel="via"', "not one self link"),
        ('rel="hub"', 'rel="alternate"', "taken for the site"),
        ('rel="hub"', 'rel="blogroll"', "link relation"),
        ("Sun, 22 Nov", "Mon, 22 Nov", "wrong weekday"),
        ("Sun, 22 Nov 2026 18", "Sat, 21 Nov 2026 18", "older than an item"),
        ("Sat, 21 Nov 2026", "Tue, 21 Nov 2028", "in the future"),
        ("Sat, 21 Nov 2026", "Sa, 21. Nov 2026", "no RFC 822 date"),
        ("<ttl>60", "<ttl>0", "ttl"),
        ("en-GB", "en_GB", "language"),
        ("hourly", "hourly ", "updatePeriod"),
        ("Rain &#x26;", "Rain &amp;", "hexadecimal"),
        ('isPermaLink="false"', "", "guid"),
        ("posts/0<", "posts/1<", "guid twice"),
        ('length="48000"', 'length=""', "enclosure of length"),
        ('type="audio/mpeg"', 'type="audio"', "enclosure of type"),
        ("<pubDate>", "<author>a@b.example</author><pubDate>", "mail address"),
        ("media/rain.jpg", "media/rain 1.jpg", "no absolute ASCII address"),
        ("media/rain.jpg", "media/r\u00e4in.jpg", "no absolute ASCII address"),
        ("<em>", '<em onclick="x">', "onclick"),
        ("<em>", '<em style="x">', "style"),
        ("<em>", "<svg>", "<svg>"),
        ("<em>", '<a href="#fn1">', "relative address"),
        ("It rained", "It\u0085 rained", "control characters"),
        ("It rained", "It\ufffd rained", "broken character"),
        ("xmlns:dc=", 'xmlns:source="http://source.scripting.com/" xmlns:dc=', "namespace"),
        ("</channel>", "<rating>1</rating></channel>", "behind the entries"),
        ("<item>", "<item><title> </title>", "blank title"),
        ("<item>", "<item><link>https://x.example/</link>", "more than once"),
        ("logo.png", "logo.svg", "no gif, jpg or png"),
    ],
)
def test_a_fault_in_rss_is_found(right: str, wrong: str, finding: str) -> None:
    assert any(finding in found for found in findings(FeedFormat.RSS, right, wrong))


@pytest.mark.parametrize(
    ("right", "wrong", "finding"),
    [
        ("</feed>", "", "not well-formed"),
        ('rel="self"', 'rel="via"', "not one self link"),
        ("2026-11-21T19:00:00+00:00", "2028-11-21T19:00:00+00:00", "in the future"),
        ("2026-11-21T19:00:00+00:00", "21 Nov 2026", "no RFC 3339 date"),
        ("2026-11-19T19:00:00+00:00", "2026-11-22T17:00:00+00:00", "updated twice"),
        ("posts/0<", "posts/1<", "id twice"),
        ('rel="enclosure"', "", "the first link is not the page"),
        ('length="48000"', 'length="0"', "enclosure without bytes"),
        ('type="html"', 'type="CDATA"', "entry without HTML"),
        ("<title>Notes</title>", "<title></title>", "without one title"),
        ("<title>Notes", '<title type="html">Notes', "not plain"),
        ("<name>Ada Moss", "<name>", "author without a name"),
        ("<uri>", "<email>a@b.example</email><uri>", "a mail address"),
        ('ref="https://other.example/posts/9"', "", "without ref"),
        ('xml:lang="de"', 'xml:lang="deutsch, bitte"', "language"),
        ('xml:lang="en-GB"', 'xml:lang="en-GB" xml:base="https://blog.example/"', "xml:base"),
        ('xmlns="http', 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns="http', "prefix atom"),
        ('term="Home"', 'term=""', "without a term"),
    ],
)
def test_a_fault_in_atom_is_found(right: str, wrong: str, finding: str) -> None:
    assert any(finding in found for found in findings(FeedFormat.ATOM, right, wrong))


@pytest.mark.parametrize(
    ("right", "wrong", "finding"),
    [
        ("{", "", "not JSON"),
        ("version/1.1", "version/1", "no JSON Feed 1.1"),
        ('"feed_url":"https://blog.example/feed/json/"', '"feed_url":"https://blog.example/feed/"', "not where"),
        ("posts/0", "posts/1", "id twice"),
        ("2026-11-19T19:00:00Z", "2026-11-22T17:00:00Z", "date_modified twice"),
        ("2026-11-21T19:00:00Z", "2026-11-21", "no RFC 3339 date"),
        ('"title":"Rain', '"title":" ","x":"Rain', "blank title"),
        ("<em>", "<script>", "<script>"),
        ('"tags":["Weather & wind"', '"tags":[""', "blank tag"),
        ('"content_html"', '"content"', "without content"),
        ("It rained", "It\\u0000 rained", "control characters"),
    ],
)
def test_a_fault_in_a_json_feed_is_found(right: str, wrong: str, finding: str) -> None:
    assert any(finding in found for found in findings(FeedFormat.JSON, right, wrong))


def test_a_feed_fetched_from_elsewhere_is_found() -> None:
    for format in FeedFormat:
        document = render(feed(entry(), format=format), format)
        assert lint.findings(document, url="https://blog.example/?feed=rss2", now=NOW)
