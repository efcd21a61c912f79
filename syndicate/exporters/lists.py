"""Renders the lists of an export: comments as JSON, followers and follows as CSV, the blogroll as OPML. Pure."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from syndicate.clock import to_wire
from syndicate.content.own_format import COMMENTS_FORMAT, COMMENTS_VERSION
from syndicate.exporters.entries import ExportEntry, NumberedComment
from syndicate.feeds.opml import Outline
from syndicate.model.blogroll import BlogrollEntry
from syndicate.model.comment import CommentKind

FOLLOWERS = ("Account address",)
FOLLOWING = ("Account address", "Show boosts", "Notify on new posts", "Languages")


def comments_start() -> str:
    return f'{{"format": "{COMMENTS_FORMAT}", "version": {COMMENTS_VERSION}, "comments": ['


def comments_of(entry: ExportEntry) -> list[str]:
    """Return the comments on a post, each as a line of JSON."""
    return [json.dumps(comment_fields(entry, it), ensure_ascii=False) for it in entry.comments]


def comment_fields(entry: ExportEntry, it: NumberedComment) -> dict[str, Any]:
    """Return what is exported of a comment. Mail and IP addresses are not stored, so they cannot be here."""
    comment = it.comment
    fields = {
        "id": comment.uri,
        "number": it.number,
        "post": entry.post.guid,
        "in_reply_to": it.parent_uri,
        "state": comment.state.value,
        "audience": comment.audience.value,
        "published": to_wire(comment.published),
        "updated": to_wire(comment.updated),
        "url": comment.url,
        "author": {
            "name": comment.author.name,
            "url": comment.author.url,
            "uri": comment.author.uri,
            "handle": comment.author.handle,
        },
        "html": comment.html,
        "language": comment.language,
        "kind": "" if comment.kind is CommentKind.REPLY else comment.kind.value,
    }
    return {name: value for name, value in fields.items() if value}


def as_csv(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def following_rows(entries: Iterable[BlogrollEntry]) -> list[tuple[str, ...]]:
    """Return the accounts of the blogroll as Mastodon imports them."""
    return [(entry.handle.lstrip("@"), "true", "false", "") for entry in entries if entry.handle]


def outlines(entries: Iterable[BlogrollEntry]) -> list[Outline]:
    """Return the whole blogroll, hidden entries included."""
    return [
        Outline(
            title=entry.name,
            xml_url=entry.feed_url,
            html_url=entry.url,
            description=entry.tagline,
            category=entry.category,
            language=entry.language,
            rel=entry.rel,
        )
        for entry in entries
    ]
