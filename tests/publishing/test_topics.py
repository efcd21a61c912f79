"""Feeds as topics of the hub: known by one address each, and made anew only when there may be something new in them."""

from dataclasses import dataclass

import pytest

from syndicate.feeds import FeedDocument, FeedFormat
from syndicate.model.post import Post, Term, TermKind
from syndicate.publishing.feeds import FeedBuilder
from syndicate.publishing.listings import Listing
from syndicate.publishing.topics import FeedTopics
from syndicate.services.feeds import ICON
from syndicate.storage.version_watch import VersionWatch
from syndicate.web import keys
from tests.instances import RunningInstance
from tests.peer import Peer

BASE = "https://blog.example"
FEED = f"{BASE}/feed/"
COMMENTS = f"{BASE}/comments/feed/"


class CountingDesk(FeedBuilder):
    """Keeps account of what it made."""

    made: list[str]

    async def render_posts(
        self, selection: Listing, format: FeedFormat, page: int = 1, *, without: frozenset[str] = frozenset()
    ) -> FeedDocument | None:
        self.made.append(f"{selection.path} {format}")
        return await super().render_posts(selection, format, page, without=without)

    async def render_comments(
        self, post: Post | None, format: FeedFormat, *, without: frozenset[str] = frozenset()
    ) -> FeedDocument:
        self.made.append(f"{post.path if post else '/comments/'} {format}")
        return await super().render_comments(post, format, without=without)


@dataclass
class Counted:
    """Topics, and the desk that makes them."""

    topics: FeedTopics
    desk: CountingDesk


@pytest.fixture
async def counted(open_instance: RunningInstance) -> Counted:
    app, store = open_instance.server.app, open_instance.store
    config, actor = open_instance.config, open_instance.server.services.local_actors.blog.actor
    desk = CountingDesk(
        store,
        open_instance.server.services.settings,
        config.feeds,
        app[keys.URLS],
        founded=actor.published,
        icon=ICON,
        actor=actor.uri,
        hubs=(app[keys.URLS].hub,),
    )
    desk.made = []
    watch = VersionWatch(store, open_instance.clock, open_instance.server.services.settings)
    return Counted(FeedTopics(store, desk, app[keys.LISTINGS], app[keys.URLS], watch), desk)


async def test_a_feed_is_made_once_until_something_in_it_moves(
    open_instance: RunningInstance, counted: Counted
) -> None:
    instance, topics, desk = open_instance, counted.topics, counted.desk
    first = await topics.version(FEED)
    for number in range(3):
        await instance.store.transaction(lambda tx, number=number: tx.key_values.save("something", str(number)))  # type: ignore[misc]
        assert await topics.version(FEED) == first
        assert (await topics.document(FEED)) is not None
    assert desk.made == ["/ rss"]
    await instance.publish("News")
    assert await topics.version(FEED) != first
    assert desk.made == ["/ rss"] * 2


async def test_comments_move_their_own_feeds_and_no_others(
    open_instance: RunningInstance, ann: Peer, counted: Counted
) -> None:
    instance, topics, desk = open_instance, counted.topics, counted.desk
    post = await instance.publish("Hello")
    other = await instance.publish("Other")
    addresses = [FEED, COMMENTS, f"{BASE}{post.path}feed/", f"{BASE}{other.path}feed/"]
    before = [await topics.version(address) for address in addresses]
    desk.made.clear()
    await ann.reply(post.uri)
    await instance.settle()
    after = [await topics.version(address) for address in addresses]
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, False, False, True]
    assert "/ rss" not in desk.made
    assert f"{other.path} rss" not in desk.made


async def test_a_document_is_what_is_served(open_instance: RunningInstance, counted: Counted) -> None:
    await open_instance.publish("Hello")
    for topic in counted.topics.site:
        document, served = await counted.topics.document(topic), await open_instance.get(topic, accept="*/*")
        assert document is not None
        assert (document.body, document.media_type) == (served.body, served.headers["Content-Type"])


@pytest.mark.parametrize(
    "topic",
    [
        *("", "feed/", "/feed/", BASE, f"{BASE}/", f"{BASE}/feed", f"{BASE}/feed/rss2/", f"{BASE}/feed/%00"),
        *(f"{BASE}//feed/", f"{BASE}/?feed=rss2", f"{BASE}/never/feed/", f"{BASE}/0000/feed/", f"{FEED}?a=b"),
        *(f"{BASE}/2026/13/feed/", f"{FEED}#a", f"{BASE}/page/2/feed/", f"{BASE}/category/garden/below/feed/"),
        *("https://blog.example.evil.example/feed/", "http://blog.example/feed/", "https://BLOG.example/feed/"),
    ],
)
async def test_what_is_no_feed_of_ours_is_no_topic(counted: Counted, topic: str) -> None:
    assert not await counted.topics.has(topic)
    assert await counted.topics.version(topic) is None
    assert await counted.topics.document(topic) is None


async def test_a_feed_has_one_address_and_others_that_lead_there_are_none(
    open_instance: RunningInstance, counted: Counted
) -> None:
    await open_instance.publish("Hello", terms=(Term(kind=TermKind.CATEGORY, slug="garden", name="Garden"),))
    assert await counted.topics.has(f"{BASE}/category/garden/feed/")
    assert not await counted.topics.has(f"{BASE}/category/above/garden/feed/")
    assert not await counted.topics.has(f"{BASE}/category/garden/feed")
