"""Markdown as the author writes it becomes HTML that is safe and has absolute addresses."""

import pytest

from syndicate.content.markdown import render, split_title, to_html
from syndicate.errors import InputError
from tests.content.allowlist import assert_fit_for_the_author
from tests.content.vectors import VECTORS

BASE = "https://blog.example/2026/01/02/post/"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hello *there* **you** ~~me~~", "<p>Hello <em>there</em> <strong>you</strong> <s>me</s></p>\n"),
        ("```python\nx < 1\n```", '<pre><code class="language-python">x &lt; 1\n</code></pre>\n'),
        ("[a](/x) ![p](p.png)", f'<p><a href="https://blog.example/x">a</a> <img src="{BASE}p.png" alt="p"></p>\n'),
        ("<mark>raw</mark> <b onclick=x>html</b>", "<p><mark>raw</mark> <b>html</b></p>\n"),
        ('<div class="alignleft">\n\n*x*\n\n</div>', '<div class="alignleft">\n<p><em>x</em></p>\n</div>'),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("", ""),
        ("a\r\nb\x00\x07", "<p>a\nb</p>\n"),
    ],
)
def test_markdown_becomes_html(source: str, expected: str) -> None:
    assert render(source, base=BASE) == expected


def test_columns_of_tables_keep_their_alignment_without_style() -> None:
    html = render("| a | b | c |\n|--:|:-:|---|\n| 1 | 2 | 3 |\n", base=BASE)
    assert '<th class="has-text-align-right">a</th>' in html
    assert '<td class="has-text-align-center">2</td>' in html
    assert "<td>3</td>" in html


def test_footnotes_point_to_the_post_and_back() -> None:
    html = render("Text[^1] and[^1].\n\n[^1]: The note.\n", base=BASE)
    assert f'<a href="{BASE}#fn1" id="fnref1">' in html
    assert 'id="fnref1:1"' in html
    assert '<li id="fn1" class="footnote-item">' in html
    assert f'href="{BASE}#fnref1:1" class="footnote-backref"' in html


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_no_attack_comes_through_in_markdown(number: int) -> None:
    vector = VECTORS[number]
    for source in (vector, f"text {vector} text", f"[a]({vector}) ![b](<{vector}>)", f"> - | `{vector}\n\n{vector}"):
        assert_fit_for_the_author(render(source, base=BASE))


@pytest.mark.parametrize(
    "source",
    [
        "[a](javascript:alert(1))",
        "[a]( javascript:alert(1) )",
        "[a](java&#9;script:alert(1))",
        "![a](data:text/html;base64,x)",
        "<javascript:alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        "[a](data:image/svg+xml;x)",
        "[a](vbscript:x) [b](file:///etc/passwd)",
        '[a](https://x.example/"onclick="alert(1))',
        '!["onerror="alert(1)](https://x.example/ \'x"onerror="alert(1)\')',
        '```x"onclick="alert(1)\ny\n```',
        "```<script>\ny\n```",
    ],
)
def test_markdown_has_no_syntax_for_an_attack(source: str) -> None:
    html = render(source, base=BASE)
    assert_fit_for_the_author(html)
    assert "<a>" in html or "href" not in html or "https://" in html


MARKS = (
    "[",
    "![",
    "[a](",
    "^[",
    "*a **a ",
    "_a",
    "`",
    ">",
    "- ",
    "<",
    "<a ",
    "<!--",
    "<?",
    "&",
    "|",
    "\\",
    "[]",
    "~~a",
)
PHRASES = (
    "a <!-- ",
    "<http:",
    "a  \n",
    "*_",
    "a**b",
    "[x](<",
    "[x](a '",
    "[^a]: ",
    "1. ",
    "`a``b",
    "[*a](b)*",
    "<b x=1>\n",
)


@pytest.mark.parametrize("unit", MARKS + PHRASES)
def test_a_flood_of_one_mark_is_rendered(unit: str) -> None:
    assert_fit_for_the_author(render(unit * (40_000 // len(unit)), base=BASE))


def test_deep_nesting_is_rendered() -> None:
    assert render("\n".join(" " * depth + "- x" for depth in range(300)), base=BASE)
    assert render(">" * 10_000 + " x", base=BASE)
    assert render("".join(f"[^{n}]: x[^{n + 1}]\n\n" for n in range(1_000)) + "[^0]", base=BASE)


def test_a_hundred_thousand_brackets_are_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match="brackets"):
        render("[" * 100_000, base=BASE)


def test_a_text_over_two_megabytes_is_refused() -> None:
    with pytest.raises(InputError, match="2 MB"):
        to_html("x" * 2_000_001)


@pytest.mark.parametrize(
    ("source", "title", "rest"),
    [
        ("# Hello\n\nText", "Hello", "Text"),
        ("\n\n#  A *new* &amp; `odd` [title](x) #\ntext\n", "A new & odd title", "text\n"),
        ("Two\nlines\n===\n\ntext", "Two lines", "text"),
        ("[r]: /x\n\n# T\n\n[r]", "T", "[r]: /x\n\n\n[r]"),
        ("# <b>x</b><script>y</script>", "x", ""),
    ],
)
def test_a_heading_that_opens_the_text_is_its_title(source: str, title: str, rest: str) -> None:
    assert split_title(source) == (title, rest)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "a\n\n# Not first",
        "## Second",
        "#hashtag",
        "    # code",
        "#",
        "> # q",
        "- # i",
        "<h1>x</h1>",
        "# " + "x" * 5_000,
    ],
)
def test_a_text_without_an_opening_heading_has_no_title(source: str) -> None:
    assert split_title(source) == ("", source)
