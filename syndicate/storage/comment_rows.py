"""The columns of the comments table, and rows as comments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.model.comment import Audience, Author, Comment, CommentKind, CommentSource, CommentState
from syndicate.storage.columns import Columns, choice, instant, text, upsert
from syndicate.storage.engine.database import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedForm:
    """How a comment came: the HTML as it was sent, which is sanitized again when the sanitizer has a new version; the
    reason for its state, and when it was first received."""

    raw_html: str
    sanitizer: int
    reason: str
    received: datetime


COMMENT = Columns(
    "comments",
    (
        text("id", is_fixed=True),
        text("number", is_fixed=True),
        text("post_id", field="post", is_fixed=True),
        text("parent_id", field="parent", is_fixed=True),
        text("uri", is_fixed=True),
        text("url"),
        text("anchor", is_fixed=True),
        choice("source", CommentSource, is_fixed=True),
        choice("kind", CommentKind),
        text("html"),
        text("language"),
        choice("state", CommentState),
        choice("audience", Audience),
        instant("published", is_fixed=True),
        instant("updated"),
    ),
)
AUTHOR = Columns(
    "comments",
    (
        text("author_uri", field="uri", is_fixed=True),
        text("author_name", field="name"),
        text("author_handle", field="handle"),
        text("author_url", field="url"),
    ),
)
RECEIVED = Columns(
    "comments", (text("raw_html"), text("sanitizer"), text("reason"), instant("received", is_fixed=True))
)
AVATAR = "coalesce((SELECT avatar FROM remote_actors WHERE remote_actors.uri = {0}.author_uri), '') AS author_avatar"
COLUMNS = f"{COMMENT.names}, {AUTHOR.names}"
SAVE = f"""
{upsert(COMMENT, AUTHOR, RECEIVED, key="uri")}
WHERE comments.updated < excluded.updated AND comments.author_uri = excluded.author_uri
"""
"""Only a newer version by the same author replaces a comment."""


def parameters(comment: Comment, form: ReceivedForm) -> dict[str, Any]:
    return {**COMMENT.dump(comment), **AUTHOR.dump(comment.author), **RECEIVED.dump(form)}


def comment_of_row(row: Row) -> Comment:
    return Comment(**COMMENT.load(row), author=Author(**AUTHOR.load(row), avatar=row["author_avatar"]))
