"""The page of access tokens."""

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage

SCOPE_WORDS: Mapping[Scope, str] = {
    Scope.CREATE: _("publish posts (create)"),
    Scope.UPDATE: _("read and change posts, also drafts (update)"),
    Scope.DELETE: _("take posts away from readers (delete)"),
    Scope.UNDELETE: _("bring those back (undelete)"),
    Scope.MEDIA: _("upload pictures and other files (media)"),
    Scope.DRAFT: _("only write drafts, if it may not publish (draft)"),
    Scope.PROFILE: _("read your name and your picture (profile)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensPage(AdminPage):
    """The tokens of other programs, and the form for a new one. `token` is the one that was just made, shown once;
    `endpoint` is the address that programs may ask for."""

    template = "admin/access_tokens.html"
    words = SCOPE_WORDS
    form: Form
    endpoint: str
    tokens: tuple[AccessToken, ...] = ()
    token: str = ""
