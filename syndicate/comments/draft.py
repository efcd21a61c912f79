"""A comment as it comes in, before it is moderated and saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.model.comment import Audience, Author, Comment, CommentKind, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.model.post import Mention, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationDecision:
    state: CommentState
    reason: str

    @property
    def is_shown(self) -> bool:
        return self.state is CommentState.APPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a comment answers: a post, or a comment under it."""

    post: Post
    parent: Comment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDraft:
    """A comment of any source, authenticated by that source.

    `author.uri` is the identity that moderation knows the author by: the id of an actor, the origin of the source of a
    Webmention (all its pages are one author), or nothing. `html` is safe, made from `raw_html` by version `sanitizer`, and in `language`, if that is known.
    `uri` is the comment's id where it was written; without one it gets a `urn:uuid:` of its own. `earlier` is the
    version that is stored already. Neither date lies in the future.
    """

    source: CommentSource
    kind: CommentKind = CommentKind.REPLY
    author: Author
    html: str
    target: Target
    raw_html: str
    sanitizer: int
    published: datetime
    updated: datetime
    uri: str = ""
    url: str = ""
    anchor: str = ""
    language: str = ""
    audience: Audience = Audience.PUBLIC
    mentions: Sequence[Mention] = ()
    mentions_elsewhere: int = 0
    """How many accounts it mentions, without those of this blog."""
    declared_tags: int = 0
    """How many mentions and hashtags it lists: their links in the text do not count as links."""
    earlier: Comment | None = None


def comment_of(draft: CommentDraft, decision: ModerationDecision, now: datetime) -> Comment:
    """Return the comment to save. A newer version keeps the id and the place of the earlier one."""
    earlier, parent = draft.earlier, draft.target.parent
    id = earlier.id if earlier else new_id(now)
    return Comment(
        id=id,
        post=draft.target.post.id,
        parent=earlier.parent if earlier else parent.id if parent else None,
        uri=draft.uri or (earlier.uri if earlier else f"urn:uuid:{id}"),
        url=draft.url,
        anchor=draft.anchor or f"comment-{id}",
        source=draft.source,
        kind=draft.kind,
        author=draft.author,
        html=draft.html,
        language=draft.language,
        state=decision.state,
        audience=draft.audience,
        published=draft.published,
        updated=draft.updated,
    )


def not_in_future(given: datetime | None, now: datetime) -> datetime:
    """Return a date, but none in the future: that would win over every later edit."""
    return now if given is None or given > now else given
