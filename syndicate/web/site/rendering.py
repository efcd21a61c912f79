"""From a page's dataclass to the bytes of its HTML, and the files that pages load.

Templates stand in `templates/`, one per dataclass of `pages.py`. Everything is escaped but `SafeHtml`; marks that
turn the direction of text are taken out of plain text as a second line, for a name that reads backwards would
turn the line around it. Pages load nothing but `Pages.assets`, hold no script, and no style of their own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from importlib.resources import files
from types import CodeType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket

from syndicate.content.scripts import has_mixed_scripts
from syndicate.feeds.opml import xfn
from syndicate.web.site.pages import (
    AboutPage,
    ArchivePage,
    ArchivesPage,
    BlogrollPage,
    DialogPage,
    ErrorPage,
    HomePage,
    Page,
    PagePage,
    PostPage,
    RiverPage,
    SearchPage,
    SubscribePage,
)

TEMPLATES: Mapping[type[Page], str] = {
    AboutPage: "about.html",
    ArchivePage: "archive.html",
    ArchivesPage: "archives.html",
    BlogrollPage: "blogroll.html",
    DialogPage: "dialog.html",
    ErrorPage: "error.html",
    HomePage: "home.html",
    PagePage: "page.html",
    PostPage: "post.html",
    RiverPage: "river.html",
    SearchPage: "search.html",
    SubscribePage: "subscribe.html",
}

STATIC_FILES: Mapping[str, str] = {
    "style.css": "text/css; charset=utf-8",
    "copy.js": "text/javascript; charset=utf-8",
    "server.js": "text/javascript; charset=utf-8",
    "feed.css": "text/css; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "favicon.png": "image/png",
    "favicon.ico": "image/x-icon",
}

AT_THE_ROOT = ("favicon.ico", "favicon.png", "feed.css")
"""Files that are also asked for by their plain names: browsers guess, and feeds stay the same to the byte."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

# C0 and C1 but tab and line ends; lone surrogates; non-characters; embeddings, overrides, isolates and marks of
# direction (Unicode TR9).
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that pages load. `path` is from the root; `immutable` ones carry a hash of their body in it."""

    path: str
    body: bytes
    media_type: str
    immutable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Dates in words, in the zone of the site: `22 November 2026`, or the month first for `en-US`."""

    zone: ZoneInfo
    language: str

    def day(self, instant: datetime | date) -> str:
        local = self._local(instant)
        month = MONTHS[local.month - 1]
        if self.language.lower() == "en-us":
            return f"{month} {local.day}, {local.year}"
        return f"{local.day} {month} {local.year}"

    def minute(self, instant: datetime) -> str:
        """`22 November 2026, 19:04`."""
        return f"{self.day(instant)}, {instant.astimezone(self.zone):%H:%M}"

    def month(self, instant: datetime | date) -> str:
        """`November 2026`."""
        local = self._local(instant)
        return f"{MONTHS[local.month - 1]} {local.year}"

    def machine(self, instant: datetime) -> str:
        """`2026-11-22T19:04:00+00:00`: RFC 3339 in whole seconds, with the zone's offset."""
        return instant.astimezone(self.zone).isoformat(timespec="seconds")

    def _local(self, instant: datetime | date) -> date:
        return instant.astimezone(self.zone).date() if isinstance(instant, datetime) else instant


class Pages:
    """Renders pages. The same page always gives the same bytes."""

    def __init__(self, *, timezone: str, language: str) -> None:
        self.calendar = Calendar(zone=ZoneInfo(timezone), language=language)
        static = {name: _asset(name, media_type) for name, media_type in STATIC_FILES.items()}
        self.assets = (*static.values(), *(_at_the_root(static[name], name) for name in AT_THE_ROOT))
        self._environment = _environment(self.calendar, {name: asset.path for name, asset in static.items()})

    def render(self, page: Page) -> bytes:
        """UTF-8 HTML; a lone surrogate that came through with somebody's HTML becomes a question mark."""
        template = self._environment.get_template(TEMPLATES[type(page)])
        return template.render(page=page, site=page.site, head=page.head).encode(errors="replace")


class _Compiled(BytecodeCache):
    """Templates are compiled once in a process, however often a server is built in it."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def _environment(calendar: Calendar, static: Mapping[str, str]) -> Environment:
    environment = Environment(
        loader=PackageLoader("syndicate.web.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=printable,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    filters: Mapping[str, Callable[..., Any]] = {
        "day": calendar.day,
        "minute": calendar.minute,
        "machine": calendar.machine,
        "web": web_address,
        "display_address": display_address,
        "xfn": xfn,
        "feed_name": feed_name,
        "mixes_scripts": has_mixed_scripts,
    }
    environment.filters.update(filters)
    environment.globals["static"] = static
    return environment


def printable(value: object) -> object:
    """Plain text without control characters and marks of direction; `SafeHtml` and markup as they are."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return _UNPRINTABLE.sub("", value)
    return value


def web_address(address: str) -> str:
    """The address where it leads to the web or to ourselves, else empty: strangers send `javascript:` too."""
    if address.startswith("/") and not address.startswith(("//", "/\\")):
        return address
    return address if address.lower().startswith(("https://", "http://")) else ""


def display_address(address: str) -> str:
    """An address as people write it: `social.example/@ada`."""
    return address.partition("://")[2].rstrip("/") or address


def feed_name(media_type: str) -> str:
    """What people call a feed of this type."""
    return {"application/atom+xml": "Atom", "application/feed+json": "JSON"}.get(media_type, "RSS")


def _asset(name: str, media_type: str) -> Asset:
    body = files("syndicate.web.site").joinpath("static", name).read_bytes()
    stem, suffix = name.rsplit(".", 1)
    digest = sha256(body).hexdigest()[:12]
    return Asset(path=f"/static/{stem}.{digest}.{suffix}", body=body, media_type=media_type, immutable=True)


def _at_the_root(icon: Asset, name: str) -> Asset:
    """Feed readers and older browsers ask for `/favicon.ico` without being told; `/favicon.png` is the blog's picture
    in the fediverse, where its address must not change with its bytes."""
    return Asset(path=f"/{name}", body=icon.body, media_type=icon.media_type, immutable=False)
