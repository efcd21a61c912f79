"""The input of the templates of the blogroll and the river."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from syndicate.web.site.pages import Link, Page, Paging
from syndicate.web.site.threads import initial_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollPage(Page):
    """The blogs that the author reads. `opml` is the address of the OPML list, `river` that of their newest posts, and
    `account` the handle under which the river can be followed, or empty."""

    template: ClassVar[str] = "blogroll.html"
    groups: tuple["BlogrollGroup", ...] = ()
    paging: Paging | None = None
    opml: str = ""
    river: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollGroup:
    """A category; `title` is empty for entries without one."""

    title: str = ""
    entries: tuple["BlogrollItem", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollItem:
    """A blog or account. `rel` is XFN, `profile` the page of the account, `picture` a local copy; absent values are
    empty. `latest` is its newest post, written at `latest_at`; `is_quiet` marks a blog without a recent post."""

    name: str
    tagline: str = ""
    url: str = ""
    feed_url: str = ""
    handle: str = ""
    profile: str = ""
    rel: str = ""
    language: str = ""
    picture: str = ""
    latest: Link | None = None
    latest_at: datetime | None = None
    is_quiet: bool = False

    @property
    def initial(self) -> str:
        """The first letter or digit of the name."""
        return initial_of(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverPage(Page):
    """The newest posts of the blogroll, newest first. `older` is the address of the next page, or empty."""

    template: ClassVar[str] = "river.html"
    posts: tuple["RiverItem", ...] = ()
    is_first: bool = True
    older: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverItem:
    """An excerpt of a post of the blogroll, in plain text. `title` is empty for a note; `picture` is a local copy."""

    title: str = ""
    heading: str
    url: str
    blog: str
    blog_url: str = ""
    author: str = ""
    excerpt: str = ""
    language: str = ""
    picture: str = ""
    published: datetime

    @property
    def initial(self) -> str:
        """The first letter or digit of the blog's name."""
        return initial_of(self.blog)
