"""Renders a post as a Markdown file with a YAML header, as Hugo and this program read it.

Text stays as it was written. HTML stays HTML within the Markdown file; the field `format` says so. Pure.
"""

from typing import Any

from syndicate.clock import to_wire
from syndicate.content.frontmatter import terms as terms_of
from syndicate.content.header_writer import HIDDEN_STATES, image_field, own_fields, write_header
from syndicate.content.shortcode_marks import escape_shortcodes
from syndicate.exporters.entries import ExportEntry
from syndicate.model.post import Post, PostState, SourceFormat, TermKind


def render(entry: ExportEntry, source: str, image: str) -> str:
    """Return the file of a post. `source` and `image` are as written, but for addresses that had to change."""
    return f"{write_header(header_of(entry, image))}\n{escape_shortcodes(source)}\n"


def header_of(entry: ExportEntry, image: str) -> dict[str, Any]:
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
    return fields | _further_fields(entry, image)


def _further_fields(entry: ExportEntry, image: str) -> dict[str, Any]:
    """Return the fields that only this program knows, as far as they differ from the usual."""
    post = entry.post
    fields: dict[str, Any] = {
        "former_addresses": [alias for alias in entry.aliases if not alias.startswith("/")],
        "tag_slugs": _slugs(post, TermKind.TAG),
        "category_slugs": _slugs(post, TermKind.CATEGORY),
        "author": post.author,
        "image": image_field(image, entry.made.image_alt or (post.picture.alt if post.picture else "")),
        "format": "html" if entry.made.source_format is SourceFormat.HTML else "",
    }
    return {name: value for name, value in fields.items() if value} | own_fields(post)


def _slugs(post: Post, kind: TermKind) -> dict[str, str]:
    """Return name → slug of the terms whose slug does not follow from the name."""
    mine = [term for term in post.terms if term.kind is kind]
    usual = {term.name: term.slug for term in terms_of(kind, tuple(term.name for term in mine))}
    return {term.name: term.slug for term in mine if usual.get(term.name) != term.slug}
