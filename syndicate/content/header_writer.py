"""Write the header of a Markdown file: a draft as YAML between two lines of `---`, as `frontmatter` reads it."""

from collections.abc import Iterator
from typing import Any

import yaml

from syndicate.model.post import Enclosure, PostDraft, PostKind, PostState, QuotePolicy, TermKind, Visibility

_WIDTH = 10_000
"""Lines are not broken."""


def header_of(draft: PostDraft) -> str:
    """Return the header of a draft. Fields with their default value are left out, but for title and slug."""
    fields = dict(_fields(draft))
    written = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, default_flow_style=None, width=_WIDTH)
    return f"---\n{written}---\n"


def _fields(draft: PostDraft) -> Iterator[tuple[str, Any]]:
    yield "title", draft.title
    yield "slug", draft.slug
    if draft.kind is PostKind.PAGE:
        yield "page", True
    if draft.date is not None:
        yield "date", draft.date.isoformat()
    yield from _hidden(draft)
    for name, kind in (("category", TermKind.CATEGORY), ("tags", TermKind.TAG)):
        if names := [term.name for term in draft.terms if term.kind is kind]:
            yield name, names
    yield from ((name, value) for name, value in _texts(draft) if value)
    if draft.unsummarized and not draft.summary:
        yield "summary", ""
    if draft.sensitive or draft.warning:
        yield "sensitive", draft.warning or True
    if not draft.comments_open:
        yield "comments", "closed"
    if draft.hashtags is not None:
        yield "hashtags", list(draft.hashtags)
    if draft.enclosure is not None:
        yield "enclosure", _enclosure(draft.enclosure)


def _hidden(draft: PostDraft) -> Iterator[tuple[str, Any]]:
    """Yield what keeps a post from being public."""
    if draft.state is PostState.DRAFT:
        yield "draft", True
    elif draft.state in (PostState.PRIVATE, PostState.PASSWORD):
        yield "state", draft.state.value
    if draft.visibility is not Visibility.PUBLIC:
        yield "visibility", draft.visibility.value


def _texts(draft: PostDraft) -> Iterator[tuple[str, Any]]:
    yield "summary", draft.summary
    yield "teaser", draft.teaser
    yield "language", draft.language
    yield "image", {"src": draft.image, "alt": draft.image_alt} if draft.image and draft.image_alt else draft.image
    yield "pinned", draft.pinned
    yield "type", draft.type.value.lower() if draft.type else ""
    yield "quotes", draft.quotes.value if draft.quotes is not QuotePolicy.ANYONE else ""
    yield "aliases", list(draft.aliases)


def _enclosure(enclosure: Enclosure) -> dict[str, Any]:
    fields = {"url": enclosure.url, "type": enclosure.media_type}
    more = {"length": enclosure.length, "duration": enclosure.duration}
    return {**fields, **{name: number for name, number in more.items() if number}}
