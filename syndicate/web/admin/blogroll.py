"""The author's list of blogs and accounts, their newest posts, and the list as a file."""

from datetime import timedelta
from urllib.parse import urlencode

from aiohttp import web

from syndicate.blogroll.following import BlogrollEditor
from syndicate.clock import from_text, to_text
from syndicate.exporters.lists import FOLLOWING, as_csv, following_rows, outlines
from syndicate.feeds import opml
from syndicate.storage.blogroll import Condition
from syndicate.translation import _
from syndicate.web.admin.files import send_text
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.blogroll import BlogrollListPage, ReadingPage
from syndicate.web.admin.pages.frame import Tab
from syndicate.web.admin.rendering import respond
from syndicate.web.keys import CLOCK, CONFIG, STORE
from syndicate.web.site.pages import Paging

BLOGROLL = "/admin/blogroll/"
ENTRIES_PER_PAGE = 50
POSTS_PER_PAGE = 50
MAX_CURSOR_LENGTH = 100
TABS: dict[Condition, str] = {"every": _("All"), "failing": _("Failing"), "quiet": _("Quiet")}
BLOGROLL_EDITOR = web.AppKey("blogroll editor", BlogrollEditor)


async def get_blogroll(request: web.Request) -> web.StreamResponse:
    return respond(request, await list_page(request, Form({"address": request.query.get("address", "")})))


async def list_page(request: web.Request, form: Form) -> BlogrollListPage:
    """Return the page with the list, and the form for another entry."""
    table, query = request.app[STORE].blogroll, request.query
    condition: Condition = next((name for name in TABS if name == query.get("state")), "every")
    number = int(query["page"]) if query.get("page", "").isdecimal() and len(query["page"]) < 6 else 1
    page = max(number, 1)
    quiet_before = request.app[CLOCK]() - timedelta(days=request.app[CONFIG].blogroll.quiet_after)
    counts = await table.count_for_author(quiet_before)
    entries = await table.list_for_author(
        condition, quiet_before, limit=ENTRIES_PER_PAGE, skip=(page - 1) * ENTRIES_PER_PAGE
    )
    return BlogrollListPage(
        form=form,
        tabs=tuple(
            Tab(label=label, href=_address(name), count=counts[name], is_current=name == condition)
            for name, label in TABS.items()
        ),
        entries=tuple(entries),
        quiet_before=quiet_before,
        is_every=condition == "every",
        paging=_paging(condition, page, -(-counts[condition] // ENTRIES_PER_PAGE)),
    )


async def get_posts(request: web.Request) -> web.StreamResponse:
    """Show the newest posts of all entries."""
    before = _key(request.query.get("before", ""))
    found = await request.app[STORE].feed_entries.list_read(before=before, limit=POSTS_PER_PAGE + 1)
    posts = found[:POSTS_PER_PAGE]
    cursor = f"{to_text(posts[-1].published)},{posts[-1].id}" if len(found) > len(posts) else ""
    older = f"{BLOGROLL}posts/?{urlencode({'before': cursor})}" if cursor else ""
    return respond(
        request, ReadingPage(posts=tuple(posts), newest="" if before is None else f"{BLOGROLL}posts/", older=older)
    )


async def get_opml(request: web.Request) -> web.StreamResponse:
    """Send the whole blogroll, hidden entries included, as feed readers import it."""
    site = request.app[CONFIG].site
    entries = await request.app[STORE].blogroll.list_all(hidden=True)
    text = opml.render(
        _("Blogroll of {name}", name=site.name), site.author, request.app[CLOCK](), outlines(entries)
    ).decode()
    return send_text("blogroll.opml", text, "text/x-opml")


async def get_csv(request: web.Request) -> web.StreamResponse:
    """Send the accounts of the blogroll as Mastodon imports them."""
    entries = await request.app[STORE].blogroll.list_all(hidden=True)
    return send_text("following.csv", as_csv(FOLLOWING, following_rows(entries)))


def _key(cursor: str) -> tuple[str, str] | None:
    """Return the key in an address; one that cannot be read leads to the newest."""
    instant, comma, id = cursor[:MAX_CURSOR_LENGTH].partition(",")
    try:
        return (to_text(from_text(instant)), id.replace("\x00", "")) if comma else None
    except (ValueError, OverflowError):
        return None


def _address(condition: str, page: int = 1) -> str:
    given = {"state": condition if condition != "every" else "", "page": str(page) if page > 1 else ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{BLOGROLL}?{query}" if query else BLOGROLL


def _paging(condition: str, page: int, pages: int) -> Paging:
    return Paging(
        page=page,
        pages=max(pages, page),
        newer=_address(condition, page - 1) if page > 1 else "",
        older=_address(condition, page + 1) if page < pages else "",
    )
