"""The page of the settings."""

from dataclasses import dataclass

from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField:
    """A setting in the form: its name, with its words and, for a choice, its options. One that is `is_locked` is shown,
    and cannot be changed here."""

    name: str
    label: str
    hint: str = ""
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    is_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingGroup:
    """Settings under one heading."""

    name: str
    heading: str
    fields: tuple[SettingField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage(AdminPage):
    """All settings. `form` has their values."""

    template = "admin/settings.html"
    form: Form
    groups: tuple[SettingGroup, ...]
