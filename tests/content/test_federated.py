"""What others are sent of a text: without newlines, without pictures where those are attached, and not too long."""

import pytest

from syndicate.content.federated import beginning, compact, without_pictures

IMG = '<img src="https://blog.example/a.jpg" alt="A">'


@pytest.mark.parametrize(
    ("html", "sent"),
    [
        ("<p>One</p>\n<p>Two</p>\n", "<p>One</p><p>Two</p>"),
        ("<p>One\nline</p>", "<p>One line</p>"),
        ("<p>One<br>\nTwo</p>", "<p>One<br>Two</p>"),
        ("<ul>\n<li>\n<p>a</p>\n</li>\n<li>b</li>\n</ul>", "<ul><li><p>a</p></li><li>b</li></ul>"),
        ("<blockquote>\n<p>q</p>\n</blockquote>\nafter", "<blockquote><p>q</p></blockquote>after"),
        ("<table>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</table>", "<table><tr><td>a</td><td>b</td></tr></table>"),
        ("<p><a href='x'>a</a>\n<a href='y'>b</a></p>", '<p><a href="x">a</a> <a href="y">b</a></p>'),
        ("<p>a <em>b\n</em>c</p>", "<p>a <em>b </em>c</p>"),
        ('<p><img src="x" alt="two\nlines"></p>', '<p><img src="x" alt="two lines"></p>'),
        ("<p>a</p>\n\n\n<hr>\n<p>1 &lt; 2 &amp; 3</p>", "<p>a</p><hr><p>1 &lt; 2 &amp; 3</p>"),
        ("\u00a0<p>a\u00a0b</p>", "\u00a0<p>a\u00a0b</p>"),
        ("", ""),
    ],
)
def test_no_newline_is_sent(html: str, sent: str) -> None:
    """Misskey would make a blank line of it."""
    assert compact(html) == sent


def test_code_keeps_its_lines() -> None:
    html = "<p>a</p><pre><code>one\n\n  two\n</code></pre><p>b</p>"
    assert compact(html.replace("><", ">\n<", 1)) == html


@pytest.mark.parametrize(
    ("html", "sent"),
    [
        (f"<p>{IMG}</p>", ""),
        (f"<p>a</p>\n<p>{IMG}</p>\n<p>b</p>", "<p>a</p><p>b</p>"),
        (f"<p>a {IMG} b</p>", "<p>a  b</p>"),
        (f"<p>{IMG}<br>Caption</p>", "<p>Caption</p>"),
        (f"<p>{IMG}{IMG}</p>", ""),
        (f'<p><a href="x">{IMG}</a></p>', ""),
        (f'<p>see <a href="x">{IMG}</a></p>', "<p>see</p>"),
        (f'<p><a href="x">{IMG} large</a></p>', '<p><a href="x"> large</a></p>'),
        (f"<figure>{IMG}<figcaption>A drawer</figcaption></figure>", "<p>A drawer</p>"),
        (f"<figure>{IMG}<figcaption><p>A drawer</p></figcaption></figure>", "<p>A drawer</p>"),
        (f"<figure>{IMG}<figcaption></figcaption></figure>", ""),
        (f"<ul><li>{IMG}</li><li>{IMG}</li></ul>", ""),
        (f"<ul><li>{IMG}</li><li>words</li></ul>", "<ul><li>words</li></ul>"),
        (f"<table><tr><td>{IMG}</td><td>x</td></tr></table>", "<table><tr><td></td><td>x</td></tr></table>"),
        (f"<p>&nbsp;{IMG}&nbsp;</p>", ""),
        ("<figure><blockquote>q</blockquote></figure><p></p>", "<figure><blockquote>q</blockquote></figure><p></p>"),
        (f'<div>{IMG}<video src="v"></video></div>', '<div><video src="v"></video></div>'),
    ],
)
def test_no_picture_is_left_nor_anything_that_is_empty_without_it(html: str, sent: str) -> None:
    assert compact(without_pictures(html)) == sent


def test_of_a_long_text_whole_blocks_are_kept() -> None:
    html = "<p>one</p><ul><li>two</li></ul>loose <b>words</b><p>three</p>"
    assert beginning(html, 1000, len) == html
    assert beginning(html, len(html) - 1, len) == "<p>one</p><ul><li>two</li></ul>loose <b>words</b>"
    assert beginning(html, 40, len) == "<p>one</p><ul><li>two</li></ul>"
    assert beginning(html, 35, len) == "<p>one</p><ul><li>two</li></ul>"
    assert beginning(html, 30, len) == "<p>one</p>"


def test_a_first_block_that_is_too_long_is_cut_as_text() -> None:
    html = "<div><p>Some <b>bold</b> words</p><p>&lt;and&gt; more</p></div>"
    assert beginning(html, 20, len) == "<p>Some bold</p>"
    assert beginning(html, 41, len) == "<p>Some bold words &lt;and&gt;</p>"
    assert beginning("<p>" + "字" * 100 + "</p>", 20, len) == "<p>" + "字" * 13 + "</p>"
    assert beginning(html, 3, len) == ""
