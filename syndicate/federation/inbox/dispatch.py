"""The table: activity type → handler."""

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
"""Types that count although somebody else brought them, since their object's own origin is asked."""

NAMED_LATER = frozenset({"Announce", "EmojiReact", "FeatureRequest", "Follow", "Like", "QuoteRequest", "ReplyRequest"})
"""Types that mean nothing without an id, since an answer or an Undo names them by it, or others are shown it."""


def handler_of(activity: Activity) -> Handler:
    """Whoever writes or changes something into a Tombstone says that it is gone, and is asked for the same proof."""
    made = as_object(activity.raw.get("object"))
    if activity.type in ("Create", "Update") and "Tombstone" in types(made.get("type")):
        return HANDLERS["Delete"]
    return HANDLERS[activity.type]
