"""Builds and recognizes the addresses of this blog; no other module does.

Ids are built here once and then stored; a stored id is never computed again. Paths begin with `/` and are
percent-encoded; addresses are whole.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import SplitResult, quote, urljoin, urlsplit
from zoneinfo import ZoneInfo

from syndicate import permalinks

EMPTY = urlsplit("")


def split(address: str) -> SplitResult:
    """Split an address; one that cannot be parsed (`http://[…`) counts as empty."""
    try:
        return urlsplit(address)
    except ValueError:
        return EMPTY


def join(base: str, reference: str) -> str:
    """Resolve a reference against an address; empty if it cannot be parsed."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""


LIST = re.compile(
    r"/(?:(?:category/.+|(?:tag|author|search)/[^/]+|\d{4}(?:/\d{2}){0,2}|comments)(?:/|\Z))?"
    r"(?:(?:page/\d+|feed(?:/\w+)?)/?)?"
)
MAX_PARAMETERS = 8
STYLESHEET = "/feed.css"
"""The stylesheet for feeds in a browser."""
FEED_SUFFIX = {"rss": "feed/", "atom": "feed/atom/", "json": "feed/json/"}


@dataclass(frozen=True, slots=True)
class Urls:
    """Builds addresses below `base`, the site's origin without a trailing slash."""

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
        """Return the id of a local actor other than the blog."""
        return f"{self.base}/actors/{id}"

    def note(self, actor: str, id: str) -> str:
        """Return the id of a note by a local actor other than the blog."""
        return f"{self.base}/actors/{actor}/notes/{id}"

    @property
    def shared_inbox(self) -> str:
        return f"{self.base}/inbox"

    def post(self, id: str) -> str:
        return f"{self.base}/posts/{id}"

    def activity(self, id: str) -> str:
        return f"{self.base}/activities/{id}"

    def comment(self, id: str) -> str:
        """Return the id of a reply by the author."""
        return f"{self.base}/comments/{id}"

    def authorization(self, id: str) -> str:
        return f"{self.base}/stamps/{id}"

    # push

    @property
    def hub(self) -> str:
        """The address of the WebSub hub."""
        return f"{self.base}/websub"

    def hub_callback(self, id: str) -> str:
        """Return the callback address of a subscription at another hub."""
        return f"{self.base}/websub/{id}"

    @property
    def webmention(self) -> str:
        """The endpoint that receives Webmentions."""
        return f"{self.base}/webmention"

    # other programs

    @property
    def micropub(self) -> str:
        """The endpoint at which other programs write for the author."""
        return f"{self.base}/micropub"

    @property
    def micropub_media(self) -> str:
        return f"{self.base}/micropub/media"

    @property
    def indieauth_metadata(self) -> str:
        """The document that says how programs and sites sign the author in (RFC 8414)."""
        return f"{self.base}/.well-known/oauth-authorization-server"

    def indieauth(self, endpoint: str) -> str:
        """Return an endpoint of IndieAuth: `authorize`, `token`, `introspect`, `revoke` or `userinfo`."""
        return f"{self.base}/indieauth/{endpoint}"

    @property
    def programs(self) -> tuple[tuple[str, str], ...]:
        """What the home page names for programs: each `rel` with its address. The endpoints are for programs that do not
        know the metadata of IndieAuth."""
        return (
            ("micropub", self.micropub),
            ("indieauth-metadata", self.indieauth_metadata),
            ("authorization_endpoint", self.indieauth("authorize")),
            ("token_endpoint", self.indieauth("token")),
        )

    def answer_notice(self, token: str) -> str:
        """Return the page on which a reader confirms or ends the notice of an answer."""
        return f"{self.base}/comments/notice/{token}"

    # paths of pages

    @staticmethod
    def comment_form(of: str, *, anchor: str = "", sent: str = "") -> str:
        """Return the path of the comment form for the post at path `of`, or for the comment there with this anchor.
        `sent` is what thanks for a comment: `yes`, or `mail` for one with a mail address."""
        to = quote(f"{of}#{anchor}" if anchor else of, safe="/")
        return f"/comments/new?to={to}{f'&sent={sent}' if sent else ''}"

    @staticmethod
    def permalink(published: datetime, slug: str, zone: ZoneInfo, pattern: str = permalinks.DEFAULT) -> str:
        """Return the path of a new post by a pattern (`site.permalinks`)."""
        return permalinks.fill(pattern, published, slug, zone)

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
    def below(of: str, suffix: str) -> str:
        """Append a suffix to the path of a page, with a slash between them."""
        return f"{of}{'' if of.endswith('/') else '/'}{suffix}"

    @classmethod
    def feed(cls, of: str, format: str) -> str:
        """The feed of the page at path `of`: `/` gives `/feed/`, `/feed/atom/`, `/feed/json/`."""
        return cls.below(of, FEED_SUFFIX[format])

    @classmethod
    def comments_page(cls, of: str, page: int) -> str:
        """Return the path of a page of comments under a post."""
        return cls.below(of, f"comment-page-{page}/") if page > 1 else of

    @classmethod
    def feed_page(cls, of: str, format: str, page: int) -> str:
        """A further page of a feed (RFC 5005 §3): `/feed/page/2/`."""
        return cls.feed(of, format) + (f"page/{page}/" if page > 1 else "")

    @classmethod
    def archive_document(cls, format: str, volume: int) -> str:
        """A document of the feed's archive (RFC 5005 §4): `/feed/archive/1/`, `/feed/atom/archive/1/`."""
        return f"{cls.feed('/', format)}archive/{volume}/"

    @classmethod
    def open_archive_document(cls, format: str, volume: int, last: str) -> str:
        """The archive document that still grows, by the id of its last post: `/feed/archive/4/up-to-<id>/`."""
        return f"{cls.archive_document(format, volume)}up-to-{last}/"

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
        """Whether a path has the form of a list that both WordPress and Syndicate have: home, an archive, a feed."""
        return bool(LIST.fullmatch(path))

    @staticmethod
    def candidates(path: str) -> list[str]:
        """Return the stored paths that a path with its query may stand for, the likeliest first: `/tea?utm_source=x`
        is `/tea/`, and `/?utm_source=x&p=7` is `/?p=7`."""
        bare, _, query = path.partition("?")
        each = [f"{bare}?{pair}" for pair in query.split("&")[:MAX_PARAMETERS]] if query else []
        slashless = bare.rstrip("/")
        return list(dict.fromkeys((path, *each, bare, f"{slashless}/", slashless or "/")))

    def path_of(self, address: str) -> str | None:
        """Return the path with query of an address of this blog, without fragment; None for another host."""
        if address.startswith("/") and not address.startswith("//"):
            return address.split("#", 1)[0]
        parts = split(address)
        ours = urlsplit(self.base)
        if parts.netloc.lower() != ours.netloc or parts.scheme not in ("http", "https"):
            return None
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
