"""Interaction policies: what others may do with a post (GoToSocial; FEP-044f for quotes).

The inbox does exactly what the policies say.
"""

from enum import StrEnum
from typing import Any, assert_never

from syndicate.activitypub.vocabulary import PUBLIC
from syndicate.model.actor import LocalActor
from syndicate.model.post import Post, QuotePolicy

Document = dict[str, Any]


class ReplyPolicy(StrEnum):
    """Which replies are shown."""

    ANYONE = "anyone"
    APPROVED = "approved"
    """Replies that the author approves; those of people approved before are shown at once."""
    NOBODY = "nobody"


def interaction_policy(post: Post, author: LocalActor, replies: ReplyPolicy) -> Document:
    """Render the policy of a post. Mastodon takes a policy without quotes for "nobody"."""
    return {
        "canLike": {"automaticApproval": [PUBLIC]},
        "canAnnounce": {"automaticApproval": [PUBLIC]},
        "canReply": can_reply(author, replies),
        "canQuote": {"automaticApproval": [_may_quote(post, author)]},
    }


def can_reply(author: LocalActor, replies: ReplyPolicy) -> Document:
    match replies:
        case ReplyPolicy.ANYONE:
            return {"automaticApproval": [PUBLIC]}
        case ReplyPolicy.APPROVED:
            return {"automaticApproval": [author.uri], "manualApproval": [PUBLIC]}
        case ReplyPolicy.NOBODY:
            return {"automaticApproval": [author.uri]}
        case _:
            assert_never(replies)


def _may_quote(post: Post, author: LocalActor) -> str:
    match post.quotes:
        case QuotePolicy.ANYONE:
            return PUBLIC
        case QuotePolicy.FOLLOWERS:
            return author.followers
        case QuotePolicy.NOBODY:
            return author.uri
        case _:
            assert_never(post.quotes)
