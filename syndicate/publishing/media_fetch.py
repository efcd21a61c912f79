"""Download the pictures of posts, comments and accounts, so that a page loads nothing from other servers.

Wanted files are rows of the media table. A post is rendered again when its picture has been downloaded. After several
failed attempts the post shows the picture's description instead, as a link to where the picture was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from syndicate.clock import Clock
from syndicate.content.text import clean
from syndicate.errors import AddressDenied, DocumentUnusable, RemoteError, RemoteGone, RemoteRefused, StorageError
from syndicate.limits.backoff import Backoff
from syndicate.media import MediaFiles, UnusableFile
from syndicate.media.kinds import MAX_HEAD_BYTES, kind_of
from syndicate.publishing.post_files import as_failed, as_kept
from syndicate.storage import Store, Tables
from syndicate.storage.media import MediaFile, MediaState, Purpose
from syndicate.transport.message import MEDIA, Redirects, Request, Response, Transport, require_success
from syndicate.workers.loop import isolated
from syndicate.workers.queue import QueueWorker, Row

log = structlog.get_logger()

RETRY_DELAYS = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=12), timedelta(days=2))
BACKOFF = Backoff(RETRY_DELAYS)
INTERNAL_ERROR = "something went wrong here; the log says what"
MAX_AVATAR_BYTES = 1024 * 1024


class MediaFetcher(QueueWorker[MediaFile]):
    """Downloads wanted files. `rerender` is called with the id of each post that shows a downloaded picture."""

    name = "pictures"
    table = "media"
    max_concurrent = 4

    def __init__(
        self,
        store: Store,
        transport: Transport,
        files: MediaFiles,
        clock: Clock,
        *,
        own_origin: str,
        rerender: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store, self._transport, self._files = store, transport, files
        self._own_origin, self._rerender = own_origin, rerender
        super().__init__(store.leased_rows, clock)

    async def next_due(self, _now: datetime) -> datetime | None:
        return await self._store.media.next_due()

    async def claim(self, now: datetime, until: datetime) -> Sequence[MediaFile]:
        return await self._store.transaction(lambda tx: tx.media.claim(now=now, until=until, limit=self.free_slots()))

    def rows(self, file: MediaFile) -> Sequence[Row]:
        return [(file.id,)]

    def about(self, file: MediaFile) -> dict[str, str]:
        return {"address": file.source_url}

    async def perform(self, file: MediaFile) -> None:
        tripped = file.attempts > BACKOFF.max_attempts  # the last attempt was interrupted
        settled = as_failed(file, INTERNAL_ERROR) if tripped else await self._fetched(file)
        posts = await self._store.transaction(lambda tx: self._settle(tx, settled))
        if settled.state is MediaState.FAILED:
            log.warning("picture download failed", address=file.source_url, reason=settled.reason)
        for post in posts:
            with isolated("rendering", post=post):
                await self._rerender(post)

    async def _fetched(self, file: MediaFile) -> MediaFile:
        if file.source_url.startswith(f"{self._own_origin}/"):
            return as_failed(file, "it lies at this blog's own address; import again with --media DIRECTORY")
        try:
            response = await self._response(file)
            if file.purpose is not Purpose.POST:
                _require_small_picture(response.body)
            return await asyncio.to_thread(as_kept, file, self._files, response.body)
        except (RemoteGone, RemoteRefused, AddressDenied, DocumentUnusable, UnusableFile) as error:
            return as_failed(file, clean(str(error)))
        except (RemoteError, OSError) as error:
            return self._later(file, clean(str(error)))
        except StorageError:
            raise
        except Exception:
            log.exception("picture processing failed", address=file.source_url)
            return self._later(file, INTERNAL_ERROR)

    async def _response(self, file: MediaFile) -> Response:
        """Return the response with the file. What an imported blog shows by plain http is tried by https first."""
        secure = file.source_url.replace("http://", "https://", 1) if file.source_url.startswith("http://") else ""
        is_plain = bool(secure) and file.purpose is Purpose.POST and await self._store.media.is_imported(file.id)
        if is_plain:
            with suppress(RemoteError):
                return await self._answer(Request(url=secure, budget=MEDIA, redirects=Redirects.MEDIA))
        return await self._answer(
            Request(url=file.source_url, budget=MEDIA, redirects=Redirects.MEDIA, plain_http=is_plain)
        )

    async def _answer(self, request: Request) -> Response:
        response = await self._transport.fetch(request)
        require_success(response, self._clock())
        return response

    def _later(self, file: MediaFile, reason: str) -> MediaFile:
        if BACKOFF.is_exhausted(file.attempts):
            return as_failed(file, reason)
        return replace(file, due=self._clock() + BACKOFF.delay(file.attempts), reason=reason)

    async def _settle(self, tx: Tables, file: MediaFile) -> list[str]:
        await tx.media.save(file)
        if file.state is MediaState.WANTED:
            return []
        if file.purpose is Purpose.POST:
            return await tx.media.list_posts_showing(file.id)
        if file.name is not None:
            await self._show(tx, file.source_url, f"/media/{file.name}")
        return []

    async def _show(self, tx: Tables, source: str, path: str) -> None:
        """Show a downloaded avatar beside the comments of its account and in the blogroll."""
        for actor in await tx.remote_actors.set_avatar(source, path):
            posts = {comment.post for comment in await tx.comments.list_by_author(actor)}
            await tx.versions.move(*(f"talk:{post}" for post in posts))
        if await tx.blogroll.set_picture(source, path):
            await tx.versions.move("blogroll", "river")


def _require_small_picture(data: bytes) -> None:
    """Raises UnusableFile unless the data is a picture of at most 1 MiB: others choose the address of their avatar."""
    kind = kind_of(data[:MAX_HEAD_BYTES])
    if kind is None or not kind[0].startswith("image/") or len(data) > MAX_AVATAR_BYTES:
        raise UnusableFile("not a picture of at most 1 MiB")
