"""Pages for bringing in and taking along."""

from dataclasses import dataclass, field
from datetime import datetime

from syndicate.storage.imports import StoredImport
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage(AdminPage):
    """What can be downloaded. `last_backup` is None before the first."""

    template = "admin/export.html"
    last_backup: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage(AdminPage):
    """The form for a file, and the newest imports. While one `is_running`, the page loads itself
    again, and has no form, since that would lose the file that was chosen. `suggests_form`: the blog that came in had a
    comment form, and this one has none."""

    template = "admin/import.html"
    form: Form = field(default_factory=Form)
    max_size: str
    imports: tuple[StoredImport, ...] = ()
    suggests_form: bool = False
    is_running: bool = False
