"""Comments under a post."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CommentState(StrEnum):
    """Only `approved` is shown."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"


class CommentSource(StrEnum):
    """How a comment was received."""

    REPLY = "reply"
    IMPORT = "import"
    OWN = "own"
    """Written here by the blog's author."""


class Audience(StrEnum):
    """`unlisted` comments stand under their post and nowhere else."""

    PUBLIC = "public"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The author of a comment. `uri` is the actor's id, empty for imported ones; `handle` is `@user@host` once it is
    confirmed; `avatar` is the path of the local copy of their picture, or empty."""

    name: str
    uri: str = ""
    handle: str = ""
    url: str = ""
    avatar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment as it is stored.

    `uri` is the remote object's id; for replies of the blog's author and imported comments it is an id of this blog
    (`/comments/<id>`). `parent` is the id of the comment that it replies to, None for a reply to the post. `url` is
    where the original can be read, or empty. `html` is safe. `anchor` is the id of its element on the page
    (`comment-N` is kept from an import).
    """

    id: str
    post: str
    parent: str | None = None
    uri: str
    url: str = ""
    anchor: str
    source: CommentSource
    author: Author
    html: str
    state: CommentState
    audience: Audience = Audience.PUBLIC
    published: datetime
    updated: datetime
