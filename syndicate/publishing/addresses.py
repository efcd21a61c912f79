"""Choose the slug, path and guid of a post, so that no other post and no page of the program has them, and the slugs of
its categories and tags.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum, auto

from syndicate.content.text import same_name
from syndicate.errors import SlugTaken
from syndicate.model.post import PostDraft, PostKind, Term, TermKind
from syndicate.storage import Store
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls

IsReserved = Callable[[str], bool]
"""Whether the program itself answers at a path."""


class SlugRule(StrEnum):
    """What happens to the slug of a draft."""

    EXACT = auto()
    """The post gets it; SlugTaken if another post has it."""
    NUMBERED = auto()
    """The post gets it, with `-2`, `-3`, … if another post has it."""
    KEPT = auto()
    """An existing post keeps its own."""


class PostAddresses:
    """New posts get an address by the pattern of the settings, and the date in their time zone."""

    def __init__(self, store: Store, urls: Urls, settings: SiteSettings, is_reserved: IsReserved) -> None:
        self._store, self._urls, self._settings, self.is_reserved = store, urls, settings, is_reserved

    def reserved(self, draft: PostDraft) -> str:
        """Return the path that the draft asks for and cannot have, since the program answers there; empty if none."""
        wanted = draft.path or (self._urls.page(draft.slug) if draft.kind is PostKind.PAGE else "")
        return wanted if wanted and self.is_reserved(wanted) else ""

    async def free_slug(self, wanted: str, kind: PostKind | None, *, id: str | None, rule: SlugRule) -> str:
        """Return the slug that the post `id` (None for a new one) gets. Of a page, an address of the program is numbered.

        Raises SlugTaken.
        """
        number, slug = 1, wanted
        if kind is PostKind.PAGE and self.is_reserved(self._urls.page(wanted)):
            number, slug = 2, f"{wanted}-2"
        while True:
            other = await self._store.posts.find_by_slug(slug)
            is_taken = other is not None and other.id != id
            if is_taken and rule is SlugRule.EXACT:
                raise SlugTaken(_("the slug {slug!r} is that of another post; please choose another slug", slug=slug))
            if not is_taken:
                return slug
            number += 1
            slug = f"{wanted}-{number}"

    async def free_path(self, kind: PostKind, date: datetime, slug: str, *, id: str) -> str:
        """Return the path of a slug, with `-2`, `-3`, … if an imported post has it, or if it is one of the program's."""
        site, number = self._settings.site, 1
        while True:
            name = slug if number == 1 else f"{slug}-{number}"
            is_page = kind is PostKind.PAGE
            path = self._urls.page(name) if is_page else Urls.permalink(date, name, site.zone, site.permalinks)
            if await self.is_free(path, id=id):
                return path
            number += 1

    async def is_free(self, path: str, *, id: str) -> bool:
        """Whether the post `id` can have the path: neither another post nor the program does."""
        other = await self._store.posts.find_by_path(path)
        return (other is None or other.id == id) and not self.is_reserved(path)

    async def own_terms(self, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        """Return the categories and tags with their slugs, with `-2`, `-3`, … if one of another name has it."""
        found: dict[tuple[TermKind, str], Term] = {}
        for term in terms:
            number, slug = 1, term.slug
            while not await self._is_slug_of(term, slug, found.get((term.kind, slug))):
                number += 1
                slug = f"{term.slug}-{number}"
            found.setdefault((term.kind, slug), replace(term, slug=slug))
        return tuple(found.values())

    async def _is_slug_of(self, term: Term, slug: str, in_post: Term | None) -> bool:
        known = in_post or await self._store.terms.find(term.kind, slug)
        return known is None or same_name(known.name) == same_name(term.name)

    async def free_guid(self, wanted: str | None, uri: str) -> str:
        """Return the guid from the other program, or the post's own URI if two posts of an export share one."""
        is_free = wanted and await self._store.posts.find_by_guid(wanted) is None
        return wanted if wanted and is_free else uri
