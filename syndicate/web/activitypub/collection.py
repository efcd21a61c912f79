"""The view of every collection that has pages (ActivityPub §5).

Pages are found by the key of their last item, the cursor, so that a long collection costs no more than a short one.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web
from yarl import URL

from syndicate.activitypub import collections
from syndicate.clock import from_text, to_text
from syndicate.web.activitypub.documents import respond

PAGE_SIZE = 20
MAX_CURSOR_LENGTH = 2048
"""Some cursors contain the address of an actor or activity."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """The items of a page, and the cursor after which the next one begins, or None if this is the last."""

    items: Sequence[Any]
    next: str | None


def page_of(found: Sequence[T], item: Callable[[T], Any], cursor: Callable[[T], str]) -> CollectionPage:
    """Return the page of rows of which one more was read than a page holds."""
    rows = found[:PAGE_SIZE]
    return CollectionPage([item(row) for row in rows], cursor(rows[-1]) if len(found) > PAGE_SIZE else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection and the requested page of it, which begins after `cursor`.

    With `is_embedded`, the first page is part of the collection: GoToSocial and Pleroma read no other. Without pages, a
    collection has only its number. `more` are further properties.
    """

    uri: str
    dependencies: tuple[str, ...]
    total: Callable[[], Awaitable[int]]
    page: Callable[[], Awaitable[CollectionPage]]
    cursor: str = ""
    parameter: str = "after"
    is_ordered: bool = True
    is_embedded: bool = False
    has_pages: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)

    def page_uri(self, cursor: str = "") -> str:
        """Return the id of the page after a cursor, of the first page without one."""
        if self.is_embedded:
            return embedded_page_uri(self.uri, cursor)
        return str(URL(self.uri).with_query({"page": "true"} | ({self.parameter: cursor} if cursor else {})))

    async def render_page(self) -> dict[str, Any]:
        page, render = await self.page(), collections.ordered_page if self.is_ordered else collections.plain_page
        follow = None if page.next is None else self.page_uri(page.next)
        return render(self.page_uri(self.cursor), self.uri, page.items, next=follow)

    async def render(self) -> dict[str, Any]:
        total = await self.total()
        if not self.is_ordered:
            return collections.plain(self.uri, total, await self.render_page()) | dict(self.more)
        first = await self.render_page() if self.is_embedded else self.page_uri()
        return collections.ordered(self.uri, total, first=first if self.has_pages else None) | dict(self.more)


def embedded_page_uri(uri: str, cursor: str = "") -> str:
    """Return the id of a page of a collection whose first page is embedded."""
    return str(URL(uri).with_query({"page": "1"} | ({"after": cursor} if cursor else {})))


async def answer_collection(request: web.Request, collection: Collection) -> web.StreamResponse:
    """Return the collection, or the page that the query names. Other parameters do not create further cache entries."""
    if is_page(request) and collection.has_pages:
        key = f"ap:{collection.page_uri(collection.cursor)}"
        return await respond(request, key, collection.dependencies, collection.render_page)
    return await respond(request, f"ap:{collection.uri}", collection.dependencies, collection.render)


def is_page(request: web.Request) -> bool:
    return "page" in request.query


def dated_cursor(request: web.Request, parameter: str = "after") -> tuple[str, str] | None:
    """Parse `<instant>,<id>`. Return None for the first page, or if the cursor is malformed."""
    instant, comma, id = request.query.get(parameter, "").partition(",")
    if not comma or not is_page(request) or len(id) > MAX_CURSOR_LENGTH:
        return None
    try:
        return to_text(from_text(instant)), id
    except (ValueError, OverflowError):
        return None


def joined(cursor: tuple[str, str] | None) -> str:
    """Return a dated cursor as it stands in the address of a page."""
    return ",".join(cursor or ())
