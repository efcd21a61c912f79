"""The page of quotes."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.web.admin.pages.frame import AdminPage
from syndicate.web.site.safe_html import SafeHtml


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCard:
    """A quote of a post. `html` is empty where only the request for an authorization came; `state` is `allowed`,
    `revoked` or `unasked`."""

    uri: str
    author: str
    handle: str
    html: SafeHtml
    url: str
    post: str
    post_title: str
    at: datetime | None
    state: str
    is_shown: bool = False
    may_be_shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotesPage(AdminPage):
    """Quotes of the author's posts, newest first."""

    template = "admin/quotes.html"
    quotes: tuple[QuoteCard, ...] = ()
