"""The formats of Ghost's editors as HTML."""

import json

from syndicate.importers.ghost.cards import from_lexical, from_mobiledoc


def lexical(*nodes: object) -> str:
    return from_lexical(json.dumps({"root": {"type": "root", "children": nodes}}))


def test_lexical_text_keeps_its_formats_links_and_lists() -> None:
    def text(words: str, format: int = 0) -> dict[str, object]:
        return {"type": "extended-text", "text": words, "format": format}

    assert lexical(
        {"type": "extended-heading", "tag": "h2", "children": [text("A & B")]},
        {"type": "paragraph", "children": [text("bold", 1), {"type": "linebreak"}, text("code", 16)]},
        {"type": "list", "listType": "number", "children": [{"type": "listitem", "children": [text("one")]}]},
        {"type": "paragraph", "children": [{"type": "link", "url": "https://a.example/", "children": [text("a")]}]},
    ) == (
        "<h2>A &amp; B</h2>\n<p><strong>bold</strong><br><code>code</code></p>\n<ol><li>one</li></ol>\n"
        '<p><a href="https://a.example/">a</a></p>'
    )


def test_lexical_cards_are_shown_and_unknown_ones_keep_their_text() -> None:
    html = lexical(
        {"type": "image", "src": "__GHOST_URL__/content/images/a.jpg", "alt": 'A "pear"', "caption": "<b>Pear</b>"},
        {"type": "codeblock", "code": "if (a < b)", "language": "c"},
        {"type": "bookmark", "url": "https://b.example/", "metadata": {"title": "B"}},
        {"type": "embed", "url": "https://video.example/1", "html": "<iframe></iframe>"},
        {"type": "toggle", "heading": "More", "content": "<p>Text</p>"},
        {"type": "horizontalrule"},
        {"type": "email", "html": "<p>only mail</p>"},
        {"type": "from-the-future", "text": "kept"},
    )
    for kept in (
        '<img src="__GHOST_URL__/content/images/a.jpg" alt="A &quot;pear&quot;"><figcaption><b>Pear</b></figcaption>',
        '<pre><code class="language-c">if (a &lt; b)</code></pre>',
        '<a href="https://b.example/">B</a>',
        '<a href="https://video.example/1">',
        "<details><summary>More</summary><p>Text</p></details>",
        "<hr>",
        "kept",
    ):
        assert kept in html
    assert "only mail" not in html


def test_mobiledoc_is_read_with_its_markups_atoms_and_cards() -> None:
    document = {
        "version": "0.3.1",
        "markups": [["em"], ["a", ["href", "https://a.example/"]]],
        "atoms": [["soft-return", "", {}]],
        "cards": [["markdown", {"markdown": "**bold**"}], ["image", {"src": "/a.jpg"}]],
        "sections": [
            [1, "p", [[0, [0], 1, "Pears"], [0, [], 0, " & "], [0, [1], 1, "link"], [1, [], 0, 0], [0, [], 0, "end"]]],
            [3, "ul", [[[0, [], 0, "one"]], [[0, [], 0, "two"]]]],
            [10, 0],
            [10, 1],
            [10, 99],
        ],
    }
    html = from_mobiledoc(json.dumps(document))
    assert '<p><em>Pears</em> &amp; <a href="https://a.example/">link</a><br>end</p>' in html
    assert "<ul><li>one</li><li>two</li></ul>" in html
    assert "<strong>bold</strong>" in html
    assert '<img src="/a.jpg" alt="">' in html


def test_what_is_neither_gives_nothing() -> None:
    for source in ("", "{", "[]", "null", '{"root": 1}', '{"sections": [[1], [10, "x"], 5]}', "[" * 100_000):
        assert from_lexical(source) == ""
        assert from_mobiledoc(source) == ""
