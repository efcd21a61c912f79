"""How addresses from elsewhere are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from syndicate.errors import AddressDenied
from syndicate.transport.url import join_url, origin_of, parse_url, read_url, same_origin, shown

CANONICAL = [
    ("https://blog.example", "https://blog.example/"),
    ("https://blog.example?p=1", "https://blog.example/?p=1"),
    ("HTTPS://Blog.Example:443/A", "https://blog.example/A"),
    ("https://blog.example./x", "https://blog.example/x"),
    ("https://blog.example.:8443/x", "https://blog.example:8443/x"),
    ("https://straße.example/", "https://xn--strae-oqa.example/"),
    ("https://EXÄMPLE.com./ü", "https://xn--exmple-cua.com/%C3%BC"),
    ("https://a。example/", "https://a.example/"),
    ("https://a_b.example/", "https://a_b.example/"),
    ("https://8.8.8.8/", "https://8.8.8.8/"),
    ("https://[2606:4700:0::1111]/", "https://[2606:4700::1111]/"),
    ("https://blog.example/a%20b/%2F?tag%5B%5D=1", "https://blog.example/a%20b/%2F?tag%5B%5D=1"),
    ("https://blog.example/a/../b", "https://blog.example/b"),
]
MALFORMED = [
    "",
    "blog.example",
    "//blog.example/x",
    "/x",
    "https:",
    "https:blog.example",
    "https:///x",
    "https://",
    "https://user@blog.example/",
    "https://user:word@blog.example/",
    "https://@blog.example/",
    "https://blog.example/#part",
    "https://blog.example\\@127.0.0.1/",
    "https://blog.example/a\\b",
    "https://blog.example/a b",
    " https://blog.example/",
    "https://blog.example/\x00",
    "https://blog.example/\t",
    "https://blog.example/\x7f",
    "https://blog.example/\x85",
    "https://blog.example/\u2028",
    "https://blog.example/\ud800",
    "https://ex%61mple.com/",
    "https://blog..example/",
    "https://.example/",
    "https://blog.example../",
    "https://-a.example/",
    "https://a-.example/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 127}example/",
    "https://xn--a/",
    "https://blog.example:0/",
    "https://blog.example:65536/",
    "https://blog.example:-1/",
    "https://blog.example:x/",
    "https://[::1",
    "https://[v1.x]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[127.0.0.1]/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x/",
    "https://a.0x1/",
    "https://a.1/",
    "https://256.1.1.1/",
    f"https://blog.example/{'a' * 2048}",
    f"https://blog.example/{'ü' * 400}",
    "file:///etc/passwd",
    "gopher://blog.example/",
    "data:text/html,x",
    "ftp://blog.example/",
    "javascript:alert(1)",
    "https://blog.example／@127.0.0.1/",
]
PRIVATE = [
    "http://blog.example/",
    "https://blog.example:8080/",
    "https://blog.example:22/",
    "https://localhost/",
    "https://localhost./",
    "https://x.localhost/",
    "https://127.0.0.1/",
    "https://１２７.０.０.１/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::169.254.169.254]/",
]


@pytest.mark.parametrize(("text", "canonical"), CANONICAL)
def test_an_address_has_one_spelling(text: str, canonical: str) -> None:
    url = parse_url(text, allow_private=False)
    assert str(url) == canonical
    assert parse_url(str(url), allow_private=False) == url


@pytest.mark.parametrize("text", MALFORMED)
@pytest.mark.parametrize("allow_private", [True, False])
def test_what_can_be_read_in_two_ways_is_not_fetched(text: str, allow_private: bool) -> None:
    with pytest.raises(AddressDenied):
        parse_url(text, allow_private=allow_private)


@pytest.mark.parametrize("text", PRIVATE)
def test_scheme_port_and_address_are_lifted_together(text: str) -> None:
    with pytest.raises(AddressDenied):
        parse_url(text, allow_private=False)
    assert parse_url(text, allow_private=True).scheme in ("http", "https")


@pytest.mark.parametrize("port", [80, 443, 8443])
def test_the_usual_ports_are_public(port: int) -> None:
    assert parse_url(f"https://blog.example:{port}/", allow_private=False).port == port


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("next", "https://blog.example/a/next"),
        ("/next?x#part", "https://blog.example/next?x"),
        ("//other.example/x", "https://other.example/x"),
        ("https://OTHER.example", "https://other.example/"),
        ("https:/x", "https://blog.example/x"),
        ("?p=2", "https://blog.example/a/b?p=2"),
        ("../../../x", "https://blog.example/x"),
    ],
)
def test_a_location_is_read_relative_to_where_it_came_from(reference: str, target: str) -> None:
    base = URL("https://blog.example/a/b")
    assert str(join_url(base, reference, allow_private=False)) == target


@pytest.mark.parametrize(
    "reference",
    [
        "//127.0.0.2/",
        "http://blog.example/",
        "file:///etc/passwd",
        "data:,x",
        "gopher://x/",
        "https://[::1",
        "//a@b.example/",
        "\\\\evil.example\\x",
        "/a b",
        "x" * 3000,
        "/\udcff",
    ],
)
def test_a_location_that_we_do_not_follow(reference: str) -> None:
    with pytest.raises(AddressDenied):
        join_url(URL("https://blog.example/a/b"), reference, allow_private=False)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Blog.Example:443/users/a#main-key", "https://blog.example"),
        ("https://blog.example.", "https://blog.example"),
        ("http://blog.example:80/", "http://blog.example"),
        ("http://blog.example:8080/x", "http://blog.example:8080"),
        ("https://straße.example/", "https://xn--strae-oqa.example"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_scheme_host_and_port(text: str, origin: str) -> None:
    assert origin_of(text) == origin


def test_origins_are_compared_as_values() -> None:
    assert same_origin("https://blog.example/a", "https://BLOG.example:443/b#c")
    assert not same_origin("https://blog.example/", "http://blog.example/")
    assert not same_origin("https://blog.example/", "https://blog.example:8443/")
    assert not same_origin("https://blog.example/", "https://a.blog.example/")


def test_what_is_no_web_address_has_no_origin() -> None:
    with pytest.raises(AddressDenied):
        origin_of("urn:uuid:1")


def test_a_message_of_ours_is_one_short_line() -> None:
    assert shown("https://blog.example/\n a") == "https://blog.example/ a"
    assert len(shown("x" * 10**6)) == 301


@given(st.text() | st.text().map(lambda rest: f"https://{rest}"))
def test_reading_never_fails_in_another_way(text: str) -> None:
    try:
        url = read_url(text)
    except AddressDenied:
        return
    assert read_url(str(url)) == url
