"""Text from anywhere becomes text that no feed, page or name suffers from."""

import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.text import clean, clean_name, excerpt, hashtag, percent_encode_path, plain, slugify

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\x00b\x07c\x0bd\x1be\x7ff\x9fg", "abcdefg"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("one\r\ntwo\rthree\u2028four\u2029five", "one\ntwo\nthree\nfour\nfive"),
        ("\ufffe\uffff\ud800x\udfff", "x"),
        ("cafe\u0301", "café"),
        ("]]> -- <? é 漢 🎉", "]]> -- <? é 漢 🎉"),
        ("", ""),
    ],
)
def test_text_loses_what_breaks_a_feed_and_nothing_else(given: str, expected: str) -> None:
    assert clean(given) == expected


@given(ANY_TEXT)
def test_cleaned_text_fits_into_xml_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    element = ET.Element("x")
    element.text = cleaned
    assert ET.fromstring(ET.tostring(element, encoding="utf-8")).text == (cleaned or None)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


def test_a_long_run_of_marks_is_shortened_before_it_is_sorted() -> None:
    assert len(clean("e" + "\u0315\u0316" * 200_000)) <= 31
    assert len(clean("\u0344" * 100)) <= 31
    assert len(clean("e" + "\u0335" * 100, marks=4)) == 5


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("  Ada \n\t Lovelace\u2028 ", "Ada Lovelace"),
        ("a\u202eb\u2066c\u2069d\u200ee\u200ff\u061cg", "abcdefg"),
        ("a" + "\u200d" * 10_000 + "b", "ab"),
        ("pay\u200bpal\ufeff\u00ad\u2060", "paypal"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("\u200dx\u200c", "x"),
        ("z" + "\u0335" * 500, "z" + "\u0335" * 4),
        ("x" * 1_000_000, "x" * 200),
        ("\u3164", ""),
        ("name\r\nSet-Cookie: a=b", "name Set-Cookie: a=b"),
    ],
)
def test_a_name_is_one_line_that_hides_nothing(given: str, expected: str) -> None:
    assert clean_name(given) == expected


@given(ANY_TEXT)
def test_a_cleaned_name_never_breaks_its_line_and_keeps_its_limit(text: str) -> None:
    name = clean_name(text, limit=20)
    assert len(name) <= 20
    assert len(name.splitlines()) <= 1
    assert name == name.strip()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Hello &amp; <b>good</b>bye</p><p>two</p>", "Hello & goodbye\ntwo"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3", "1 2\n3"),
        ("line\nbreaks  and   spaces", "line breaks and spaces"),
        ("a<script>alert('<p>')</script>b<style>x{}</style>c", "abc"),
        ("x<!-- a comment with <b>tags</b> -->y", "xy"),
        ("5 < 6 &lt; 7", "5 < 6 < 7"),
        ("&#11;&#xFFFE;a&#0;", "a\ufffd"),
        ('<a title="a > b">text</a>', "text"),
        ("unfinished <b", "unfinished"),
        ("a&nbsp;b", "a b"),
        ("", ""),
    ],
)
def test_html_reads_as_text(html: str, expected: str) -> None:
    assert plain(html) == expected


@pytest.mark.parametrize(
    "unit",
    ["<a ", "<a '", "<!--", "<", "</", "<!", "<script>", "<!--x-->", "<a b=\"'>", "<script></script>", "<a b=", "&#"],
)
def test_text_is_read_out_of_any_rubbish(unit: str) -> None:
    assert isinstance(plain(unit * 50_000), str)
    assert isinstance(plain(unit * 50_001 + ">"), str)


def test_an_excerpt_ends_at_a_word_and_says_when_it_was_cut() -> None:
    assert excerpt("one two three", words=3) == "one two three"
    assert excerpt("one  two\nthree four", words=3) == "one two three…"
    assert excerpt("") == ""
    assert len(excerpt("漢" * 5_000)) <= 55 * 12 + 1
    assert excerpt("x" * 100 + " y", words=2) == "x" * 24 + "…"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Hello, World!", "hello-world"),
        ("  --It’s 2.0 & 'new'--  ", "its-2-0-new"),
        ("Grüße aus Österreich", "grüße-aus-österreich"),
        ("日本語 の 題", "日本語-の-題"),
        ("हिन्दी", "हिन्दी"),
        ("ＦＵＬＬ_width", "full-width"),
        ("../../etc/passwd\x00", "etc-passwd"),
        ("🎉 …", ""),
    ],
)
def test_a_slug_is_made_of_letters_and_digits_of_any_script(given: str, expected: str) -> None:
    assert slugify(given) == expected


@given(ANY_TEXT)
def test_a_slug_of_a_slug_is_the_slug(text: str) -> None:
    slug = slugify(text)
    assert slugify(slug) == slug
    assert len(slug) <= 120
    assert not set(slug) & set(" /?#%.<>\"'&\\")


def test_a_long_slug_is_cut_between_words() -> None:
    assert slugify("word " * 100).endswith("-word")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("self hosting", "SelfHosting"),
        ("self-hosting", "SelfHosting"),
        ("fediverse", "fediverse"),
        ("IndieWeb", "IndieWeb"),
        ("C++", "C"),
        ("2024", ""),
        ("10 years", "10Years"),
        ("日本 語", "日本語"),
        ("!?", ""),
    ],
)
def test_a_name_becomes_a_hashtag(given: str, expected: str) -> None:
    assert hashtag(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/2024/01/02/grüße/", "/2024/01/02/gr%C3%BC%C3%9Fe/"),
        ("/a b/100%/?x#y", "/a%20b/100%25/%3Fx%23y"),
        ("/%d1%82%D0%B5/", "/%D1%82%D0%B5/"),
        ("/a,b;c=d@e:f!$&'()*+~-._/", "/a,b;c=d@e:f!$&'()*+~-._/"),
        ('/"<>\\^`{|}\r\n\ud800', "/%22%3C%3E%5C%5E%60%7B%7C%7D%0D%0A"),
    ],
)
def test_a_path_is_encoded_as_rfc_3986_wants(given: str, expected: str) -> None:
    assert percent_encode_path(given) == expected


@given(ANY_TEXT)
def test_encoding_a_path_twice_changes_nothing(path: str) -> None:
    once = percent_encode_path(path)
    assert once.isascii()
    assert percent_encode_path(once) == once
