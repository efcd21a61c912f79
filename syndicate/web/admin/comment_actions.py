"""What the author does with comments, one or many at once, and taking the last of it back.

What is needed for taking it back is remembered in the database, for the last action alone.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from aiohttp import web

from syndicate.activitypub.parse import host_of
from syndicate.clock import Clock
from syndicate.comments import moderation
from syndicate.errors import CommentNotFound, InputError
from syndicate.federation.outbox.author_replies import AuthorReplies
from syndicate.federation.outbox.authorizations import Authorizations
from syndicate.federation.outbox.blocking import BlockEnforcer
from syndicate.model.comment import Comment, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.storage import Store
from syndicate.storage.blocks import Block
from syndicate.translation import _, ngettext

LAST_ACTION = "last action with comments"
"""The name under which the database remembers it."""
DONE = {"approve": _("approved"), "reject": _("hidden"), "spam": _("marked as spam"), "delete": _("deleted")}
NO_TEXT = _("Please write something.")
BLOCK_REASON = "at the desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCommentAction:
    """What was done, in words; comments as (id, state before, reason before, state after); patterns that were blocked;
    and the ids of answers of the author's own that were deleted."""

    id: str
    text: str
    comments: Sequence[tuple[str, str, str, str]] = ()
    blocked: Sequence[str] = ()
    answers: Sequence[str] = ()


class CommentActions:
    def __init__(
        self,
        store: Store,
        author_replies: AuthorReplies,
        authorizations: Authorizations,
        blocking: BlockEnforcer,
        clock: Clock,
    ) -> None:
        self._store, self._author_replies, self._authorizations = store, author_replies, authorizations
        self._blocking, self._clock = blocking, clock

    async def decide(self, ids: Sequence[str], decision: str) -> LastCommentAction:
        """Decide about comments; those that are gone, and answers of the author's own, are left out."""
        changed = []
        for id in ids:
            comment = await self._store.comments.find(id)
            if comment is None or comment.source is CommentSource.OWN:
                continue
            _rest, reason = await self._store.comments.get_source(id)
            try:
                decided = await moderation.decide(self._store, id, decision, on_decision=self._authorizations.decided)
            except CommentNotFound:
                continue
            changed.append((id, comment.state.value, reason, decided.state.value))
        text = ngettext("{count} comment {done}.", "{count} comments {done}.", len(changed), done=DONE[decision])
        return await self._remember(text, comments=changed)

    async def block(self, ids: Sequence[str], *, server: bool) -> LastCommentAction:
        """Block the authors of comments, or their servers: all that came from there is hidden. Raises CommentNotFound, and
        InputError if nothing is known of any of them."""
        names: dict[str, str] = {}
        for id in ids:
            comment = await self.get(id)
            pattern = host_of(comment.author.uri) if server else comment.author.uri
            if pattern and comment.source is not CommentSource.OWN:
                names[pattern] = pattern if server else comment.author.handle or comment.author.name
        if not names:
            raise InputError(_("Nothing is known of this person that could be blocked."))
        new = [pattern for pattern in names if await self._store.blocks.find(pattern) is None]
        for pattern in names:
            await self._blocking.block(Block(pattern=pattern, reason=BLOCK_REASON, created=self._clock()))
        listed = ", ".join(names.values())
        text = ngettext("{names} is blocked.", "{names} are blocked.", len(names), names=listed)
        return await self._remember(text, blocked=new)

    async def reply(self, id: str, text: str, *, only: bool = False) -> Comment:
        """Answer a comment, which is shown from then on. Raises CommentNotFound, InputError."""
        comment = await self.get(id)
        if not text.strip():
            raise InputError(NO_TEXT)
        if comment.state is not CommentState.APPROVED:
            await self.decide([id], "approve")
        return await self._author_replies.reply(id, text.replace("\r\n", "\n"), only=only)

    async def edit(self, id: str, text: str) -> None:
        """Change an answer of the author's own; the same text changes nothing. Raises CommentNotFound, InputError."""
        written = text.replace("\r\n", "\n")
        if not written.strip():
            raise InputError(NO_TEXT)
        if written != await self._store.own_answers.find_text(id):
            await self._author_replies.edit(id, written)

    async def delete(self, ids: Sequence[str]) -> LastCommentAction:
        """Delete an answer of the author's own, or comments of others. Raises CommentNotFound."""
        comment = await self.get(ids[0])
        if comment.source is not CommentSource.OWN:
            return await self.decide(ids, "delete")
        await self._author_replies.delete(comment.id)
        return await self._remember(_("Your answer is deleted."), answers=[comment.id])

    async def undo(self, id: str) -> bool:
        """Take the last action back. Return False if that is another one by now.

        A comment that was changed since is left as it is.
        """
        last = await self.find_last(id)
        if last is None:
            return False
        await self._store.transaction(lambda tx: tx.key_values.delete(LAST_ACTION))
        for comment_id, state, reason, after in last.comments:
            comment = await self._store.comments.find(comment_id)
            if comment is not None and comment.state.value == after:
                await moderation.restore(
                    self._store, comment, CommentState(state), reason, on_decision=self._authorizations.decided
                )
        for pattern in last.blocked:
            await self._blocking.unblock(pattern)
        for answer in last.answers:
            await self._author_replies.restore(answer)
        return True

    async def find_last(self, id: str) -> LastCommentAction | None:
        """Return the last action, if it has this id."""
        kept = await self._store.key_values.find(LAST_ACTION) if id else None
        last = None if kept is None else LastCommentAction(**json.loads(kept))
        return last if last is not None and last.id == id else None

    async def get(self, id: str) -> Comment:
        """Return a comment. Raises CommentNotFound."""
        comment = await self._store.comments.find(id)
        if comment is None:
            raise CommentNotFound(f"There is no comment {id[:200]} any more.")
        return comment

    async def _remember(
        self,
        text: str,
        *,
        comments: Sequence[tuple[str, str, str, str]] = (),
        blocked: Sequence[str] = (),
        answers: Sequence[str] = (),
    ) -> LastCommentAction:
        last = LastCommentAction(
            id=new_id(self._clock()), text=text, comments=comments, blocked=blocked, answers=answers
        )
        await self._store.transaction(lambda tx: tx.key_values.save(LAST_ACTION, json.dumps(asdict(last))))
        return last


COMMENT_ACTIONS = web.AppKey("comment actions", CommentActions)
