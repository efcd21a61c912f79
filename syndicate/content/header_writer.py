"""Write the header of a Markdown file: YAML between two lines of `---`, as `frontmatter` reads it."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from syndicate.model.post import (
    Enclosure,
    Post,
    PostDraft,
    PostKind,
    PostState,
    QuotePolicy,
    TermKind,
    Visibility,
)

HIDDEN_STATES = frozenset({PostState.PRIVATE, PostState.PASSWORD})
_WIDTH = 10**6
"""Lines are not broken."""


def write_header(fields: Mapping[str, Any]) -> str:
    """Return the header with these fields."""
    written = yaml.safe_dump(dict(fields), allow_unicode=True, sort_keys=False, default_flow_style=False, width=_WIDTH)
    return f"---\n{written}---\n"


def header_of(draft: PostDraft) -> str:
    """Return the header of a draft. Fields with their default value are left out, but for title and slug."""
    return write_header(dict(_fields(draft)) | own_fields(draft))


def own_fields(post: Post | PostDraft) -> dict[str, Any]:
    """Return the fields that are spelled the same in every header, as far as they differ from the usual."""
    fields: dict[str, Any] = {
        "page": post.kind is PostKind.PAGE,
        "state": post.state.value if post.state in HIDDEN_STATES else "",
        "visibility": "" if post.visibility is Visibility.PUBLIC else post.visibility.value,
        "sensitive": post.warning or post.sensitive,
        "pinned": post.pinned,
        "comments": "" if post.comments_open else "closed",
        "language": post.language,
        "teaser": post.teaser,
        "type": post.type.value.lower() if post.type else "",
        "quotes": "" if post.quotes is QuotePolicy.ANYONE else post.quotes.value,
        "enclosure": _enclosure(post.enclosure) if post.enclosure else {},
        **({post.reference.kind.value: post.reference.address} if post.reference else {}),
    }
    present = {name: value for name, value in fields.items() if value}
    return present if post.hashtags is None else present | {"hashtags": list(post.hashtags)}


def image_field(image: str, alt: str) -> str | dict[str, str]:
    """Return the value of `image`: its address, with its description if it has one."""
    return {"src": image, "alt": alt} if image and alt else image


def _fields(draft: PostDraft) -> Iterator[tuple[str, Any]]:
    yield "title", draft.title
    yield "slug", draft.slug
    if draft.date is not None:
        yield "date", draft.date.isoformat()
    if draft.state is PostState.DRAFT:
        yield "draft", True
    for name, kind in (("category", TermKind.CATEGORY), ("tags", TermKind.TAG)):
        if names := [term.name for term in draft.terms if term.kind is kind]:
            yield name, names
    if draft.summary or draft.unsummarized:
        yield "summary", draft.summary
    if draft.image:
        yield "image", image_field(draft.image, draft.image_alt)
    if draft.aliases:
        yield "aliases", list(draft.aliases)


def _enclosure(enclosure: Enclosure) -> dict[str, Any]:
    fields = {"url": enclosure.url, "type": enclosure.media_type}
    more = {"length": enclosure.length, "duration": enclosure.duration}
    return {**fields, **{name: number for name, number in more.items() if number}}
