"""HTML or ActivityStreams, by what browsers, servers and tools really send."""

import pytest

from syndicate.web.http.negotiation import accepts_activity, prefers_activity

MASTODON = "application/activity+json, application/ld+json"
SEARCH_BOX = (
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json, text/html;q=0.1'
)
GOTOSOCIAL = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams",application/activity+json'
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

SERVERS = {
    "Mastodon": MASTODON,
    "Mastodon's search box": SEARCH_BOX,
    "GoToSocial": GOTOSOCIAL,
    "Misskey": 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    "Pixelfed": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    "without a profile": "application/ld+json",
    "in capitals": "Application/Activity+JSON",
    "with HTML less wanted": "text/html;q=0.5, application/activity+json",
    "first of two alike": "application/activity+json, text/html",
    "with a charset": "application/activity+json; charset=utf-8",
}
PEOPLE = {
    "Firefox": FIREFOX,
    "curl": "*/*",
    "nothing": "",
    "any application": "application/*",
    "plain JSON": "application/json",
    "a feed reader": "application/rss+xml, application/atom+xml;q=0.9, */*;q=0.8",
    "nonsense": ";;;,,,q=,=",
    "refused by name": "application/activity+json;q=0, text/html",
    "refused with decimals": "application/activity+json;q=0.000",
    "a quality that is no number": "application/activity+json;q=high",
    "a quality that is not a number": "application/activity+json;q=nan",
    "a name that only begins so": "application/activity+jsonp",
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_gets_activitystreams(name: str) -> None:
    assert accepts_activity(SERVERS[name])
    assert prefers_activity(SERVERS[name])


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_else_gets_a_page(name: str) -> None:
    assert not accepts_activity(PEOPLE[name])
    assert not prefers_activity(PEOPLE[name])


@pytest.mark.parametrize(
    "accept",
    [
        "text/html, application/activity+json;q=0.9",
        "text/html, application/activity+json",
        "application/xhtml+xml, application/activity+json;q=0.9",
        "application/activity+json;q=0.2, text/html;q=0.3",
    ],
)
def test_who_takes_both_and_wants_html_more_gets_a_page_at_a_permalink(accept: str) -> None:
    assert accepts_activity(accept)
    assert not prefers_activity(accept)


def test_an_endless_header_is_not_read() -> None:
    assert not accepts_activity("application/activity+json," * 1000)
    assert not prefers_activity("application/activity+json," * 1000)


def test_a_comma_inside_a_quoted_profile_changes_nothing() -> None:
    assert accepts_activity('application/ld+json; profile="https://www.w3.org/ns/activitystreams, https://x.example"')
