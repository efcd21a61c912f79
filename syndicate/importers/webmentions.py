"""Read Webmentions that a service such as webmention.io kept: as JF2, or in its older JSON.

Replies and mentions become comments; so do likes and reposts by somebody who is named; other reactions are counted. What is private is not read in.
"""

import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from syndicate.content.text import clean, clean_name
from syndicate.errors import NotAnExport
from syndicate.importers.feed.documents import date
from syndicate.importers.file_kinds import kind_of_export
from syndicate.importers.packed import MAX_EXPORT_BYTES, exports_in
from syndicate.importers.records import (
    Exported,
    ExportedComment,
    ExportedReaction,
    ExportedReply,
    ReactionCount,
    SkippedItem,
)
from syndicate.model.comment import CommentState
from syndicate.translation import _

_COMMENTS = frozenset({"in-reply-to", "mention-of", "reply", "link", "mention"})
_REACTIONS = {"like-of": "like", "repost-of": "repost", "bookmark-of": "bookmark", "follow-of": "follow"} | {
    name: name for name in ("like", "repost", "bookmark", "rsvp", "follow")
}
_WHAT_TO_DO = _("webmention.io gives them at https://webmention.io/api/mentions.jf2?token=…&per-page=10000.")


@dataclass(frozen=True)
class WebmentionList:
    """A file of Webmentions."""

    path: Path
    origin: str = "webmentions"

    def read(self) -> Iterator[Exported]:
        """Return the Webmentions. Raises NotAnExport, OSError."""
        reactions: Counter[str] = Counter()
        private = 0
        for entry in self._entries():
            kind = _text(entry.get("wm-property")) or _text(_object(entry.get("activity")).get("type")) or "mention"
            if entry.get("wm-private") or entry.get("private") or entry.get("verified") is False:
                private += 1
            elif reaction := _reaction(entry, kind):
                yield reaction
            elif kind in _REACTIONS:
                reactions[_REACTIONS[kind]] += 1
            elif kind in _COMMENTS:
                yield _comment(entry)
            else:
                what = f"Webmention from {_text(entry.get('wm-source'))[:200]}"
                yield SkippedItem(what=what, reason=f"its kind “{kind[:40]}” is unknown", is_ordinary=True)
        if private:
            what = f"{private} × Webmention"
            yield SkippedItem(what=what, reason="it is private or was not verified", is_ordinary=True)
        for name, count in reactions.items():
            yield ReactionCount(kind=name, count=count)

    def _entries(self) -> list[dict[str, Any]]:
        for name, stream in exports_in(self.path, (".json", ".jf2")):
            text = stream.read(MAX_EXPORT_BYTES).decode("utf-8-sig", errors="replace")
            try:
                document = json.loads(text)
            except (ValueError, RecursionError) as error:
                if other := kind_of_export(text, but="import webmentions"):
                    raise NotAnExport(f"{name} {other}") from error
                if text.lstrip()[:1] in ("{", "["):
                    raise NotAnExport(
                        _("{name} is not whole: {error}. {advice}", name=name, error=error, advice=_WHAT_TO_DO)
                    ) from error
                raise _no_list(name) from error
            children = document
            if isinstance(document, dict):
                children = document.get("children", document.get("links"))
            entries = [entry for entry in children if _target(entry)] if isinstance(children, list) else None
            if entries is None or (children and not entries):
                if other := kind_of_export(text, but="import webmentions"):
                    raise NotAnExport(f"{name} {other}")
                raise _no_list(name)
            return entries
        return []


def _no_list(name: str) -> NotAnExport:
    return NotAnExport(_("{name} is no list of Webmentions. {advice}", name=name, advice=_WHAT_TO_DO))


def _target(entry: object) -> str:
    return _text(entry.get("wm-target")) or _text(entry.get("target")) if isinstance(entry, dict) else ""


def _reaction(entry: Mapping[str, Any], kind: str) -> ExportedReaction | None:
    """Return a like or boost; None if it is of another kind, or does not say who made it and when."""
    shown = {"like": "like", "repost": "share"}.get(_REACTIONS.get(kind, ""))
    data = _object(entry.get("data")) or entry
    source = _text(entry.get("wm-source")) or _text(entry.get("source"))
    actor = _text(_object(data.get("author")).get("url"))
    written = _text(data.get("published")) or _text(entry.get("wm-received")) or _text(entry.get("verified_date"))
    received = date(written)
    if shown is None or not source or received is None or not actor.startswith(("http://", "https://")):
        return None
    return ExportedReaction(targets=(_target(entry),), kind=shown, uri=source, actor=actor, received=received)


def _comment(entry: Mapping[str, Any]) -> ExportedReply | SkippedItem:
    data = _object(entry.get("data")) or entry
    source, target = _text(entry.get("wm-source")) or _text(entry.get("source")), _target(entry)
    number = str(entry.get("wm-id") or entry.get("id") or "")
    written = _text(data.get("published")) or _text(entry.get("wm-received")) or _text(entry.get("verified_date"))
    published = date(written)
    if not source or published is None:
        return SkippedItem(what=f"Webmention {number or target}", reason="it has no source or no date")
    author = _object(data.get("author"))
    url = _text(data.get("url")) or source
    guid = uuid.uuid5(uuid.NAMESPACE_URL, f"{source} {target}")
    comment = ExportedComment(
        id=source,
        anchor=f"webmention-{number or guid}",
        guid=f"urn:uuid:{guid}",
        url=url,
        author_name=clean_name(_text(author.get("name"))),
        author_url=_text(author.get("url")),
        published=published,
        html=_html(data, url),
        state=CommentState.APPROVED,
    )
    return ExportedReply(targets=(target,), comment=comment)


def _html(data: Mapping[str, Any], url: str) -> str:
    content = data.get("content")
    parts = _object(content)
    html = _text(parts.get("html")) or _text(parts.get("value")) or (_text(content) if isinstance(content, str) else "")
    if html:
        return clean(html)
    text = clean(_text(parts.get("text")) or _text(data.get("name")))
    shown = escape(text, quote=False).replace("\n", "<br>")
    return f"<p>{shown}</p>" if shown else f'<p><a href="{escape(url)}">{escape(url)}</a></p>'


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
