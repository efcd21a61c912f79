"""Pages about followers and blocks."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.storage.admin_people import BlockRow
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage, Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerCard:
    """A follower: the account, its server with the software that it runs if that is known, and since when."""

    actor: str
    name: str
    handle: str
    url: str
    avatar: str
    server: str
    software: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(AdminPage):
    """Who follows the blog, or one of its other accounts. `accounts` are tabs, where there are several; `account` is the
    id of the one that is shown, `words` the account or server that was searched for; `blocked` counts the blocks."""

    template = "admin/people.html"
    account: str
    handle: str
    host: str
    total: int
    accounts: tuple[Tab, ...] = ()
    words: str = ""
    followers: tuple[FollowerCard, ...] = ()
    blocked: int = 0
    next: str = ""
    newest: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocksPage(AdminPage):
    """The people or the servers that are blocked, and the form for blocking."""

    template = "admin/blocks.html"
    form: Form
    tabs: tuple[Tab, ...]
    kind: str
    words: str = ""
    blocks: tuple[BlockRow, ...] = ()
    next: str = ""
    newest: str = ""
    older: str = ""
