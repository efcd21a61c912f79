"""Renders notes of other servers: the source that is stored, and the HTML that is shown.

The source is stored as received (`source_of`). The shown HTML is rendered from it, and rendered again when the
rendering changes.
"""

from collections.abc import Iterator
from html import escape

from syndicate.activitypub.parse import RemoteNote, origin
from syndicate.content import warning
from syndicate.content.opening import without_mentions
from syndicate.content.sanitize import SANITIZER_VERSION, SafeHtml, for_stranger
from syndicate.content.text import clean, clean_name, excerpt, plain
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.storage import Store, Tables
from syndicate.urls import Urls

FORM_VERSION = SANITIZER_VERSION * 1000 + 3
"""Stored with each rendered text; older versions are rendered again."""
FIRST_FORM_VERSION = 1000
"""Before this version, only the sanitizer had a version, and warnings were not folded."""
MENTIONED = SafeHtml("<p>mentioned this blog</p>")
"""Shown for a reply with nothing but a mention of the blog."""
MAX_TITLE_LENGTH = 300
MAX_WARNING_LENGTH = 1_000
MAX_BODY_LENGTH = 500
"""Characters of a reply that is an article; of a longer one only an excerpt is shown."""
MEDIA = {"image": "Picture", "audio": "Audio", "video": "Video"}
BATCH_SIZE = 100


class ShownForm:
    """Renders received texts."""

    def __init__(self, local_actors: LocalActors, urls: Urls) -> None:
        self._local_actors, self._urls = local_actors, urls

    def of(self, source: str) -> tuple[SafeHtml, bool]:
        """Render a source, and return whether it has any text. The text behind a warning is sanitized separately, so
        that nothing in it ends the fold."""
        words, text = warning.apart(source)
        html, has_words = self._of_text(text)
        return SafeHtml(warning.behind(clean_name(words, limit=MAX_WARNING_LENGTH), html)), has_words

    def _of_text(self, source: str) -> tuple[SafeHtml, bool]:
        without = without_mentions(source, self._is_ours)
        html = for_stranger(without)
        if plain(html):
            return html, True
        if without == source or not plain(for_stranger(source)):
            return html, False
        return MENTIONED, True

    def of_note(self, note: RemoteNote) -> tuple[str, SafeHtml, bool]:
        """Return the source of a note, its rendering, and whether it has any text."""
        source = source_of(note)
        return source, *self.of(source)

    def _is_ours(self, address: str, words: str) -> bool:
        """Whether a mention is of a local actor: by its name, and the host of its handle or link."""
        name, _, host = words.removeprefix("@").lower().partition("@")
        known = {identity.actor.handle.lower() for identity in self._local_actors}
        if name not in known or (host and host != self._urls.host):
            return False
        return origin(address) == origin(self._urls.base) if address else bool(host)

    async def make_anew(self, store: Store) -> None:
        """Render the comments of older versions again. Their source does not change."""
        after = ""
        while found := await store.comments.list_sanitized_before(FORM_VERSION, after=after, limit=BATCH_SIZE):
            for id, source, version in found:
                html, has_words = self.of(warning.folded(source) if version < FIRST_FORM_VERSION else source)

                async def renew(tx: Tables, id: str = id, html: str = html, has_words: bool = has_words) -> None:
                    post = await tx.comments.update_html(id, html if has_words else None, FORM_VERSION)
                    if post:
                        await tx.versions.move(f"talk:{post}", "comments")

                await store.transaction(renew)
            after = found[-1][0]


def source_of(note: RemoteNote) -> str:
    """Return the source of a note: its text behind the content warning, under its title, with the options of a poll and
    its attachments as links."""
    text = "".join((*_head(note), *_body(note), *_options(note), *_attachments(note)))
    return clean(warning.behind(warning_of(note), text))


def _head(note: RemoteNote) -> Iterator[str]:
    title = title_of(note)
    if title:
        words = escape(title)
        yield (
            f'<p><strong><a href="{escape(note.url)}">{words}</a></strong></p>'
            if origin(note.url) == origin(note.id)
            else _bold(words)
        )


def _bold(words: str) -> str:
    return f"<p><strong>{words}</strong></p>"


def title_of(note: RemoteNote) -> str:
    """Return the name of a note, unless an attachment has the same description."""
    name = clean_name(note.name, limit=MAX_TITLE_LENGTH)
    return "" if name in {item.alt for item in note.attached} else name


def warning_of(note: RemoteNote) -> str:
    """Return the content warning: the summary, which in articles is an excerpt unless they are sensitive. It is HTML by
    the specification, plain text from Mastodon."""
    return plain(note.summary) if note.is_sensitive or note.is_short else ""


def _body(note: RemoteNote) -> Iterator[str]:
    """Yield the text of a note; of a long article an excerpt, since the title links to it."""
    words = plain(note.html)
    if not words and "<img" not in note.html.lower():
        if not note.is_short and not note.is_sensitive and note.summary:
            yield f"<p>{escape(excerpt(plain(note.summary)))}</p>"
    elif note.is_short or len(words) <= MAX_BODY_LENGTH:
        yield note.html
    else:
        yield f"<p>{escape(excerpt(words))}</p>"


def _options(note: RemoteNote) -> Iterator[str]:
    if note.options:
        yield f"<ul>{''.join(f'<li>{escape(option)}</li>' for option in note.options)}</ul>"


def _attachments(note: RemoteNote) -> Iterator[str]:
    for item in note.attached:
        kind = MEDIA.get(item.media_type.partition("/")[0])
        if kind and origin(item.url):
            yield f'<p><a href="{escape(item.url)}">{escape(item.alt or kind)}</a></p>'
