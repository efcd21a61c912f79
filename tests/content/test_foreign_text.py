"""A text of another program is read by its media type; no words are lost."""

import pytest

from syndicate.content.foreign_text import to_html
from syndicate.content.sanitize import for_stranger


@pytest.mark.parametrize(
    ("media_type", "text", "shown"),
    [
        ("text/plain", "if a <b && c> d\nthen e", "<p>if a &lt;b &amp;&amp; c&gt; d<br>then e</p>"),
        ("text/plain; charset=utf-8", "one\n\n \ntwo\r\nthree", "<p>one</p><p>two<br>three</p>"),
        ("TEXT/PLAIN", "<script>x</script> stays", "<p>&lt;script&gt;x&lt;/script&gt; stays</p>"),
        ("text/markdown", "*one* `a<b`", "<p><em>one</em> <code>a&lt;b</code></p>\n"),
        ("text/markdown;variant=GFM", "<b>two", "<p>&lt;b&gt;two</p>\n"),
        ("text/markdown", "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("text/plain", "<tea>", "<p>&lt;tea&gt;</p>"),
        ("text/html", "<p>three</p>", "<p>three</p>"),
        ("", "<p>four</p>", "<p>four</p>"),
        ("application/x-unknown", "<p>five</p>", "<p>five</p>"),
    ],
)
def test_a_text_is_read_by_its_media_type(media_type: str, text: str, shown: str) -> None:
    assert for_stranger(to_html(text, media_type)) == shown


@pytest.mark.parametrize("text", ["[" * 20_000 + "end", "*a_ " * 12_000 + "end", "> " * 20_000 + "end"])
def test_what_is_too_much_for_markdown_is_plain_text(text: str) -> None:
    assert "end" in to_html(text, "text/markdown")
