"""The author's pictures and other files: a list with search, one file with its description and uses, uploading, deleting."""

import asyncio
from urllib.parse import unquote, urlencode

from aiohttp import web

from syndicate.errors import NotFound, PictureRefused
from syndicate.media.directory import NAME
from syndicate.media.files import MAX_BYTES
from syndicate.model.media_names import name_of_smaller
from syndicate.storage.admin_media import ListedFile
from syndicate.storage.media import MediaFile
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.media import FileCard, FilePage, MediaPage
from syndicate.web.admin.pictures import MAX_ALT_LENGTH, UPLOADS
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM, RECEIVED
from syndicate.web.http.uploads import ReceivedFile
from syndicate.web.keys import STORE, URLS

MEDIA = "/admin/media/"
FILES_PER_PAGE = 30
MAX_USES = 20
MAX_SEARCH_LENGTH = 200
MAX_UPLOAD_BYTES = MAX_BYTES + 64 * 1024
THUMBNAIL_WIDTH = 480
SHORT_NAME_LENGTH = 8
NO_FILE = _("Please choose a file.")
IN_USE = _("It is used by what stands above, so it has not been deleted.")
MEGABYTE = 1024 * 1024


# the list


async def get_media(request: web.Request) -> web.StreamResponse:
    return respond(request, await _list_page(request, Form()))


async def post_media(request: web.Request) -> web.StreamResponse:
    """Keep an uploaded file, and go on to its page."""
    form, file = request[FORM], request.get(RECEIVED, {}).get("file")
    try:
        data = await asyncio.to_thread(_bytes, file)
        kept = await request.app[UPLOADS].keep_file(data, form.get("alt"), file.filename if file else "")
    except PictureRefused as error:
        wrong = form.with_errors(file=str(error))
        return respond_to_form(request, await _list_page(request, wrong), wrong)
    return see_other(f"{MEDIA}{kept.id}/", "uploaded")


def _bytes(file: ReceivedFile | None) -> bytes:
    """Return the content of an uploaded file. Raises PictureRefused, OSError."""
    if file is None or not file.filename:
        raise PictureRefused(NO_FILE)
    if file.is_too_large or file.size > MAX_BYTES:
        raise PictureRefused(
            _(
                "This file has {size} MB; at most {max_size} MB are taken.",
                size=file.size // MEGABYTE,
                max_size=MAX_BYTES // MEGABYTE,
            )
        )
    return file.path.read_bytes()


async def _list_page(request: web.Request, form: Form) -> MediaPage:
    words, before = request.query.get("q", "").strip()[:MAX_SEARCH_LENGTH], request.query.get("before", "")[:36]
    words, before = words.replace("\0", ""), before.replace("\0", "")
    found = await request.app[STORE].admin_media.list_page(words, before=before, limit=FILES_PER_PAGE + 1)
    listed = found[:FILES_PER_PAGE]
    older = {"q": words, "before": listed[-1].file.id} if len(found) > len(listed) else {}
    return MediaPage(
        form=form,
        max_size=f"{MAX_BYTES // MEGABYTE} MB",
        words=words,
        files=tuple(_card(request, one) for one in listed),
        newest=_address(q=words) if before else "",
        older=_address(**older) if older else "",
    )


# one file


async def get_file(request: web.Request) -> web.StreamResponse:
    listed = await _listed(request)
    return respond(request, await _file_page(request, listed, Form({"alt": listed.file.alt})))


async def post_file(request: web.Request) -> web.StreamResponse:
    """Change the description."""
    form, listed = request[FORM], await _listed(request)
    alt = " ".join(form.get("alt").split())
    if len(alt) > MAX_ALT_LENGTH:
        wrong = form.with_errors(
            alt=_(
                "Please use at most {max_alt_length} characters; these are {count}.",
                max_alt_length=MAX_ALT_LENGTH,
                count=len(alt),
            )
        )
        return respond_to_form(request, await _file_page(request, listed, wrong), wrong)
    await request.app[UPLOADS].describe(listed.file, alt)
    return see_other(f"{MEDIA}{listed.file.id}/", "saved")


async def post_delete(request: web.Request) -> web.StreamResponse:
    """Delete a file that nothing uses."""
    listed = await _listed(request)
    if await request.app[UPLOADS].delete(listed.file):
        return see_other(MEDIA, "file-deleted")
    wrong = Form({"alt": listed.file.alt}).with_errors(delete=IN_USE)
    return respond_to_form(request, await _file_page(request, listed, wrong), wrong)


async def _listed(request: web.Request) -> ListedFile:
    listed = await request.app[STORE].admin_media.find(request.match_info["id"])
    if listed is None:
        raise NotFound(request.path[:200])
    return listed


async def _file_page(request: web.Request, listed: ListedFile, form: Form) -> FilePage:
    uses = await request.app[STORE].admin_media.list_uses(listed.file, MAX_USES)
    saved = sum(not use.is_aside for use in uses)
    return FilePage(form=form, card=_card(request, listed), uses=tuple(uses), more=listed.uses - saved)


# what is shown of it


def _card(request: web.Request, listed: ListedFile) -> FileCard:
    file = listed.file
    path = file.path or Urls.media(file.name or "")
    return FileCard(
        listed=listed,
        address=request.app[URLS].absolute(path),
        thumbnail=_thumbnail(listed),
        name=_name(file),
        size=_size(file.size),
    )


def _name(file: MediaFile) -> str:
    """Return what a file was called; of one that has only a name of ours, its beginning."""
    address = file.path or file.source_url
    called = unquote(address.partition("#")[2] or address.rstrip("/").rpartition("/")[2])
    return f"{called[:SHORT_NAME_LENGTH]}….{called.rpartition('.')[2]}" if NAME.fullmatch(called) else called


def _thumbnail(listed: ListedFile) -> str:
    file = listed.file
    if not file.media_type.startswith("image/") or file.name is None:
        return ""
    return Urls.media(name_of_smaller(file.name, THUMBNAIL_WIDTH) if THUMBNAIL_WIDTH in file.widths else file.name)


def _size(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{max(1, round(size / 1024))} KB"


def _address(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{MEDIA}?{urlencode(given)}" if given else MEDIA
