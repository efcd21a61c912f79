"""Render the source of a post to the HTML that is stored: sanitized, with absolute addresses and pictures served
here.

A picture that is not (yet) stored here is shown as its description, linked to the original. A handle that is not
(yet) resolved stays plain text. The post is rendered again when either arrives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from syndicate.clock import Clock
from syndicate.content import html as author_html
from syndicate.content import markdown, names
from syndicate.content.sanitize import SANITIZER_VERSION, SafeHtml, for_author
from syndicate.content.text import clean
from syndicate.media import MediaFiles
from syndicate.media.directory import WIDTHS
from syndicate.model.media_names import name_of_smaller
from syndicate.model.post import Enclosure, Mention, SourceFormat
from syndicate.publishing.cited import is_cited
from syndicate.publishing.post_files import PostFile, PostFiles
from syndicate.storage import Store, Tables
from syndicate.storage.media import MediaFile, MediaState
from syndicate.urls import Urls, join

RENDERER = markdown.RENDERER_VERSION * 1000 + SANITIZER_VERSION
"""Changes whenever the Markdown renderer or the sanitizer makes different HTML from the same source."""
TAGS = Urls.tag("").rstrip("/") + "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPost:
    """A rendered post.

    `text` is its plain text, or that of its pictures; `media` are the files it shows, `new` those not stored yet,
    `replaced` the names of files in whose places these come, `missing` local files that cannot be read, `with_location`
    videos that contain their location. `named` maps each mentioned `user@host` to the
    actor id, which is empty while unknown.
    """

    html: SafeHtml
    text: str
    media: tuple[MediaFile, ...]
    new: tuple[MediaFile, ...]
    replaced: tuple[str, ...] = ()
    missing: tuple[MediaFile, ...] = ()
    with_location: tuple[MediaFile, ...] = ()
    enclosure: Enclosure | None = None
    picture: MediaFile | None
    named: Mapping[str, str]

    @property
    def mentions(self) -> tuple[Mention, ...]:
        return tuple(
            Mention(handle=f"@{handle}", actor=actor)
            for handle, actor in self.named.items()
            if actor and not is_cited(handle)
        )

    @property
    def names_wanted(self) -> bool:
        """Whether a mentioned handle still has to be looked up."""
        return not all(self.named.values())

    @property
    def has_new_files(self) -> bool:
        """Whether a file beside the Markdown is new or has changed."""
        return any(file.is_local for file in self.new)


class Renderer:
    def __init__(self, store: Store, files: MediaFiles, urls: Urls, clock: Clock) -> None:
        self._store, self._files, self._urls, self._clock = store, files, urls, clock
        self._post_files = PostFiles(store, files, urls, clock)

    def storing_in(self, directory: Path) -> "Renderer":
        """Return a renderer that stores files in another directory: for a preview."""
        return Renderer(self._store, MediaFiles(directory / "media", directory / "originals"), self._urls, self._clock)

    async def render(
        self,
        source: str,
        source_format: SourceFormat,
        *,
        permalink: str,
        base: str,
        image: str = "",
        enclosure: Enclosure | None = None,
        hashtags: Mapping[str, str],
        reread: bool = True,
    ) -> RenderedPost:
        """Render a source to stored HTML.

        `permalink` is the address of the post. Relative references are resolved against `base` (an address, or a
        `file:` address of a directory; empty for the permalink). `image` is the picture before the text. `hashtags`
        maps lower-case words to their pages. Without `reread`, local files are taken as stored.

        Raises InputError if the source exceeds the limits.
        """
        raw = markdown.to_html(source) if source_format is SourceFormat.MARKDOWN else clean(source)
        found = await self._found(raw, image, enclosure, permalink=permalink, base=base, reread=reread)
        known = {reference: one.file for reference, one in found.items()}
        html = author_html.rewrite(
            raw,
            url=lambda reference: self._address(known[reference], reference) if reference in known else None,
            missing=lambda reference: reference in known and known[reference].state is not MediaState.KEPT,
            lost=lambda reference: reference in found and found[reference].is_missing,
            forms=lambda reference: self._forms(known[reference]) if reference in known else None,
        )
        named = [handle for handle in names.people(html) if handle.rpartition("@")[2] != self._urls.host]
        accounts = await self._store.mentions.find_known(named)
        html = names.linked(
            html,
            people={handle: account.url for handle, account in accounts.items()},
            tags=hashtags,
            is_tag=lambda reference: self._is_tag(join(permalink, reference)),
        )
        return RenderedPost(
            html=for_author(html, base=permalink),
            text=author_html.words(raw),
            media=tuple(known.values()),
            new=tuple(one.file for one in found.values() if one.is_new),
            replaced=tuple(one.replaced for one in found.values() if one.replaced),
            missing=tuple(one.file for one in found.values() if one.is_missing),
            with_location=tuple(one.file for one in found.values() if one.has_location),
            enclosure=self._enclosure(enclosure, known, permalink),
            picture=known.get(image) if image else None,
            named={handle: accounts[handle].actor if handle in accounts else "" for handle in named},
        )

    def _is_tag(self, address: str) -> bool:
        """Whether an address is the page of a tag of this blog."""
        path = (self._urls.path_of(address) or "").partition("?")[0]
        return path.startswith(TAGS) and path.count("/") <= TAGS.count("/") + 1

    async def _found(
        self, raw: str, image: str, enclosure: Enclosure | None, *, permalink: str, base: str, reread: bool
    ) -> dict[str, PostFile]:
        """Return the files that a post refers to, by reference."""
        shown = dict.fromkeys([*author_html.pictures(raw), *([image] if image else [])])
        played = dict.fromkeys([*author_html.played(raw), *([enclosure.url] if enclosure else [])])
        found: dict[str, PostFile] = {}
        for reference in dict.fromkeys([*shown, *played, *author_html.links(raw)]):
            one = await self._post_files.find(
                reference,
                permalink=permalink,
                base=base,
                is_link=reference not in shown and reference not in played,
                fetched=reference in shown,
                reread=reread,
            )
            if one is not None:
                found[reference] = one
        return found

    def _enclosure(
        self, enclosure: Enclosure | None, known: Mapping[str, MediaFile], permalink: str
    ) -> Enclosure | None:
        """Complete the enclosure from the stored file; None if a local file cannot be read."""
        if enclosure is None:
            return None
        file = known.get(enclosure.url)
        if file is not None and file.state is MediaState.KEPT:
            return replace(enclosure, url=self.address(file), media_type=file.media_type, length=file.size)
        return None if file is not None and file.is_local else replace(enclosure, url=join(permalink, enclosure.url))

    def _address(self, file: MediaFile, reference: str) -> str | None:
        """Return the address for a reference with its fragment; None if it leads to no file of ours."""
        if file.is_local and file.state is not MediaState.KEPT:
            return None
        _, mark, fragment = reference.partition("#")
        return f"{self.address(file)}{mark}{fragment}"

    def address(self, file: MediaFile) -> str:
        """Return where a file is served, or its original address until it is stored here."""
        if file.state is not MediaState.KEPT or file.name is None:
            return file.source_url if not file.source_url.startswith("file:") else ""
        return self._urls.absolute(file.path or self._urls.media(file.name))

    def _forms(self, file: MediaFile) -> author_html.PictureForms | None:
        if file.state is not MediaState.KEPT:
            return None
        return author_html.PictureForms(width=file.width, height=file.height, srcset=self.srcset(file), alt=file.alt)

    def srcset(self, file: MediaFile) -> str:
        """Return the smaller forms of a picture, and the picture itself if it is not much larger, for browsers to
        choose from; empty if it has none.
        """
        if not file.widths or file.name is None:
            return ""
        forms = [(self._urls.absolute(Urls.media(name_of_smaller(file.name, width))), width) for width in file.widths]
        if file.width <= WIDTHS[-1]:
            forms.append((self.address(file), file.width))
        return ", ".join(f"{address} {width}w" for address, width in forms)

    async def remove_files(self, names: Sequence[str]) -> None:
        """Delete files that no row refers to any more."""
        for name in names:
            if await self._store.media.find_by_name(name) is None:
                self._files.remove(name)
                await self._store.transaction(partial(_forget_names, name))
            if not await self._store.media.is_original(name):
                self._files.remove_original(name)


async def _forget_names(name: str, tx: Tables) -> None:
    await tx.media.delete_redirects(name)
