"""Whatever HTML comes in, what goes out is on the list, parses to what it says, and stays the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.sanitize import for_author, for_stranger
from syndicate.content.text import plain
from tests.content.allowlist import assert_fit_for_strangers, assert_fit_for_the_author, tags_of
from tests.content.vectors import VECTORS

BASE = "https://blog.example/2026/01/02/post/"
REL = 'rel="nofollow ugc noopener noreferrer"'

PLACES = (
    "{}",
    "<p>before {} after</p>",
    "<blockquote><p><b>{}",
    "<table><tr><td>{}</td></table>",
    "<pre><code>{}</code>",
)


def test_there_are_enough_attacks() -> None:
    assert len(set(VECTORS)) >= 200


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_no_attack_comes_through(number: int, place: str) -> None:
    html = place.format(VECTORS[number]) if place != "{}" else VECTORS[number]
    for base in ("", BASE):
        stranger = for_stranger(html, base=base)
        assert_fit_for_strangers(stranger)
        assert for_stranger(stranger, base=base) == stranger
    author = for_author(html, base=BASE)
    assert_fit_for_the_author(author)
    assert for_author(author, base=BASE) == author


PIECES = st.one_of(
    st.sampled_from(VECTORS),
    st.sampled_from(["<b>", "</b>", "<i>", "<p>", "</p>", "</a>", "<ul>", "<li>", "</ul>", "<pre>", "</pre>", "<dd>"]),
    st.sampled_from(
        ["<table>", "<tr>", "<td>", "</table>", "<caption>", "<colgroup>", "<col>", "<tbody>", "<rt>", "<ruby>"]
    ),
    st.sampled_from(
        ["<h1>", "</h2>", "<div>", "</div>", "<br>", "</br>", "</span>", "<details>", "<summary>", "<image>"]
    ),
    st.sampled_from(
        ["<svg>", "</svg>", "<math>", "<option>", "<select>", "<button>", "<template>", "<form>", "</form>"]
    ),
    st.sampled_from(["<style>", "</style>", "<title>", "<!--", "-->", "&amp", "&lt;", "<", "www.d.example"]),
    st.sampled_from(["<a href=https://a.example>", "<a href=https://b.example>https://c.example", "\n", " ", "\xa0"]),
    st.sampled_from(["<span class=invisible>", "<video src=x>", "</video>", "<source src=y>", "<img alt=x>"]),
    st.text(max_size=8),
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_is_safe_for_strangers_is_a_fixed_point(html: str) -> None:
    once = for_stranger(html)
    assert_fit_for_strangers(once)
    assert for_stranger(once) == once


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_is_safe_for_the_author_is_a_fixed_point(html: str) -> None:
    once = for_author(html, base=BASE)
    assert_fit_for_the_author(once)
    assert for_author(once, base="https://elsewhere.example/") == once


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_at_all_is_taken(html: str) -> None:
    assert_fit_for_strangers(for_stranger(html))
    assert_fit_for_the_author(for_author(html, base=BASE))


# -- strangers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Hi <em>there</em><br>you</p>", "<p>Hi <em>there</em><br>you</p>"),
        ("<h1>Big</h1><h6>small</h6>", "<p>Big</p><p>small</p>"),
        ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ('<ol start="3" reversed><li value="7">x</li></ol>', '<ol start="3" reversed=""><li value="7">x</li></ol>'),
        ("<ol start='x'><li>x</ol>", "<ol><li>x</li></ol>"),
        ('hi <img class="emoji" src="https://x.example/b.png" alt=":blob:">!', "hi :blob:!"),
        ('<p id="main" style="x" title="t" class="admin">x</p>', "<p>x</p>"),
        ("<div>a</div><div>b</div>", "\na\n\nb\n"),
        ("a\x00\x07&#11;&#xFFFE;b\u202a", "ab"),
        ("z" + "\u0335" * 500, "z" + "\u0335" * 4),
        ("<strike>x</strike>", "<s>x</s>"),
        ("<script>alert('x')</script>y", "y"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("", ""),
    ],
)
def test_a_comment_keeps_its_words_and_simple_marks(html: str, expected: str) -> None:
    assert for_stranger(html) == expected


def test_links_of_other_people_have_rel_nofollow() -> None:
    html = '<a href="https://ok.example/x" target="_blank" rel="me" class="u-url mention x" onclick="y">name</a>'
    assert for_stranger(html) == f'<a href="https://ok.example/x" class="u-url mention" {REL}>name</a>'


@pytest.mark.parametrize("address", ["/admin/", "//evil.example/", "x", "?a", "#main", "mailto:a@b.example", "tel:+1"])
def test_a_relative_or_strange_link_loses_its_address(address: str) -> None:
    assert for_stranger(f'<a href="{address}">x</a>') == f"<a {REL}>x</a>"


def test_relative_links_of_an_entry_are_resolved_where_a_base_is_known() -> None:
    html = for_stranger('<a href="../x?a=1&amp;b=2#c">x</a>', base="https://blog.example/a/b/")
    assert html == f'<a href="https://blog.example/a/x?a=1&amp;b=2#c" {REL}>x</a>'


@pytest.mark.parametrize(
    ("href", "text", "host"),
    [
        ("https://evil.example/x", "https://bank.example", "evil.example"),
        ("https://evil.example/x", "HTTPS://Bank.Example/login", "evil.example"),
        ("https://evil.example/x", "see www.bank.example", "evil.example"),
        ("https://evil.example/x", "bank.example", "evil.example"),
        ("https://evil.example/x", "bank.example/login…", "evil.example"),
        ("https://evil.example/x", "<b>https://</b>bank<i>.example</i>", "evil.example"),
        ("https://evil.example/x", "https://bank.example@evil.example", "evil.example"),
        ("https://evil.example/x", '<span class="invisible">https://evil.example/</span>bank.example', "evil.example"),
        ("https://evil.example/x", 'bank.example <span class="invisible"> (evil.example)</span>', "evil.example"),
        ("https://evil.example/x", "ｂａｎｋ．ｅｘａｍｐｌｅ", "evil.example"),
        ("https://evil.example/x", "https:\u200b//ba\u00adnk.example", "evil.example"),
        ("https://evil.example/x", "&#x202e;https://bank.example", "evil.example"),
        ("https://evil.example/x", "ba\u200dnk.exa\u034fmp\ufe0fle\U000e0041", "evil.example"),
        ("https://evil.example:8443/x", "https://evil.example/x", "evil.example:8443"),
        ("https://bank.example.evil.example/", "https://bank.example/", "bank.example.evil.example"),
        ("https://bаnk.example/", "https://bank.example/", "xn--bnk-6cd.example"),
        ("https://bank.example@evil.example/", "https://bank.example/", "evil.example"),
        ("https:\\\\evil.example\\@bank.example", "https://bank.example", "evil.example"),
        ("https://evil.example/x", "word " * 1000 + "bank.example", "evil.example"),
    ],
)
def test_a_link_that_names_another_host_shows_its_own(href: str, text: str, host: str) -> None:
    html = for_stranger(f'<p><a href="{href}">{text}</a></p>')
    assert f" ({host})</a>" in html
    assert html.count("evil.example)") <= 2
    assert for_stranger(html) == html


@pytest.mark.parametrize(
    ("href", "text"),
    [
        ("https://ok.example/x", "https://ok.example/x"),
        ("https://www.ok.example/x", "ok.example/x"),
        ("https://ok.example/x", "www.ok.example"),
        ("https://ok.example:443/x", "https://ok.example/x"),
        ("https://ok.example/x", "read this"),
        ("https://ok.example/x", "e.g. this, and that."),
        ("https://social.example/@ada", "@<span>ada@example.org</span>"),
        ("https://social.example/tags/x", "#<span>x</span>"),
        ("https://bücher.example/", "bücher.example"),
        ("https://xn--bcher-kva.example/", "https://bücher.example/"),
    ],
)
def test_an_honest_link_stays_as_it_is(href: str, text: str) -> None:
    assert "(" not in for_stranger(f'<a href="{href}">{text}</a>')


def test_a_shortened_address_as_mastodon_writes_it_is_honest() -> None:
    html = (
        '<a href="https://www.ok.example/a/long/path"><span class="invisible">https://www.</span>'
        '<span class="ellipsis">ok.example/a/lo</span><span class="invisible">ng/path</span></a>'
    )
    assert plain(for_stranger(html)) == "https://www.ok.example/a/long/path"


def test_depth_is_flattened_and_no_word_is_lost() -> None:
    html = for_stranger("<b>" * 20_000 + "deep" + "</b>" * 2_000)
    assert html.count("<b>") == 64
    assert plain(html) == "deep"


def test_elements_are_counted_and_no_word_is_lost() -> None:
    html = for_stranger("<i>x</i>" * 9_000)
    assert len(tags_of(html)) == 5_000
    assert len(plain(html)) == 9_000


@pytest.mark.parametrize(
    "html",
    [
        "".join(f"<b x={number}>" for number in range(20_000)) + "<p>" * 60_000,
        "<a href=https://x.example/>" * 18_000,
        "&" * 600_000,
        "\xa0" * 600_000,
        "<" * 600_000,
        "<p>é" * 150_000,
        "<ul><li>" * 60_000,
        "<table>x<b>" * 45_000,
        "<a href=https://x.example>" + "http://" * 70_000,
        "<a href=https://x.example>" + "a." * 240_000,
        "<a title='" + "&" * 400_000,
        "e" + "\u0301\u0316" * 240_000,
    ],
    ids=[
        "bomb",
        "links",
        "ampersands",
        "spaces",
        "less",
        "bytes",
        "lists",
        "foster",
        "hosts",
        "dots",
        "value",
        "marks",
    ],
)
def test_a_flood_stays_within_the_limits_and_comes_to_rest(html: str) -> None:
    once = for_stranger(html)
    assert len(once.encode()) <= 80_000
    assert for_stranger(once) == once


# -- the author --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        '<h2 id="part-1">Part</h2><p class="has-text-align-center">x <mark>y</mark> <kbd>z</kbd></p>',
        '<figure class="wp-caption alignleft"><img src="https://x.example/a.png" alt="A" width="10" height="5" loading="lazy">'
        '<figcaption class="wp-caption-text">c</figcaption></figure>',
        '<table><caption>c</caption><thead><tr><th scope="col" colspan="2">h</th></tr></thead><tbody><tr><td>1</td>'
        "<td>2</td></tr></tbody></table>",
        '<pre><code class="language-c++">x &lt; 1\n</code></pre>',
        '<dl><dt>t</dt><dd>d</dd></dl><hr><details open=""><summary>s</summary><p>x</p></details>',
        '<blockquote cite="https://x.example/"><p>q</p></blockquote><p><q>a</q> <cite>b</cite> <del>c</del> <ins>d</ins></p>',
        '<video src="https://x.example/v.mp4" controls="" poster="https://x.example/p.jpg"></video>',
        '<audio controls=""><source src="https://x.example/a.mp3" type="audio/mpeg"></audio>',
        '<p><a href="mailto:a@b.example">m</a> <a href="tel:+431">t</a> <a href="https://x.example/" rel="me">r</a></p>',
        '<ol start="3"><li>x</li></ol><p lang="de" dir="ltr">x<sup>2</sup><sub>3</sub><br><abbr title="t">y</abbr></p>',
    ],
)
def test_what_a_post_is_made_of_stays(html: str) -> None:
    assert for_author(html, base=BASE) == html


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("#fn1", BASE + "#fn1"),
        ("", BASE),
        ("a.png", BASE + "a.png"),
        ("../x/", "https://blog.example/2026/01/02/x/"),
        ("/uploads/a b.png", "https://blog.example/uploads/a%20b.png"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("\\\\cdn.example\\x", "https://cdn.example/x"),
        ("?p=7&amp;x=1", BASE + "?p=7&amp;x=1"),
        ("https://x.example/grüße?q=ü#ß", "https://x.example/gr%C3%BC%C3%9Fe?q=%C3%BC#%C3%9F"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("HTTP://X.example:80/%C3%a4/100%", "http://x.example:80/%C3%a4/100%25"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
    ],
)
def test_every_address_becomes_absolute(address: str, expected: str) -> None:
    assert for_author(f'<a href="{address}">x</a>', base=BASE) == f'<a href="{expected}">x</a>'


def test_a_base_with_a_port_or_http_is_as_good_as_any() -> None:
    assert for_author('<img src="a.png" alt="">', base="http://127.0.0.1:8080/p/") == (
        '<img src="http://127.0.0.1:8080/p/a.png" alt="">'
    )


@pytest.mark.parametrize("name", ["main", "comments", "comment-7", "reply", "MAIN", ":x", "a b", "x" * 201, "", "<x>"])
def test_an_id_of_the_page_or_of_strange_form_is_dropped(name: str) -> None:
    assert for_author(f'<p id="{name}">x</p>', base=BASE) == "<p>x</p>"


@pytest.mark.parametrize("name", ["fn1", "fnref1:1", "part-2", "überblick", "_ftn1", "1", "3f2a-9", "h.1", "x" * 200])
def test_an_id_of_the_author_stays(name: str) -> None:
    assert for_author(f'<p id="{name}">x</p>', base=BASE) == f'<p id="{name}">x</p>'


@pytest.mark.parametrize(
    ("anchor", "kept"),
    [
        ('<a name="_ftnref1" href="#_ftn1">[1]</a>', f'<a href="{BASE}#_ftn1" id="_ftnref1">[1]</a>'),
        ('<a name="part"></a>Part', '<a id="part"></a>Part'),
        ('<A NAME="part"><h2>Part</h2></A>', '<a id="part"><h2>Part</h2></a>'),
        ('<a name="old" id="new">x</a>', '<a id="new">x</a>'),
        ('<a name="comments">x</a>', "<a>x</a>"),
        ('<p name="part">x</p>', "<p>x</p>"),
    ],
)
def test_the_name_of_an_anchor_becomes_its_id(anchor: str, kept: str) -> None:
    assert for_author(anchor, base=BASE) == kept


def test_anchors_in_text_of_others_lose_their_names() -> None:
    assert for_stranger('<a name="x">y</a>') == '<a rel="nofollow ugc noopener noreferrer">y</a>'


def test_classes_are_a_closed_list() -> None:
    html = '<p class="alignleft admin alignleft wp-caption">x</p><p class="language-x">y</p><p class="">z</p>'
    assert for_author(html, base=BASE) == '<p class="alignleft wp-caption">x</p><p>y</p><p>z</p>'


def test_a_picture_without_a_usable_address_is_its_alternative_text() -> None:
    assert for_author('<p><img src="javascript:alert(1)" alt="a &lt; b"></p>', base=BASE) == "<p>a &lt; b</p>"


def test_what_is_left_of_srcset_and_sources_outside_of_media_is_nothing() -> None:
    html = '<picture><source src="x"><img src="https://x.example/a" srcset="b 2x" sizes="1px" alt=""></picture>'
    assert for_author(html, base=BASE) == '<img src="https://x.example/a" alt="">'


def test_other_people_cannot_reverse_or_hide_what_follows() -> None:
    text = "a\u202eb&#8238;c\u2066d\u200be&shy;f 👨\u200d👩\u200d👧 می\u200cخواهم \u200fא"
    assert for_stranger(f"<p>{text}</p>") == "<p>abcdef 👨\u200d👩\u200d👧 می\u200cخواهم \u200fא</p>"
    assert "\u202e" in for_author(f"<p>{text}</p>", base="https://blog.example/")
