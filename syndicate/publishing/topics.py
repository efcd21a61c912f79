"""The feeds of this blog as topics of its hub: found by their addresses, and rendered again only when they may differ."""

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
from syndicate.storage.version_watch import Stamp, VersionWatch
from syndicate.urls import FEED_SUFFIX, Urls
from syndicate.websub.topics import TopicDocument

T = TypeVar("T")

MOST_BODIES = 16
MOST_EDITIONS = 10_000
FEED = re.compile(r"(?P<of>/(?:.*/)?)feed/(?:(?P<format>atom|json)/)?")
PERIODS = frozenset({"year", "month", "day"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFeed:
    """How a feed is made, and the editions that what it says depends on."""

    dependencies: tuple[str, ...]
    render: Callable[[], Awaitable[FeedDocument | None]]


class FeedTopics:
    """Implements `websub.topics.Topics`."""

    def __init__(self, store: Store, desk: FeedBuilder, selections: Listings, urls: Urls, watch: VersionWatch) -> None:
        self._store, self._desk, self._selections, self._urls, self._watch = store, desk, selections, urls, watch
        self._editions: OrderedDict[str, tuple[Stamp, str]] = OrderedDict()
        self._documents: OrderedDict[str, tuple[Stamp, TopicDocument]] = OrderedDict()

    @property
    def site(self) -> tuple[str, ...]:
        """The feeds of the whole site: its posts and its comments, in each format."""
        return tuple(
            self._urls.absolute(self._urls.feed(path, format)) for path in ("/", "/comments/") for format in FEED_SUFFIX
        )

    async def has(self, topic: str) -> bool:
        return await self._find(topic) is not None

    async def edition(self, topic: str) -> str | None:
        await self._look()
        known = self._editions.get(topic)
        if known is not None and not self._watch.moved(known[0]):
            return known[1]
        document = await self.document(topic)
        return None if document is None else document.edition

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
        began = self._watch.snapshot()  # what moves while we render makes the document stale at once
        feed = await self._find(topic)
        if feed is None:
            self._editions.pop(topic, None)
            self._documents.pop(topic, None)
            return None
        rendered = await feed.render()
        if rendered is None:
            return None
        await asyncio.sleep(0)  # many may have to be made, and others wait
        document = TopicDocument(body=rendered.body, media_type=rendered.media_type, edition=rendered.edition)
        stamp = {scope: began.get(scope, 0) for scope in (*feed.dependencies, COUNTS)}
        _keep(self._documents, topic, (dict(stamp), document), MOST_BODIES)
        del stamp[COUNTS]  # they move the document, and are no news
        _keep(self._editions, topic, (stamp, document.edition), MOST_EDITIONS)
        return document

    async def _find(self, topic: str) -> TopicFeed | None:
        """By the one address that the feed calls its own; those that only lead there are none."""
        found = FEED.fullmatch(topic.removeprefix(self._urls.base)) if topic.startswith(f"{self._urls.base}/") else None
        if found is None or "%00" in topic:
            return None
        of, format = found["of"], FeedFormat(found["format"] or "rss")
        if of == "/comments/":
            return TopicFeed(
                dependencies=dependencies_of_comments(None), render=lambda: self._desk.of_comments(None, format)
            )
        post = await self._store.posts.find_by_path(of)
        if post is not None and post.is_public:
            return TopicFeed(
                dependencies=dependencies_of_comments(post), render=lambda: self._desk.of_comments(post, format)
            )
        selection = await self._selections.at(of)
        if selection is None or selection.path != of:
            return None
        if selection.kind in PERIODS and not await selection.total():
            return None
        return TopicFeed(
            dependencies=dependencies_of_posts(selection), render=lambda: self._desk.of_posts(selection, format)
        )


def _keep(kept: "OrderedDict[str, T]", topic: str, value: T, most: int) -> None:
    kept[topic] = value
    kept.move_to_end(topic)
    while len(kept) > most:
        kept.popitem(last=False)
