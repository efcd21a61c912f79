"""Makes the rows of activities, and enqueues them for one inbox or for all followers.

Publishing costs the same for any number of followers: one activity and one fan-out row, which the delivery worker
expands later.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from syndicate.activitypub import render
from syndicate.activitypub.parse import authority_of
from syndicate.activitypub.vocabulary import AS2
from syndicate.clock import Clock
from syndicate.federation.actors.local_actors import DELETED, LocalActors
from syndicate.model.actor import LocalActor
from syndicate.model.ids import IdsInOrder
from syndicate.storage import Tables
from syndicate.storage.deliveries import Delivery
from syndicate.storage.fanouts import Fanout
from syndicate.storage.outbox import OutboxActivity
from syndicate.storage.tombstones import Tombstone
from syndicate.urls import Urls

NO_DELAY = timedelta(0)


class Distribution:
    """Creates activities of local actors and enqueues their deliveries."""

    def __init__(self, local_actors: LocalActors, urls: Urls, clock: Clock) -> None:
        self._local_actors, self._urls, self._clock = local_actors, urls, clock
        self._ids = IdsInOrder()  # later activities about an object sort behind earlier ones

    def now(self) -> datetime:
        return self._clock()

    def new_id(self) -> str:
        """Return an id that sorts behind the earlier ones."""
        return self._ids.new(self._clock())

    def row(
        self,
        type: str,
        document: Callable[[str], dict[str, Any]],
        *,
        local_actor: str,
        about: str = "",
        post: str | None = None,
        public: bool = False,
    ) -> OutboxActivity:
        """Return a new activity with what `document` makes of its uri. `about` is the id by which a later activity
        supersedes an earlier one, by default its own."""
        id = self.new_id()
        uri = self._urls.activity(id)
        return OutboxActivity(
            id=id,
            uri=uri,
            local_actor=local_actor,
            type=type,
            object=about or uri,
            post=post,
            document=document(uri),
            public=public,
            published=self._clock(),
        )

    def activity(
        self,
        type: str,
        object: Any,
        *,
        by: LocalActor | None = None,
        about: str = "",
        post: str | None = None,
        public: bool = False,
        published: datetime | None = None,
        to: Sequence[str] = (),
        cc: Sequence[str] = (),
        context: Any = AS2,
        **more: Any,
    ) -> OutboxActivity:
        """Return a new activity of a local actor, by default the blog; `more` are further members of its document."""
        actor = by or self._local_actors.blog.actor

        def document(uri: str) -> dict[str, Any]:
            made = render.activity(
                type, id=uri, actor=actor.uri, object=object, published=published, to=to, cc=cc, context=context
            )
            return made | more

        return self.row(type, document, local_actor=actor.id, about=about, post=post, public=public)

    async def send(self, tx: Tables, activity: OutboxActivity, inbox: str, *, hold: timedelta = NO_DELAY) -> None:
        """Enqueue an activity for one inbox."""
        if await tx.key_values.find(DELETED):
            return
        now = self._clock()
        await tx.deliveries.enqueue(
            Delivery(
                activity=activity.id,
                inbox=inbox,
                host=authority_of(inbox),
                object=activity.object,
                post=activity.post,
                due=now + hold,
                changed=now,
            )
        )

    async def fan_out(
        self,
        tx: Tables,
        activity: OutboxActivity,
        *,
        audience: str = "",
        post_uri: str = "",
        hold: timedelta = NO_DELAY,
    ) -> None:
        """Enqueue an activity for the followers of its local actor, or of `audience`, and the participants of the
        conversation under a post."""
        if await tx.key_values.find(DELETED):
            return
        due = self._clock() + hold
        await tx.fanouts.enqueue(
            Fanout(activity=activity.id, audience=audience or activity.local_actor, post_uri=post_uri, due=due)
        )

    async def fan_out_post(
        self, tx: Tables, activity: OutboxActivity, *, post_uri: str = "", hold: timedelta = NO_DELAY
    ) -> None:
        """Enqueue an activity for the followers of the blog and of the actors that boosted the post."""
        await self.fan_out(tx, activity, post_uri=post_uri, hold=hold)
        for announced in await tx.outbox.list_announces(activity.post) if activity.post else []:
            await self.fan_out(tx, activity, audience=announced.local_actor, hold=hold)

    async def save_tombstone(self, tx: Tables, uri: str, *, published: datetime, now: datetime) -> None:
        """Save the tombstone of a note, so that its id is never used again."""
        await tx.tombstones.save(
            Tombstone(uri=uri, path=None, origin=self._urls.base, type="Note", published=published, gone_at=now)
        )
