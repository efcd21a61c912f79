"""Which words of a text are names and hashtags, and how they are written."""

import pytest

from syndicate.content.names import MAX_PEOPLE, linked, people


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>With @ann@m.example.</p>", ["ann@m.example"]),
        ("<p>@ann@m.example, @Bob_2@Sub.M.Example!</p>", ["ann@m.example", "bob_2@sub.m.example"]),
        ("(@ann@m.example) “@bob@m.example”", ["ann@m.example", "bob@m.example"]),
        ("<p>@ann@m.example and @ANN@m.example</p>", ["ann@m.example"]),
        ("@ann.lee-x@m.example", ["ann.lee-x@m.example"]),
        ("@ann@peer.example:8443", ["ann@peer.example:8443"]),
        ("@ann@gärten.example", ["ann@gärten.example"]),
        ("mail ann@m.example, or @ann alone", []),
        ("@ann@localhost", []),
        ("https://m.example/@ann@elsewhere.example", []),
        ("@ann@m.example@x.example", []),
        ("<pre>@ann@m.example</pre><code>@ann@m.example</code><kbd>@ann@m.example</kbd>", []),
        ('<a href="https://m.example/@ann">@ann@m.example</a>', []),
        ("<p><code>a</code> @ann@m.example</p>", ["ann@m.example"]),
        ('<img alt="@ann@m.example"><script>@bob@m.example</script>', []),
    ],
)
def test_people_are_found_by_their_names(html: str, found: list[str]) -> None:
    assert list(people(html)) == found


def test_a_list_of_a_thousand_accounts_is_not_looked_up() -> None:
    html = " ".join(f"@a{number}@m.example" for number in range(1000))
    assert len(people(html)) == MAX_PEOPLE


def written(html: str) -> str:
    return linked(
        html,
        people={"ann@m.example": "https://m.example/@ann?a=1&b=2"},
        tags={"gardens": "https://blog.example/tag/gardens/"},
        is_tag=lambda address: address.startswith("/tag/"),
    )


ANN = (
    '<span class="h-card" translate="no"><a class="u-url mention" href="https://m.example/@ann?a=1&amp;b=2">'
    "@<span>{name}</span></a></span>"
)
GARDENS = '<a class="mention hashtag" href="https://blog.example/tag/gardens/" rel="tag">#<span>{name}</span></a>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>With @ann@m.example.</p>", f"<p>With {ANN.format(name='ann@m.example')}.</p>"),
        ("@Ann@M.example", ANN.format(name="Ann@M.example")),
        ("@bob@m.example stays", "@bob@m.example stays"),
        ("<code>@ann@m.example #gardens</code>", "<code>@ann@m.example #gardens</code>"),
        ("About #Gardens, #sheds", f"About {GARDENS.format(name='Gardens')}, #sheds"),
        ("a#gardens &#gardens; /#gardens", "a#gardens &#gardens; /#gardens"),
        ("&lt;b&gt; #gardens", f"&lt;b&gt; {GARDENS.format(name='gardens')}"),
        (
            '<a href="/tag/sheds/" rel="nofollow" class="big">sheds</a>',
            '<a class="big mention hashtag" rel="nofollow tag" href="/tag/sheds/">sheds</a>',
        ),
        ('<a href="/about/">#gardens</a>', '<a href="/about/">#gardens</a>'),
    ],
)
def test_names_and_hashtags_become_links(html: str, expected: str) -> None:
    assert written(html) == expected


@pytest.mark.parametrize("piece", ["@a", "@a@", "@a@b.", "@a@b.c", "#", "#a", "<a>@", "<code>"])
def test_hostile_text_costs_no_more_than_any_other(piece: str) -> None:
    assert len(written(piece * 50_000)) < 20_000_000
