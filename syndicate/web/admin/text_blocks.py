"""What the rich editor asks for: where a text is cut into blocks, and what readers see of a part of it."""

import json

from aiohttp import web

from syndicate.content.blocks import cut_into_blocks
from syndicate.content.line_ends import as_edited
from syndicate.errors import InputError
from syndicate.translation import _
from syndicate.web.admin.editor import EDITOR
from syndicate.web.admin.session import FORM

MAX_PARTS = 100
NEW = "new"


def post_id_of(request: web.Request) -> str | None:
    """Return the id of the post that a request is about; None for one that is not stored yet."""
    id = request.match_info["id"]
    return None if id == NEW else id


def block_lengths(text: str) -> tuple[int, ...]:
    """Return the length of each block of a text in UTF-16 code units, in which browsers count."""
    return tuple(len(block.encode("utf-16-le", "surrogatepass")) // 2 for block in cut_into_blocks(as_edited(text)))


async def post_blocks(request: web.Request) -> web.StreamResponse:
    """Cut a text that has been changed otherwise than in the editor."""
    return web.json_response({"lengths": block_lengths(request[FORM].get("text"))})


async def post_shown(request: web.Request) -> web.StreamResponse:
    """Return what readers see of parts of a text: sanitized, with the pictures that are served here."""
    parts = _parts(request[FORM].get("parts"))
    return web.json_response({"parts": await request.app[EDITOR].shown(post_id_of(request), parts)})


def _parts(sent: str) -> list[str]:
    try:
        parts = json.loads(sent)
    except ValueError as error:
        raise InputError(_("the parts are no JSON")) from error
    if not isinstance(parts, list) or len(parts) > MAX_PARTS or not all(isinstance(part, str) for part in parts):
        raise InputError(_("the parts are no list of at most {max_parts} texts", max_parts=MAX_PARTS))
    return parts
