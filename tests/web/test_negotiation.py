"""Content negotiation with the `Accept` headers that browsers, servers and tools send."""

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
    "with HTML at lower quality": "text/html;q=0.5, application/activity+json",
    "first of two with equal quality": "application/activity+json, text/html",
    "with a charset": "application/activity+json; charset=utf-8",
}
OTHERS = {
    "Firefox": FIREFOX,
    "curl": "*/*",
    "nothing": "",
    "any application": "application/*",
    "plain JSON": "application/json",
    "a feed reader": "application/rss+xml, application/atom+xml;q=0.9, */*;q=0.8",
    "nonsense": ";;;,,,q=,=",
    "refused by name": "application/activity+json;q=0, text/html",
    "refused with decimals": "application/activity+json;q=0.000",
    "a quality that is a word": "application/activity+json;q=high",
    "a quality that is NaN": "application/activity+json;q=nan",
    "a longer name with the same prefix": "application/activity+jsonp",
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_gets_activitystreams(name: str) -> None:
    assert accepts_activity(SERVERS[name])
    assert prefers_activity(SERVERS[name])


@pytest.mark.parametrize("name", OTHERS)
def test_other_clients_get_a_page(name: str) -> None:
    assert not accepts_activity(OTHERS[name])
    assert not prefers_activity(OTHERS[name])


@pytest.mark.parametrize(
    "accept",
    [
        "text/html, application/activity+json;q=0.9",
        "text/html, application/activity+json",
        "application/xhtml+xml, application/activity+json;q=0.9",
        "application/activity+json;q=0.2, text/html;q=0.3",
    ],
)
def test_a_client_that_prefers_html_gets_a_page_at_a_permalink(accept: str) -> None:
    assert accepts_activity(accept)
    assert not prefers_activity(accept)


def test_an_overlong_header_is_ignored() -> None:
    assert not accepts_activity("application/activity+json," * 1000)
    assert not prefers_activity("application/activity+json," * 1000)


def test_a_comma_inside_a_quoted_profile_is_accepted() -> None:
    assert accepts_activity('application/ld+json; profile="https://www.w3.org/ns/activitystreams, https://x.example"')
