"""Mentions of the blog at the start of a reply are taken out, and nothing else is."""

import pytest

from syndicate.content.opening import without_mentions


def is_ours(address: str, words: str) -> bool:
    return address.startswith("https://blog.example/") or words == "@notes@blog.example"


MASTODON = '<span class="h-card" translate="no"><a href="https://blog.example/" class="u-url mention">@<span>notes</span></a></span>'
MISSKEY = '<a href="https://blog.example/" class="u-url mention">@notes@blog.example</a>'
ANN = '<span class="h-card"><a href="https://social.example/@ann" class="u-url mention">@<span>ann</span></a></span>'


@pytest.mark.parametrize(
    ("html", "rest"),
    [
        (f"<p>{MASTODON} nice post</p>", "<p>nice post</p>"),
        (f"<p>{MISSKEY}<span> quoted<br>twice</span></p>", "<p><span>quoted<br>twice</span></p>"),
        (f"<p>{MASTODON}</p><p>Hello</p>", "<p>Hello</p>"),
        (f"<p>{MASTODON}<br><br>Hello</p>", "<p>Hello</p>"),
        (f"<p>{MASTODON} {ANN} both of you</p>", f"<p>{ANN} both of you</p>"),
        (f"<p>{ANN} {MASTODON} both of you</p>", f"<p>{ANN}  both of you</p>"),
        ("@notes@blog.example, hello", "hello"),
        (f"<p>{MASTODON}</p>", ""),
        (f"<p><strong>A warning</strong></p><p>{MASTODON} words</p>", "<p><strong>A warning</strong></p><p>words</p>"),
        (f"<div><p>{MISSKEY}\n</p></div><p>x</p>", "<p>x</p>"),
    ],
)
def test_mentions_of_the_blog_at_the_start_go(html: str, rest: str) -> None:
    assert without_mentions(html, is_ours) == rest


@pytest.mark.parametrize(
    "html",
    [
        f"<p>Hello {MASTODON}</p>",
        f"<p>{ANN} hello</p>",
        '<p><a href="https://blog.example/2026/a-post/">A post</a> of yours</p>',
        f"<blockquote>{MASTODON}</blockquote>",
        "<p>@notes hello</p>",
        "<p></p><p>Hello</p>",
        "",
    ],
)
def test_everything_else_stays_to_the_letter(html: str) -> None:
    assert without_mentions(html, is_ours) == html


@pytest.mark.parametrize("piece", [f"{MISSKEY}<p> ", "<span>", f"{MISSKEY}{ANN} ", "<a>@", "<p><br> "])
def test_what_takes_long_to_look_through_does_not(piece: str) -> None:
    """Each token is looked at a bounded number of times: an input as large as any is done with at once."""
    assert len(without_mentions(piece * 3000, is_ours)) <= len(piece) * 3000
