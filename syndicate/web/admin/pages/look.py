"""The page about how the blog and its account look."""

from dataclasses import dataclass

from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """A picture that is set. `address` is that of a small form, `alt` its description."""

    address: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookPage(AdminPage):
    """Name, tagline, author, about text, pictures and profile fields. `locked` are the fields that the configuration of
    the server gives."""

    template = "admin/look.html"
    form: Form
    handle: str
    fields: int
    picture: ShownPicture | None = None
    header: ShownPicture | None = None
    locked: frozenset[str] = frozenset()
