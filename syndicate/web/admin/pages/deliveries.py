"""Pages about what was sent and what was received."""

from dataclasses import dataclass, field
from datetime import datetime

from syndicate.storage.inbox_queue import Refusal
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage, Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRow:
    """One server and what became of a delivery to it: `state` with the words for it, what the server answered, when it
    was tried last and is tried next. `what` says what was sent, in lists of several things; `people` are some of the
    followers there, who have not got it."""

    server: str
    state: str
    words: str
    answer: str = ""
    last: datetime | None = None
    next: datetime | None = None
    activity: str
    inbox: str
    what: str = ""
    can_retry: bool = False
    people: tuple[str, ...] = ()
    has_more_people: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCard:
    """An activity of the blog. Of `total` servers `has` have it; `leaves` is when it goes to the next ones; `has_more`:
    not all servers are listed."""

    id: str
    what: str
    at: datetime
    total: int
    has: int
    waiting: int = 0
    failed: int = 0
    leaves: datetime | None = None
    rows: tuple[ServerRow, ...] = ()
    has_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesPage(AdminPage):
    """Where something went: a post with this `post_id`, or what `of` denotes; without either, the latest of everything.
    `next` is the address of the page."""

    template = "admin/deliveries.html"
    form: Form = field(default_factory=Form)
    title: str = ""
    post_id: str = ""
    is_public: bool = True
    next: str
    tabs: tuple[Tab, ...] = ()
    cards: tuple[SentCard, ...] = ()
    rows: tuple[ServerRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRow:
    """An activity that was received: what it is and what became of it, in words."""

    id: str
    at: datetime
    sender: str
    what: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRow:
    """A request that was refused, with the reason in words."""

    refusal: Refusal
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage(AdminPage):
    """What other servers sent, or the requests of theirs that were refused."""

    template = "admin/activity.html"
    tabs: tuple[Tab, ...]
    received: tuple[ReceivedRow, ...] = ()
    refusals: tuple[RefusalRow, ...] = ()
    is_refused: bool = False
    newest: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPage(AdminPage):
    """One received activity with its document."""

    template = "admin/received.html"
    row: ReceivedRow
    actor: str
    object: str
    uri: str
    document: str
