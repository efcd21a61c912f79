"""What the author decides about comments."""

from syndicate.conversation import comments
from syndicate.errors import CommentNotFound
from syndicate.model.comment import Comment, CommentState
from syndicate.storage import Store

DECISIONS = {
    "approve": (CommentState.APPROVED, "author.approved"),
    "reject": (CommentState.REJECTED, "author.rejected"),
    "spam": (CommentState.SPAM, "author.spam"),
}


async def decide(store: Store, id: str, decision: str) -> Comment:
    """Approve, reject or call spam; the comment as it is now. `id` is ours or the remote object's.

    Raises CommentNotFound.
    """
    comment = await store.comments.find(id) or await store.comments.by_uri(id)
    if comment is None:
        raise CommentNotFound(f"there is no comment {id}; `syndicate comments list` shows them")
    state, reason = DECISIONS[decision]
    await store.transaction(lambda tx: comments.decide(tx, comment, state, reason))
    decided = await store.comments.find(comment.id)
    if decided is None:  # its author took it back in the meantime
        raise CommentNotFound(f"comment {id} was withdrawn by its author")
    return decided
