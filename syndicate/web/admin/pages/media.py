"""Pages about pictures and other files."""

from dataclasses import dataclass, field

from syndicate.storage.admin_media import ListedFile, MediaUse
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCard:
    """A file in the list. `address` is where it is served, `thumbnail` a small picture of it, or empty; `name` what it
    was called, `kind` its media type, `size` in words."""

    listed: ListedFile
    address: str
    thumbnail: str
    name: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPage(AdminPage):
    """The author's files, newest first, with a form for a new one. `words` are searched for."""

    template = "admin/media.html"
    form: Form = field(default_factory=Form)
    max_size: str
    words: str = ""
    files: tuple[FileCard, ...] = ()
    newest: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage(AdminPage):
    """One file: its description, its address, and the posts that use it, of which `more` are not listed."""

    template = "admin/file.html"
    form: Form
    card: FileCard
    uses: tuple[MediaUse, ...] = ()
    more: int = 0
