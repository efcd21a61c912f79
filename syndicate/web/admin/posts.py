"""The editor of a post."""

from contextlib import suppress

from aiohttp import web

from syndicate.errors import PictureRefused, PostNotFound, RevisionConflict, SlugTaken
from syndicate.model.ids import new_id
from syndicate.model.post import PostKind, SourceFormat
from syndicate.urls import Urls
from syndicate.web.admin.editor import EDITOR, OpenedPost
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.posts import DeletePostPage, EditPage
from syndicate.web.admin.pictures import NO_PICTURE, UPLOADS, as_source
from syndicate.web.admin.post_form import errors_in, fields_of_new, reference_in, typed_fields
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FILES_SENT, FORM
from syndicate.web.admin.text_blocks import block_lengths
from syndicate.web.keys import CLOCK, SETTINGS, STORE

MAX_POST_FORM_BYTES = 16 * 1024 * 1024
"""A text, and a picture with it."""
CONFLICT = "conflict"
AUTOSAVE = "autosave"
"""What our script says instead of a button; what it saves is never published."""


def post_path(id: str, rest: str = "") -> str:
    return f"/admin/posts/{id}/{rest}"


async def get_new(request: web.Request) -> web.StreamResponse:
    fields = fields_of_new(request.app[SETTINGS].site.language) | reference_in(request.query)
    kind = PostKind.PAGE if request.query.get("kind") == PostKind.PAGE else PostKind.POST
    wanted = request.query.get("format", "")
    source_format = SourceFormat(wanted) if wanted in set(SourceFormat) else await request.app[EDITOR].format_of_new()
    return respond(request, _new_page(Form(fields), new_id(request.app[CLOCK]()), source_format, kind))


async def post_new(request: web.Request) -> web.StreamResponse:
    """Create a draft; then go on as with any other post."""
    form = request[FORM]
    typed = typed_fields(form, fields_of_new(request.app[SETTINGS].site.language))
    form_id = form.get("form_id") or new_id(request.app[CLOCK]())
    source_format = SourceFormat.HTML if form.get("format") == SourceFormat.HTML else SourceFormat.MARKDOWN
    checked = Form(typed, errors_in(typed, request.app[SETTINGS].site.zone))
    kind = PostKind.PAGE if form.get("kind") == PostKind.PAGE else PostKind.POST
    if checked.errors:
        return respond_to_form(request, _new_page(checked, form_id, source_format, kind), checked)
    try:
        typed = await _with_picture(request, typed, source_format)
        id = await request.app[EDITOR].create(typed, form_id, source_format, kind)
    except PictureRefused as error:
        checked = checked.with_errors(picture_file=str(error))
        return respond_to_form(request, _new_page(checked, form_id, source_format, kind), checked)
    except SlugTaken as error:
        checked = checked.with_errors(slug=_sentence(error))
        return respond_to_form(request, _new_page(checked, form_id, source_format, kind), checked)
    return await _answer_autosave(request, id) if form.get("do") == AUTOSAVE else _go_on(form, id)


def _new_page(form: Form, form_id: str, source_format: SourceFormat, kind: PostKind) -> EditPage:
    is_html = source_format is SourceFormat.HTML
    return EditPage(
        form=form,
        form_id=form_id,
        is_html=is_html,
        is_page=kind is PostKind.PAGE,
        blocks=block_lengths(form.get("text")) if is_html else (),
    )


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
    with suppress(PostNotFound):  # a double click
        await request.app[EDITOR].delete(request.match_info["id"])
    return see_other("/admin/posts/", "deleted")


async def edit_page(request: web.Request, opened: OpenedPost, form: Form) -> EditPage:
    store, reference = request.app[STORE], opened.post.reference
    pending = await store.announcements.find(opened.post.id)
    return EditPage(
        form=form,
        id=opened.post.id,
        post=opened.post,
        base_revision=opened.base_revision,
        is_live=opened.is_live,
        is_in_folder=opened.is_in_folder,
        is_html=opened.made.source_format is SourceFormat.HTML,
        blocks=block_lengths(form.get("text")) if opened.made.source_format is SourceFormat.HTML else (),
        has_date=opened.made.released is None,
        saved=opened.saved,
        address=f"{request.app[SETTINGS].site.url}{opened.post.path}" if opened.post.is_public else "",
        comments=opened.post.counts.comments,
        due=pending.due if pending and not pending.fetched else None,
        citation=await store.citations.find(reference.address) if reference else None,
        can_boost=opened.post.federates,
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
