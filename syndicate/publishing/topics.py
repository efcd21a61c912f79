"""The blog's feeds as WebSub topics: find them by address, and render them only when their content may have changed."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from syndicate.feeds import FeedDocument, FeedFormat
from syndicate.publishing.feeds import COUNTS, FeedBuilder, dependencies_of_comments, dependencies_of_posts
from syndicate.publishing.listings import Listings
from syndicate.storage import Store
from syndicate.storage.version_watch import VersionSnapshot, VersionWatch
from syndicate.urls import FEED_SUFFIX, Urls
from syndicate.websub.topics import TopicDocument

T = TypeVar("T")

MAX_CACHED_DOCUMENTS = 16
MAX_CACHED_VERSIONS = 10_000
FEED_PATH = re.compile(r"(?P<of>/(?:.*/)?)feed/(?:(?P<format>atom|json)/)?")
PERIODS = frozenset({"year", "month", "day"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFeed:
    """How to render a feed, and the dependencies of its content."""

    dependencies: tuple[str, ...]
    render: Callable[[], Awaitable[FeedDocument | None]]


class FeedTopics:
    """Implements `websub.topics.Topics`."""

    def __init__(self, store: Store, feeds: FeedBuilder, listings: Listings, urls: Urls, watch: VersionWatch) -> None:
        self._store, self._feeds, self._listings, self._urls, self._watch = store, feeds, listings, urls, watch
        self._versions: OrderedDict[str, tuple[VersionSnapshot, str]] = OrderedDict()
        self._documents: OrderedDict[str, tuple[VersionSnapshot, TopicDocument]] = OrderedDict()

    @property
    def site(self) -> tuple[str, ...]:
        """The feeds of the whole site: posts and comments, in each format."""
        return tuple(
            self._urls.absolute(self._urls.feed(path, format)) for path in ("/", "/comments/") for format in FEED_SUFFIX
        )

    async def has(self, topic: str) -> bool:
        return await self._find(topic) is not None

    async def version(self, topic: str) -> str | None:
        await self._look()
        known = self._versions.get(topic)
        if known is not None and not self._watch.moved(known[0]):
            return known[1]
        document = await self.document(topic)
        return None if document is None else document.version

    async def document(self, topic: str) -> TopicDocument | None:
        await self._look()
        known = self._documents.get(topic)
        if known is not None and not self._watch.moved(known[0]):
            self._documents.move_to_end(topic)
            return known[1]
        return await self._make(topic)

    async def _look(self) -> None:
        if self._watch.has_moved():
            await self._watch.refresh()

    async def _make(self, topic: str) -> TopicDocument | None:
        began = self._watch.snapshot()  # a change during rendering makes the document stale at once
        feed = await self._find(topic)
        if feed is None:
            self._versions.pop(topic, None)
            self._documents.pop(topic, None)
            return None
        rendered = await feed.render()
        if rendered is None:
            return None
        await asyncio.sleep(0)  # many documents may be due: yield to other tasks
        document = TopicDocument(body=rendered.body, media_type=rendered.media_type, version=rendered.version)
        stamp = {name: began.get(name, 0) for name in (*feed.dependencies, COUNTS)}
        _cache(self._documents, topic, (dict(stamp), document), MAX_CACHED_DOCUMENTS)
        del stamp[COUNTS]  # they change the document but are no news
        _cache(self._versions, topic, (stamp, document.version), MAX_CACHED_VERSIONS)
        return document

    async def _find(self, topic: str) -> TopicFeed | None:
        """Find a feed by its canonical address; addresses that redirect to it are not topics."""
        found = (
            FEED_PATH.fullmatch(topic.removeprefix(self._urls.base))
            if topic.startswith(f"{self._urls.base}/")
            else None
        )
        if found is None or "%00" in topic:
            return None
        of, format = found["of"], FeedFormat(found["format"] or "rss")
        if of == "/comments/":
            return TopicFeed(
                dependencies=dependencies_of_comments(None), render=lambda: self._feeds.render_comments(None, format)
            )
        post = await self._store.posts.find_by_path(of)
        if post is not None and post.is_public:
            return TopicFeed(
                dependencies=dependencies_of_comments(post), render=lambda: self._feeds.render_comments(post, format)
            )
        listing = await self._listings.at(of)
        if listing is None or listing.path != of:
            return None
        if listing.kind in PERIODS and not await listing.total():
            return None
        return TopicFeed(
            dependencies=dependencies_of_posts(listing), render=lambda: self._feeds.render_posts(listing, format)
        )


def _cache(kept: "OrderedDict[str, T]", topic: str, value: T, limit: int) -> None:
    kept[topic] = value
    kept.move_to_end(topic)
    while len(kept) > limit:
        kept.popitem(last=False)
