"""Addresses in feeds are ASCII, and what is right already stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.feeds._address import ascii_url


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://blog.example/", "https://blog.example/"),
        ("https://blog.example/%C3%BC/?a=1&b=%20#c", "https://blog.example/%C3%BC/?a=1&b=%20#c"),
        (" https://blog.example/a b ", "https://blog.example/a%20b"),
        ("https://blog.example/ü", "https://blog.example/%C3%BC"),
        ("https://blog.example/100%", "https://blog.example/100%25"),
        ("https://blog.example/?q=[x]|{y}", "https://blog.example/?q=%5Bx%5D%7C%7By%7D"),
        ("HTTPS://Blog.Example:8080/x", "https://Blog.Example:8080/x"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("http://127.0.0.1:8080/feed/", "http://127.0.0.1:8080/feed/"),
        ("http://localhost/", "http://localhost/"),
    ],
)
def test_an_address_is_written_in_ascii(url: str, written: str) -> None:
    assert ascii_url(url) == written


@pytest.mark.parametrize(
    "url",
    [
        "",
        "blog.example",
        "/path",
        "//blog.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://blog.example/",
        "https://",
        "https:///x",
        "https://a..b/",
        "https://-/",
        "https://a b/",
        "https://a<b/",
        "https://[::1/",
        "https://blog.example:x/",
        "https://blog.example:99999/",
        "https://ada:secret@blog.example/",
        "https://" + "a" * 300 + ".example/",
        "https://" + "ü" * 300 + ".example/",
        "https://blog.example/" + "x" * 10_000,
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ascii_url(url)


@given(text=st.text(st.characters()), prefix=st.sampled_from(["", "https://", "https://blog.example/"]))
def test_writing_an_address_twice_changes_nothing(text: str, prefix: str) -> None:
    try:
        written = ascii_url(prefix + text)
    except ValueError:
        return
    assert written.isascii()
    assert ascii_url(written) == written
