"""The start page of the author's interface."""

from dataclasses import dataclass

from syndicate.web.admin.pages.frame import AdminPage


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
