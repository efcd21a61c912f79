"""The `Link` header is read as RFC 8288 has it, and as people write it."""

import pytest

from syndicate.transport.link import LinkHeader, parse_links


def link(target: str, *rels: str, title: str = "") -> LinkHeader:
    return LinkHeader(target, frozenset(rels), title=title)


@pytest.mark.parametrize(
    ("values", "links"),
    [
        (["</a>; rel=webmention"], [link("/a", "webmention")]),
        (['<https://x.example/a?b=c>; rel="webmention"'], [link("https://x.example/a?b=c", "webmention")]),
        (['<a>;REL="Web  Hub"'], [link("a", "web", "hub")]),
        (['<>; rel="hub"'], [link("", "hub")]),
        (["<a>; rel=x, <b>; rel=y"], [link("a", "x"), link("b", "y")]),
        (["<a>; rel=x", "<b>; rel=y"], [link("a", "x"), link("b", "y")]),
        (['<a>; title="c, <d>; rel=z"; rel=x, <b>; rel=y'], [link("a", "x", title="c, <d>; rel=z"), link("b", "y")]),
        (['<a>; title="\\"; rel=z"; rel=x'], [link("a", "x", title='"; rel=z')]),
        (["<a>; rel=x; rel=y"], [link("a", "x")]),
        (["<a> ; rel = x ;"], [link("a", "x")]),
        (["<a>;; rel=x"], [link("a", "x")]),
        (["<a>"], [link("a")]),
        ([', <a>; rel="x" ,, <b>; rel=y,'], [link("a", "x"), link("b", "y")]),
        (['<a>; rel=x; anchor="#foo", <b>; rel=y'], [link("b", "y")]),
        (["", " ", "no link", "<", "a>; rel=x", "<a"], []),
    ],
)
def test_links_are_read_in_their_order(values: list[str], links: list[LinkHeader]) -> None:
    assert list(parse_links(values)) == links


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<" * 500_000, 0),
        ("<a>" * 200_000, 200_000),
        ("<a>;" * 200_000, 200_000),
        ('<a>; x="' + "\\" * 500_000, 1),
        ("," * 999_999, 0),
    ],
)
def test_any_text_is_read_to_its_end_before_anyone_has_to_wait(value: str, found: int) -> None:
    """A reader that is quadratic in the text would take hours here."""
    assert sum(1 for _ in parse_links([value])) == found
