"""Pages about posts: lists, the editor, the last look, conflicts, revisions, previews."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicate.model.post import Post
from syndicate.storage.citations import Citation
from syndicate.storage.revisions import Revision
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage(AdminPage):
    """The editor. A new post (or page: `is_page`) has no `id`; its `form_id` makes one post of a form that is sent
    twice. `saved` is when changes were kept aside; `address` that of a public post; `due` until when it can be taken
    back; `blocks` are the lengths of the blocks of an HTML text, as browsers count. `citation` is what is
    known of the target that it answers, likes or boosts; `can_boost`: followers can be shown it again."""

    template = "admin/edit.html"
    form: Form
    form_id: str = ""
    id: str = ""
    post: Post | None = None
    base_revision: int = 0
    is_live: bool = False
    is_in_folder: bool = False
    is_html: bool = False
    is_page: bool = False
    blocks: tuple[int, ...] = ()
    has_date: bool = True
    saved: datetime | None = None
    address: str = ""
    comments: int = 0
    due: datetime | None = None
    citation: Citation | None = None
    can_boost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishAudience:
    """Who gets a post: `followers` on so many `servers`, and subscribers and hubs of the feeds."""

    followers: int = 0
    servers: int = 0
    has_more_servers: bool = False
    push: int = 0
    hubs: int = 0
    is_page: bool = False
    is_local: bool = False
    is_quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPage(AdminPage):
    """The last look: who gets a post, when, and what it lacks. `is_update`: readers have it already;
    `look` identifies the text that is looked at."""

    template = "admin/publish.html"
    form: Form
    id: str
    title: str
    is_update: bool = False
    is_changed: bool = True
    has_date: bool = True
    look: str = ""
    audience: PublishAudience
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPage(AdminPage):
    """After publishing. `due` is until when a post can be taken back, None if it has gone out; `is_fetched`: another
    server has it nevertheless; `is_late`: it should have gone out already."""

    template = "admin/published.html"
    post: Post
    address: str
    audience: PublishAudience
    due: datetime | None = None
    is_fetched: bool = False
    is_quiet: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpublishPage(AdminPage):
    """The question before a post becomes a draft. `is_unsent`: nobody was notified of it."""

    template = "admin/unpublish.html"
    post: Post
    is_unsent: bool = False


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
