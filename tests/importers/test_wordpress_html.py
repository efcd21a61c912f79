"""What becomes of the content of WordPress posts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.importers.records import ExportedAttachment
from syndicate.importers.wordpress.autop import autop
from syndicate.importers.wordpress.html import (
    before_more,
    comment_html,
    lost_shortcodes,
    resolve_galleries,
    to_html,
    with_footnotes,
)


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("", ""),
        ("One", "<p>One</p>"),
        ("One\nline", "<p>One<br>\nline</p>"),
        ("One\r\n\r\nTwo", "<p>One</p>\n<p>Two</p>"),
        ("One\n \t\n\n\nTwo", "<p>One</p>\n<p>Two</p>"),
        ("One<br />\nline", "<p>One<br>\nline</p>"),
        ("One<br /><br />Two", "<p>One</p>\n<p>Two</p>"),
        ("<p>One</p>\n\n<p class='x'>Two</p>", "<p>One</p>\n<p class='x'>Two</p>"),
        ("<h2>Title</h2>\nText", "<h2>Title</h2>\n<p>Text</p>"),
        ("Text <pre>a\n\n  b</pre> more", "<p>Text</p>\n<pre>a\n\n  b</pre>\n<p>more</p>"),
        ("<ul>\n<li>a\nb</li>\n<li>c</li>\n</ul>", "<ul>\n<li>a<br>\nb</li>\n<li>c</li>\n</ul>"),
        ("<table>\n<tr>\n<td>a</td>\n</tr>\n</table>", "<table>\n<tr>\n<td>a</td>\n</tr>\n</table>"),
        ("<blockquote>One\n\nTwo</blockquote>", "<blockquote><p>One</p>\n<p>Two</p>\n</blockquote>"),
        ("<div>text</div>", "<div>text</div>"),
        ("<div>\n\ntext\n\n</div>", "<div><p>text</p>\n</div>"),
        ("<p><div>text</div></p>", "<div>text</div>"),
        ("<hr />text", "<hr />\n<p>text</p>"),
        ('<img alt="a\n\nb > c" src="x">', '<p><img alt="a\n\nb > c" src="x"></p>'),
        ("5 < 6 & 7 > 3", "<p>5 < 6 & 7 > 3</p>"),
        ("https://a.example/?b&amp;c", '<p><a href="https://a.example/?b&amp;c">https://a.example/?b&amp;c</a></p>'),
        ("<p></p>", ""),
        ("</p></div>", "</div>"),
    ],
)
def test_bare_line_ends_become_paragraphs_and_breaks(content: str, html: str) -> None:
    assert autop(content) == html
    assert autop(html) == html


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            *("<p>", "</p>", "<p class=x>", "\n", "\n\n", " ", "a", "<br>", "<div>", "</div>", "<ul>", "<li>", "</li>"),
            *("</ul>", "<pre>", "</pre>", "<!--", "-->", "<em>", "</em>", "<", "<h2>", "</h2>", "<td>", "<hr>", '"'),
            *("<img src='\n\n'>", "https://a.example", "<figure>", "</figure>", "<svg>", "</svg>", "<blockquote>"),
        ]
    ),
    max_size=14,
).map("".join)


@given(FRAGMENTS)
def test_paragraphs_made_twice_are_made_once(content: str) -> None:
    assert autop(autop(content)) == autop(content)


IMG = '<img src="/a.jpg" alt="A" />'


@pytest.mark.parametrize(
    ("content", "html"),
    [
        # The caption stood in an attribute until WordPress 3.4, and may hold markup.
        (
            f'[caption caption="Old <b>x</b>"]{IMG}[/caption]',
            f"<figure>{IMG}<figcaption>Old <b>x</b></figcaption></figure>",
        ),
        (
            f'[caption id="attachment_1" align="alignleft" width="9"]{IMG} New[/caption]',
            f'<figure class="alignleft">{IMG}<figcaption>New</figcaption></figure>',
        ),
        (f'[caption align="x&quot;"]{IMG}[/caption]', f"<figure>{IMG}</figure>"),
        (
            f"a [caption width=9]{IMG} b[/caption] c",
            f"<p>a</p>\n<figure>{IMG}<figcaption>b</figcaption></figure>\n<p>c</p>",
        ),
        ("<p>[gallery]</p>", '<figure class="wp-gallery" data-parent="0"></figure>'),
        ('[gallery id="7"]', '<figure class="wp-gallery" data-parent="7"></figure>'),
        (
            '[gallery ids="1, x, 2"]',
            '<figure class="wp-gallery"><a data-attachment="1"></a><a data-attachment="2"></a></figure>',
        ),
        ('[playlist ids="3"]', '<figure class="wp-gallery"><a data-attachment="3"></a></figure>'),
        ("[embed]https://v.example/1/[/embed]", '<p><a href="https://v.example/1/">https://v.example/1/</a></p>'),
        (
            "[youtube abc_-1]",
            '<p><a href="https://www.youtube.com/watch?v=abc_-1">https://www.youtube.com/watch?v=abc_-1</a></p>',
        ),
        (
            "[youtube=http://v.example/?v=a&w=3]",
            '<p><a href="http://v.example/?v=a&amp;w=3">http://v.example/?v=a&amp;w=3</a></p>',
        ),
        ("[vimeo id=“12”]", '<p><a href="https://vimeo.com/12">https://vimeo.com/12</a></p>'),
        ("[gist]https://gist.example/a[/gist]", '<p><a href="https://gist.example/a">https://gist.example/a</a></p>'),
        ('[embed url="javascript:alert(1)"]', ""),
        (
            '[audio mp3="/b/a.mp3"][/audio]',
            '<figure><audio controls preload="none" src="/b/a.mp3"><a href="/b/a.mp3">a.mp3</a></audio></figure>',
        ),
        (
            '[video width="1" src="https://v.example/a.mp4"]',
            '<figure><video controls preload="none" src="https://v.example/a.mp4">'
            '<a href="https://v.example/a.mp4">a.mp4</a></video></figure>',
        ),
        (
            '[code lang="php"]\nif (a < b) {\n\n  [gallery]\n}\n[/code]',
            '<pre><code class="language-php">if (a &lt; b) {\n\n  [gallery]\n}</code></pre>',
        ),
        (
            "[ccnle_php]$a < $b && <b>[/ccnle_php]",
            '<p><code class="language-php">$a &lt; $b &amp;&amp; &lt;b&gt;</code></p>',
        ),
        ("[sourcecode]\n&lt;b&gt;\n[/sourcecode]", "<pre><code>&lt;b&gt;</code></pre>"),
        ("Use [python]x[1][/python].", '<p>Use <code class="language-python">x[1]</code>.</p>'),
        ('[contact-form][contact-field label="Name" /][/contact-form]Bye', "<p>Bye</p>"),
        ('[contact-form-7 id="3" title="Write"]', ""),
        ('[row a="1"][column a="1"]text[/column] more[/row]', "<p>text more</p>"),
        ("[b]bold[/b]", "<p>bold</p>"),
        ('[spacer height="3"] [divider /]', ""),
        ("[outer][inner]text[/outer][/inner]", "<p>[inner]text[/inner]</p>"),
    ],
)
def test_shortcodes_become_html_that_needs_no_plugin(content: str, html: str) -> None:
    assert to_html(content) == html


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "[sic]",
        "[…]",
        "[citation needed]",
        "[x] done [ ] open",
        "[/sarcasm]",
        "a talk [video]",
        "[text](https://a.example)",
        "array[i] = b[j]",
        "[Smith, p. 4]",
        "[note: a = b]",
        "[source]",
        "[[wiki link]]",
        "[" * 50,
        "<code>[gallery ids=1]</code>",
        '<em title="[gallery]">x</em>',
    ],
)
def test_brackets_that_people_write_stay(text: str) -> None:
    assert to_html(text) == f"<p>{text}</p>"


def test_code_samples_keep_their_brackets() -> None:
    sample = '<pre class="x">[caption]\n\n[name attr="x"]text[/name]</pre>'
    assert to_html(sample) == sample


def test_a_shortcode_in_double_brackets_is_shown() -> None:
    assert to_html('Write [[gallery ids="1"]] so.') == '<p>Write [gallery ids="1"] so.</p>'


def test_block_markup_leaves_its_html_as_it_is() -> None:
    content = (
        '<!-- wp:paragraph {"align":"left"} -->\n<p>One\nline</p>\n<!-- /wp:paragraph -->\n\n'
        "<!-- wp:more -->\n<!--more-->\n<!-- /wp:more -->\n\n"
        '<!-- wp:latest-posts {"a":"--\\u003e"} /-->\n\n'
        "<!-- wp:code -->\n<pre><code>a\n\nb</code></pre>\n<!-- /wp:code -->\n\n"
        '<!-- wp:shortcode -->\n[gallery ids="4"]\n<!-- /wp:shortcode -->'
    )
    html = to_html(content)
    assert [line for line in html.split("\n") if line] == [
        "<p>One",
        "line</p>",
        "<pre><code>a",
        "b</code></pre>",
        '<figure class="wp-gallery"><a data-attachment="4"></a></figure>',
    ]
    assert "a\n\nb" in html
    assert before_more(content) == "<p>One\nline</p>"


def test_an_embed_block_becomes_a_link() -> None:
    content = (
        '<!-- wp:embed {"url":"https://v.example/1"} -->\n<figure class="wp-block-embed">'
        '<div class="wp-block-embed__wrapper">\nhttps://v.example/1\n</div></figure>\n<!-- /wp:embed -->'
    )
    assert '<div class="wp-block-embed__wrapper"><a href="https://v.example/1">' in to_html(content)


@pytest.mark.parametrize(
    "content",
    [
        '<!-- wp:embed {"url":"https://v.example/1"} --><figure>https://v.example/1</figure><!-- /wp:embed -->',
        "<!-- wp:core-embed/youtube {} --><figure class='x'>\nhttps://v.example/1\n<figcaption>c</figcaption></figure>",
        '<!-- wp:embed {"url":"https://v.example/1","type":"video"} /-->',
        '<!-- wp:core-embed/youtube {"url":"https://v.example/1"} /-->',
        "<!-- wp:paragraph --><p>https://v.example/1</p><!-- /wp:paragraph -->",
    ],
)
def test_an_address_that_stands_alone_in_a_block_becomes_a_link(content: str) -> None:
    assert '<a href="https://v.example/1">https://v.example/1</a>' in to_html(content)


@pytest.mark.parametrize(
    "content",
    ["<!-- wp:embed {} /-->", "<!-- wp:embed {x} /-->", '<!-- wp:embed {"url":7} /-->', "<!-- wp:embed [] /-->"],
)
def test_an_embed_block_without_an_address_is_nothing(content: str) -> None:
    assert to_html(content) == ""


def test_shortcodes_that_cannot_be_kept_are_named() -> None:
    content = (
        "[caption]x[/caption] [contact-form-7 id=1] [tea-map zoom=3]x[/tea-map] [sic] [[gallery]] <code>[a b=c]</code>"
    )
    assert lost_shortcodes(content) == ("contact-form-7", "tea-map")


@pytest.mark.parametrize(
    ("content", "more"),
    [
        ("One<!--more-->Two", "<p>One</p>"),
        ("One\n\n<!--more Go on-->\n\nTwo", "<p>One</p>"),
        ("<!--more-->Two", None),
        ("One <!-- moreover -->", None),
        ("One<!--nextpage-->Two", None),
    ],
)
def test_what_stands_before_the_more_mark_is_known(content: str, more: str | None) -> None:
    assert before_more(content) == more
    assert "<!--more" not in to_html(content)
    assert "nextpage" not in to_html(content)


def test_comments_have_paragraphs_but_no_shortcodes() -> None:
    assert comment_html("Try [gallery ids=1].\n\nBye") == "<p>Try [gallery ids=1].</p>\n<p>Bye</p>"


def attachment(number: int, url: str, parent: int | None = None) -> ExportedAttachment:
    return ExportedAttachment(wp_id=number, url=url, title=f"File <{number}>", alt='A "b"', parent_id=parent)


FILES = {
    1: attachment(1, "https://a.example/1.jpg?x&y", 7),
    2: attachment(2, "https://a.example/2.pdf", 7),
}


@pytest.mark.parametrize(
    ("shortcode", "html"),
    [
        (
            '[gallery ids="1,2,3"]',
            '<figure class="wp-gallery"><a href="https://a.example/1.jpg?x&amp;y">'
            '<img src="https://a.example/1.jpg?x&amp;y" alt="A &quot;b&quot;"></a>'
            '<a href="https://a.example/2.pdf">File &lt;2&gt;</a></figure>',
        ),
        (
            '[gallery id="7"]',
            '<figure class="wp-gallery"><a href="https://a.example/1.jpg?x&amp;y">'
            '<img src="https://a.example/1.jpg?x&amp;y" alt="A &quot;b&quot;"></a></figure>',
        ),
        ('[gallery ids="3"]', ""),
        ("[gallery]", ""),
    ],
)
def test_galleries_are_filled_once_all_attachments_are_known(shortcode: str, html: str) -> None:
    def attached(parent: int) -> list[ExportedAttachment]:
        return [file for file in FILES.values() if file.parent_id == parent]

    assert resolve_galleries(to_html(shortcode), attachment=FILES.get, attached=attached) == html


def test_footnotes_cannot_break_out_of_their_attributes() -> None:
    html = with_footnotes("<p>a</p>", '[{"id": "\\"><b>", "content": "Note"}, 3]')
    assert html == (
        '<p>a</p>\n<ol class="wp-block-footnotes"><li id="&quot;&gt;&lt;b&gt;">Note '
        '<a href="#&quot;&gt;&lt;b&gt;-link">↩︎</a></li></ol>'
    )


SHORTCODE_PARTS = st.lists(
    st.sampled_from(
        [
            *(
                "[",
                "]",
                "[[",
                "]]",
                "[/",
                "caption",
                "[caption]",
                "[/caption]",
                "[gallery ids='1",
                "']",
                "[code]",
                "/]",
            ),
            *("[/code]", "=", '"', " a=b", "<p>", "</p>", "<img src=a>", "<!--more-->", "<!-- wp:", "-->", "<pre>"),
            *("</pre>", "\n\n", "[embed]", "[/embed]", "https://a.example", "[x y=z]", "[/x]", "<", "\ud800", "\x00"),
        ]
    ),
    max_size=16,
).map("".join)


@given(st.one_of(st.text(), SHORTCODE_PARTS))
def test_no_content_raises_anything(content: str) -> None:
    assert isinstance(to_html(content), str)
    before_more(content)
    comment_html(content)
    resolve_galleries(content, attachment=FILES.get, attached=lambda _: [])


@pytest.mark.parametrize(
    "unit",
    [
        *("[", "[[", "[a ", "[a b=c]", "[caption]", "[caption][b]", "[code]", "[/x]", "<", "<a ", '<a "', "<!--"),
        *("<!-- wp:", "<code>", "<pre", "</pre ", "<div>", "</div>", "<p>", "<p>[gallery]", "<br>", "\n", " ", " \n"),
        *("\u0301", "[a]<b>", "[a b=", "[audio src='", "&", "https://"),
    ],
)
def test_twenty_thousand_of_anything_end(unit: str) -> None:
    """With a search that starts again at every bracket, each of these would take minutes."""
    assert isinstance(to_html(unit * 20_000), str)


@pytest.mark.parametrize(("opening", "closing"), [("[caption]", "[/caption]"), ("[x]", "[/x]"), ("<div>", "</div>")])
def test_twenty_thousand_levels_end(opening: str, closing: str) -> None:
    assert "core" in to_html(opening * 20_000 + "core" + closing * 20_000)
