"""Every set of posts that has a page, and therefore a feed: all, a category, a tag, an author, a year, month or day,
and what a search finds."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from syndicate.config import SiteConfig
from syndicate.content.text import slugify
from syndicate.model.post import Post, PostKind, Term, TermKind
from syndicate.storage import Store
from syndicate.urls import Urls

EARLIEST_YEAR = 1000
"""No blog goes back further, and near year 1 a calendar has no room for time zones."""
PERIOD = re.compile(r"/(\d{4})/(?:(\d{2})/(?:(\d{2})/)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`path` is its page's; `title` is empty for the home page. `scopes` are the editions that it depends on. `fetch`
    gives posts, newest first, from how many are wanted and how many are to be passed over; `total` how many there are.
    """

    kind: str
    path: str
    title: str
    description: str
    dependencies: tuple[str, ...]
    fetch: Callable[[int, int], Awaitable[list[Post]]]
    total: Callable[[], Awaitable[int]]


class Listings:
    def __init__(self, store: Store, site: SiteConfig, urls: Urls) -> None:
        self._store, self._site, self._urls = store, site, urls

    async def at(self, path: str) -> Listing | None:
        """What a path of a list stands for. Of a category's path with its parents', the last segment counts."""
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
            description=self._site.tagline,
            dependencies=("site",),
            fetch=lambda limit, skip: self._store.posts.list_newest(limit=limit, skip=skip),
            total=lambda: self._store.totals.get("posts"),
        )

    async def category(self, slug: str) -> Listing | None:
        """With the posts of its subcategories, as WordPress does."""
        term = await self._store.posts.find_term(TermKind.CATEGORY, slug)
        if term is None:
            return None
        family = family_of(term, await self._store.posts.list_terms(TermKind.CATEGORY))
        return await self._of_terms(term, self._urls.category(slug), family)

    async def tag(self, slug: str) -> Listing | None:
        term = await self._store.posts.find_term(TermKind.TAG, slug)
        return None if term is None else await self._of_terms(term, self._urls.tag(slug), [slug])

    async def _of_terms(self, term: Term, path: str, slugs: list[str]) -> Listing | None:
        """None while no public post has it: the names of what drafts are about are nobody's business."""

        async def total() -> int:
            if len(slugs) == 1:
                return await self._store.totals.get(f"term:{term.kind}:{term.slug}")
            return await self._store.posts.count_by_terms(term.kind, slugs)

        if not await total():
            return None
        return Listing(
            kind=term.kind.value,
            path=path,
            title=term.name,
            description=term.description,
            dependencies=("site",),
            fetch=lambda limit, skip: self._store.posts.list_by_terms(term.kind, slugs, limit=limit, skip=skip),
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
            fetch=lambda limit, skip: self._store.posts.list_by_author(name, limit=limit, skip=skip),
            total=total,
        )

    def search(self, words: str) -> Listing:
        """What holds all of these words. Nobody counts how much that is."""

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
        """A year, month or day in the site's time zone; None for one that no blog has, or no calendar."""
        if year < EARLIEST_YEAR:
            return None
        try:
            first = datetime(year, month or 1, day or 1, tzinfo=self._site.zone)
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
            fetch=lambda limit, skip: self._store.posts.list_between(first, last, limit=limit, skip=skip),
            total=lambda: self._store.posts.count_between(first, last),
        )


def _end(first: datetime, month: int | None, day: int | None) -> datetime:
    """Midnight after the period, by the calendar: days with a change of the clock are longer or shorter."""
    if day:
        return first.fromordinal(first.toordinal() + 1).replace(tzinfo=first.tzinfo)
    if month:
        return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.replace(year=first.year + 1)


def family_of(term: Term, categories: list[Term]) -> list[str]:
    """The slugs of a category and of everything below it."""
    family = [term.slug]
    for slug in family:  # grows while it is read
        family += [child.slug for child in categories if child.parent == slug and child.slug not in family]
    return family


def author_slug(name: str) -> str:
    return slugify(name) or "author"
