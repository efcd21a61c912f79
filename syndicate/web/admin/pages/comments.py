"""Pages about comments, mentions and reports."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.model.comment import CommentKind, CommentState
from syndicate.storage.reports import Report
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage, Tab
from syndicate.web.site.safe_html import SafeHtml


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierText:
    """A text of a comment before it was changed, which was new at `written`."""

    html: SafeHtml
    written: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentCard:
    """A comment with all that it takes to decide about it. `record` says what became of other comments of its author;
    `place` is where it is shown; `post` the id of its post; `answers` the author of the comment that it answers; `earlier` are
    its texts before it was changed, newest first. `wants_notice`: a mail about the first answer goes to its author;
    `is_federated`: answers go to the account of its author."""

    id: str
    number: int = 0
    author: str
    handle: str = ""
    author_url: str = ""
    avatar: str = ""
    server: str = ""
    source: str = ""
    kind: CommentKind = CommentKind.REPLY
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
    earlier: tuple[EarlierText, ...] = ()
    is_own: bool = False
    takes_reply: bool = True
    can_block: bool = False
    wants_notice: bool = False
    is_federated: bool = False


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
