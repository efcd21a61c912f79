"""What `urls.py` spells is what the router reads: an address that we hand out leads to where it should."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from syndicate.blogroll.documents import BLOGROLL, RIVER
from syndicate.urls import FEED_SUFFIX, Urls
from syndicate.web import feeds, websub
from syndicate.web.activitypub import actors, conversations, inbox, objects
from syndicate.web.api import indieauth, micropub
from syndicate.web.author_app import add_author_routes
from syndicate.web.author_requests import answer_for_author
from syndicate.web.routes import add_routes
from syndicate.web.site import addresses, blogroll, files, views
from tests.settings import pages_of

URLS = Urls("https://blog.example")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ID = "019aad2e-7c00-7000-8000-000000000001"

SPELLED = {
    "home": (URLS.home, views.get_home),
    "actor": (URLS.blog_actor, actors.get_actor),
    "outbox": (f"{URLS.blog_actor}/outbox", actors.get_outbox),
    "followers": (f"{URLS.blog_actor}/followers", actors.get_followers),
    "following": (f"{URLS.blog_actor}/following", actors.get_following),
    "featured": (f"{URLS.blog_actor}/featured", actors.get_featured),
    "post": (URLS.post(ID), objects.get_post),
    "replies": (f"{URLS.post(ID)}/replies", conversations.get_replies),
    "likes": (f"{URLS.post(ID)}/likes", conversations.get_reactions),
    "shares": (f"{URLS.post(ID)}/shares", conversations.get_reactions),
    "likes of an answer": (f"{URLS.comment(ID)}/likes", conversations.get_comment_reactions),
    "activity": (URLS.activity(ID), objects.get_activity),
    "note of another actor": (URLS.note(ID, ID), objects.get_note),
    "blogroll": (URLS.absolute(BLOGROLL), blogroll.get_blogroll),
    "river": (URLS.absolute(RIVER), blogroll.get_river),
    **{
        f"{format} feed of {path}": (URLS.absolute(URLS.feed(path, format)), blogroll.get_feed)
        for path in (BLOGROLL, RIVER)
        for format in FEED_SUFFIX
    },
    "permalink": (URLS.permalink(NOON, "tea", ZoneInfo("UTC")), addresses.get_address),
    "page": (URLS.page("colophon"), addresses.get_address),
    "category": (URLS.category("garden"), addresses.get_address),
    "tag": (URLS.tag("茶"), addresses.get_address),
    "author": (URLS.author("mara-lind"), addresses.get_address),
    "month": (URLS.month(2026, 11), addresses.get_address),
    "metadata of IndieAuth": (URLS.indieauth_metadata, indieauth.get_metadata),
    "authorization": (URLS.indieauth("authorize"), indieauth.get_authorize),
    "micropub": (URLS.micropub, micropub.get_micropub),
    "media": (URLS.media(f"{'0' * 40}.png"), files.get_media),
    "comments feed": (URLS.feed("/comments/", "rss"), feeds.get_comments_feed),
    "comments feed as Atom": (URLS.feed("/comments/", "atom"), feeds.get_comments_feed),
    "comments feed as JSON": (URLS.feed("/comments/", "json"), feeds.get_comments_feed),
    **{f"{format} feed": (URLS.feed("/", format), addresses.get_address) for format in FEED_SUFFIX},
    **{f"{format} feed of a tag": (URLS.feed("/tag/tea/", format), addresses.get_address) for format in FEED_SUFFIX},
}
INBOXES = {"shared": URLS.shared_inbox, "the blog's": f"{URLS.blog_actor}/inbox"}


def application() -> web.Application:
    app = web.Application()
    add_routes(app, pages_of().assets)
    return app


def author_application() -> web.Application:
    app = web.Application()
    add_author_routes(app)
    return app


async def handler_of(address: str, method: str = "GET") -> Any:
    """What the router would call for an address of ours: that of the author's application, where it is passed on."""
    request = make_mocked_request(method, address.removeprefix(URLS.base))
    match = await application().router.resolve(request)
    if match.handler is answer_for_author:
        match = await author_application().router.resolve(request)
    return match.handler


@pytest.mark.parametrize("name", SPELLED)
async def test_an_address_that_we_spell_leads_to_its_view(name: str) -> None:
    address, view = SPELLED[name]
    assert await handler_of(address) is view


@pytest.mark.parametrize("name", INBOXES)
async def test_activities_are_posted_to_the_inboxes_that_we_name(name: str) -> None:
    assert await handler_of(INBOXES[name], "POST") is inbox.post_inbox


async def test_programs_send_forms_to_the_endpoints_that_we_name() -> None:
    for name in ("token", "introspect", "revoke", "authorize"):
        assert await handler_of(URLS.indieauth(name), "POST") is getattr(indieauth, f"post_{name}")
    assert await handler_of(URLS.indieauth("userinfo")) is indieauth.get_userinfo
    assert await handler_of(URLS.micropub_media, "POST") is micropub.post_media


async def test_subscribers_and_hubs_come_to_the_doors_that_we_name() -> None:
    assert await handler_of(URLS.hub, "POST") is websub.post_hub
    assert await handler_of(URLS.hub_callback("x-_9"), "POST") is websub.post_callback
    assert await handler_of(URLS.hub_callback("x-_9")) is websub.get_callback


async def test_each_address_has_one_view() -> None:
    seen = [
        (route.method, route.resource.canonical)
        for route in application().router.routes()
        if route.resource is not None
    ]
    assert len(seen) == len(set(seen))


def test_an_address_of_ours_is_known_by_its_path() -> None:
    assert URLS.path_of("https://blog.example/2026/11/22/tea/#comment-1") == "/2026/11/22/tea/"
    assert URLS.path_of("https://BLOG.example/?p=7") == "/?p=7"
    assert URLS.path_of("https://blog.example") == "/"
    assert URLS.path_of("//elsewhere.example/") is None
    assert URLS.path_of("https://blog.example.evil.example/") is None
    assert URLS.path_of("https://blog.example@evil.example/") is None


def test_slugs_are_percent_encoded_in_permalinks_of_the_sites_day() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert URLS.permalink(late, "über/茶", ZoneInfo("Europe/Berlin")) == "/2027/01/01/%C3%BCber%2F%E8%8C%B6/"
