"""Boosts: posts of the blog by the actors of its terms, and other people's posts by the blogroll's account."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syndicate.activitypub import render
from syndicate.activitypub.render import LinkedObject
from syndicate.activitypub.vocabulary import OBJECT_CONTEXT, PUBLIC
from syndicate.clock import Clock
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.outbox.distribution import NO_DELAY, Distribution
from syndicate.model.actor import LocalActor, RemoteActor
from syndicate.model.post import Post, Visibility
from syndicate.storage import Tables
from syndicate.storage.outbox import OutboxActivity
from syndicate.urls import Urls


class BoostPublisher:
    """Publishes and retracts boosts."""

    def __init__(self, distribution: Distribution, local_actors: LocalActors, urls: Urls, clock: Clock) -> None:
        self._distribution, self._local_actors = distribution, local_actors
        self._urls, self._clock = urls, clock

    async def announce(
        self,
        tx: Tables,
        by: LocalActor,
        object: str,
        *,
        post: Post | None = None,
        author: RemoteActor | None = None,
        hold: timedelta = NO_DELAY,
    ) -> str:
        """Publish a boost by a local actor: of a post of the blog, or, unlisted, of somebody else's, whose `author`
        gets it, too. Return the activity's id."""
        public, followers = [PUBLIC], [by.followers]
        quiet = post is None or post.visibility is Visibility.QUIET
        others = [self._local_actors.blog.actor.uri] if post else [author.uri] if author else []
        activity = self._distribution.activity(
            "Announce",
            object,
            by=by,
            post=post.id if post else None,
            public=True,
            published=self._clock(),
            to=followers if quiet else public,
            cc=[*(public if quiet else followers), *others],
        )
        await self._publish(tx, activity, hold=hold)
        if author is not None:
            await self._distribution.send(tx, activity, author.shared_inbox or author.inbox)
        return activity.uri

    async def publish_link(self, tx: Tables, by: LocalActor, words: LinkedObject) -> str:
        """Publish an unlisted note of a local actor with a link to something that cannot be boosted. Return the
        activity's id."""
        now = self._clock()
        note = render.link_note(self._urls.note(by.id, self._distribution.new_id()), by, words, now)
        activity = self._distribution.activity(
            "Create",
            note,
            by=by,
            about=note["id"],
            public=True,
            published=now,
            to=note["to"],
            cc=note["cc"],
            context=OBJECT_CONTEXT,
        )
        await self._publish(tx, activity)
        return activity.uri

    async def _publish(self, tx: Tables, activity: OutboxActivity, *, hold: timedelta = NO_DELAY) -> None:
        """Publish an activity to the followers of a local actor other than the blog."""
        await tx.outbox.save(activity)
        await self._count(tx, activity.local_actor, 1)
        await self._distribution.fan_out(tx, activity, hold=hold)

    async def announce_for_terms(self, tx: Tables, post: Post, *, hold: timedelta) -> None:
        """Publish the boosts of a post by the actors of its terms, each once, and retract those of actors of former
        terms."""
        existing = {announced.local_actor: announced for announced in await tx.outbox.list_announces(post.id)}
        wanted = {actor.id: actor for actor in await self._local_actors.announcing(tx, post)}
        for id, actor in wanted.items():
            if id not in existing:
                await self.announce(tx, actor, post.uri, post=post, hold=hold)
        for id, announced in existing.items():
            if id not in wanted:
                await self._retract_boost(tx, announced)

    async def retract_all(self, tx: Tables, post: Post) -> None:
        """Retract the boosts of a post by our actors."""
        for announced in await tx.outbox.list_announces(post.id):
            await self._retract_boost(tx, announced)

    async def retract(self, tx: Tables, uri: str) -> None:
        """Retract the boost or link that a local actor published with this activity id. Anything else, or what was
        retracted already, stays as it is."""
        activity = await tx.outbox.find(uri) if uri else None
        if activity is None or not activity.public:
            return
        if activity.type == "Announce":
            await self._retract_boost(tx, activity)
        elif activity.type == "Create" and activity.post is None:
            await self._retract_link(tx, activity)

    async def _retract_boost(self, tx: Tables, announced: OutboxActivity) -> None:
        await tx.outbox.delete(announced)
        await self._publish_retraction(tx, announced, "Undo", announced.document, self._clock())

    async def _retract_link(self, tx: Tables, activity: OutboxActivity) -> None:
        now = self._clock()
        await tx.outbox.clear_documents_about(activity.object)
        await self._distribution.save_tombstone(tx, activity.object, published=activity.published, now=now)
        await self._publish_retraction(tx, activity, "Delete", render.tombstone(activity.object, now), now)

    async def _publish_retraction(
        self, tx: Tables, activity: OutboxActivity, type: str, object: dict[str, Any], now: datetime
    ) -> None:
        """Publish the Undo or Delete of an activity that was removed from the outbox."""

        def document(uri: str) -> dict[str, Any]:
            actor = activity.document["actor"]
            return render.activity(type, id=uri, actor=actor, object=object, published=now, to=[PUBLIC])

        await self._count(tx, activity.local_actor, -1)
        retraction = self._distribution.row(
            type, document, local_actor=activity.local_actor, about=activity.object, post=activity.post
        )
        retraction = replace(retraction, published=now)
        await tx.outbox.save(retraction)
        await self._distribution.fan_out(tx, retraction)

    async def _count(self, tx: Tables, local_actor: str, change: int) -> None:
        await tx.totals.add(f"announced:{local_actor}", change)
        await tx.versions.move(f"announced:{local_actor}")
