"""The Likes and Announces of the blog: what a post likes or boosts, sent once, and undone when it does so no longer.

Every function writes inside the caller's transaction.
"""

from dataclasses import replace
from typing import Any

from syndicate.activitypub.vocabulary import PUBLIC
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.outbox.distribution import Distribution
from syndicate.model.actor import RemoteActor
from syndicate.model.post import Post, Reference, ReferenceKind
from syndicate.storage import Tables
from syndicate.storage.citations import Citation, CitationState, SentReaction
from syndicate.storage.outbox import OutboxActivity

TYPES = {ReferenceKind.LIKE: "Like", ReferenceKind.REPOST: "Announce"}


class ReactionPublisher:
    """Sends what posts like and boost."""

    def __init__(self, distribution: Distribution, local_actors: LocalActors) -> None:
        self._distribution, self._local_actors = distribution, local_actors

    async def changed(self, tx: Tables, post: Post, after: Post | None, *, is_news: bool) -> None:
        """Bring what was sent in line with a changed post; `after` is None if it is deleted. Only news is sent: an
        imported like is old."""
        sent = await tx.sent_reactions.find(post.id)
        wanted = _wanted(after) if after is not None else None
        if sent is not None and (wanted is None or (sent.type, sent.address) != (TYPES[wanted.kind], wanted.address)):
            await self._take_back(tx, sent)
            sent = None
        if wanted is not None and sent is None and is_news:
            sent = SentReaction(post=post.id, type=TYPES[wanted.kind], address=wanted.address)
            await tx.sent_reactions.save(sent)
        await self._send(tx, sent)

    async def found(self, tx: Tables, post: Post) -> None:
        """Send what waited for the lookup of its target."""
        await self._send(tx, await tx.sent_reactions.find(post.id))

    async def _send(self, tx: Tables, waiting: SentReaction | None) -> None:
        if waiting is None or waiting.activity:
            return
        target = await tx.citations.find(waiting.address)
        if target is None or target.state is not CitationState.FOUND:
            return
        author = await tx.remote_actors.find(target.actor)
        activity = self._activity(waiting, target)
        await tx.outbox.save(activity)
        await tx.sent_reactions.save(replace(waiting, activity=activity.uri))
        await self._distribute(tx, activity, waiting.type, author)

    def _activity(self, reaction: SentReaction, target: Citation) -> OutboxActivity:
        type, post = reaction.type, reaction.post
        if type == "Like":
            return self._distribution.activity(type, target.object, post=post, public=True, to=[target.actor])
        followers = self._local_actors.blog.actor.followers
        now = self._distribution.now()
        return self._distribution.activity(
            type, target.object, post=post, public=True, published=now, to=[PUBLIC], cc=[followers, target.actor]
        )

    async def _take_back(self, tx: Tables, sent: SentReaction) -> None:
        await tx.sent_reactions.delete(sent.post)
        activity = await tx.outbox.find(sent.activity) if sent.activity else None
        if activity is None:
            return
        await tx.outbox.delete(activity)
        document: dict[str, Any] = activity.document
        undone = self._distribution.activity(
            "Undo", document, about=activity.object, post=sent.post, to=document["to"], cc=document.get("cc", [])
        )
        await tx.outbox.save(undone)
        target = await tx.citations.find(sent.address)
        author = await tx.remote_actors.find(target.actor) if target is not None else None
        await self._distribute(tx, undone, sent.type, author)

    async def _distribute(self, tx: Tables, activity: OutboxActivity, type: str, author: RemoteActor | None) -> None:
        """Send a Like to the author alone, an Announce to the followers, too."""
        if author is not None:
            await self._distribution.send(tx, activity, author.shared_inbox or author.inbox)
        if type == "Announce":
            await self._distribution.fan_out(tx, activity)


def _wanted(post: Post) -> Reference | None:
    reference = post.reference if post.reaches_others else None
    return reference if reference is not None and reference.kind in TYPES else None
