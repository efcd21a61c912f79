"""A request, taken apart."""

import pytest

from syndicate.signatures import Message


@pytest.mark.parametrize(
    ("url", "authority", "path", "query"),
    [
        ("https://blog.example/inbox", "blog.example", "/inbox", ""),
        ("https://blog.example:443/inbox?a=b", "blog.example", "/inbox", "?a=b"),
        ("HTTP://Blog.Example:80", "blog.example", "/", ""),
        ("https://blog.example:8443/?", "blog.example:8443", "/", "?"),
        ("https://blog.example?a=/b", "blog.example", "/", "?a=/b"),
        ("https://blog.example//a%2Fb/../c?d?e", "blog.example", "//a%2Fb/../c", "?d?e"),
    ],
)
def test_an_address_is_taken_apart_and_nothing_of_it_normalised(
    url: str, authority: str, path: str, query: str
) -> None:
    message = Message(method="GET", url=url, headers=())

    assert (message.authority, message.path, message.query) == (authority, path, query)


def test_headers_are_found_whatever_their_case_and_joined_in_their_order() -> None:
    message = Message(
        method="GET", url="https://blog.example/", headers=(("Accept", " a "), ("ACCEPT", "b"), ("Date", "\tnow"))
    )

    assert message.values("accept") == ["a", "b"]
    assert message.header("accept") == "a, b"
    assert message.header("date") == "now"
    assert message.header("digest") is None
    assert message.values("digest") == []
