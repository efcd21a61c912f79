"""Renders values as documents for other servers.

One document must suit all implementations: ids are texts, all addresses are on one host, an Article has a title, a
summary without links and its full content, dates are in whole seconds.
"""

from syndicate.activitypub.render.activities import activity, follow_as_received
from syndicate.activitypub.render.actors import Profile, actor
from syndicate.activitypub.render.objects import LinkedObject, authorization, link_note, post, reply, tombstone
from syndicate.activitypub.render.parts import (
    NO_INTERACTIONS,
    CollectionSummary,
    Document,
    Hashtag,
    InteractionCounts,
    MentionTag,
    counts_only,
    hashtag,
)

__all__ = [
    "NO_INTERACTIONS",
    "CollectionSummary",
    "Document",
    "Hashtag",
    "InteractionCounts",
    "LinkedObject",
    "MentionTag",
    "Profile",
    "activity",
    "actor",
    "authorization",
    "counts_only",
    "follow_as_received",
    "hashtag",
    "link_note",
    "post",
    "reply",
    "tombstone",
]
