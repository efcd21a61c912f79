"""What others may do with a post, as GoToSocial's interaction policies say it (and FEP-044f for quotes).

A policy is a promise: what stands here is what the inbox does.
"""

from enum import StrEnum
from typing import Any, assert_never

from syndicate.activitypub.vocabulary import PUBLIC
from syndicate.model.actor import LocalActor
from syndicate.model.post import Post, QuotePolicy

Document = dict[str, Any]


class ReplyPolicy(StrEnum):
    """Whose replies are shown."""

    ANYONE = "anyone"
    APPROVED = "approved"
    """Those that the author approves; of people whom she knows, at once."""
    NOBODY = "nobody"


def interaction_policy(post: Post, author: LocalActor, replies: ReplyPolicy) -> Document:
    """Of a post; Mastodon takes silence about quotes for "nobody"."""
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
