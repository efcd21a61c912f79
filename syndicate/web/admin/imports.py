"""Importing an uploaded file: the form, how far each import is, and what it reported."""

import asyncio
import re
from urllib.parse import urlsplit

from aiohttp import web

from syndicate.importers.upload.kinds import UploadKind
from syndicate.importers.upload.place import folder_of
from syndicate.model.ids import new_id
from syndicate.storage.imports import StoredImport
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.transfer import ImportPage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM, RECEIVED
from syndicate.web.http.uploads import ReceivedFile
from syndicate.web.keys import CLOCK, CONFIG, SETTINGS, STORE

MAX_UPLOAD_BYTES = 512 * 1024 * 1024
MAX_LISTED = 10
BLOCKS_FORM = "blocks"
"""What the form for lists of blocks says of its file: those without a heading look like other lists."""
UNUSUAL = re.compile(r"[^\w.-]+")
NO_FILE = _("Please choose a file.")
TOO_LARGE = _(
    "This file has {size} MB; at most {max} MB can be uploaded. Whoever runs the server can bring it in "
    "with `syndicate import`."
)
NO_ADDRESS = _("Please give an address such as https://old.example, or leave this empty.")


async def get_import(request: web.Request) -> web.StreamResponse:
    return respond(request, await _page(request, Form()))


async def post_import(request: web.Request) -> web.StreamResponse:
    """Keep the file for the worker that imports it."""
    form, file = request[FORM], request.get(RECEIVED, {}).get("file")
    origin = form.get("origin").strip()
    errors = {"file": _problem(file), "origin": "" if not origin or _is_address(origin) else NO_ADDRESS}
    checked = form.with_errors(**{name: error for name, error in errors.items() if error})
    if checked.errors or file is None:
        return respond_to_form(request, await _page(request, checked), checked)
    now = request.app[CLOCK]()
    kind = UploadKind.BLOCKS.value if form.get("kind") == BLOCKS_FORM else ""
    new = StoredImport(id=new_id(now), name=_name(file), origin=origin, kind=kind, created=now)
    folder = folder_of(request.app[CONFIG].storage.transfers, new.id)
    await asyncio.to_thread(folder.mkdir, mode=0o700)
    await asyncio.to_thread(file.path.rename, folder / new.name)
    await request.app[STORE].transaction(lambda tx: tx.imports.add(new))
    return see_other("/admin/import/", "import")


def _problem(file: ReceivedFile | None) -> str:
    if file is None:
        return NO_FILE
    sizes = {"size": file.size // 1024**2, "max": MAX_UPLOAD_BYTES // 1024**2}
    return TOO_LARGE.format(**sizes) if file.is_too_large else ""


def _name(file: ReceivedFile) -> str:
    """Return a name for the file: the browser's, without what a path could be made of."""
    name = UNUSUAL.sub("-", file.filename.replace("\\", "/").rpartition("/")[2]).strip(".-")
    return name[-80:].lstrip(".-") or "file"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


async def _page(request: web.Request, form: Form) -> ImportPage:
    newest = await request.app[STORE].imports.list_newest(MAX_LISTED)
    settings = request.app[SETTINGS]
    had_form = any(one.kind == UploadKind.WORDPRESS and one.ended and not one.problem for one in newest)
    return ImportPage(
        form=form,
        max_size=f"{MAX_UPLOAD_BYTES // 1024**2} MB",
        imports=tuple(newest),
        suggests_form=had_form and not settings.comments.form and not settings.is_locked("comments.form"),
        is_running=not form.errors and "more" not in request.query and any(one.ended is None for one in newest),
    )
