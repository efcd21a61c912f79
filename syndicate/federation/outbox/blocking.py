"""Enforces blocks: followers are removed, follows end, comments are hidden. Unblocking restores the comments.

A server may have many accounts here; they are processed in batches.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from syndicate.activitypub import render
from syndicate.activitypub.parse import host_of
from syndicate.comments import quotes, records
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.outbox import follows
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.actor import LocalActor, RemoteActor
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage import Store, Tables
from syndicate.storage.blocks import Block
from syndicate.storage.citations import CitationState

BATCH_SIZE = 100
REASON = "sender.blocked"


class BlockEnforcer:
    def __init__(self, store: Store, local_actors: LocalActors, outbox: Outbox) -> None:
        self._store, self._local_actors, self._outbox = store, local_actors, outbox

    async def block(self, block: Block) -> None:
        """Save a block: followers get a Reject of their Follow, followed accounts an Undo of ours; comments, likes and
        boosts are hidden."""
        await self._store.transaction(lambda tx: tx.blocks.save(block))
        await self._for_each_actor(block.pattern, self._block)
        for site in await self._store.comments.list_sites():
            if await self._store.blocks.covers(site, host_of(site)):
                await self._store.transaction(partial(self._hide_comments, site))

    async def unblock(self, pattern: str) -> bool:
        """Delete a block: comments, likes and boosts are restored, followers and follows are not.

        Return False if there was no such block.
        """
        if not await self._store.transaction(lambda tx: tx.blocks.delete(pattern)):
            return False
        await self._for_each_actor(pattern, self._unblock)
        for site in await self._store.comments.list_sites():
            if not await self._store.blocks.covers(site, host_of(site)):
                await self._store.transaction(partial(self._restore_comments, site))
        return True

    async def remove_follower(self, local_actor: LocalActor, actor: str) -> bool:
        """Remove a follower, who gets a Reject of their Follow and may follow again. Return False if they do not
        follow."""
        return await self._store.transaction(lambda tx: self._remove_follower(tx, local_actor, actor))

    async def _for_each_actor(self, pattern: str, work: Callable[[Tables, str, str], Awaitable[None]]) -> None:
        """Call `work` for each actor that a pattern covers, each in a transaction of its own."""
        after = ""
        while actors := await self._store.remote_actors.list_matching(pattern, after=after, limit=BATCH_SIZE):
            for actor in actors:

                async def body(tx: Tables, actor: str = actor) -> None:
                    await work(tx, actor, pattern)

                await self._store.transaction(body)
            after = actors[-1]

    async def _block(self, tx: Tables, uri: str, pattern: str) -> None:
        actor = await tx.remote_actors.find(uri)
        if actor is not None:
            for identity in self._local_actors:
                await self._remove_follower(tx, identity.actor, actor.uri)
            await self._end_follow(tx, actor, pattern)
        await self._hide_comments(uri, tx)
        for post in await tx.reactions.hide_by_actor(uri):
            await tx.versions.move(f"talk:{post}")
        await quotes.invalidate_by_actor(tx, uri)
        await tx.authorizations.delete_by_actor(uri)
        await tx.mentions.delete_by_actor(uri)
        if await tx.citations.erase(CitationState.BLOCKED, actor=uri):
            await tx.versions.move("site")

    async def _hide_comments(self, author: str, tx: Tables) -> None:
        for comment in await tx.comments.list_by_author(author):
            await records.hide(tx, comment, REASON)

    async def _restore_comments(self, author: str, tx: Tables) -> None:
        for comment in await tx.comments.list_by_author(author, reason=REASON):
            await records.restore(tx, comment)

    async def _remove_follower(self, tx: Tables, ours: LocalActor, uri: str) -> bool:
        follower = await tx.followers.find(ours.id, uri)
        if follower is None:
            return False
        actor = await tx.remote_actors.find(uri)
        inbox = follower.inbox if actor is None else actor.inbox
        follow = render.follow_as_received(follower.follow, uri, ours.uri)
        await self._outbox.send_to(tx, "Reject", follow, to=uri, inbox=inbox, by=ours)
        await tx.followers.delete(ours.id, uri)
        await tx.versions.move("followers")
        return True

    async def _end_follow(self, tx: Tables, actor: RemoteActor, pattern: str) -> None:
        entry = await tx.blogroll.find_by_actor(actor.uri)
        if entry is None or entry.follow not in (FollowState.ACCEPTED, FollowState.PENDING):
            return
        await follows.undo_follow(tx, self._outbox, entry, actor)
        await self._set_not_following(tx, entry, f"Not followed any more: you blocked {pattern}.")

    async def _unblock(self, tx: Tables, uri: str, pattern: str) -> None:
        if await tx.blocks.covers(uri, host_of(uri)):  # still covered by another block
            return
        await self._restore_comments(uri, tx)
        for post in await tx.reactions.show_by_actor(uri):
            await tx.versions.move(f"talk:{post}")
        await quotes.invalidate_by_actor(tx, uri)
        entry = await tx.blogroll.find_by_actor(uri)
        if entry is not None and entry.follow is FollowState.NONE and entry.follow_reason:
            address = entry.handle or entry.actor
            await self._set_not_following(
                tx, entry, f"You unblocked {pattern}; it is followed again when you follow {address} anew."
            )

    async def _set_not_following(self, tx: Tables, entry: BlogrollEntry, reason: str) -> None:
        await tx.blogroll.set_follow(entry.id, FollowState.NONE, "", reason=reason)
        await tx.versions.move("blogroll")
