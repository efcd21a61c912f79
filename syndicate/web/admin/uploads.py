"""Files of forms that are too large for memory: on the disk while a request is answered, deleted afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from syndicate.model.ids import new_id
from syndicate.web.admin.forms import Form
from syndicate.web.admin.session import RECEIVED
from syndicate.web.http.uploads import receive_form
from syndicate.web.keys import CLOCK, CONFIG

PREFIX = "upload-"
_PATHS = web.RequestKey[list[Path]]("paths of files received")


@asynccontextmanager
async def received_files(request: web.Request) -> AsyncIterator[None]:
    """Delete the files of a request at its end, unless a view has moved them."""
    request[_PATHS] = []
    try:
        yield
    finally:
        for path in request[_PATHS]:
            await asyncio.to_thread(path.unlink, missing_ok=True)


async def receive_upload(request: web.Request, max_bytes: int) -> Form:
    """Receive a form and its files. Raises MalformedRequest, BodyTooSlow, OSError."""
    transfers = request.app[CONFIG].storage.transfers
    await asyncio.to_thread(transfers.mkdir, mode=0o700, parents=True, exist_ok=True)

    def new_path() -> Path:
        path = transfers / f"{PREFIX}{new_id(request.app[CLOCK]())}"
        request[_PATHS].append(path)
        return path

    fields, request[RECEIVED] = await receive_form(request, max_bytes, new_path)
    return Form.of(fields)
