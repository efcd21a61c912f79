"""How the addresses of this blog are spelled: the one place that knows.

Ids are made here once and then stored; what is stored is never computed again. Paths begin with `/` and are
percent-encoded; addresses are whole.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import SplitResult, quote, urljoin, urlsplit
from zoneinfo import ZoneInfo

UNREADABLE = urlsplit("")


def split(address: str) -> SplitResult:
    """An address taken apart; one that nobody can read (`http://[…`) is as an empty one."""
    try:
        return urlsplit(address)
    except ValueError:
        return UNREADABLE


def join(base: str, reference: str) -> str:
    """A reference resolved against an address; empty where it cannot be read."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""


LIST = re.compile(
    r"/(?:(?:category/.+|(?:tag|author|search)/[^/]+|\d{4}(?:/\d{2}){0,2}|comments)(?:/|\Z))?"
    r"(?:(?:page/\d+|feed(?:/\w+)?)/?)?"
)
MOST_PARAMETERS = 8
STYLESHEET = "/feed.css"
"""By which a feed looks decent in a browser."""
FEED_SUFFIX = {"rss": "feed/", "atom": "feed/atom/", "json": "feed/json/"}


@dataclass(frozen=True, slots=True)
class Urls:
    """Spells addresses below `base`, the site's origin without a trailing slash."""

    base: str

    def absolute(self, path: str) -> str:
        return f"{self.base}{path}"

    @property
    def home(self) -> str:
        return f"{self.base}/"

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    # ids, made once and stored

    @property
    def blog_actor(self) -> str:
        return f"{self.base}/actor"

    def actor(self, id: str) -> str:
        """An actor of ours besides the blog."""
        return f"{self.base}/actors/{id}"

    def note(self, actor: str, id: str) -> str:
        """Something that an actor of ours besides the blog says."""
        return f"{self.base}/actors/{actor}/notes/{id}"

    @property
    def shared_inbox(self) -> str:
        return f"{self.base}/inbox"

    def post(self, id: str) -> str:
        return f"{self.base}/posts/{id}"

    def activity(self, id: str) -> str:
        return f"{self.base}/activities/{id}"

    def comment(self, id: str) -> str:
        """An answer of the author's own."""
        return f"{self.base}/comments/{id}"

    def stamp(self, id: str) -> str:
        return f"{self.base}/stamps/{id}"

    # push

    @property
    def hub(self) -> str:
        """Our WebSub hub."""
        return f"{self.base}/websub"

    def hub_callback(self, id: str) -> str:
        """Where other hubs send what we subscribed to."""
        return f"{self.base}/websub/{id}"

    # paths for people

    @staticmethod
    def permalink(published: datetime, slug: str, zone: ZoneInfo) -> str:
        """`/YYYY/MM/DD/<slug>/`, in the site's time zone."""
        local = published.astimezone(zone)
        return f"/{local:%Y}/{local:%m}/{local:%d}/{quote(slug, safe='')}/"

    @staticmethod
    def page(slug: str) -> str:
        return f"/{quote(slug, safe='')}/"

    @staticmethod
    def category(slug: str) -> str:
        return f"/category/{quote(slug, safe='')}/"

    @staticmethod
    def tag(slug: str) -> str:
        return f"/tag/{quote(slug, safe='')}/"

    @staticmethod
    def author(slug: str) -> str:
        return f"/author/{quote(slug, safe='')}/"

    @staticmethod
    def month(year: int, month: int) -> str:
        return f"/{year:04d}/{month:02d}/"

    @staticmethod
    def behind(of: str, suffix: str) -> str:
        """What stands behind a page: a permalink such as `/archives/123.html` gets the slash that it has not."""
        return f"{of}{'' if of.endswith('/') else '/'}{suffix}"

    @classmethod
    def feed(cls, of: str, format: str) -> str:
        """The feed of the page at path `of`: `/` gives `/feed/`, `/feed/atom/`, `/feed/json/`."""
        return cls.behind(of, FEED_SUFFIX[format])

    @classmethod
    def comments_page(cls, of: str, page: int) -> str:
        """A page of the conversation under a post."""
        return cls.behind(of, f"comment-page-{page}/") if page > 1 else of

    @classmethod
    def feed_page(cls, of: str, format: str, page: int) -> str:
        """A further page of a feed (RFC 5005 §3): `/feed/page/2/`."""
        return cls.feed(of, format) + (f"page/{page}/" if page > 1 else "")

    @classmethod
    def volume(cls, format: str, volume: int) -> str:
        """A document of the feed's archive (RFC 5005 §4): `/feed/archive/1/`, `/feed/atom/archive/1/`."""
        return f"{cls.feed('/', format)}archive/{volume}/"

    @staticmethod
    def from_first(format: str, start: date, days: int) -> str:
        """All posts from the first on, one every so many days: `/feed/from/2026-11-22/every-2-days/`, `…/atom/`."""
        return f"/feed/from/{start}/every-{days}-days/{FEED_SUFFIX[format].removeprefix('feed/')}"

    @staticmethod
    def search(words: str) -> str:
        return f"/search/{quote(words, safe='')}/"

    @staticmethod
    def media(name: str) -> str:
        return f"/media/{name}"

    @staticmethod
    def is_list(path: str) -> bool:
        """Whether a path has the form of one of the lists that WordPress has and we have: home, an archive, a feed."""
        return bool(LIST.fullmatch(path))

    @staticmethod
    def candidates(path: str) -> list[str]:
        """What a path with its query may stand for, the likeliest first: `/tea?utm_source=x` is `/tea/`, and
        `/?utm_source=x&p=7` is `/?p=7`."""
        bare, _, query = path.partition("?")
        each = [f"{bare}?{pair}" for pair in query.split("&")[:MOST_PARAMETERS]] if query else []
        slashless = bare.rstrip("/")
        return list(dict.fromkeys((path, *each, bare, f"{slashless}/", slashless or "/")))

    def path_of(self, address: str) -> str | None:
        """The path (with its query) of an address of ours, without fragment; None when it is another host's."""
        if address.startswith("/") and not address.startswith("//"):
            return address.split("#", 1)[0]
        parts = split(address)
        ours = urlsplit(self.base)
        if parts.netloc.lower() != ours.netloc or parts.scheme not in ("http", "https"):
            return None
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
