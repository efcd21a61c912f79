"""Pages of signing in and of the account."""

from dataclasses import dataclass, field

from syndicate.storage.admin_account import Passkey
from syndicate.storage.admin_events import AdminEvent
from syndicate.storage.admin_sessions import StoredSession
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPage(AdminPage):
    """The first step of setting up: choosing a password. `is_again`: an account exists and is regained."""

    template = "admin/setup.html"
    form: Form = field(default_factory=Form)
    is_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesPage(AdminPage):
    """Recovery codes: the button that makes them, and, once, the codes. `next` is where the page leads on."""

    template = "admin/codes.html"
    action: str
    next: str
    is_first_run: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomePasskeyPage(AdminPage):
    """The step that offers a passkey."""

    template = "admin/welcome_passkey.html"
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage(AdminPage):
    """Signing in. `next` is the page to go to; `resume` what was being sent when the session was found to have ended.

    `is_confirmation`: somebody signed in gives a factor again. `mode` is `password` or `code`.
    """

    template = "admin/login.html"
    form: Form = field(default_factory=Form)
    next: str = "/admin/"
    resume: str = ""
    mode: str = "password"
    is_confirmation: bool = False
    has_account: bool = True
    has_passkeys: bool = False
    two_factors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePage(AdminPage):
    """After signing in again: the form that could not be sent, with everything in it."""

    template = "admin/resume.html"
    action: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPage(AdminPage):
    """A request that cannot be answered, with the reason in words."""

    template = "admin/refused.html"
    heading: str = _("This was not accepted")
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadPage(AdminPage):
    """A page that loads itself again from here: a browser sends no strict cookies after a click on another site."""

    template = "admin/reload.html"
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(AdminPage):
    """Password, passkeys, recovery codes, sessions, and what happened. `current` is the hash of this session."""

    template = "admin/account.html"
    form: Form = field(default_factory=Form)
    current: str
    codes_left: int
    passkeys: tuple[Passkey, ...] = ()
    offers_passkeys: bool = True
    two_factors: bool = False
    sessions: tuple[StoredSession, ...] = ()
    events: tuple[AdminEvent, ...] = ()
