"""The handler of each activity type."""

from collections.abc import Mapping

from syndicate.activitypub.access import as_object, types
from syndicate.federation.inbox.context import Handler
from syndicate.federation.inbox.handlers import (
    announce,
    answer,
    block,
    collection,
    create,
    delete,
    feature_request,
    flag,
    follow,
    like,
    move,
    quote_request,
    reply_request,
    undo,
    update,
)
from syndicate.model.activity import Activity

HANDLERS: Mapping[str, Handler] = {
    "Accept": answer.accept,
    "Add": collection.handle,
    "Announce": announce.handle,
    "Block": block.handle,
    "Create": create.handle,
    "Delete": delete.handle,
    "EmojiReact": like.handle,
    "FeatureRequest": feature_request.handle,
    "Flag": flag.handle,
    "Follow": follow.handle,
    "Like": like.handle,
    "Move": move.handle,
    "QuoteRequest": quote_request.handle,
    "Reject": answer.reject,
    "Remove": collection.handle,
    "ReplyRequest": reply_request.handle,
    "Undo": undo.handle,
    "Update": update.handle,
}
FORWARDABLE = frozenset({"Create", "Delete", "Update"})
"""Types that are accepted when forwarded, since their object is fetched from its own origin."""

NAMED_LATER = frozenset({"Announce", "EmojiReact", "FeatureRequest", "Follow", "Like", "QuoteRequest", "ReplyRequest"})
"""Types that require an id, since an answer, an Undo or a collection refers to it."""


def handler_of(activity: Activity) -> Handler:
    """Return the handler of an activity. A Create or Update of a Tombstone is handled as a Delete."""
    made = as_object(activity.raw.get("object"))
    if activity.type in ("Create", "Update") and "Tombstone" in types(made.get("type")):
        return HANDLERS["Delete"]
    return HANDLERS[activity.type]
