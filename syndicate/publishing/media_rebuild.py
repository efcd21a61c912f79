"""Remove metadata from the pictures that are already served, and make smaller forms of them (`syndicate media rebuild`).

Every picture on disk is checked, including those that no row refers to any more. A picture without metadata stays as
it is. A cleaned picture gets a new name, its old address redirects there, and the posts that show it are rendered
again; no Update is sent and `updated` does not change. Pictures of other people stay as they are.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from syndicate.media import KeptFile, MediaFiles, UnusableFile
from syndicate.storage import Store, Tables
from syndicate.storage.media import Purpose


@dataclass(slots=True)
class RebuildReport:
    """The numbers of cleaned, scaled and unchanged pictures, and the unreadable ones with the reason."""

    cleaned: int = 0
    scaled: int = 0
    unchanged: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


class MediaRebuild:
    """Cleans stored pictures. `rerender` is called with the id of each post that shows a cleaned picture."""

    def __init__(
        self,
        store: Store,
        files: MediaFiles,
        *,
        rerender: Callable[[str], Awaitable[None]],
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store, self._files, self._rerender, self._progress = store, files, rerender, progress

    async def run(self) -> RebuildReport:
        """Clean all pictures. May be interrupted at any time and run again."""
        done = RebuildReport()
        for name in await asyncio.to_thread(self._files.pictures):
            purposes = await self._store.media.list_purposes(name)
            if purposes and Purpose.POST not in purposes:
                continue
            try:
                was_cleaned, was_scaled = await self._rebuild(name)
            except (UnusableFile, OSError) as error:
                done.failed.append((name, str(error)))
                continue
            done.cleaned += was_cleaned
            done.scaled += was_scaled
            done.unchanged += not was_cleaned and not was_scaled
            self._progress(name)
        return done

    async def _rebuild(self, name: str) -> tuple[bool, bool]:
        """Return whether the picture was cleaned, and whether it got smaller forms."""
        path = self._files.path(name)
        if path is None:
            return False, False
        known = await self._store.media.find_by_name(name)
        kept = await asyncio.to_thread(lambda: self._files.keep_own(path.read_bytes()))
        was_cleaned = kept.original is not None
        was_scaled = kept.widths != (known.widths if known else kept.widths)
        if was_cleaned or was_scaled:
            await self._store.transaction(partial(self._record, name, kept))
            for post in await self._store.media.list_posts_showing_file(kept.name):
                await self._rerender(post)
        if was_cleaned and await self._store.media.find_by_name(name) is None:
            await asyncio.to_thread(self._files.remove, name)
        return was_cleaned, was_scaled

    async def _record(self, former: str, kept: KeptFile, tx: Tables) -> None:
        await tx.media.set_widths(former, kept.widths)
        if kept.original is None:
            return
        await tx.media.rename(former, kept.name, original=former, size=kept.size, width=kept.width, height=kept.height)
