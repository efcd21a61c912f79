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
    FORM = "form"
    WEBMENTION = "webmention"
    OWN = "own"
    """Written here by the blog's author."""


class CommentKind(StrEnum):
    """What a comment is to the post. Only Webmentions are other than replies."""

    REPLY = "reply"
    MENTION = "mention"
    """A page that links to the post."""
    BOOKMARK = "bookmark"
    LIKE = "like"
    REPOST = "repost"

    @property
    def is_reaction(self) -> bool:
        """Whether it is counted with the likes and boosts, and not with the comments."""
        return self in (CommentKind.LIKE, CommentKind.REPOST)


class Audience(StrEnum):
    """`unlisted` comments stand under their post and nowhere else."""

    PUBLIC = "public"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The author of a comment. `uri` is the actor's id, the origin of the source of a Webmention, or empty; `handle` is
    `@user@host` once it is confirmed; `avatar` is the path of the local copy of their picture, or empty."""

    name: str
    uri: str = ""
    handle: str = ""
    url: str = ""
    avatar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment as it is stored. Its short `number` is for the author, and 0 before it is stored.

    `uri` is the remote object's id; for replies of the blog's author it is an id of this blog (`/comments/<id>`), for
    imported comments the guid that they had, for those of the form and for Webmentions a `urn:uuid:`. `parent` is the id of the comment that it replies to, None for a reply to the post. `url` is
    where the original can be read, or empty. `html` is safe; its `language` is a tag (BCP 47), or empty where it is not
    known. `anchor` is the id of its element on the page (`comment-N` is kept from an import).
    """

    id: str
    number: int = 0
    post: str
    parent: str | None = None
    uri: str
    url: str = ""
    anchor: str
    source: CommentSource
    kind: CommentKind = CommentKind.REPLY
    author: Author
    html: str
    language: str = ""
    state: CommentState
    audience: Audience = Audience.PUBLIC
    published: datetime
    updated: datetime

    @property
    def is_edited(self) -> bool:
        """Whether its author changed it after it was published."""
        return self.updated > self.published

    @property
    def is_federated(self) -> bool:
        """Whether its id is that of an ActivityPub object. Answers of the author to comments without such an id have none
        either."""
        return self.source in (CommentSource.REPLY, CommentSource.OWN) and not self.uri.startswith("urn:")
