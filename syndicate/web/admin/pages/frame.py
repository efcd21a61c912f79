"""What every page of the author's interface has in common, and what surrounds it."""

from dataclasses import dataclass
from typing import ClassVar

from syndicate.web.site.pages import Link

START = "/admin/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds a page. `navigation`, in groups, is empty and `csrf` unset before somebody has signed in; `path` is that of the
    page, `notice` what has just been done, `waiting` how many comments wait; `has_keys`: single
    keys do what buttons do."""

    blog: str
    home: str
    language: str = "en"
    navigation: tuple[tuple[Link, ...], ...] = ()
    path: str = ""
    csrf: str = ""
    notice: str = ""
    waiting: int = 0
    has_keys: bool = True

    @property
    def section(self) -> str:
        """The address in the navigation under which the page lies, or an empty string."""
        links = [link.href for group in self.navigation for link in group if link.href != START]
        return max((href for href in links if self.path.startswith(href)), key=len, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage:
    """What all pages have in common."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A link to one of several lists, with the number of what it holds."""

    label: str
    href: str
    count: int | None = None
    is_current: bool = False
