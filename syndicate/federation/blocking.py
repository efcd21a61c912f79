"""Whoever is blocked goes: as a follower, and with what she said here. Taken back, what she said waits for the author.

A whole server may be many accounts: they are gone through some at a time.
"""

from syndicate.activitypub import render
from syndicate.conversation import comments
from syndicate.federation.local import Identities
from syndicate.federation.outbox import Announcer
from syndicate.model.comment import CommentState
from syndicate.storage import Store, Tables
from syndicate.storage.blocks import Block

AT_ONCE = 100
REASON = "sender.blocked"


class Blocking:
    def __init__(self, store: Store, identities: Identities, announcer: Announcer) -> None:
        self._store, self._identities, self._announcer = store, identities, announcer

    async def block(self, block: Block) -> None:
        """Listen no longer; followers are told so by a Reject of their Follow."""
        await self._store.transaction(lambda tx: tx.blocks.put(block))
        after = ""
        while actors := await self._store.remote_actors.covered_by(block.pattern, after=after, limit=AT_ONCE):
            for actor in actors:
                await self._store.transaction(lambda tx, actor=actor: self._show_out(tx, actor))  # type: ignore[misc]
            after = actors[-1]

    async def unblock(self, pattern: str) -> bool:
        """Listen again; what was hidden by the block waits for the author. False if there was no such block."""
        if not await self._store.transaction(lambda tx: tx.blocks.remove(pattern)):
            return False
        after = ""
        while actors := await self._store.remote_actors.covered_by(pattern, after=after, limit=AT_ONCE):
            for actor in actors:
                await self._store.transaction(lambda tx, actor=actor: self._hear_again(tx, actor))  # type: ignore[misc]
            after = actors[-1]
        return True

    async def _show_out(self, tx: Tables, uri: str) -> None:
        actor = await tx.remote_actors.find(uri)
        for identity in self._identities:
            ours = identity.actor
            follower = await tx.followers.find(ours.id, uri)
            if follower is None or actor is None:
                continue
            follow = render.follow_as_received(follower.follow, uri, ours.uri)
            await self._announcer.answer(tx, "Reject", follow, to=uri, inbox=actor.inbox, by=ours)
            await tx.followers.remove(ours.id, uri)
            await tx.editions.move("followers")
        for comment in await tx.comments.of_author(uri):
            if comment.state in (CommentState.APPROVED, CommentState.PENDING):
                await comments.decide(tx, comment, CommentState.REJECTED, REASON)
        for post in await tx.reactions.remove_of_actor(uri):
            await tx.editions.move(f"talk:{post}")
        await tx.stamps.remove_of_actor(uri)
        await tx.mentions.remove_of_actor(uri)

    async def _hear_again(self, tx: Tables, uri: str) -> None:
        for comment in await tx.comments.of_author(uri, reason=REASON):
            await comments.decide(tx, comment, CommentState.PENDING, "author.unblocked")
