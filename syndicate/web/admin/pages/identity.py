"""Pages about the keys of the blog's accounts, and about moving it."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.federation.outbox.account_requests import MoveState, ServerInNeed
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCard:
    """An account of the blog and its key: when that was changed last, and whether it is being changed now. `in_need` are
    servers that may refuse a new one for a while."""

    id: str
    account: str
    changed: datetime | None
    is_changing: bool
    in_need: tuple[ServerInNeed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPage(AdminPage):
    """The keys that the blog signs with."""

    template = "admin/keys.html"
    cards: tuple[KeyCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePage(AdminPage):
    """How far a move is, and the form for one; with `confirming`, the question whether to move there."""

    template = "admin/move.html"
    form: Form
    state: MoveState
    account: str
    uri: str
    followers: int
    confirming: str = ""

    @property
    def is_cancelling(self) -> bool:
        return self.state.requested == "cancel"
