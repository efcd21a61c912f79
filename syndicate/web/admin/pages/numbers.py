"""The page of numbers."""

from dataclasses import dataclass
from datetime import date, datetime

from syndicate.storage.numbers import FeedReaderCount, PostReactions
from syndicate.web.admin.charts import Chart
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerShare:
    """A part of the followers: how many, and of a hundred."""

    name: str
    number: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingServer:
    host: str
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersPage(AdminPage):
    """What can be counted. Followers are counted `since` a day, None before the first count; `counted` is when the rest
    was. `delivered` and the like count what was sent in the last 30 days; `subscribers` adds up what `readers` report."""

    template = "admin/numbers.html"
    since: date | None = None
    counted: datetime | None = None
    followers: int = 0
    growth: Chart | None = None
    servers: tuple[FollowerShare, ...] = ()
    other_servers: int = 0
    software: tuple[FollowerShare, ...] = ()
    months: tuple[Chart, ...] = ()
    posts: tuple[PostReactions, ...] = ()
    delivered: int = 0
    waiting: int = 0
    failed: int = 0
    failing: tuple[FailingServer, ...] = ()
    more_failing: int = 0
    readers: tuple[FeedReaderCount, ...] = ()
    subscribers: int = 0
    push: int = 0
