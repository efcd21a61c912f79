"""The author's HTML is put right before it is sanitised: pictures, frames, addresses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.html import pictures, rewrite
from syndicate.content.sanitize import for_author
from syndicate.content.tags import Tag
from tests.content.allowlist import assert_fit_for_the_author
from tests.content.vectors import VECTORS

BASE = "https://blog.example/2026/01/02/post/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="a.png"><IMG SRC=b.png><img src="a.png">', ("a.png", "b.png")),
        ('<a href="big.jpg?x=1&amp;y=2"><img src="small.jpg"></a>', ("small.jpg", "big.jpg?x=1&y=2")),
        ('<a href="/about/"><img src="x.gif"></a><a href="lonely.png">text</a>', ("x.gif",)),
        ('<img src="data:image/gif;base64,R0" data-src="real.jpg">', ("real.jpg",)),
        ('<img src="/i/blank.gif" data-lazy-src="real.jpg"><noscript><img src="real.jpg"></noscript>', ("real.jpg",)),
        ('<img src="data:image/gif;base64,R0"><img alt="x"><img src=" ">', ()),
        ("<!-- <img src=x> --><script>'<img src=y>'</script>", ()),
        ("<img src='http://[bad/x.png'>", ("http://[bad/x.png",)),
    ],
)
def test_pictures_are_found_where_they_really_are(html: str, expected: tuple[str, ...]) -> None:
    assert pictures(html) == expected


def moved(address: str) -> str | None:
    return f"/media/{address}?a=1&b=2" if address.endswith(".png") else None


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img alt="A" src="a.png">', '<img src="/media/a.png?a=1&amp;b=2" alt="A">'),
        ('<a href="a.png">x</a><a href="b">y</a>', '<a href="/media/a.png?a=1&amp;b=2">x</a><a href="b">y</a>'),
        ('<video poster="p.png" src="v.mp4"></video>', '<video poster="/media/p.png?a=1&amp;b=2" src="v.mp4"></video>'),
        ('<img src="x.gif" srcset="y 2x" sizes="1px" data-id="7" width="5">', '<img src="x.gif" width="5">'),
        ('<picture><source srcset="y"><img src="x.gif"></picture>', '<img src="x.gif">'),
        ('<img src="data:x" data-src="x.gif" alt="A">', '<img src="x.gif" alt="A">'),
        ("<p>a &lt; b &amp; c<br>d</p>", "<p>a &lt; b &amp; c<br>d</p>"),
        ('<img alt="nothing">', "nothing"),
    ],
)
def test_addresses_are_moved_and_what_needs_scripts_is_dropped(html: str, expected: str) -> None:
    assert rewrite(html, url=moved) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="/u/lost.jpg" alt="A &amp; B">', '<a href="/u/lost.jpg">[A &amp; B]</a> '),
        ('<img src="/u/lost%20one.jpg?x">', '<a href="/u/lost%20one.jpg?x">[lost one.jpg]</a> '),
        ('<a href="/u/lost.jpg"><img src="/u/lost.jpg" alt="A"></a>', '<a href="/u/lost.jpg">[A] </a>'),
        (
            '<figure><a href="/page/"><img src="/u/lost.jpg" alt=""></a><figcaption>c</figcaption></figure>',
            '<figure><a href="/page/">[lost.jpg] </a><figcaption>c</figcaption></figure>',
        ),
        (
            '<figure><img src="/u/lost.jpg" alt="x"><figcaption>c</figcaption></figure>',
            '<figure><a href="/u/lost.jpg">[x]</a> <figcaption>c</figcaption></figure>',
        ),
        ('<a href="x">y</a><img src="/u/lost.jpg" alt="z">', '<a href="x">y</a><a href="/u/lost.jpg">[z]</a> '),
        ('<img src="/u/lost.jpg" alt="&lt;b&gt;">', '<a href="/u/lost.jpg">[&lt;b&gt;]</a> '),
    ],
)
def test_a_lost_picture_becomes_its_words_linked_once(html: str, expected: str) -> None:
    assert rewrite(html, missing=lambda address: "lost" in address) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<iframe src="https://www.youtube.com/embed/x?a=1&amp;b=2" width="5" allowfullscreen></iframe>',
            '<p><a href="https://www.youtube.com/embed/x?a=1&amp;b=2">www.youtube.com</a></p>',
        ),
        ('<iframe src="//player.vimeo.com/video/1"></iframe>', '<p><a href="//player.vimeo.com/video/1">player.vimeo.com</a></p>'),
        (
            '<iframe src="about:blank" data-src="https://maps.example/?q=1"></iframe>x',
            '<p><a href="https://maps.example/?q=1">maps.example</a></p>x',
        ),
        ("<iframe src=javascript:alert(1)></iframe>x<iframe srcdoc='&lt;b&gt;'>y</iframe>z", "xz"),
    ],
)  # fmt: skip
def test_a_frame_becomes_a_link_to_what_it_shows(html: str, expected: str) -> None:
    assert rewrite(html) == expected


def test_what_was_rewritten_is_safe_after_the_sanitizer() -> None:
    html = rewrite('<p><iframe src="https://v.example/1"></iframe></p>', url=moved)
    assert for_author(html, base=BASE).strip() == '<p></p><p><a href="https://v.example/1">v.example</a></p>'


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(VECTORS), st.text(max_size=6)), max_size=8).map("".join), st.booleans())
def test_any_html_can_be_rewritten(html: str, lost: bool) -> None:
    result = rewrite(html, url=moved, missing=lambda _address: lost)
    assert_fit_for_the_author(for_author(result, base=BASE))
    assert isinstance(pictures(result), tuple)
    assert "<iframe" not in result


def test_what_will_never_be_had_is_not_linked() -> None:
    text = (
        '<p><a href="/u/a.jpg"><img class="alignleft" src="/u/a-300.jpg" alt="Marks"></a>I went. <a href="/x">x</a></p>'
    )
    gone = {"/u/a.jpg", "/u/a-300.jpg"}
    assert rewrite(text, missing=gone.__contains__, lost=gone.__contains__) == (
        '<p>[Marks]<br>I went. <a href="/x">x</a></p>'
    )
    assert rewrite(text, missing=gone.__contains__) == (
        '<p><a href="/u/a.jpg">[Marks]<br></a>I went. <a href="/x">x</a></p>'
    )
    assert rewrite('<img src="/u/a.jpg" alt="A" width="400">', missing=gone.__contains__, lost=gone.__contains__) == (
        "[A]<br>"
    )


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ("Fish &amp; chips", "Fish & chips"),
        ("It&#8217;s &#x2615", "It’s ☕"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("&notit; &nosuchname;", "&notit; &nosuchname;"),
    ],
)
def test_character_references_count_whole_as_in_browsers(written: str, resolved: str) -> None:
    assert Tag("a", (("title", written),)).value("title") == resolved
