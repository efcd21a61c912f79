"""Moderation policy: whether a comment is shown at once or waits for the author. Pure.

The input is what is known about the comment and its author, and the blog's rule; the result is a state with its reason.
"""

from dataclasses import dataclass
from typing import Literal

from syndicate.model.comment import CommentState

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationDecision:
    state: CommentState
    reason: str

    @property
    def is_shown(self) -> bool:
        return self.state is CommentState.APPROVED


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


def _held(reason: str) -> ModerationDecision:
    return ModerationDecision(state=CommentState.PENDING, reason=reason)


def _shown(reason: str) -> ModerationDecision:
    return ModerationDecision(state=CommentState.APPROVED, reason=reason)
