"""Renders a post as a Markdown file with a YAML header, as Hugo and this program read it.

Text stays as it was written. HTML stays HTML within the Markdown file; the field `format` says so. Pure.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from syndicate.clock import to_wire
from syndicate.content.frontmatter import terms as terms_of
from syndicate.content.shortcode_marks import escape_shortcodes
from syndicate.exporters.entries import Entry
from syndicate.model.post import Post, PostKind, PostState, QuotePolicy, SourceFormat, TermKind, Visibility

HIDDEN_STATES = frozenset({PostState.PRIVATE, PostState.PASSWORD})


def render(entry: Entry, source: str, image: str) -> str:
    """Return the file of a post. `source` and `image` are as written, but for addresses that had to change."""
    header = header_of(entry, image)
    return f"---\n{_as_yaml(header)}---\n\n{escape_shortcodes(source)}\n"


def _as_yaml(header: Mapping[str, Any]) -> str:
    text: str = yaml.safe_dump(dict(header), allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=False)
    return text


def header_of(entry: Entry, image: str) -> dict[str, Any]:
    """Return the fields of the header: those that every program knows first, then ours."""
    post = entry.post
    tags, categories = [tag.name for tag in post.tags], [category.name for category in post.categories]
    fields: dict[str, Any] = {
        "title": post.title,
        "date": to_wire(post.published),
        "lastmod": to_wire(post.updated),
        "slug": post.slug,
        "url": post.path,
        "aliases": [alias for alias in entry.aliases if alias.startswith("/")],
        "tags": tags,
        "categories": categories,
        "draft": post.state is PostState.DRAFT or post.state in HIDDEN_STATES,
        "guid": post.guid,
    }
    fields = {name: value for name, value in fields.items() if value or name in ("title", "draft")}
    if post.summary or post.unsummarized:
        fields["summary"] = post.summary
    return fields | _own_fields(entry, image)


def _own_fields(entry: Entry, image: str) -> dict[str, Any]:
    """Return the fields that only this program knows, as far as they differ from the usual."""
    post = entry.post
    fields: dict[str, Any] = {
        "former_addresses": [alias for alias in entry.aliases if not alias.startswith("/")],
        "tag_slugs": _slugs(post, TermKind.TAG),
        "category_slugs": _slugs(post, TermKind.CATEGORY),
        "page": post.kind is PostKind.PAGE,
        "state": post.state.value if post.state in HIDDEN_STATES else "",
        "visibility": "" if post.visibility is Visibility.PUBLIC else post.visibility.value,
        "sensitive": post.warning or post.sensitive,
        "pinned": post.pinned,
        "comments": "" if post.comments_open else "closed",
        "language": post.language,
        "author": post.author,
        "teaser": post.teaser,
        "image": _image(image, entry.made.image_alt or (post.picture.alt if post.picture else "")),
        "type": post.type.value.lower() if post.type else "",
        "quotes": "" if post.quotes is QuotePolicy.ANYONE else post.quotes.value,
        "enclosure": _enclosure(post),
        "format": "html" if entry.made.source_format is SourceFormat.HTML else "",
    }
    present = {name: value for name, value in fields.items() if value}
    return present if post.hashtags is None else present | {"hashtags": list(post.hashtags)}


def _slugs(post: Post, kind: TermKind) -> dict[str, str]:
    """Return name → slug of the terms whose slug does not follow from the name."""
    mine = [term for term in post.terms if term.kind is kind]
    usual = {term.name: term.slug for term in terms_of(kind, tuple(term.name for term in mine))}
    return {term.name: term.slug for term in mine if usual.get(term.name) != term.slug}


def _image(image: str, alt: str) -> Any:
    return {"src": image, "alt": alt} if image and alt else image


def _enclosure(post: Post) -> dict[str, Any]:
    if post.enclosure is None:
        return {}
    it = post.enclosure
    fields: dict[str, Any] = {"url": it.url, "type": it.media_type, "length": it.length, "duration": it.duration}
    return {name: value for name, value in fields.items() if value}
