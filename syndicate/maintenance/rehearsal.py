"""Compares the old blog, which still runs, with what was imported here, before its address leads here.

In come the old blog's sitemaps, feeds and pages, one request at a time; out goes what is the same and what is not.
Nothing is changed.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from lxml import etree

from syndicate.clock import Clock
from syndicate.content import html as author_html
from syndicate.content.text import canonical_path, plain, words_of
from syndicate.errors import DocumentUnusable, InputError, NotAnExport, RemoteError
from syndicate.importers.feed import json_feed, xml_feed
from syndicate.importers.records import ExportedPost
from syndicate.model.post import Post
from syndicate.storage import Store
from syndicate.storage.media import MediaState
from syndicate.translation import _
from syndicate.transport.message import FEED, PAGE, Redirects, Request, Response, Transport, require_success
from syndicate.urls import Urls, join, split

REQUEST_INTERVAL_SECONDS = 1.0
MAX_ADDRESSES = 50_000
MAX_SITEMAPS = 200
MAX_FEED_PAGES = 500
FEEDS = (
    "/feed/",
    "/feed/atom/",
    "/feed/json/",
    "/comments/feed/",
    "/feed.xml",
    "/atom.xml",
    "/rss.xml",
    "/index.xml",
    "/rss/",
)
SITEMAPS = ("/sitemap.xml", "/wp-sitemap.xml", "/sitemap_index.xml", "/sitemap-index.xml")
COMMENT_ID = re.compile(r"""\bid=["']comment-(\d+)["']""")
TITLE = re.compile(r"<(title|h1|h2)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
IMPORT_FIRST = "import the old blog first"


@dataclass(slots=True)
class Comparison:
    """How many things of each kind were compared and are the same, and a line for each that is not."""

    compared: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def note(self, kind: str, is_same: bool, difference: str) -> None:
        self.compared[kind] += 1
        self.same[kind] += is_same
        if not is_same:
            self.differences.append(f"{kind}: {difference}")


class Rehearsal:
    """One comparison with the blog at `old`, an address with or without a path."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        urls: Urls,
        clock: Clock,
        *,
        old: str,
        pause: Callable[[float], Awaitable[None]],
        progress: Callable[[str], None],
    ) -> None:
        self._store, self._transport, self._urls, self._clock = store, transport, urls, clock
        self._pause, self._progress = pause, progress
        parts = split(old)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InputError(_("{old}: must be the address of the old blog, such as https://old.example", old=old))
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._base = f"{self._origin}{parts.path.rstrip('/')}"
        self._host = parts.netloc.lower().removeprefix("www.")
        self._full: set[str] = set()
        self.result = Comparison()

    async def run(self) -> Comparison:
        """Compare everything that can be found. Raises InputError if the old blog does not answer."""
        home = await self._fetch(f"{self._base}/", required=True)
        assert home is not None
        addresses = dict.fromkeys(await self._feeds())
        addresses.update(dict.fromkeys(await self._sitemaps()))
        for address in list(addresses)[:MAX_ADDRESSES]:
            await self._address(address)
            self._progress(address)
        if not addresses:
            raise InputError(
                _("{base}: has neither a feed nor a sitemap that can be read; nothing was compared", base=self._base)
            )
        return self.result

    # requests, one a second

    async def _fetch(self, url: str, *, required: bool = False, is_feed: bool = False) -> Response | None:
        """Return what the old blog answers; None where that is nothing usable."""
        request = Request(
            url=url,
            budget=FEED if is_feed else PAGE,
            redirects=Redirects.ANY,
            plain_http=self._origin.startswith("http:"),
        )
        try:
            response = await self._transport.fetch(request)
            require_success(response, self._clock())
        except RemoteError as error:
            if required:
                raise InputError(
                    _("{base}: the old blog does not answer: {error}", base=self._base, error=error)
                ) from error
            return None
        finally:
            await self._pause(REQUEST_INTERVAL_SECONDS)
        return response

    def _is_old(self, address: str) -> bool:
        return split(address).netloc.lower().removeprefix("www.") == self._host

    # what there is

    async def _sitemaps(self) -> list[str]:
        robots = await self._fetch(f"{self._origin}/robots.txt")
        named = re.findall(r"(?im)^sitemap:\s*(\S+)", robots.body.decode("utf-8", "replace")) if robots else []
        waiting = list(dict.fromkeys([*named, *(f"{self._base}{path}" for path in SITEMAPS)]))
        found: list[str] = []
        asked: set[str] = set()
        while waiting and len(asked) < MAX_SITEMAPS:
            url = waiting.pop(0)
            if url in asked or not self._is_old(url):
                continue
            asked.add(url)
            response = await self._fetch(url, is_feed=True)
            pages, more = _locations(response.body) if response else ([], [])
            found += [page for page in pages if self._is_old(page)]
            waiting += more
        return found

    async def _feeds(self) -> list[str]:
        """Compare every feed and the posts in it, and return the addresses of the posts."""
        found: list[str] = []
        for path in FEEDS:
            url: str | None = f"{self._base}{path}"
            response = await self._fetch(str(url), is_feed=True)
            document = _read_feed(response, self._urls.base) if response else None
            if document is None:
                continue
            here = await self._leads_somewhere(canonical_path(urlsplit(str(url)).path))
            self.result.note("feeds", here, f"{url}: nothing answers at {path} here")
            if "comments" in path:
                continue
            page = 1
            while document and page <= MAX_FEED_PAGES:
                new = [post for post in document if post.link and post.link not in self._full]
                for post in new:
                    await self._feed_entry(post)
                    found.append(join(self._base, post.link))
                page += 1
                response = await self._fetch(f"{url}?paged={page}", is_feed=True) if new and path == "/feed/" else None
                document = _read_feed(response, self._urls.base) if response else None
        return found

    # comparing

    async def _feed_entry(self, entry: ExportedPost) -> None:
        address = join(self._base, entry.link)
        self._full.add(entry.link)
        post = await self._post_at(canonical_path(urlsplit(address).path), urlsplit(address).query)
        if post is None:
            return  # reported with the addresses
        if entry.guid:
            self.result.note("feed ids", post.guid == entry.guid, f"{address}: {entry.guid} there, {post.guid} here")
        self._compare_titles(address, post, [entry.title])
        there, here = words_of(plain(entry.text)), words_of(plain(post.html))
        missing = Counter(there) - Counter(here)
        is_cut = len(there) < len(here)  # a feed may hold only the beginning
        shown = " ".join(list(missing)[:8])
        self.result.note(
            "texts", not missing or (is_cut and sum(missing.values()) <= 3), f"{address}: missing here: {shown}"
        )
        for picture in author_html.pictures(entry.text):
            await self._picture(address, picture)

    async def _picture(self, address: str, picture: str) -> None:
        whole = join(address, picture)
        if not self._is_old(whole):
            return
        path = re.sub(r"-\d+x\d+(?=\.\w+$)", "", canonical_path(urlsplit(whole).path))
        for spelled in (canonical_path(urlsplit(whole).path), path):
            file = await self._store.media.find_by_path(spelled)
            if file is not None and file.state is MediaState.KEPT:
                break
        is_here = file is not None and file.state is MediaState.KEPT
        self.result.note("pictures", is_here, f"{address}: {whole} is not here")

    async def _address(self, address: str) -> None:
        parts = urlsplit(address)
        path = canonical_path(parts.path or "/")
        post = await self._post_at(path, parts.query)
        is_here = post is not None or await self._leads_somewhere(path)
        self.result.note("addresses", is_here, f"{address}: nothing here; {IMPORT_FIRST}, or add an alias")
        if post is None:
            return
        page = await self._fetch(address)
        if page is None:
            return
        text = page.body.decode("utf-8", "replace")
        if address not in self._full:
            self._compare_titles(address, post, [plain(unescape(found[2])) for found in TITLE.finditer(text)])
        there, here = len(set(COMMENT_ID.findall(text))), post.counts.comments
        if there or here:
            self.result.note("comments", there <= here, f"{address}: {there} there, {here} here")

    def _compare_titles(self, address: str, post: Post, titles: list[str]) -> None:
        wanted = words_of(post.title)
        is_same = not wanted or any(" ".join(wanted) in " ".join(words_of(plain(title))) for title in titles)
        self.result.note("titles", is_same, f"{address}: {post.title!r} here, {(titles or [''])[0]!r} there")

    async def _post_at(self, path: str, query: str) -> Post | None:
        """Return the public post that is shown at an address of the old blog."""
        for candidate in Urls.candidates(f"{path}?{query}" if query else path):
            post = await self._store.posts.find_by_path(candidate) or await self._store.posts.find_by_alias(candidate)
            if post is not None and post.is_public:
                return post
        return None

    async def _leads_somewhere(self, path: str) -> bool:
        """Whether something that is no post answers at a path: a list, a feed, a file, a redirect."""
        roots = await self._store.legacy_redirects.list_roots()
        below = (path.removeprefix(root) for root in roots if path.startswith(f"{root}/"))
        for spelled in (path, *below):
            slashed = f"{spelled.rstrip('/')}/"
            if Urls.is_list(spelled) or Urls.is_list(slashed) or slashed in ("/archives/", "/blogroll/", "/about/"):
                return True
            for each in Urls.candidates(spelled):
                if await self._store.legacy_redirects.find(each) or await self._store.media.find_by_path(each):
                    return True
        return False


def _read_feed(response: Response, base: str) -> list[ExportedPost] | None:
    """Return the posts of a feed, or None if it is none."""
    reader = json_feed if response.body.lstrip()[:1] == b"{" else xml_feed
    try:
        document = reader.read(response.body, name=response.url, base=base)
    except (NotAnExport, DocumentUnusable, ValueError):
        return None
    return document.posts if document else None


def _locations(body: bytes) -> tuple[list[str], list[str]]:
    """Return the pages and the further sitemaps that a sitemap names."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return [], []
    if root is None:
        return [], []
    return list(_named(root, "url")), list(_named(root, "sitemap"))


def _named(root: "etree._Element", kind: str) -> Iterator[str]:
    for element in root:
        if isinstance(element.tag, str) and etree.QName(element).localname == kind:
            for child in element:
                if isinstance(child.tag, str) and etree.QName(child).localname == "loc" and child.text:
                    yield child.text.strip()
