"""The page about a post in the fediverse."""

from dataclasses import dataclass

from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class FediversePage(AdminPage):
    """What other servers get of a post. `size` and `max_size` are bytes of the message; `is_shortened`: the copy that is
    sent ends with a link to the whole. `without_hashtag` are tags that stay on the site;
    `named` the accounts that the text names and that were found."""

    template = "admin/fediverse.html"
    id: str
    heading: str
    is_page: bool
    is_local: bool
    is_public: bool
    is_article: bool
    title: str
    summary: str
    warning: str
    is_sensitive: bool
    quotes: str
    replies: str
    size: int
    max_size: int
    words: int
    is_shortened: bool
    hashtags: tuple[str, ...] = ()
    without_hashtag: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    address: str = ""
