"""Renders the dataclass of a page to HTML as bytes, and provides the static files that pages load.

The templates are in `templates/`, one per page type. Everything except `SafeHtml` is escaped. Control
characters and bidirectional marks are removed from plain text, because a name with such a mark would reverse the text
around it. Pages load only `Pages.assets`, and contain no inline scripts or styles.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from importlib.resources import files
from types import CodeType
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import BytecodeCache, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from syndicate.config import SiteConfig
from syndicate.content.scripts import has_mixed_scripts
from syndicate.feeds.opml import xfn
from syndicate.translation import _
from syndicate.web.site.bundle import built_files, why_missing
from syndicate.web.site.pages import Page
from syndicate.web.site.printable import printable
from syndicate.web.site.translation import install

JAVASCRIPT = "text/javascript; charset=utf-8"

STATIC_FILES: Mapping[str, str] = {
    "style.css": "text/css; charset=utf-8",
    "copy.js": JAVASCRIPT,
    "server.js": JAVASCRIPT,
    "feed.css": "text/css; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "favicon.png": "image/png",
    "favicon.ico": "image/x-icon",
}

ADMIN_FILES: Mapping[str, str] = {
    "admin.css": "text/css; charset=utf-8",
    "comments.js": JAVASCRIPT,
    "keys.js": JAVASCRIPT,
    "editor.js": JAVASCRIPT,
    "markdown.js": JAVASCRIPT,
    "passkeys.js": JAVASCRIPT,
    "writing.js": JAVASCRIPT,
}
"""The static files of the author's interface."""

ROOT_FILES = ("favicon.ico", "favicon.png", "feed.css")
"""Files also served by their plain names: browsers request them unprompted, and feeds stay identical to the byte."""

MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)

SHARED_TEMPLATES = ("admin/base.html", "admin/_forms.html", "_paging.html")
"""What most pages of the desk consist of. It is compiled at the start, since with the template of the page itself it would take
the first request over 100 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A static file. `path` starts at the root; that of an `immutable` file contains a hash of its body."""

    path: str
    body: bytes
    media_type: str
    immutable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Dates in words, in the zone of the site: `22 November 2026`, or the month first for `en-US`."""

    site: Callable[[], SiteConfig]

    @property
    def zone(self) -> ZoneInfo:
        return self.site().zone

    def zone_name(self) -> str:
        return self.zone.key

    def day(self, instant: datetime | date) -> str:
        local = self._local(instant)
        month = MONTHS[local.month - 1]
        if self.site().language.lower() == "en-us":
            return f"{month} {local.day}, {local.year}"
        return f"{local.day} {month} {local.year}"

    def minute(self, instant: datetime) -> str:
        """`22 November 2026, 19:04`."""
        return f"{self.day(instant)}, {instant.astimezone(self.zone):%H:%M}"

    def clock(self, instant: datetime) -> str:
        """`19:04:07`."""
        return f"{instant.astimezone(self.zone):%H:%M:%S}"

    def month(self, instant: datetime | date) -> str:
        """`November 2026`."""
        local = self._local(instant)
        return f"{MONTHS[local.month - 1]} {local.year}"

    def machine(self, instant: datetime) -> str:
        """`2026-11-22T19:04:00+00:00`: RFC 3339 in whole seconds, with the zone's offset."""
        return instant.astimezone(self.zone).isoformat(timespec="seconds")

    def _local(self, instant: datetime | date) -> date:
        return instant.astimezone(self.zone).date() if isinstance(instant, datetime) else instant


class PageRenderer:
    """Renders pages. Equal pages give equal bytes. Dates are written as `site` is at that time."""

    def __init__(self, site: Callable[[], SiteConfig]) -> None:
        self.calendar = Calendar(site=site)
        static = {name: _asset("syndicate.web.site", name, media_type) for name, media_type in STATIC_FILES.items()}
        static |= {name: _asset("syndicate.web.admin", name, media_type) for name, media_type in ADMIN_FILES.items()}
        static |= {name: _as_asset(name, body, JAVASCRIPT) for name, body in built_files()}
        self.assets = (*static.values(), *(_root_asset(static[name], name) for name in ROOT_FILES))
        self._environment = _environment(self.calendar, {name: asset.path for name, asset in static.items()})
        for name in SHARED_TEMPLATES:
            self._environment.get_template(name)

    def render(self, page: Page) -> bytes:
        """Return a page as UTF-8 HTML. A lone surrogate in sanitized HTML becomes a question mark."""
        return self.render_template(page.template, page=page, site=page.site, head=page.head)

    def render_template(self, name: str, **values: object) -> bytes:
        """Return a template with these values as UTF-8 HTML."""
        return self._environment.get_template(name).render(values).encode(errors="replace")


class _ProcessBytecodeCache(BytecodeCache):
    """Compiles each template once per process, however many servers run in it."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code


_BYTECODE_CACHE = _ProcessBytecodeCache()


def _environment(calendar: Calendar, static: Mapping[str, str]) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("syndicate.web.site"), PackageLoader("syndicate.web.admin")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=printable,
        auto_reload=False,
        bytecode_cache=_BYTECODE_CACHE,
    )
    filters: Mapping[str, Callable[..., Any]] = {
        "day": calendar.day,
        "minute": calendar.minute,
        "clock": calendar.clock,
        "machine": calendar.machine,
        "web": web_address,
        "display_address": display_address,
        "xfn": xfn,
        "verbatim": verbatim,
        "feed_name": feed_name,
        "mixes_scripts": has_mixed_scripts,
    }
    environment.filters.update(filters)
    environment.globals["static"] = static
    environment.globals["zone"] = calendar.zone_name
    environment.globals["why_no_rich_editor"] = why_missing()
    install(environment)
    return environment


def verbatim(text: str) -> Markup:
    """Return a text with all its characters, for a field from which it comes back as it is."""
    return escape(text)


def web_address(address: str) -> str:
    """Return an http(s) or local address, or an empty string for others such as `javascript:` in remote data."""
    if address.startswith("/") and not address.startswith(("//", "/\\")):
        return address
    return address if address.lower().startswith(("https://", "http://")) else ""


def display_address(address: str) -> str:
    """Return an address as people write it: `social.example/@ada`."""
    return address.partition("://")[2].rstrip("/") or address


def feed_name(media_type: str) -> str:
    """Return the common name of a feed type."""
    return {"application/atom+xml": "Atom", "application/feed+json": "JSON"}.get(media_type, "RSS")


@functools.cache
def _asset(package: str, name: str, media_type: str) -> Asset:
    return _as_asset(name, files(package).joinpath("static", name).read_bytes(), media_type)


def _as_asset(name: str, body: bytes, media_type: str) -> Asset:
    stem, suffix = name.rsplit(".", 1)
    digest = sha256(body).hexdigest()[:12]
    return Asset(path=f"/static/{stem}.{digest}.{suffix}", body=body, media_type=media_type, immutable=True)


def _root_asset(asset: Asset, name: str) -> Asset:
    """Return a file under its plain name.

    Feed readers and older browsers request `/favicon.ico` unprompted. `/favicon.png` is the picture of the blog in the
    fediverse, where its address must not change with its bytes.
    """
    return Asset(path=f"/{name}", body=asset.body, media_type=asset.media_type, immutable=False)


PAGES = web.AppKey("pages", PageRenderer)
