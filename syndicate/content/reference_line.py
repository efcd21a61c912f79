"""The line that says what a post answers, likes or boosts, where its context is not shown: in feeds, in lists, and in
the fediverse. Pure."""

from html import escape

from syndicate.model.post import Reference, ReferenceKind

CLASSES = {
    ReferenceKind.REPLY: "u-in-reply-to",
    ReferenceKind.LIKE: "u-like-of",
    ReferenceKind.REPOST: "u-repost-of",
}
"""The properties of microformats (h-entry)."""


def reference_line(reference: Reference) -> str:
    """Return the line as HTML."""
    link = f'<a class="{CLASSES[reference.kind]}" href="{escape(reference.address)}">{escape(reference.shown)}</a>'
    return f"<p>{reference.words} {link}</p>"
