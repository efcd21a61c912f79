"""Pages with many posts: lists, and what is done with several at once."""

from dataclasses import dataclass, field
from datetime import datetime

from syndicate.model.post import Post
from syndicate.storage.admin_posts import PostRow
from syndicate.storage.tombstones import Tombstone
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage, Tab
from syndicate.web.site.pages import Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickEdit:
    """The form in the row of a post. `is_possible` is False where the post is to be changed elsewhere."""

    id: str
    form: Form
    base_revision: int
    has_date: bool = False
    is_live: bool = False
    is_possible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsPage(AdminPage):
    """The author's posts in one state. `edited` are the ids of those with changes that are not in the post yet; of
    `deleted` ones only address and date are known. `address` is that of this list; `tags` and `years` are offered."""

    template = "admin/posts.html"
    tabs: tuple[Tab, ...]
    state: str
    address: str = "/admin/posts/"
    words: str = ""
    tag: str = ""
    year: str = ""
    tags: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    posts: tuple[PostRow, ...] = ()
    deleted: tuple[Tombstone, ...] = ()
    edited: frozenset[str] = frozenset()
    quick: QuickEdit | None = None
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPost:
    """A post that something is to be done with. `problem` says why it is left as it is; `note` what is to be known."""

    post: Post
    revision: int
    problem: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPage(AdminPage):
    """The question before something is done with several posts."""

    template = "admin/chosen.html"
    do: str
    posts: tuple[ChosenPost, ...] = ()
    form: Form = field(default_factory=Form)
    next: str = "/admin/posts/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenResult:
    """What became of one post: `is_done`, or why it was left as it is, in words."""

    id: str
    title: str
    text: str
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenDonePage(AdminPage):
    """What became of several posts. `due` is until when those published can be taken back."""

    template = "admin/chosen_done.html"
    id: str
    text: str
    results: tuple[ChosenResult, ...]
    due: datetime | None = None
    next: str = "/admin/posts/"
