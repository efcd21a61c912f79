"""The pages on which the author lets another program in."""

from dataclasses import dataclass

from syndicate.storage.access_tokens import Scope
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.access_tokens import SCOPE_WORDS
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage(AdminPage):
    """The program `name` at `client_id` asks for `scopes`, and for `unknown` ones that do not exist here. `is_found`: it
    says itself who it is. `back` is the host to which the author goes back, `me` the address by which they are known."""

    template = "admin/consent.html"
    words = SCOPE_WORDS
    form: Form
    name: str
    client_id: str
    is_found: bool = True
    back: str
    me: str
    scopes: tuple[Scope, ...] = ()
    unknown: str = ""
    action: str

    @property
    def host(self) -> str:
        return self.client_id.partition("://")[2].partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefusedPage(AdminPage):
    """A request that cannot be accepted. `back` tells the program at `host` so, and is empty if that is not known to be
    its address."""

    template = "admin/consent_refused.html"
    text: str
    back: str = ""
    host: str = ""
