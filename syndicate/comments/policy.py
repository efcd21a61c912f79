"""Moderation policy: whether a comment is shown at once or waits for the author. Pure.

The input is what is known about the comment and its author, and the blog's rule; the result is a state with its reason.
"""

from dataclasses import dataclass
from typing import Literal

from syndicate.comments.draft import CommentDraft, ModerationDecision
from syndicate.model.comment import Comment, CommentSource, CommentState

Moderation = Literal["off", "first-time", "all"]

MAX_LINKS = 2
MAX_MENTIONS = 5
MAX_PER_ACTOR_AND_HOUR = 5
MAX_PER_HOST_AND_HOUR = 60
MAX_PER_POST_AND_HOUR = 200
MAX_BURST = 60
"""Per actor and ten minutes: faster than anybody types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFacts:
    """What is known about a comment and its author. `approved` and `rejected` count earlier comments (rejections of the
    last 90 days), `recent` those of the last hour, `burst` those of the last ten minutes; `from_host` and `on_post`
    count the comments of the last hour from the author's server, and under the post; `repeated` means that another
    author's comment of today has the same text.

    Facts that are costly to query may be left out where `decide` does not use them: `all` needs none, `off` only
    `burst`, and `first-time` each one only if those before it, in the order of `decide`, did not settle the matter."""

    links: int = 0
    mentions: int = 0
    approved: int = 0
    rejected: int = 0
    recent: int = 0
    burst: int = 0
    from_host: int = 0
    on_post: int = 0
    repeated: bool = False


def decide_draft(draft: CommentDraft, facts: CommentFacts, moderation: Moderation) -> ModerationDecision:
    """Decide about a draft, which may be an edit of a comment, or an answer to one that waits. What comes by the form
    always waits."""
    if draft.source is CommentSource.FORM:
        return _held("comment.form")
    decision, earlier, parent = decide(facts, moderation), draft.earlier, draft.target.parent
    if earlier is not None and earlier.state is not CommentState.PENDING:
        decision = _of_an_edit(earlier, draft.html, decision, moderation)
    if parent is not None and parent.state is CommentState.PENDING:
        return _held("reply.to-unshown")
    return decision


def decide(facts: CommentFacts, moderation: Moderation) -> ModerationDecision:
    """Decide by the blog's rule: `off` shows everything public, `all` holds everything, `first-time` holds the comments
    of people without an approved one."""
    if moderation == "all":
        return _held("comment.moderated")
    if moderation == "off":
        return _held("comment.flood") if facts.burst >= MAX_BURST else _shown("comment.open")
    if facts.approved == 0:
        return _held("comment.first")
    if facts.rejected:
        return _held("comment.rejected-before")
    if facts.links > MAX_LINKS:
        return _held("comment.links")
    if facts.mentions > MAX_MENTIONS:
        return _held("comment.mentions")
    if facts.repeated:
        return _held("comment.repeated")
    if (
        facts.recent >= MAX_PER_ACTOR_AND_HOUR
        or facts.from_host >= MAX_PER_HOST_AND_HOUR
        or facts.on_post >= MAX_PER_POST_AND_HOUR
    ):
        return _held("comment.flood")
    return _shown("comment.known")


def _of_an_edit(
    earlier: Comment, html: str, decision: ModerationDecision, moderation: Moderation
) -> ModerationDecision:
    """Decide about an edit: the author's decision stays, unless the text of an approved comment has changed and it has
    many links or mentions, or all comments are moderated."""
    must_wait = moderation == "all" or decision.reason in ("comment.links", "comment.mentions")
    if earlier.state is CommentState.APPROVED and earlier.html != html and must_wait:
        return decision
    return ModerationDecision(state=earlier.state, reason="comment.edited")


def _held(reason: str) -> ModerationDecision:
    return ModerationDecision(state=CommentState.PENDING, reason=reason)


def _shown(reason: str) -> ModerationDecision:
    return ModerationDecision(state=CommentState.APPROVED, reason=reason)
