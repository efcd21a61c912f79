"""Listings: every set of posts that has a page and feeds (all posts, a category, tag, author, year, month, day, or
search).
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from syndicate.content.text import slugify
from syndicate.model.post import Post, PostKind, Term, TermKind
from syndicate.storage import Store
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import Urls

EARLIEST_YEAR = 1000
"""No blog has older posts, and dates near year 1 overflow when converted between time zones."""
PERIOD = re.compile(r"/(\d{4})/(?:(\d{2})/(?:(\d{2})/)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A set of posts with a page and feeds.

    `path` is the path of its page; `title` is empty for the home page. `dependencies` are the versions it depends on.
    `fetch(limit, skip)` returns its posts, newest first; `total` returns how many there are.
    """

    kind: str
    path: str
    title: str
    description: str
    dependencies: tuple[str, ...]
    fetch: Callable[[int, int], Awaitable[list[Post]]]
    total: Callable[[], Awaitable[int]]


class Listings:
    def __init__(self, store: Store, settings: SiteSettings, urls: Urls) -> None:
        self._store, self._settings, self._urls = store, settings, urls

    async def at(self, path: str) -> Listing | None:
        """Find the listing at a path. In a category path with parents, the last segment decides."""
        if path == "/":
            return self.home()
        if found := PERIOD.fullmatch(path):
            year, month, day = (int(part) if part else None for part in found.groups())
            return self.period(year or 0, month, day)
        segments = [unquote(segment) for segment in path.strip("/").split("/")]
        match segments:
            case ["category", *_, slug] if len(segments) > 1:
                return await self.category(slug)
            case ["tag", slug]:
                return await self.tag(slug)
            case ["author", slug]:
                return await self.author(slug)
            case _:
                return None

    def home(self) -> Listing:
        return Listing(
            kind="home",
            path="/",
            title="",
            description=self._settings.site.tagline,
            dependencies=("site",),
            fetch=lambda limit, skip: self._store.post_lists.list_newest(limit=limit, skip=skip),
            total=lambda: self._store.totals.get("posts"),
        )

    async def category(self, slug: str) -> Listing | None:
        """Find a category; posts of its subcategories are included, as in WordPress."""
        term = await self._store.terms.find(TermKind.CATEGORY, slug)
        if term is None:
            return None
        family = family_of(term, await self._store.terms.list_all(TermKind.CATEGORY))
        return await self._of_terms(term, self._urls.category(slug), family)

    async def tag(self, slug: str) -> Listing | None:
        term = await self._store.terms.find(TermKind.TAG, slug)
        return None if term is None else await self._of_terms(term, self._urls.tag(slug), [slug])

    async def _of_terms(self, term: Term, path: str, slugs: list[str]) -> Listing | None:
        """Find the listing of a term. None while no public post has it, since the terms of drafts are private."""

        async def total() -> int:
            if len(slugs) == 1:
                return await self._store.totals.get(f"term:{term.kind}:{term.slug}")
            return await self._store.post_lists.count_by_terms(term.kind, slugs)

        if not await total():
            return None
        return Listing(
            kind=term.kind.value,
            path=path,
            title=term.name,
            description=term.description,
            dependencies=("site",),
            fetch=lambda limit, skip: self._store.post_lists.list_by_terms(term.kind, slugs, limit=limit, skip=skip),
            total=total,
        )

    async def author(self, slug: str) -> Listing | None:
        counts = await self._store.totals.starting_with("author:")
        name = next((name for name in counts if author_slug(name) == slug), None)
        if name is None:
            return None

        async def total() -> int:
            return counts[name]

        return Listing(
            kind="author",
            path=self._urls.author(slug),
            title=name,
            description="",
            dependencies=("site",),
            fetch=lambda limit, skip: self._store.post_lists.list_by_author(name, limit=limit, skip=skip),
            total=total,
        )

    def search(self, words: str) -> Listing:
        """Return the listing of posts that contain all of these words. It has no total."""

        async def fetch(limit: int, skip: int) -> list[Post]:
            found = await self._store.search.find(words, kind=PostKind.POST, limit=limit, skip=skip)
            return await self._store.posts.list_by_id(found)

        async def total() -> int:
            return 0

        return Listing(
            kind="search",
            path=self._urls.search(words),
            title=words,
            description="",
            dependencies=(),
            fetch=fetch,
            total=total,
        )

    def period(self, year: int, month: int | None, day: int | None) -> Listing | None:
        """Find a year, month or day in the site's time zone; None for a date outside the calendar or before any blog."""
        if year < EARLIEST_YEAR:
            return None
        try:
            first = datetime(year, month or 1, day or 1, tzinfo=self._settings.site.zone)
            last = _end(first, month, day)
        except (ValueError, OverflowError):
            return None
        path = f"/{year:04d}/" + (f"{month:02d}/" if month else "") + (f"{day:02d}/" if day else "")
        kind = "day" if day else "month" if month else "year"
        return Listing(
            kind=kind,
            path=path,
            title=f"{first:%Y-%m-%d}"[: {"day": 10, "month": 7, "year": 4}[kind]],
            description="",
            dependencies=("site",),
            fetch=lambda limit, skip: self._store.post_lists.list_between(first, last, limit=limit, skip=skip),
            total=lambda: self._store.post_lists.count_between(first, last),
        )


def _end(first: datetime, month: int | None, day: int | None) -> datetime:
    """Return midnight after the period, by the calendar: a day on which the clocks change is longer or shorter."""
    if day:
        return first.fromordinal(first.toordinal() + 1).replace(tzinfo=first.tzinfo)
    if month:
        return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.replace(year=first.year + 1)


def family_of(term: Term, categories: list[Term]) -> list[str]:
    """Return the slugs of a category and all of its descendants."""
    family = [term.slug]
    for slug in family:  # grows during the loop
        family += [child.slug for child in categories if child.parent == slug and child.slug not in family]
    return family


def author_slug(name: str) -> str:
    return slugify(name) or "author"
