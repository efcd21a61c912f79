"""A cut into blocks loses nothing, whatever the text; and it is where an author sees one paragraph end."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicate.content.blocks import cut_into_blocks
from syndicate.content.text import plain
from syndicate.importers.wordpress.html import to_html
from tests.content.test_sanitize import PIECES
from tests.content.vectors import VECTORS

EXPORTS = sorted((Path(__file__).parents[1] / "documents" / "wordpress").glob("*.xml"))
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
RECOVERING = etree.XMLParser(recover=True)


@pytest.mark.parametrize(
    "blocks",
    [
        ("<p>One.</p>\n\n", "<p>Two.</p>\n"),
        ("  <p>One", "<p>Two", "<h2>Three</h2> ", "<p>Four"),
        ("Loose <b>words</b> and <!-- a note --> more.\n\n", "<p>Two.</p>", "Loose again"),
        ("<p>One.</p>\n", "<!--more-->\n", "<p>Two.</p>"),
        ("<ul><li>a<li><p>b</p></ul>\n", "<blockquote><p>c</p>\n<p>d</p></blockquote>", "<hr>\n", "<hr />"),
        ("<p>Never <b>closed</p>\n", "<p>next</p>"),
        ("<div><p>never closed</p>\n<p>inside</p>",),
        ("<p>a</p></div>\n</p> ", "<p>b</p>"),
        ("<p>a</p>", "<script>if (a < b) '<p>'</script>\n", "<p>b</p>"),
        ("<p>a</p>", "<b unfinished='"),
        (
            "<figure><img src=a><figcaption>c</figcaption></figure>\n",
            "<video src=b></video>\n",
            "<table><tr><td>c</table>",
        ),
        (" \n ",),
        (),
    ],
)
def test_blocks_are_cut_where_they_begin(blocks: tuple[str, ...]) -> None:
    assert cut_into_blocks("".join(blocks)) == blocks


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=20).map("".join) | st.text(st.characters(exclude_categories=())))
def test_a_cut_loses_nothing(html: str) -> None:
    blocks = cut_into_blocks(html)
    assert "".join(blocks) == html
    assert all(blocks)


def test_attacks_are_cut_without_a_loss() -> None:
    assert "".join(cut_into_blocks("\n".join(VECTORS))) == "\n".join(VECTORS)


def test_imported_texts_are_cut_without_a_loss_and_block_by_block() -> None:
    texts = [
        element.text for export in EXPORTS for element in etree.parse(export, RECOVERING).iter(CONTENT) if element.text
    ]
    assert len(texts) > 10
    for text in texts:
        for html in (text, to_html(text)):
            blocks = cut_into_blocks(html)
            assert "".join(blocks) == html
            assert " ".join(plain("".join(blocks)).split()) == " ".join(" ".join(map(plain, blocks)).split())


def test_deep_and_long_texts_are_cut_as_well() -> None:
    for html in ("<div>" * 5_000, "<b><p>" * 2_000, "<p>a" * 2_000, "<" * 5_000):
        assert "".join(cut_into_blocks(html)) == html
