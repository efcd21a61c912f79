"""The author's lists of posts, and the editor of one."""

from aiohttp import web

from syndicate.errors import PictureRefused, RevisionConflict, SlugTaken
from syndicate.model.ids import new_id
from syndicate.model.post import PostState, SourceFormat
from syndicate.urls import Urls
from syndicate.web.admin.editor import EDITOR, OpenedPost
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import Tab
from syndicate.web.admin.pages.posts import DeletePostPage, EditPage, PostsPage
from syndicate.web.admin.pictures import NO_PICTURE, UPLOADS, as_source
from syndicate.web.admin.post_form import errors_in, fields_of_new, typed_fields
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FILES_SENT, FORM
from syndicate.web.keys import CLOCK, SETTINGS, STORE, URLS
from syndicate.web.site.pages import Paging

POSTS_PER_PAGE = 50
MAX_FOUND = 200
MAX_POST_FORM_BYTES = 16 * 1024 * 1024
"""A text, and a picture with it."""
NOT_PUBLIC = (PostState.PRIVATE, PostState.PASSWORD)
TABS = {
    "all": ("All", tuple(PostState)),
    "drafts": ("Drafts", (PostState.DRAFT,)),
    "scheduled": ("Scheduled", (PostState.SCHEDULED,)),
    "published": ("Published", (PostState.PUBLISHED,)),
    "private": ("Private", NOT_PUBLIC),
}
DELETED = "deleted"
MAX_DELETED = 200
CONFLICT = "conflict"
AUTOSAVE = "autosave"
"""What our script says instead of a button; what it saves is never published."""


def post_path(id: str, rest: str = "") -> str:
    return f"/admin/posts/{id}/{rest}"


NEW = "new"


def post_id_of(request: web.Request) -> str | None:
    """Return the id of the post that a request is about; None for one that is not stored yet."""
    id = request.match_info["id"]
    return None if id == NEW else id


# lists


async def get_posts(request: web.Request) -> web.StreamResponse:
    store, query = request.app[STORE], request.query
    if query.get("state") == DELETED:
        return await _deleted(request)
    state = query.get("state", "all") if query.get("state") in TABS else "all"
    words = query.get("q", "").strip()[:200]
    page = int(query["page"]) if query.get("page", "").isdecimal() and len(query["page"]) < 6 else 1
    found = await store.search.find(words, kind=None, limit=MAX_FOUND) if words else []
    rows = await store.admin_posts.list_by_state(
        TABS[state][1],
        words=words,
        found=found,
        limit=POSTS_PER_PAGE + 1,
        skip=(max(page, 1) - 1) * POSTS_PER_PAGE,
    )
    return respond(
        request,
        PostsPage(
            tabs=await _tabs(request, state),
            state=state,
            words=words,
            posts=tuple(rows[:POSTS_PER_PAGE]),
            edited=frozenset(await store.post_drafts.list_edited()),
            paging=_paging(request, page, has_more=len(rows) > POSTS_PER_PAGE),
        ),
    )


async def _deleted(request: web.Request) -> web.StreamResponse:
    """Return what was deleted after readers had seen it, the latest first. Its texts are gone."""
    deleted = await request.app[STORE].tombstones.list_of_posts(request.app[URLS].base)
    return respond(
        request, PostsPage(tabs=await _tabs(request, DELETED), state=DELETED, deleted=tuple(deleted[:MAX_DELETED]))
    )


async def _tabs(request: web.Request, current: str) -> tuple[Tab, ...]:
    counts = await request.app[STORE].admin_posts.count_by_state()
    deleted = await request.app[STORE].tombstones.list_of_posts(request.app[URLS].base)
    numbers = {name: sum(counts.get(one, 0) for one in states) for name, (_, states) in TABS.items()}
    labels = {name: label for name, (label, _) in TABS.items()} | {DELETED: "Deleted"}
    return tuple(
        Tab(
            label=label,
            href=f"/admin/posts/?state={name}",
            count=numbers.get(name, len(deleted)),
            is_current=name == current,
        )
        for name, label in labels.items()
    )


def _paging(request: web.Request, page: int, *, has_more: bool) -> Paging:
    def href(number: int) -> str:
        return str(request.rel_url.update_query(page=str(number)))

    return Paging(
        page=page,
        pages=page + 1 if has_more else page,
        newer=href(page - 1) if page > 1 else "",
        older=href(page + 1) if has_more else "",
    )


# one post


async def get_new(request: web.Request) -> web.StreamResponse:
    fields = fields_of_new(request.app[SETTINGS].site.language)
    return respond(request, EditPage(form=Form(fields), form_id=new_id(request.app[CLOCK]())))


async def post_new(request: web.Request) -> web.StreamResponse:
    """Create a draft; then go on as with any other post."""
    form = request[FORM]
    typed = typed_fields(form, fields_of_new(request.app[SETTINGS].site.language))
    form_id = form.get("form_id") or new_id(request.app[CLOCK]())
    checked = Form(typed, errors_in(typed, request.app[SETTINGS].site.zone))
    if checked.errors:
        return respond_to_form(request, EditPage(form=checked, form_id=form_id), checked)
    try:
        id = await request.app[EDITOR].create(await _with_picture(request, typed, SourceFormat.MARKDOWN), form_id)
    except PictureRefused as error:
        checked = checked.with_errors(picture_file=str(error))
        return respond_to_form(request, EditPage(form=checked, form_id=form_id), checked)
    except SlugTaken as error:
        checked = checked.with_errors(slug=_sentence(error))
        return respond_to_form(request, EditPage(form=checked, form_id=form_id), checked)
    return await _answer_autosave(request, id) if form.get("do") == AUTOSAVE else _go_on(form, id)


async def get_post(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    return respond(request, await edit_page(request, opened, Form(opened.fields)))


async def post_post(request: web.Request) -> web.StreamResponse:
    """Save what was typed: into a draft, or beside a post that is public."""
    form, editor = request[FORM], request.app[EDITOR]
    opened = await editor.open(request.match_info["id"])
    typed = typed_fields(form, opened.shown)
    checked = Form(typed, errors_in(typed, request.app[SETTINGS].site.zone))
    if checked.errors:
        return respond_to_form(request, await edit_page(request, opened, checked), checked)
    try:
        typed = await _with_picture(request, typed, opened.made.source_format)
    except PictureRefused as error:
        checked = checked.with_errors(picture_file=str(error))
        return respond_to_form(request, await edit_page(request, opened, checked), checked)
    base = base_revision_of(form, opened)
    if opened.is_live or form.get("do") != "save":
        await editor.keep_aside(opened, typed, base)
        return (
            await _answer_autosave(request, opened.post.id)
            if form.get("do") == AUTOSAVE
            else _go_on(form, opened.post.id)
        )
    try:
        await editor.save(opened, typed, base)
    except SlugTaken as error:
        checked = checked.with_errors(slug=_sentence(error))
        return respond_to_form(request, await edit_page(request, opened, checked), checked)
    except RevisionConflict:
        await editor.keep_aside(opened, typed, base)
        return see_other(post_path(opened.post.id, CONFLICT))
    return _go_on(form, opened.post.id)


async def post_discard(request: web.Request) -> web.StreamResponse:
    id = request.match_info["id"]
    await request.app[EDITOR].discard(id)
    return see_other(post_path(id), "discarded")


async def post_adopt(request: web.Request) -> web.StreamResponse:
    id = request.match_info["id"]
    await request.app[EDITOR].adopt(id)
    return see_other(post_path(id), "adopted")


async def get_delete(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    return respond(request, DeletePostPage(post=opened.post))


async def post_delete(request: web.Request) -> web.StreamResponse:
    await request.app[EDITOR].delete(request.match_info["id"])
    return see_other("/admin/posts/", "deleted")


async def edit_page(request: web.Request, opened: OpenedPost, form: Form) -> EditPage:
    pending = await request.app[STORE].announcements.find(opened.post.id)
    return EditPage(
        form=form,
        id=opened.post.id,
        post=opened.post,
        base_revision=opened.base_revision,
        is_live=opened.is_live,
        is_in_folder=opened.is_in_folder,
        is_html=opened.made.source_format is SourceFormat.HTML,
        has_date=opened.made.released is None,
        saved=opened.saved,
        address=f"{request.app[SETTINGS].site.url}{opened.post.path}" if opened.post.is_public else "",
        comments=opened.post.counts.comments,
        due=pending.due if pending and not pending.fetched else None,
    )


def base_revision_of(form: Form, opened: OpenedPost) -> int:
    """Return the revision that the form was made from."""
    sent = form.get("base_revision")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else opened.base_revision


async def _with_picture(request: web.Request, typed: dict[str, str], source_format: SourceFormat) -> dict[str, str]:
    """Return what was typed with the picture that was sent along: in the text, or before it. Raises PictureRefused."""
    form, file = request[FORM], request[FILES_SENT].get("picture_file")
    if file is None:
        if form.get("do") in ("picture", "featured"):
            raise PictureRefused(NO_PICTURE)
        return typed
    kept, alt = await request.app[UPLOADS].keep(file.data, form.get("alt")), form.get("alt")
    if form.get("do") == "featured":
        return typed | {"picture": Urls.media(kept.name or ""), "picture_description": alt}
    text = "\n\n".join(part for part in (typed["text"].rstrip("\n"), as_source(kept, alt, source_format)) if part)
    return typed | {"text": f"{text}\n"}


async def _answer_autosave(request: web.Request, id: str) -> web.Response:
    """Tell our script what was saved, and where the form belongs from now on."""
    opened = await request.app[EDITOR].open(id)
    saved = opened.saved or request.app[CLOCK]()
    document = {
        "action": post_path(id),
        "base_revision": opened.base_revision,
        "saved": f"{saved.astimezone(request.app[SETTINGS].site.zone):%H:%M}",
        "outdated": post_path(id, CONFLICT) if opened.is_outdated else "",
    }
    return web.json_response(document)


def _go_on(form: Form, id: str) -> web.Response:
    """Go to where the pressed button leads."""
    match form.get("do"):
        case "preview":
            return see_other(post_path(id, "preview"))
        case "publish" | "update":
            return see_other(post_path(id, "publish"))
        case "picture" | "featured" as kind:
            return see_other(post_path(id), kind)
        case _:
            return see_other(post_path(id), "saved")


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
