"""A manuscript's source → the HTML that is stored: safe, every address absolute, every picture one that we serve.

A picture that we do not have (yet) stands as its description, linked to where it was; whom we do not know (yet) stands
as she was named. When the picture has come, or she is found, the post is typeset anew.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from syndicate.clock import Clock
from syndicate.content import html as author_html
from syndicate.content import markdown, names
from syndicate.content.sanitize import SANITIZER_VERSION, SafeHtml, for_author
from syndicate.content.text import canonical_path, clean, plain
from syndicate.media import MediaFiles, UnusableFile
from syndicate.model.ids import new_id
from syndicate.model.post import Mention, SourceFormat
from syndicate.storage import Store, Tables
from syndicate.storage.media import MediaFile, MediaState, Purpose
from syndicate.urls import Urls, join, split

RENDERER = markdown.RENDERER_VERSION * 1000 + SANITIZER_VERSION
"""Moves when either of the two makes other HTML of the same source."""
TAGS = Urls.tag("").rstrip("/") + "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """`text` is the words alone; `media` are the files that it shows; `new` those among them that are not on record
    yet. `named` are all whom the text names as `user@host`, with the ids of those who are known."""

    html: SafeHtml
    text: str
    media: tuple[MediaFile, ...]
    new: tuple[MediaFile, ...]
    picture: MediaFile | None
    named: Mapping[str, str]

    @property
    def mentions(self) -> tuple[Mention, ...]:
        return tuple(Mention(handle=f"@{handle}", actor=actor) for handle, actor in self.named.items() if actor)

    @property
    def names_wanted(self) -> bool:
        """Whether somebody is named who is still to be looked up."""
        return not all(self.named.values())

    @property
    def has_new_files(self) -> bool:
        """Whether a file beside the Markdown is new, or another than before."""
        return any(file.is_local for file in self.new)


class Typesetter:
    def __init__(self, store: Store, files: MediaFiles, urls: Urls, clock: Clock) -> None:
        self._store, self._files, self._urls, self._clock = store, files, urls, clock

    async def typeset(
        self,
        source: str,
        source_format: SourceFormat,
        *,
        permalink: str,
        base: str,
        image: str = "",
        hashtags: Mapping[str, str],
        reread: bool = True,
    ) -> Typeset:
        """`permalink` is where the text will stand; `base` what its pictures are relative to (an address, or a `file:`
        address of a directory), empty for the permalink; `image` the address of the picture that goes before it.
        `hashtags` are words in lower case and the pages that they lead to. Without `reread`, files of this machine are
        as they are on record.

        Raises InputError for a source without bounds.
        """
        raw = markdown.to_html(source) if source_format is SourceFormat.MARKDOWN else clean(source)
        known: dict[str, MediaFile] = {}
        new: list[MediaFile] = []
        wanted = dict.fromkeys([*author_html.pictures(raw), *([image] if image else [])])
        for reference in wanted:
            file = await self._file(join(base or permalink, reference), base, reread=reread)
            if file is not None:
                known[reference] = file
                if file.attempts < 0:
                    new.append(file)
        html = author_html.rewrite(
            raw,
            url=lambda reference: self.address(known[reference]) if reference in known else None,
            missing=lambda reference: reference in known and known[reference].state is not MediaState.KEPT,
            lost=lambda reference: reference in known and known[reference].state is MediaState.FAILED,
        )
        named = [handle for handle in names.people(html) if handle.rpartition("@")[2] != self._urls.host]
        accounts = await self._store.mentions.known(named)
        html = names.linked(
            html,
            people={handle: account.url for handle, account in accounts.items()},
            tags=hashtags,
            is_tag=lambda reference: self._is_tag(join(permalink, reference)),
        )
        return Typeset(
            html=for_author(html, base=permalink),
            text=plain(raw),
            media=tuple(known.values()),
            new=tuple(new),
            picture=known.get(image) if image else None,
            named={handle: accounts[handle].actor if handle in accounts else "" for handle in named},
        )

    def _is_tag(self, address: str) -> bool:
        """Whether it is the page of a tag of ours."""
        path = (self._urls.path_of(address) or "").partition("?")[0]
        return path.startswith(TAGS) and path.count("/") <= TAGS.count("/") + 1

    def address(self, file: MediaFile) -> str:
        """Where a file is served; where it was, while we have not got it."""
        if file.state is not MediaState.KEPT or file.name is None:
            return file.source_url if not file.source_url.startswith("file:") else ""
        return self._urls.absolute(file.path or self._urls.media(file.name))

    async def _file(self, address: str, base: str, *, reread: bool) -> MediaFile | None:
        """The file at an address: on record, or as it is to be put on record; None for an address of ours that needs
        none. Files of this machine count only below the folder of the Markdown that names them: an imported text
        must not be able to publish what else lies on the disk."""
        if address.startswith("file:") and not (base.startswith("file:") and _is_below(address, base)):
            return None
        known = await self._store.media.by_source(address)
        if address.startswith("file:") and not reread:
            return known or as_failed(self._wanted(address), "it was not there when the post was published")
        if address.startswith("file:"):
            return await asyncio.to_thread(self._local, address, known)
        if known is not None:
            return known
        path = self._urls.path_of(address)
        if path is not None:
            return await self._store.media.at(canonical_path(path.partition("?")[0]))
        if split(address).scheme not in ("http", "https"):
            return None
        return self._wanted(address)

    def _wanted(self, address: str) -> MediaFile:
        now = self._clock()
        return MediaFile(id=new_id(now), source_url=address, due=now, attempts=-1)

    def _local(self, address: str, known: MediaFile | None) -> MediaFile:
        """A file beside the Markdown, taken in at once, and again when it has changed."""
        file = self._wanted(address)
        path = Path(unquote(split(address).path))
        try:
            kept = as_kept(file, self._files, path.read_bytes())
            return known if known is not None and known.name == kept.name else kept
        except OSError as error:
            return known or as_failed(file, f"{path}: {error.strerror}")
        except UnusableFile as error:
            return known or as_failed(file, f"{path}: {error}")

    async def remove_files(self, names: Sequence[str]) -> None:
        """Remove files that nothing on record refers to any more."""
        for name in names:
            if await self._store.media.named(name) is None:
                self._files.remove(name)
                await self._store.transaction(partial(_forget_names, name))
            if not await self._store.media.is_original(name):
                self._files.remove_original(name)


async def _forget_names(name: str, tx: Tables) -> None:
    await tx.media.forget_names(name)


def _is_below(address: str, base: str) -> bool:
    folder = Path(unquote(split(base).path)).resolve()
    return Path(unquote(split(address).path)).resolve().is_relative_to(folder)


def as_kept(file: MediaFile, files: MediaFiles, data: bytes) -> MediaFile:
    """Keep the bytes of a file, and say so; a post's picture loses its metadata. Blocks: it waits for another process.

    Raises UnusableFile, OSError.
    """
    kept = files.keep_own(data) if file.purpose is Purpose.POST else files.keep(data)
    return replace(
        file,
        name=kept.name,
        original=kept.original,
        media_type=kept.media_type,
        size=kept.size,
        width=kept.width,
        height=kept.height,
        state=MediaState.KEPT,
        reason="",
    )


def as_failed(file: MediaFile, reason: str) -> MediaFile:
    return replace(file, state=MediaState.FAILED, reason=reason)
