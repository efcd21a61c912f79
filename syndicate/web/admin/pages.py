"""The input of the templates of the author's interface: one frozen dataclass per page.

`template` is its file below `templates/`. Texts are plain and are escaped on output. `Frame` is what every page shows
around its own content.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from syndicate.model.comment import CommentState
from syndicate.model.post import Post
from syndicate.storage.admin_account import Passkey
from syndicate.storage.admin_events import AdminEvent
from syndicate.storage.admin_posts import PostRow
from syndicate.storage.admin_sessions import StoredSession
from syndicate.storage.imports import StoredImport
from syndicate.storage.reports import Report
from syndicate.storage.revisions import Revision
from syndicate.storage.tombstones import Tombstone
from syndicate.web.admin.forms import Form
from syndicate.web.site.pages import Link, Paging
from syndicate.web.site.safe_html import SafeHtml


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds a page. `navigation` is empty and `csrf` unset before somebody has signed in; `path` is that of the
    page, `notice` what has just been done, `waiting` how many comments wait."""

    blog: str
    home: str
    language: str = "en"
    navigation: tuple[Link, ...] = ()
    path: str = ""
    csrf: str = ""
    notice: str = ""
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage:
    """What all pages have in common."""

    template: ClassVar[str]


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
    heading: str = "This was not accepted"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadPage(AdminPage):
    """A page that loads itself again from here: a browser sends no strict cookies after a click on another site."""

    template = "admin/reload.html"
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage(AdminPage):
    """What waits for the author. `failing` are servers that have not answered for long; `backup_days` is the age of the
    last backup, None before the first; `is_backup_due` says that it is too old."""

    template = "admin/start.html"
    drafts: int = 0
    scheduled: int = 0
    failing: tuple[str, ...] = ()
    backup_days: int | None = None
    is_backup_due: bool = True


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


# posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A link to one of several lists, with the number of what it holds."""

    label: str
    href: str
    count: int
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsPage(AdminPage):
    """The author's posts in one state. `edited` are the ids of those with changes that are not in the post yet; of
    `deleted` ones only address and date are known."""

    template = "admin/posts.html"
    tabs: tuple[Tab, ...]
    state: str
    words: str = ""
    posts: tuple[PostRow, ...] = ()
    deleted: tuple[Tombstone, ...] = ()
    edited: frozenset[str] = frozenset()
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage(AdminPage):
    """The editor. A new post has no `id`; its `form_id` makes one post of a form that is sent twice. `saved` is when
    changes were kept aside; `address` that of a public post."""

    template = "admin/edit.html"
    form: Form
    form_id: str = ""
    id: str = ""
    post: Post | None = None
    base_revision: int = 0
    is_live: bool = False
    is_in_folder: bool = False
    is_html: bool = False
    has_date: bool = True
    saved: datetime | None = None
    address: str = ""
    comments: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPage(AdminPage):
    """The last look: who gets a post, when, and what it lacks. `is_update`: readers have it already."""

    template = "admin/publish.html"
    form: Form
    id: str
    title: str
    is_update: bool = False
    is_changed: bool = True
    has_date: bool = True
    followers: int = 0
    subscriptions: int = 0
    visibility: str = "public"
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePostPage(AdminPage):
    """The question before a post is deleted."""

    template = "admin/delete.html"
    post: Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A line of two texts: `added`, `removed`, `gap` where lines are left out, or empty where they agree."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictPage(AdminPage):
    """What was written here (`mine`), what is in the post by now (`theirs`, with its `revision`), and both compared."""

    template = "admin/conflict.html"
    id: str
    mine: Mapping[str, str]
    theirs: Mapping[str, str]
    revision: int
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionsPage(AdminPage):
    """The earlier texts of a post. `chosen` is the one that is compared with the text of now."""

    template = "admin/revisions.html"
    id: str
    title: str
    revisions: tuple[Revision, ...] = ()
    chosen: Revision | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage(AdminPage):
    """A post as readers will see it, in a frame of its own. `link` is a preview link just made; `links` are how many
    work."""

    template = "admin/preview.html"
    id: str
    title: str
    link: str = ""
    links: int = 0


# bringing in and taking along


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage(AdminPage):
    """What can be downloaded. `last_backup` is None before the first."""

    template = "admin/export.html"
    last_backup: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage(AdminPage):
    """The form for a file, and the newest imports. While one `is_running`, the page loads itself
    again, and has no form, since that would lose the file that was chosen."""

    template = "admin/import.html"
    form: Form = field(default_factory=Form)
    max_size: str
    imports: tuple[StoredImport, ...] = ()
    is_running: bool = False


# comments


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentCard:
    """A comment with all that it takes to decide about it. `record` says what became of other comments of its author;
    `place` is where it is shown; `post` the id of its post; `answers` the author of the comment that it answers."""

    id: str
    author: str
    handle: str = ""
    author_url: str = ""
    avatar: str = ""
    server: str = ""
    source: str = ""
    record: str = ""
    reason: str = ""
    html: SafeHtml
    published: datetime
    url: str = ""
    post: str
    post_title: str
    place: str = ""
    answers: str = ""
    state: CommentState
    is_own: bool = False
    takes_reply: bool = True
    can_block: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsPage(AdminPage):
    """The comments in one state. `next` is the address of this list, `undo` the id of what has just been done, which
    `done` says in words."""

    template = "admin/comments.html"
    tabs: tuple[Tab, ...]
    state: str
    comments: tuple[CommentCard, ...] = ()
    next: str
    newest: str = ""
    older: str = ""
    undo: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPage(AdminPage):
    """One comment, and the form for an answer, or for changing one's own. `next` is the list to go back to."""

    template = "admin/comment.html"
    comment: CommentCard
    form: Form
    next: str
    is_edit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionCard:
    """A note that names the blog, or a private message."""

    uri: str
    author: str
    handle: str
    is_private: bool
    html: SafeHtml
    url: str
    published: datetime
    is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionsPage(AdminPage):
    """Mentions and private messages, the new ones or all, and reports of other servers."""

    template = "admin/mentions.html"
    mentions: tuple[MentionCard, ...] = ()
    reports: tuple[Report, ...] = ()
    is_all: bool = False
