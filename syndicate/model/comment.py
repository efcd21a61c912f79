"""What people say under a post."""

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
    """How a comment came in."""

    REPLY = "reply"
    IMPORT = "import"
    OWN = "own"
    """The blog's author wrote it here."""


class Audience(StrEnum):
    """`unlisted` comments stand under their post and nowhere else."""

    PUBLIC = "public"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a comment. `uri` is the actor's id, empty for imported ones; `handle` is `@user@host` once it is
    confirmed; `avatar` is the path of a picture that we serve, or empty."""

    name: str
    uri: str = ""
    handle: str = ""
    url: str = ""
    avatar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment as it is stored.

    `uri` is the remote object's id; of the author's own answers ours (`/comments/<id>`), as an address of ours for
    imported ones. `parent` is the id of the comment
    that it answers, None for an answer to the post. `url` is where the original can be read, or empty. `html` is
    safe. `anchor` is the id of its element on the page (`comment-N` is kept from an import).
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
