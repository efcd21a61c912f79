"""The page about a post in the feeds."""

from dataclasses import dataclass

from syndicate.feeds import FeedEntry
from syndicate.web.admin.pages.frame import AdminPage
from syndicate.web.site.pages import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage(AdminPage):
    """What feed readers get of a post: its entry, and the feeds that it is in. A page of the blog is in none.
    `is_excerpt`: the feeds hold the beginning of each post only."""

    template = "admin/feed.html"
    id: str
    heading: str
    entry: FeedEntry
    is_page: bool
    is_public: bool
    is_excerpt: bool
    words: int
    feeds: tuple[Link, ...] = ()
