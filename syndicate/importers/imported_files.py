"""The pictures and other files of an old blog: taken from a copy, or registered for the server to download."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from syndicate.clock import Clock
from syndicate.content.text import canonical_path
from syndicate.importers.media_copy import MediaCopy
from syndicate.importers.old_addresses import OldAddresses, original_address
from syndicate.importers.records import ExportedAttachment, SkippedItem
from syndicate.importers.report import ImportReport
from syndicate.media import MediaFiles, UnusableFile
from syndicate.model.ids import new_id
from syndicate.publishing.post_files import as_failed, as_kept
from syndicate.storage import Store, Tables
from syndicate.storage.media import MediaFile, MediaState
from syndicate.urls import Urls, split

MAX_CONCURRENT = 4
OWN_ADDRESS = "it lies at this blog's own address; import again with --media"


class ImportedFiles:
    def __init__(
        self,
        store: Store,
        files: MediaFiles,
        urls: Urls,
        clock: Clock,
        addresses: OldAddresses,
        report: ImportReport,
        copy: MediaCopy | None,
    ) -> None:
        self._store, self._files, self._urls, self._clock = store, files, urls, clock
        self._addresses, self._report, self._copy = addresses, report, copy
        self._attached: dict[str, str] = {}
        self._hosts: set[str] = set()
        self._seen: set[str] = set()

    def add_attachment(self, item: ExportedAttachment) -> None:
        """Remember where the program kept the file of an address."""
        self._hosts.add(split(original_address(item.url)).netloc.lower())
        if item.file:
            self._attached[_key(item.url)] = item.file

    async def want_all(self, attachments: Sequence[ExportedAttachment]) -> None:
        """Register the files of attachments, several at once because cleaning a picture takes a second."""
        for at in range(0, len(attachments), MAX_CONCURRENT):
            async with asyncio.TaskGroup() as tasks:
                for item in attachments[at : at + MAX_CONCURRENT]:
                    tasks.create_task(self.want(item.url, item.alt), name="attachment")

    async def want(self, reference: str, alt: str = "") -> None:
        """Register the file at an address, from the copy or for download."""
        address = original_address(reference)
        if address in self._seen or not address.startswith(("http://", "https://")):
            return
        self._seen.add(address)
        known = await self._store.media.find_by_source(address)
        if known is not None and (known.state is MediaState.KEPT or self._copy is None):
            return
        path = split(address).path
        is_old = self._addresses.is_old(address)
        now = self._clock()
        file = known or MediaFile(
            id=new_id(now),
            source_url=address,
            path=canonical_path(path) if is_old and path.rpartition("/")[2] else None,
            alt=alt,
            due=now,
        )
        if is_old or split(address).netloc.lower() in self._hosts:
            file = await asyncio.to_thread(self._from_copy, file, path)
        if file.state is MediaState.WANTED and self._urls.path_of(address) is not None:
            file = as_failed(file, OWN_ADDRESS)
        await self._store.transaction(lambda tx: self._save(tx, file))
        self._count(file)

    def _count(self, file: MediaFile) -> None:
        if file.state is MediaState.KEPT:
            self._report.pictures_kept += 1
        elif file.state is MediaState.WANTED:
            self._report.pictures_wanted += 1
        else:
            self._report.skip(SkippedItem(what=file.source_url, reason=file.reason))

    async def _save(self, tx: Tables, file: MediaFile) -> None:
        if file.path is not None:
            other = await tx.media.find_by_path(file.path)
            if other is not None and other.source_url != file.source_url:  # http and https addresses of one picture
                file = replace(file, path=None)
        await tx.media.save(file)

    def _from_copy(self, file: MediaFile, path: str) -> MediaFile:
        if self._copy is None:
            return file
        attached = self._attached.get(_key(file.source_url))
        try:
            data = self._copy.find(*([attached] if attached else []), unquote(path))
            return file if data is None else as_kept(file, self._files, data)
        except (OSError, UnusableFile) as error:
            return as_failed(file, getattr(error, "strerror", None) or str(error))


def _key(address: str) -> str:
    """Return what the http and https addresses of a file have in common."""
    parts = split(original_address(address))
    return f"{parts.netloc.lower()}{canonical_path(parts.path)}"
