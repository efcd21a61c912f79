"""Bare web addresses become links, in the author's Markdown and in what strangers write."""

from html import unescape

import pytest

from syndicate.content.links import linked
from syndicate.content.markdown import to_html
from syndicate.content.sanitize import for_stranger

LINKED = [
    ("See https://a.example/x.", '<a href="https://a.example/x">https://a.example/x</a>.'),
    ("(http://a.example/y_(z))", '(<a href="http://a.example/y_(z)">http://a.example/y_(z)</a>)'),
    ("https://a.example/?b=1&amp;c=2,", '<a href="https://a.example/?b=1&amp;c=2">https://a.example/?b=1&amp;c=2</a>,'),
]
PLAIN = [
    "www.a.example",
    "a.example",
    "ann@a.example",
    "ftp://a.example/x",
    "mailto:ann@a.example",
    "https:// x",
    "://",
]


@pytest.mark.parametrize(("text", "link"), LINKED)
def test_web_addresses_become_links(text: str, link: str) -> None:
    assert link in linked(text)
    assert link in to_html(unescape(text))
    assert link.partition(">")[0] in for_stranger(text)


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_looks_like_an_address_stays_text(text: str) -> None:
    assert linked(text) == text
    assert to_html(text) == f"<p>{text}</p>\n"


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://b.example/">https://a.example/</a>',
        "<code>https://a.example/</code>",
        "<pre>https://a.example/ <b>https://b.example/</b></pre>",
    ],
)
def test_links_and_code_stay_as_they_are(html: str) -> None:
    assert linked(html) == html
    assert for_stranger(for_stranger(html)) == for_stranger(html)


def test_markdown_links_and_code_stay_as_they_are() -> None:
    assert (
        to_html("`https://a.example/` <https://b.example/> [https://c.example/](https://d.example/)").count("<a ") == 2
    )


def test_a_disguised_address_is_no_link() -> None:
    assert "<a" not in linked("https://evil.example/\u202etxt.exe")
    assert "<script" not in for_stranger("https://a.example/&lt;script&gt;alert(1)&lt;/script&gt;")


def test_any_number_of_addresses_costs_linear_time() -> None:
    assert linked("https://a.example/ " * 3_000).count("<a ") == 3_000
    assert linked("http://" * 10_000).count("http://") >= 10_000
