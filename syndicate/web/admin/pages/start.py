"""The start page of the author's interface."""

from dataclasses import dataclass

from syndicate.federation.actors.outside_checks import OutsideCheck
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage
from syndicate.web.admin.pages.look import ShownPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeSteps:
    """The three things to do with a new blog, and which of them are done."""

    has_name: bool = False
    has_post: bool = False
    has_import: bool = False

    @property
    def is_done(self) -> bool:
        return self.has_name and self.has_post and self.has_import


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage(AdminPage):
    """What waits for the author. `failing` are servers that have not answered for long; `backup_days` is the age of the
    last backup, None before the first; `is_backup_due` says that it is too old. Of the blogroll, `quiet_feeds` have
    published nothing for long and `failing_feeds` do not answer. `welcome` is there while the blog is new."""

    template = "admin/start.html"
    drafts: int = 0
    scheduled: int = 0
    failing: tuple[str, ...] = ()
    backup_days: int | None = None
    is_backup_due: bool = True
    quiet_feeds: int = 0
    failing_feeds: int = 0
    welcome: WelcomeSteps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeBlogPage(AdminPage):
    """The step that names the blog, with its picture. `locked` are the fields that `syndicate.toml` decides; `asks_for_form`: whether
    readers without an account may comment is to be chosen."""

    template = "admin/welcome_blog.html"
    form: Form
    handle: str
    locked: frozenset[str] = frozenset()
    asks_for_form: bool = True
    picture: ShownPicture | None = None
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeImportPage(AdminPage):
    """The step that leads to the import."""

    template = "admin/welcome_import.html"
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeChecksPage(AdminPage):
    """The step that looks at the blog from outside."""

    template = "admin/welcome_checks.html"
    checks: tuple[OutsideCheck, ...] = ()
    next: str
