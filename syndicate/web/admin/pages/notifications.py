"""Pages about being notified by mail and feed."""

from dataclasses import dataclass, field

from syndicate.storage.notifications import StoredMail
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsPage(AdminPage):
    """What the author is notified of, and how. `kinds` are name, label and whether it is on; `locked` the fields that the
    configuration of the server gives; `feed` the address of the private feed; `last` the newest mail."""

    template = "admin/notifications.html"
    form: Form = field(default_factory=Form)
    kinds: tuple[tuple[str, str, bool], ...]
    mode: str
    has_mail: bool
    feed: str
    last: StoredMail | None = None
    locked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsOffPage(AdminPage):
    """The one-click end of the mails: a button, and afterwards that it is done."""

    template = "admin/mails_off.html"
    is_off: bool = False
