"""Creates the blog's activities: each is a row, written in the transaction of the change that it reports."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syndicate.activitypub import render
from syndicate.activitypub.render import Profile
from syndicate.activitypub.vocabulary import ACTOR_CONTEXT, AS2, OBJECT_CONTEXT, PUBLIC
from syndicate.clock import Clock
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.outbox.boosts import BoostPublisher
from syndicate.federation.outbox.distribution import NO_DELAY, Distribution
from syndicate.federation.outbox.documents import Documents
from syndicate.federation.outbox.reactions import ReactionPublisher
from syndicate.federation.outbox.size_limit import limit_size
from syndicate.model.actor import LocalActor
from syndicate.model.comment import Comment
from syndicate.model.post import Post
from syndicate.storage import Tables
from syndicate.storage.outbox import OutboxActivity
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import Urls

NAME_LOOKUP_TIMEOUT = timedelta(seconds=60)
"""How long an activity waits at most for the lookup of the accounts that its text names."""


class Outbox:
    """Creates the activities of the blog and of its other local actors."""

    def __init__(self, local_actors: LocalActors, urls: Urls, clock: Clock, settings: SiteSettings) -> None:
        self._local_actors, self._urls, self._clock = local_actors, urls, clock
        self._distribution = Distribution(local_actors, urls, clock)
        self.documents = Documents(local_actors, urls, settings)
        self.reactions = ReactionPublisher(self._distribution, local_actors)
        self.boosts = BoostPublisher(self._distribution, local_actors, urls, clock)

    @property
    def _actor(self) -> LocalActor:
        return self._local_actors.blog.actor

    # posts

    async def created(self, tx: Tables, post: Post, *, announce: bool, names_wanted: bool = False) -> None:
        """Publish the Create of a post. Without `announce` it is listed in the outbox but sent to nobody, and its
        document is not stored, since it can be rendered from the post. With `names_wanted` it is delayed until the
        accounts that the text names are looked up."""
        activity = self._post_activity("Create", post)
        await tx.outbox.save(activity if announce else replace(activity, document={}))
        if announce:
            hold = NAME_LOOKUP_TIMEOUT if names_wanted else NO_DELAY
            post_uri = post.uri if names_wanted or post.mentions else ""
            await self._distribution.fan_out_post(tx, activity, post_uri=post_uri, hold=hold)
            await self.boosts.announce_for_terms(tx, post, hold=hold)

    async def updated(self, tx: Tables, post: Post, *, names_wanted: bool = False) -> None:
        """Publish the Update of a post. If it was never announced, it goes only to the participants of its
        conversation, whose servers have it."""
        await self.refresh_unsent(tx, post)
        activity = self._post_activity("Update", post)
        await tx.outbox.save(activity)
        if not await tx.outbox.is_sent(post.id):
            for inbox in await tx.fanouts.list_participant_inboxes(post.uri, named=False):
                await self._distribution.send(tx, activity, inbox)
            return
        hold = NAME_LOOKUP_TIMEOUT if names_wanted else NO_DELAY
        await self._distribution.fan_out_post(tx, activity, post_uri=post.uri, hold=hold)
        await self.boosts.announce_for_terms(tx, post, hold=hold)

    async def refresh_unsent(self, tx: Tables, post: Post) -> None:
        """Render the unsent activities of a post again, since its text has changed."""
        for activity in await tx.outbox.list_unsent(post.uri):
            document = self.documents.limited_activity(activity.type, post, activity.uri)
            await tx.outbox.update_document(activity.id, document)

    async def deleted(self, tx: Tables, post: Post, gone_at: datetime) -> None:
        """Publish the Delete of a post to followers and participants. Call it before the rows of the post are
        deleted."""
        activity = self._distribution.activity(
            "Delete",
            render.tombstone(post.uri, gone_at),
            about=post.uri,
            post=post.id,
            public=True,
            published=gone_at,
            to=[PUBLIC],
            cc=[self._actor.followers],
        )
        await tx.outbox.clear_documents_about(post.uri)
        for answer in await tx.comments.list_own_replies(post.id):
            await self.reply_deleted(tx, answer, post, gone_at)
        await tx.outbox.save(activity)
        for inbox in await tx.fanouts.list_participant_inboxes(post.uri):
            await self._distribution.send(tx, activity, inbox)
        await self._distribution.fan_out_post(tx, activity)
        await self.boosts.retract_all(tx, post)

    async def pinned(self, tx: Tables, post: Post) -> None:
        """Publish that a post is pinned or unpinned."""
        type = "Add" if post.pinned else "Remove"
        await self._to_followers(tx, type, post.uri, about=f"{post.uri}#pinned", target=self._actor.featured)

    def _post_activity(self, type: str, post: Post) -> OutboxActivity:
        return self._distribution.row(
            type,
            lambda uri: self.documents.limited_activity(type, post, uri),
            local_actor=self._actor.id,
            about=post.uri,
            post=post.id,
            public=True,
        )

    # conversations

    async def publish(
        self,
        tx: Tables,
        type: str,
        object: Any,
        *,
        about: str,
        post: Post,
        published: datetime,
        cc: Sequence[str] = (),
        hold: timedelta = NO_DELAY,
    ) -> None:
        """Publish an activity that belongs to the conversation under a post, to its participants and the followers.
        `about` is the id by which a later activity supersedes an earlier one; `cc` are further actors; `hold` is a
        delay."""
        activity = self._distribution.activity(
            type,
            object,
            about=about,
            public=True,
            published=published,
            to=[PUBLIC],
            cc=[self._actor.followers, *cc],
            context=OBJECT_CONTEXT if isinstance(object, dict) else AS2,
        )
        if type in ("Create", "Update"):
            activity = replace(activity, document=limit_size(activity.document, object["url"]))
        if type == "Update":
            await self._update_unsent(tx, about, activity.document)
        await tx.outbox.save(activity)
        inboxes = await tx.fanouts.list_participant_inboxes(post.uri)
        for actor in cc:
            known = await tx.remote_actors.find(actor)
            if known is not None:
                inboxes.append(known.shared_inbox or known.inbox)
        for inbox in dict.fromkeys(inboxes):
            await self._distribution.send(tx, activity, inbox, hold=hold)
        await self._distribution.fan_out(tx, activity, hold=hold)

    async def reply_deleted(self, tx: Tables, answer: Comment, post: Post, gone_at: datetime) -> None:
        """Publish the Delete of a reply of the author. Call it before its row is deleted."""
        if not answer.is_federated:
            return
        await tx.outbox.clear_documents_about(answer.uri)
        await self._distribution.save_tombstone(tx, answer.uri, published=answer.published, now=gone_at)
        if post.federates:
            tombstone = render.tombstone(answer.uri, gone_at)
            mentioned = [mention.actor for mention in await tx.comments.list_mentions(answer.id)]
            await self.publish(tx, "Delete", tombstone, about=answer.uri, post=post, published=gone_at, cc=mentioned)

    async def add_mentions(self, tx: Tables, note: dict[str, Any], found: Sequence[str]) -> None:
        """Add accounts to the mentions of a reply that were looked up after it was written: unsent activities are
        updated, and the accounts get the reply."""
        mentioned = [tag["href"] for tag in note["tag"]]
        newest = limit_size({"object": note, "to": [PUBLIC], "cc": [self._actor.followers, *mentioned]}, note["url"])
        await self._update_unsent(tx, note["id"], newest)
        create = await tx.outbox.find_sent_create(note["id"])
        if create is None:
            return
        await tx.outbox.update_document(create.id, create.document | newest)
        for uri in found:
            actor = await tx.remote_actors.find(uri)
            if actor is not None:
                await self._distribution.send(tx, create, actor.shared_inbox or actor.inbox)

    async def _update_unsent(self, tx: Tables, about: str, newest: dict[str, Any]) -> None:
        """Update the unsent activities of a reply to its newest text."""
        for activity in await tx.outbox.list_unsent(about):
            changes = {name: newest[name] for name in ("object", "to", "cc") if name in newest}
            await tx.outbox.update_document(activity.id, activity.document | changes)

    # single actors

    async def send_to(
        self,
        tx: Tables,
        type: str,
        object: Any,
        *,
        to: str,
        inbox: str,
        context: Any = AS2,
        by: LocalActor | None = None,
        **more: Any,
    ) -> str:
        """Send an activity to one actor only (Accept, Reject, Follow, Undo) and return its id. `by` is the local actor,
        by default the blog; `more` are further members of the activity. Answers that others can provoke are sent to an
        inbox on another host only once until that host has accepted one."""
        activity = self._distribution.activity(type, object, by=by, to=[to], context=context, **more)
        await tx.outbox.save(activity)
        if await self._may_go(tx, type, to, activity.published):
            await self._distribution.send(tx, activity, inbox)
        return activity.uri

    async def _may_go(self, tx: Tables, type: str, to: str, now: datetime) -> bool:
        """Whether an activity may be sent to an actor. What the author initiates always may."""
        if type in ("Follow", "Undo"):
            return True
        if type in ("Accept", "Reject"):
            return await tx.foreign_inboxes.may_be_asked(to, now)
        return await tx.foreign_inboxes.is_proven(to)

    def render_follow(self, uri: str, actor: str) -> dict[str, Any]:
        """Render our Follow with this id as an Undo embeds it; with a new id if none is known."""
        uri = uri or self._urls.activity(self._distribution.new_id())
        return render.follow_as_received(uri, self._actor.uri, actor)

    # accounts

    async def profile(self, tx: Tables, profile: Profile) -> str:
        """Publish the Update of a local actor to its followers; return the activity's id (not its uri)."""
        activity = await self._save_profile(tx, profile)
        await self._distribution.fan_out(tx, activity)
        return activity.id

    async def profile_update(self, tx: Tables, profile: Profile) -> str:
        """Create the Update of a local actor without sending it; return the activity's id."""
        return (await self._save_profile(tx, profile)).id

    async def _save_profile(self, tx: Tables, profile: Profile) -> OutboxActivity:
        activity = self._distribution.activity(
            "Update",
            render.actor(profile),
            by=profile.actor,
            about=profile.actor.uri,
            published=self._clock(),
            to=[PUBLIC],
            context=ACTOR_CONTEXT,
        )
        await tx.outbox.save(activity)
        return activity

    async def moved(self, tx: Tables, target: str) -> None:
        """Publish the Move of the blog to another account."""
        ours = self._actor.uri
        await tx.move_recipients.add_followers(self._actor.id)
        await self._to_followers(tx, "Move", ours, about=f"{ours}#moved", target=target)

    async def moved_back(self, tx: Tables, profile: Profile) -> None:
        """Publish to followers, and to every server that received the Move, that the blog is back: those servers refuse
        new follows until they know."""
        activity = await self._save_profile(tx, profile)
        await self._distribution.fan_out(tx, activity)
        for inbox in await tx.move_recipients.take_inboxes(self._actor.id):
            await self._distribution.send(tx, replace(activity, object=f"{self._actor.uri}#moved"), inbox)

    async def _to_followers(self, tx: Tables, type: str, object: str, *, about: str, **more: Any) -> None:
        activity = self._distribution.activity(type, object, about=about, to=[self._actor.followers], **more)
        await tx.outbox.save(activity)
        await self._distribution.fan_out(tx, activity)
