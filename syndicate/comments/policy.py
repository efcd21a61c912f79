"""Whether a comment is shown at once or waits for the author. Pure.

In come the comment, what is known of who wrote it, and the blog's rule; out comes a state with its reason.
"""

from dataclasses import dataclass
from typing import Literal

from syndicate.model.comment import CommentState

Moderation = Literal["off", "first-time", "all"]

MOST_LINKS = 2
MOST_MENTIONS = 5
MOST_PER_ACTOR_AND_HOUR = 5
MOST_PER_HOST_AND_HOUR = 60
MOST_PER_POST_AND_HOUR = 200
MOST_WITH_MODERATION_OFF = 60
"""Per actor and ten minutes; nobody types faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFacts:
    """What is known of a comment and its author. `approved` and `rejected` count earlier comments (rejections of the
    last 90 days), `recent` those of the last hour, `burst` those of the last ten minutes; `from_host` and `on_post`
    count what came in the last hour from the author's server, and under the post; `repeated` says that another
    author's comment of today has the same text.

    What costs much to find out need not be known where `judge` does not ask for it: `all` needs nothing, `off` only
    `burst`, and `first-time` whatever is not yet said by the facts in front of it, in the order in which it asks."""

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
    """`off` shows everything public, `all` lets everything wait, `first-time` knows the people it has met."""
    if moderation == "all":
        return _held("comment.moderated")
    if moderation == "off":
        return _held("comment.flood") if facts.burst >= MOST_WITH_MODERATION_OFF else _shown("comment.open")
    if facts.approved == 0:
        return _held("comment.first")
    if facts.rejected:
        return _held("comment.rejected-before")
    if facts.links > MOST_LINKS:
        return _held("comment.links")
    if facts.mentions > MOST_MENTIONS:
        return _held("comment.mentions")
    if facts.repeated:
        return _held("comment.repeated")
    if (
        facts.recent >= MOST_PER_ACTOR_AND_HOUR
        or facts.from_host >= MOST_PER_HOST_AND_HOUR
        or facts.on_post >= MOST_PER_POST_AND_HOUR
    ):
        return _held("comment.flood")
    return _shown("comment.known")


def _held(reason: str) -> ModerationDecision:
    return ModerationDecision(state=CommentState.PENDING, reason=reason)


def _shown(reason: str) -> ModerationDecision:
    return ModerationDecision(state=CommentState.APPROVED, reason=reason)
