"""Pictures that the author uploads: kept without their metadata, and put into a text."""

import asyncio
import re
from dataclasses import replace
from html import escape
from urllib.parse import quote

from aiohttp import web

from syndicate.clock import Clock
from syndicate.errors import PictureRefused
from syndicate.media import MediaFiles, UnusableFile
from syndicate.model.ids import new_id
from syndicate.model.post import SourceFormat
from syndicate.publishing import Publisher
from syndicate.publishing.post_files import as_kept
from syndicate.storage import Store
from syndicate.storage.media import MediaFile
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.admin.session import FILES_SENT, FORM

MAX_PICTURE_BYTES = 12 * 1024 * 1024
MAX_ALT_LENGTH = 1500
MAX_FILENAME_LENGTH = 100
MAX_RENDERED_AGAIN = 200
"""Posts; more have a file only where it stands on every page, and get its new description when they change."""
NO_PICTURE = _("Please choose a picture.")
SPECIAL = re.compile(r"[\[\]\\]")
HEIC = re.compile(rb"^.{4}ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL)
HEIC_REFUSED = _(
    "This is a HEIC picture, which browsers do not show. Please send it as JPEG; on an iPhone: Settings, "
    "Camera, Formats, Most Compatible."
)


class Uploads:
    def __init__(self, store: Store, files: MediaFiles, publisher: Publisher, urls: Urls, clock: Clock) -> None:
        self._store, self._files, self._publisher, self._urls, self._clock = store, files, publisher, urls, clock

    async def keep(self, data: bytes, alt: str) -> MediaFile:
        """Keep a picture, whose type its bytes decide. Raises PictureRefused."""
        kept = await self._kept(data, alt)
        if not kept.media_type.startswith("image/"):
            self._files.remove(kept.name or "")
            raise PictureRefused(_("This file is no picture."))
        return await self._saved(kept)

    async def keep_file(self, data: bytes, alt: str, filename: str) -> MediaFile:
        """Keep a picture, sound, film or PDF file; what it was called is kept for finding it. Raises PictureRefused."""
        return await self._saved(await self._kept(data, alt), filename)

    async def describe(self, file: MediaFile, alt: str) -> None:
        """Change the description of a file, also where posts show it without one of their own."""
        await self._store.transaction(lambda tx: tx.admin_media.set_alt(file.id, alt))
        for post in (await self._store.media.list_posts_showing(file.id))[:MAX_RENDERED_AGAIN]:
            await self._publisher.rerender(post)

    async def delete(self, file: MediaFile) -> bool:
        """Delete a file; return False if something uses it."""
        return await self._publisher.delete_file(file)

    async def _kept(self, data: bytes, alt: str) -> MediaFile:
        if HEIC.match(data[:12]):
            raise PictureRefused(HEIC_REFUSED)
        now = self._clock()
        wanted = MediaFile(id=new_id(now), source_url="", alt=alt.strip()[:MAX_ALT_LENGTH], due=now)
        try:
            return await asyncio.to_thread(as_kept, wanted, self._files, data)
        except UnusableFile as error:
            raise PictureRefused(_("This file cannot be used: {error}.", error=error)) from error

    async def _saved(self, kept: MediaFile, filename: str = "") -> MediaFile:
        known = await self._store.media.find_by_name(kept.name or "")
        if known is not None:
            return known
        called = filename.replace("\\", "/").rpartition("/")[2][:MAX_FILENAME_LENGTH]
        address = self._urls.absolute(Urls.media(kept.name or ""))
        file = replace(kept, source_url=f"{address}#{quote(called)}" if called else address)
        await self._store.transaction(lambda tx: tx.media.save(file))
        return file


def as_source(file: MediaFile, alt: str, source_format: SourceFormat) -> str:
    """Return a picture as it stands in a text."""
    path, words = Urls.media(file.name or ""), " ".join(alt.split())
    if source_format is SourceFormat.HTML:
        return f'<p><img src="{path}" alt="{escape(words)}"></p>'
    escaped = SPECIAL.sub(r"\\\g<0>", words)
    return f"![{escaped}]({path})"


async def post_picture(request: web.Request) -> web.StreamResponse:
    """Keep a picture for our script, and answer with what to put into the text."""
    form, file = request[FORM], request[FILES_SENT].get("file")
    try:
        if file is None:
            raise PictureRefused(NO_PICTURE)
        kept = await request.app[UPLOADS].keep(file.data, form.get("alt"))
    except PictureRefused as error:
        return web.json_response({"problem": str(error)}, status=422)
    source_format = SourceFormat.HTML if form.get("format") == "html" else SourceFormat.MARKDOWN
    alt = form.get("alt").strip()
    return web.json_response(
        {"text": f"{as_source(kept, alt, source_format)}\n", "address": Urls.media(kept.name or ""), "alt": alt}
    )


UPLOADS = web.AppKey("uploads", Uploads)
