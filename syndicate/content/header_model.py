"""What the header of a file says (`FrontMatter`), and the form of the functions that read its fields."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

import yaml

from syndicate.content.dialect import HeaderDialect
from syndicate.model.post import Enclosure, ObjectType, PostState, QuotePolicy, Reference, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The header of a file.

    Dates are UTC; `hashtags` of None means all tags; `unknown` lists the fields without a meaning here. `has_title`:
    the header has a title, even an empty one. `dates`, `summaries` and `images` are what
    was found under each name. `address` is the permalink's path as written, `written_slug` the slug. `doubts` are
    signs that the post may not be public, with file and line; `is_locked` means that only some people may read it.
    `date_problem` says what is wrong with a date. `problems` are fields whose value was passed over.
    """

    has_title: bool = False
    title: str = ""
    slug: str = ""
    written_slug: str = ""
    address: str = ""
    aliases: tuple[str, ...] = ()
    guid: str = ""
    date: datetime | None = None
    updated: datetime | None = None
    dates: tuple[tuple[str, datetime], ...] = ()
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    summary: str = ""
    summaries: tuple[tuple[str, str], ...] = ()
    teaser: str = ""
    has_empty_summary: bool = False
    language: str = ""
    authors: tuple[str, ...] = ()
    comments_open: bool = True
    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    warning: str = ""
    pinned: bool = False
    minor: bool = False
    is_page: bool = False
    draft: bool = False
    state: PostState = PostState.PUBLISHED
    image: str = ""
    image_alt: str = ""
    images: tuple[tuple[str, str, str], ...] = ()
    hashtags: tuple[str, ...] | None = None
    type: ObjectType | None = None
    quotes: QuotePolicy = QuotePolicy.ANYONE
    enclosure: Enclosure | None = None
    reference: Reference | None = None
    date_problem: str = ""
    doubts: tuple[str, ...] = ()
    is_locked: bool = False
    problems: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_taken_back(self) -> bool:
        """Whether its own fields clearly say that the post is not published."""
        return self.draft or self.state is not PostState.PUBLISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldContext:
    """What a field is read by; `name` is its normalized name."""

    name: str
    zone: tzinfo
    dialect: HeaderDialect


Read = Callable[[FrontMatter, yaml.Node, FieldContext], FrontMatter]
