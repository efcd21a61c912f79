"""The table: activity type → handler."""

from collections.abc import Mapping

from syndicate.federation.context import Handler
from syndicate.federation.handlers import (
    announce,
    answer,
    block,
    create,
    delete,
    follow,
    like,
    quote_request,
    reply_request,
    undo,
    update,
)

HANDLERS: Mapping[str, Handler] = {
    "Accept": answer.accept,
    "Announce": announce.handle,
    "Block": block.handle,
    "Create": create.handle,
    "Delete": delete.handle,
    "EmojiReact": like.handle,
    "Follow": follow.handle,
    "Like": like.handle,
    "QuoteRequest": quote_request.handle,
    "Reject": answer.reject,
    "ReplyRequest": reply_request.handle,
    "Undo": undo.handle,
    "Update": update.handle,
}
FORWARDABLE = frozenset({"Create", "Delete", "Update"})
"""Types that count although somebody else brought them, since their object's own origin is asked."""
