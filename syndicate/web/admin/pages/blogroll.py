"""Pages about the blogroll: what the author reads."""

from dataclasses import dataclass, field
from datetime import datetime

from syndicate.blogroll.finder import FoundFeed
from syndicate.model.blogroll import BlogrollEntry
from syndicate.storage.feed_entries import RiverPost
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage, Tab
from syndicate.web.site.pages import Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollListPage(AdminPage):
    """The entries, and the form for another one. `quiet_before` is when the newest post of a quiet one was published at
    the latest."""

    template = "admin/blogroll.html"
    form: Form = field(default_factory=Form)
    tabs: tuple[Tab, ...]
    entries: tuple[BlogrollEntry, ...] = ()
    quiet_before: datetime
    is_every: bool = True
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage(AdminPage):
    """What was found at an address, to choose from. `known` is the entry that has it already."""

    template = "admin/found.html"
    form: Form
    found: FoundFeed
    categories: tuple[str, ...] = ()
    known: BlogrollEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollEntryPage(AdminPage):
    """An entry: how its feed and its account fare, and the form for what is said of it. `read` is when its feed was
    last read."""

    template = "admin/blogroll_entry.html"
    form: Form
    entry: BlogrollEntry
    categories: tuple[str, ...] = ()
    read: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPage(AdminPage):
    """The newest posts of the blogs and accounts that the author reads."""

    template = "admin/reading.html"
    posts: tuple[RiverPost, ...] = ()
    newest: str = ""
    older: str = ""
