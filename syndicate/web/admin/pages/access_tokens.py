"""The page of access tokens."""

from dataclasses import dataclass

from syndicate.storage.access_tokens import AccessToken
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensPage(AdminPage):
    """The tokens of other programs, and the form for a new one. `token` is the one that was just made, shown once;
    `endpoint` is the address that programs may ask for."""

    template = "admin/access_tokens.html"
    form: Form
    endpoint: str
    tokens: tuple[AccessToken, ...] = ()
    token: str = ""
