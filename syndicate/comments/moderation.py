"""The author's decisions about comments: approve, reject, spam, delete."""

from collections.abc import Awaitable, Callable

from syndicate.comments import records
from syndicate.errors import CommentNotFound, InputError
from syndicate.model.comment import Comment, CommentSource, CommentState
from syndicate.storage import Store, Tables
from syndicate.translation import _

OnDecision = Callable[[Tables, Comment, CommentState], Awaitable[None]]

DECISIONS = {
    "approve": (CommentState.APPROVED, "author.approved"),
    "reject": (CommentState.REJECTED, "author.rejected"),
    "spam": (CommentState.SPAM, "author.spam"),
    "delete": (CommentState.WITHDRAWN, "author.deleted"),
}


async def decide(store: Store, id: str, decision: str, *, on_decision: OnDecision) -> Comment:
    """Approve, reject or delete a comment or mark it as spam, and return it as it is now. A deleted one is erased after
    some time (`maintenance.retention`), and can be approved until then.

    `id` is its number, its id here or that of the remote object. `on_decision` is called in the transaction of the decision.

    Raises CommentNotFound, and InputError for a reply of the author's own.
    """
    comment = await store.comments.find_by_reference(id)
    if comment is None:
        raise CommentNotFound(f"there is no comment {id}; `syndicate comments list` shows them")
    if comment.source is CommentSource.OWN:
        raise InputError(_("{id} is an answer of your own; `syndicate comments delete {id}` takes it back", id=id))
    state, reason = DECISIONS[decision]
    return await restore(store, comment, state, reason, on_decision=on_decision)


async def restore(
    store: Store, comment: Comment, state: CommentState, reason: str, *, on_decision: OnDecision
) -> Comment:
    """Put a comment in a state, such as the one that it had before a decision, and return it as it is now. Raises
    CommentNotFound if its author has deleted it in the meantime."""

    async def body(tx: Tables) -> None:
        await records.decide(tx, comment, state, reason)
        await on_decision(tx, comment, state)

    await store.transaction(body)
    decided = await store.comments.find(comment.id)
    if decided is None:  # its author deleted it in the meantime
        raise CommentNotFound(f"comment {comment.id} was withdrawn by its author")
    return decided
