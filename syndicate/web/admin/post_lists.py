"""The author's lists of posts and pages, with filters, and changing the title, slug, tags and date of one in its list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

from syndicate.content.frontmatter import terms
from syndicate.errors import InputError, RevisionConflict, SlugTaken
from syndicate.model.post import PostKind, PostState, TermKind
from syndicate.storage.admin_posts import PostFilter
from syndicate.translation import _
from syndicate.web.admin.editor import EDITOR, OpenedPost
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import Tab
from syndicate.web.admin.pages.post_lists import PostsPage, QuickEdit
from syndicate.web.admin.post_form import errors_in
from syndicate.web.admin.posts import base_revision_of
from syndicate.web.admin.rendering import local_path, respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import SETTINGS, STORE, URLS
from syndicate.web.site.pages import Paging

POSTS = "/admin/posts/"
POSTS_PER_PAGE = 50
MAX_FOUND = 200
MAX_TAGS_OFFERED = 100
NOT_PUBLIC = (PostState.PRIVATE, PostState.PASSWORD)
PAGES, DELETED = "pages", "deleted"
TABS: Mapping[str, tuple[str, tuple[PostState, ...]]] = {
    "all": (_("All"), tuple(PostState)),
    "drafts": (_("Drafts"), (PostState.DRAFT,)),
    "scheduled": (_("Scheduled"), (PostState.SCHEDULED,)),
    "published": (_("Published"), (PostState.PUBLISHED,)),
    "private": (_("Private"), NOT_PUBLIC),
    PAGES: (_("Pages"), tuple(PostState)),
}
MAX_DELETED = 200
QUICK_FIELDS = ("title", "slug", "tags", "date")
HAS_CHANGES = _("This post has changes that are not published. Open it to go on with them, or discard them first.")
IN_FOLDER = _("This post is changed in its file, in the posts folder.")
CHANGED_ELSEWHERE = _("It was changed in another window meanwhile. Please look again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What the address of a list says."""

    state: str = "all"
    words: str = ""
    tag: str = ""
    year: str = ""
    page: int = 1
    quick: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "ListQuery":
        state, year, page = query.get("state", "all"), query.get("year", ""), query.get("page", "1")
        return cls(
            state=state if state in TABS or state == DELETED else "all",
            words=query.get("q", "").strip()[:200],
            tag=query.get("tag", "").strip()[:200],
            year=year if year.isascii() and year.isdecimal() and len(year) == 4 and year >= "1000" else "",
            page=max(int(page), 1) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
            quick=query.get("quick", ""),
        )

    def address(self, **changed: str) -> str:
        """Return the address of this list, or with another page or row."""
        page = str(self.page) if self.page > 1 else ""
        query = {"state": self.state, "q": self.words, "tag": self.tag, "year": self.year, "page": page} | changed
        given = {name: value for name, value in query.items() if value and (name, value) != ("state", "all")}
        return f"{POSTS}?{urlencode(given)}" if given else POSTS


async def get_posts(request: web.Request) -> web.StreamResponse:
    query = ListQuery.of(request.query)
    if query.state == DELETED:
        return await _deleted(request)
    quick = None
    if query.quick:
        opened = await request.app[EDITOR].open(query.quick)
        problem = _not_here(opened)
        shown = Form(opened.shown, {"title": problem} if problem else {})
        quick = _quick_edit(opened, shown, opened.base_revision)
    return respond(request, await _page(request, query, quick))


async def post_quick(request: web.Request) -> web.StreamResponse:
    """Change the title, slug, tags and date of a post, at once."""
    form, editor = request[FORM], request.app[EDITOR]
    back = local_path(form.get("next") or POSTS)
    opened = await editor.open(request.match_info["id"])
    typed = dict(opened.shown) | {name: form.get(name) for name in QUICK_FIELDS if form.has(name)}
    base = base_revision_of(form, opened)
    errors = errors_in(typed, request.app[SETTINGS].site.zone)
    if problem := _not_here(opened):
        errors = {"title": problem}
    if not errors:
        errors = await _change(request, opened, typed, base)
    if not errors:
        return see_other(back, "updated" if opened.post.is_public else "saved")
    wrong = Form(typed, errors)
    query = ListQuery.of(dict(parse_qsl(urlsplit(back).query)))
    return respond_to_form(request, await _page(request, query, _quick_edit(opened, wrong, base)), wrong)


async def _change(request: web.Request, opened: OpenedPost, typed: dict[str, str], base: int) -> dict[str, str]:
    """Write the fields into the post; return what is wrong with them."""
    editor = request.app[EDITOR]
    try:
        if not opened.is_live:
            await editor.save(opened, typed, base)
        elif typed != opened.shown or base != opened.base_revision:
            edited = replace(opened, aside=typed, base_revision=base)
            await editor.publish(edited, at=None, minor=request[FORM].has("quietly"))
    except SlugTaken as error:
        return {"slug": f"{error}"}
    except RevisionConflict:
        return {"title": CHANGED_ELSEWHERE}
    except InputError as error:
        return {"title": f"{error}"}
    return {}


def _not_here(opened: OpenedPost) -> str:
    """Return why a post cannot be changed in a list, or an empty string."""
    if opened.is_in_folder:
        return IN_FOLDER
    return HAS_CHANGES if opened.aside else ""


def _quick_edit(opened: OpenedPost, form: Form, base_revision: int) -> QuickEdit:
    return QuickEdit(
        id=opened.post.id,
        form=form,
        base_revision=base_revision,
        has_date=opened.made.released is None,
        is_live=opened.is_live,
        is_possible=not _not_here(opened),
    )


# what a list shows


async def _page(request: web.Request, query: ListQuery, quick: QuickEdit | None) -> PostsPage:
    store, site = request.app[STORE], request.app[SETTINGS].site
    found = await store.search.find(query.words, kind=None, limit=MAX_FOUND) if query.words else []
    wanted = _filter(query, found, site.zone)
    rows = await store.admin_posts.list_filtered(
        wanted, limit=POSTS_PER_PAGE + 1, skip=(query.page - 1) * POSTS_PER_PAGE
    )
    tags = await store.totals.largest("term:tag:", MAX_TAGS_OFFERED)
    return PostsPage(
        tabs=await _tabs(request, query.state),
        state=query.state,
        words=query.words,
        tag=query.tag,
        year=query.year,
        tags=tuple(tags),
        years=await _years(request),
        address=query.address(),
        posts=tuple(rows[:POSTS_PER_PAGE]),
        edited=frozenset(await store.post_drafts.list_edited()),
        quick=quick,
        paging=_paging(query, has_more=len(rows) > POSTS_PER_PAGE),
    )


def _filter(query: ListQuery, found: list[str], zone: ZoneInfo) -> PostFilter:
    tag = next((term.slug for term in terms(TermKind.TAG, (query.tag,))), "") if query.tag else ""
    wanted = PostFilter(
        states=TABS[query.state][1],
        kind=PostKind.PAGE if query.state == PAGES else None,
        words=query.words,
        found=found,
        tag=tag or query.tag,
    )
    if not query.year:
        return wanted
    first, last = (datetime(int(query.year) + more, 1, 1, tzinfo=zone).astimezone(UTC) for more in (0, 1))
    return replace(wanted, since=first, until=last)


async def _deleted(request: web.Request) -> web.StreamResponse:
    """Return what was deleted after readers had seen it, the latest first. Its texts are gone."""
    deleted = await request.app[STORE].tombstones.list_of_posts(request.app[URLS].base, limit=MAX_DELETED)
    page = PostsPage(tabs=await _tabs(request, DELETED), state=DELETED, address=POSTS, deleted=tuple(deleted))
    return respond(request, page)


async def _tabs(request: web.Request, current: str) -> tuple[Tab, ...]:
    store = request.app[STORE]
    counts = await store.admin_posts.count_by_state()
    numbers = {name: sum(counts.get(one, 0) for one in states) for name, (_label, states) in TABS.items()}
    numbers[PAGES] = await store.admin_posts.count_pages()
    numbers[DELETED] = await store.tombstones.count_of_posts(request.app[URLS].base)
    labels = {name: label for name, (label, _states) in TABS.items()} | {DELETED: _("Deleted")}
    return tuple(
        Tab(label=label, href=f"{POSTS}?state={name}", count=numbers[name], is_current=name == current)
        for name, label in labels.items()
    )


async def _years(request: web.Request) -> tuple[str, ...]:
    """Return the years that have public posts, the newest first."""
    months = await request.app[STORE].totals.starting_with("month:")
    return tuple(sorted({month[:4] for month in months}, reverse=True))


def _paging(query: ListQuery, *, has_more: bool) -> Paging:
    return Paging(
        page=query.page,
        pages=query.page + 1 if has_more else query.page,
        newer=query.address(page=str(query.page - 1)) if query.page > 1 else "",
        older=query.address(page=str(query.page + 1)) if has_more else "",
    )
