"""Choose the slug, path and guid of a post, so that no other post and no page of the program has them."""

from datetime import datetime
from enum import StrEnum, auto
from zoneinfo import ZoneInfo

from syndicate.errors import SlugTaken
from syndicate.model.post import PostKind
from syndicate.storage import Store
from syndicate.urls import Urls

RESERVED_SEGMENTS = frozenset(
    [
        "actor",
        "actors",
        "inbox",
        "posts",
        "comments",
        "activities",
        "stamps",
        "media",
        "static",
        "admin",
        "feed",
        "page",
        "category",
        "tag",
        "author",
        "blogroll",
        "archives",
        "search",
        "subscribe",
        "nodeinfo",
        "healthz",
        "readyz",
        "metrics",
        "wp-content",
        ".well-known",
    ]
)
"""First path segments that a page must not use."""


class SlugRule(StrEnum):
    """What happens to the slug of a draft."""

    EXACT = auto()
    """The post gets it; SlugTaken if another post has it."""
    NUMBERED = auto()
    """The post gets it, with `-2`, `-3`, … if another post has it."""
    KEPT = auto()
    """An existing post keeps its own."""


class PostAddresses:
    def __init__(self, store: Store, urls: Urls, zone: ZoneInfo) -> None:
        self._store, self._urls, self._zone = store, urls, zone

    async def free_slug(self, wanted: str, kind: PostKind | None, *, id: str | None, rule: SlugRule) -> str:
        """Return the slug that the post `id` (None for a new one) gets. An address of the blog is always numbered.

        Raises SlugTaken.
        """
        number, slug = 1, wanted
        while True:
            other = await self._store.posts.find_by_slug(slug)
            is_taken = other is not None and other.id != id
            if is_taken and rule is SlugRule.EXACT:
                raise SlugTaken(f"the slug {slug!r} is that of another post; please choose another slug")
            if not is_taken and not (kind is PostKind.PAGE and slug in RESERVED_SEGMENTS):
                return slug
            number += 1
            slug = f"{wanted}-{number}"

    async def free_path(self, kind: PostKind, date: datetime, slug: str, *, id: str) -> str:
        """Return the path of a slug, with `-2`, `-3`, … if an imported post has it."""
        number = 1
        while True:
            name = slug if number == 1 else f"{slug}-{number}"
            path = self._urls.page(name) if kind is PostKind.PAGE else Urls.permalink(date, name, self._zone)
            if not await self.is_taken(path, id=id):
                return path
            number += 1

    async def is_taken(self, path: str, *, id: str) -> bool:
        """Whether another post than `id` has the path."""
        other = await self._store.posts.find_by_path(path)
        return other is not None and other.id != id

    async def free_guid(self, wanted: str | None, uri: str) -> str:
        """Return the guid from the other program, or the post's own URI if two posts of an export share one."""
        is_free = wanted and await self._store.posts.find_by_guid(wanted) is None
        return wanted if wanted and is_free else uri
