"""Creates the blog's activities: each is a row, written in the transaction of the change that it reports.

Publishing costs the same for any number of followers: one activity and one fan-out row, which the delivery worker
expands later.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syndicate.activitypub import render
from syndicate.activitypub.parse import authority_of
from syndicate.activitypub.policy import ReplyPolicy
from syndicate.activitypub.render import Hashtag, LinkedObject, Profile
from syndicate.activitypub.vocabulary import ACTOR_CONTEXT, AS2, OBJECT_CONTEXT, PUBLIC
from syndicate.clock import Clock
from syndicate.comments.policy import Moderation
from syndicate.content import federated
from syndicate.content import html as author_html
from syndicate.content.text import hashtag
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.outbox.size_limit import limit_size
from syndicate.media.kinds import type_by_name
from syndicate.model.actor import LocalActor, RemoteActor
from syndicate.model.comment import Comment
from syndicate.model.ids import IdsInOrder
from syndicate.model.post import Mention, ObjectType, Picture, Post, Term, Visibility
from syndicate.storage import Tables
from syndicate.storage.deliveries import Delivery, Fanout
from syndicate.storage.outbox import OutboxActivity
from syndicate.storage.tombstones import Tombstone
from syndicate.urls import Urls

NAME_LOOKUP_TIMEOUT = timedelta(seconds=60)
"""How long an activity waits at most for the lookup of the accounts that its text names."""
NO_DELAY = timedelta(0)


class Outbox:
    """Creates the activities of the blog and of its other local actors."""

    def __init__(self, local_actors: LocalActors, urls: Urls, clock: Clock, moderation: Moderation) -> None:
        self._local_actors, self._urls, self._clock, self._moderation = local_actors, urls, clock, moderation
        self._ids = IdsInOrder()  # later activities about an object sort behind earlier ones

    @property
    def _actor(self) -> LocalActor:
        return self._local_actors.blog.actor

    # documents

    def object(self, post: Post, talk: render.InteractionCounts | None = None) -> dict[str, Any]:
        """Render a post as an ActivityStreams object; without `talk` with the counts of its replies, likes and shares
        only."""
        talk = talk or render.counts_only(post.counts)
        url = self._urls.absolute(post.path)
        mentions = [render.MentionTag(name=mention.handle, href=mention.actor) for mention in post.mentions]
        tags: list[Hashtag | render.MentionTag] = [*self.hashtags(post), *mentions]
        pictures: list[Picture] = []
        html = author_html.without_forms(post.html)
        if post.object_type is ObjectType.NOTE:
            pictures, html = self._pictures(html, post.picture), federated.without_pictures(html)
        shown = replace(post, html=federated.compact(html))
        return render.post(shown, self._actor, url, tags, talk, self.replies_to(post), pictures)

    def _pictures(self, html: str, featured: Picture | None = None) -> list[Picture]:
        """Return the pictures of a note, its featured picture first: Mastodon and others remove pictures from the text,
        and show the attachments."""
        pictures = {featured.url: featured} if featured else {}
        for shown in author_html.shown(html):
            media_type = type_by_name(self._urls.path_of(shown.address) or "")
            picture = Picture(
                url=shown.address,
                alt=shown.alt,
                media_type=media_type if media_type.startswith("image/") else "",
                width=shown.width,
                height=shown.height,
            )
            pictures.setdefault(picture.url, picture)
        return list(pictures.values())

    def replies_to(self, post: Post) -> ReplyPolicy:
        """Return which replies to a post are shown."""
        if not post.comments_open:
            return ReplyPolicy.NOBODY
        return ReplyPolicy.ANYONE if self._moderation == "off" else ReplyPolicy.APPROVED

    def render_reply(
        self,
        comment: Comment,
        post: Post,
        answered: Comment | None,
        mentioned: Sequence[Mention],
        talk: render.InteractionCounts = render.NO_INTERACTIONS,
    ) -> dict[str, Any]:
        """Render a reply of the author to a comment or post as a Note. `mentioned` are its addressees; replies of
        earlier versions have none, and are addressed to the author of the comment."""
        mentions = [render.MentionTag(name=mention.handle, href=mention.actor) for mention in mentioned]
        if not mentions and answered is not None and answered.author.uri and answered.author.uri != self._actor.uri:
            name = answered.author.handle or answered.author.name
            mentions.append(render.MentionTag(name=name, href=answered.author.uri))
        return render.reply(
            replace(comment, html=federated.compact(federated.without_pictures(comment.html))),
            self._actor,
            post.uri,
            answered.uri if answered is not None and answered.source.is_federated else post.uri,
            mentions,
            replies=self.replies_to(post),
            language=post.language,
            talk=talk,
            pictures=self._pictures(comment.html),
        )

    def render_activity(self, type: str, post: Post, uri: str) -> dict[str, Any]:
        """Render the Create or Update of a post as it is now, under the id that the activity has."""
        return self._activity(type, uri, post, self.object(post))

    def hashtags(self, post: Post) -> list[Hashtag]:
        """Return the tags of a post that become hashtags: all, or those that its author chose."""
        return self.render_hashtags([tag for tag in post.tags if post.hashtags is None or tag.name in post.hashtags])

    def render_hashtags(self, tags: Sequence[Term]) -> list[Hashtag]:
        """Return tags as hashtags, without those that cannot be spelled as one."""
        found: dict[str, Hashtag] = {}
        for tag in tags:
            name = hashtag(tag.name)
            if name:
                found.setdefault(name.lower(), Hashtag(name=name, href=self._urls.absolute(self._urls.tag(tag.slug))))
        return list(found.values())

    # activities

    async def created(self, tx: Tables, post: Post, *, announce: bool, names_wanted: bool = False) -> None:
        """Publish the Create of a post. Without `announce` it is listed in the outbox but sent to nobody, and its
        document is not stored, since it can be rendered from the post. With `names_wanted` it is delayed until the
        accounts that the text names are looked up."""
        activity = self._post_activity("Create", post)
        await tx.outbox.save(activity if announce else replace(activity, document={}))
        if announce:
            hold = NAME_LOOKUP_TIMEOUT if names_wanted else NO_DELAY
            await self._fan_out(tx, activity, post.uri if names_wanted or post.mentions else "", hold=hold)
            await self._boost_for_terms(tx, post, hold=hold)

    async def updated(self, tx: Tables, post: Post, *, names_wanted: bool = False) -> None:
        """Publish the Update of a post. If it was never announced, it goes only to the participants of its
        conversation, whose servers have it."""
        await self.refresh_unsent(tx, post)
        activity = self._post_activity("Update", post)
        await tx.outbox.save(activity)
        if not await tx.outbox.is_sent(post.id):
            for inbox in await tx.deliveries.list_participant_inboxes(post.uri, named=False):
                await self._send(tx, activity, inbox)
            return
        hold = NAME_LOOKUP_TIMEOUT if names_wanted else NO_DELAY
        await self._fan_out(tx, activity, post.uri, hold=hold)
        await self._boost_for_terms(tx, post, hold=hold)

    async def refresh_unsent(self, tx: Tables, post: Post) -> None:
        """Render the unsent activities of a post again, since its text has changed."""
        for activity in await tx.outbox.list_unsent(post.uri):
            await tx.outbox.update_document(activity.id, self._limited_document(activity.type, activity.uri, post))

    async def deleted(self, tx: Tables, post: Post, gone_at: datetime) -> None:
        """Publish the Delete of a post to followers and participants. Call it before the rows of the post are
        deleted."""
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        document = render.activity(
            "Delete",
            id=uri,
            actor=self._actor.uri,
            object=render.tombstone(post.uri, gone_at),
            published=gone_at,
            to=[PUBLIC],
            cc=[self._actor.followers],
        )
        await tx.outbox.clear_documents_about(post.uri)
        for answer in await tx.comments.list_own_replies(post.id):
            await self.reply_deleted(tx, answer, post, gone_at)
        activity = self._row(id, uri, "Delete", post.uri, post.id, document, public=True, at=now)
        await tx.outbox.save(activity)
        for inbox in await tx.deliveries.list_participant_inboxes(post.uri):
            await self._send(tx, activity, inbox)
        await self._fan_out(tx, activity, "")
        for announced in await tx.outbox.list_announces(post.id):
            await self._retract_boost(tx, announced)

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
        by = by or self._actor
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        document = render.activity(type, id=uri, actor=by.uri, object=object, to=[to], context=context) | more
        activity = self._row(id, uri, type, uri, None, document, public=False, at=now, by=by)
        await tx.outbox.save(activity)
        if await self._may_go(tx, type, to, now):
            await self._send(tx, activity, inbox)
        return uri

    async def _may_go(self, tx: Tables, type: str, to: str, now: datetime) -> bool:
        """Whether an activity may be sent to an actor. What the author initiates always may."""
        if type in ("Follow", "Undo"):
            return True
        if type in ("Accept", "Reject"):
            return await tx.foreign_inboxes.may_be_asked(to, now)
        return await tx.foreign_inboxes.is_proven(to)

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
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        document = render.activity(
            type,
            id=uri,
            actor=self._actor.uri,
            object=object,
            published=published,
            to=[PUBLIC],
            cc=[self._actor.followers, *cc],
            context=OBJECT_CONTEXT if isinstance(object, dict) else AS2,
        )
        if type in ("Create", "Update"):
            document = limit_size(document, object["url"])
        activity = self._row(id, uri, type, about, None, document, public=True, at=now)
        if type == "Update":
            await self._update_unsent(tx, about, document)
        await tx.outbox.save(activity)
        inboxes = await tx.deliveries.list_participant_inboxes(post.uri)
        for actor in cc:
            known = await tx.remote_actors.find(actor)
            if known is not None:
                inboxes.append(known.shared_inbox or known.inbox)
        for inbox in dict.fromkeys(inboxes):
            await self._send(tx, activity, inbox, hold=hold)
        await self._enqueue_fan_out(tx, activity.id, activity.local_actor, hold=hold)

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
                await self._send(tx, create, actor.shared_inbox or actor.inbox)

    async def _update_unsent(self, tx: Tables, about: str, newest: dict[str, Any]) -> None:
        """Update the unsent activities of a reply to its newest text."""
        for activity in await tx.outbox.list_unsent(about):
            anew = {name: newest[name] for name in ("object", "to", "cc") if name in newest}
            await tx.outbox.update_document(activity.id, activity.document | anew)

    async def profile(self, tx: Tables, profile: Profile) -> str:
        """Publish the Update of a local actor to its followers; return the activity's id (not its uri)."""
        id = await self.profile_update(tx, profile)
        await self._enqueue_fan_out(tx, id, profile.actor.id)
        return id

    async def profile_update(self, tx: Tables, profile: Profile) -> str:
        """Create the Update of a local actor without sending it; return the activity's id."""
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        actor = profile.actor
        document = render.activity(
            "Update",
            id=uri,
            actor=actor.uri,
            object=render.actor(profile),
            published=now,
            to=[PUBLIC],
            context=ACTOR_CONTEXT,
        )
        activity = self._row(id, uri, "Update", actor.uri, None, document, public=False, at=now, by=actor)
        await tx.outbox.save(activity)
        return id

    async def moved(self, tx: Tables, target: str) -> None:
        """Publish the Move of the blog to another account."""
        ours = self._actor.uri
        await tx.move_recipients.add_followers(self._actor.id)
        await self._to_followers(tx, "Move", ours, about=f"{ours}#moved", target=target)

    async def moved_back(self, tx: Tables, profile: Profile) -> None:
        """Publish to followers, and to every server that received the Move, that the blog is back: those servers refuse
        new follows until they know."""
        id = await self.profile(tx, profile)
        activity = await tx.outbox.get(id)
        assert activity is not None
        for inbox in await tx.move_recipients.take_inboxes(self._actor.id):
            await self._send(tx, replace(activity, object=f"{self._actor.uri}#moved"), inbox)

    async def pinned(self, tx: Tables, post: Post) -> None:
        """Publish that a post is pinned or unpinned."""
        type = "Add" if post.pinned else "Remove"
        await self._to_followers(tx, type, post.uri, about=f"{post.uri}#pinned", target=self._actor.featured)

    async def _to_followers(self, tx: Tables, type: str, object: str, *, about: str, **more: Any) -> None:
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        to = [self._actor.followers]
        document = render.activity(type, id=uri, actor=self._actor.uri, object=object, to=to) | more
        activity = self._row(id, uri, type, about, None, document, public=False, at=now)
        await tx.outbox.save(activity)
        await self._enqueue_fan_out(tx, id, self._actor.id)

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
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        public, followers = [PUBLIC], [by.followers]
        quiet = post is None or post.visibility is Visibility.QUIET
        others = [self._actor.uri] if post else [author.uri] if author else []
        document = render.activity(
            "Announce",
            id=uri,
            actor=by.uri,
            object=object,
            published=now,
            to=followers if quiet else public,
            cc=[*(public if quiet else followers), *others],
        )
        activity = self._row(id, uri, "Announce", uri, post.id if post else None, document, public=True, at=now, by=by)
        await self._publish_for(tx, activity, hold=hold)
        if author is not None:
            await self._send(tx, activity, author.shared_inbox or author.inbox)
        return uri

    async def publish_link(self, tx: Tables, by: LocalActor, words: LinkedObject) -> str:
        """Publish an unlisted note of a local actor with a link to something that cannot be boosted. Return the
        activity's id."""
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        note = render.link_note(self._urls.note(by.id, self._ids.new(now)), by, words, now)
        document = render.activity(
            "Create",
            id=uri,
            actor=by.uri,
            object=note,
            published=now,
            to=note["to"],
            cc=note["cc"],
            context=OBJECT_CONTEXT,
        )
        await self._publish_for(
            tx, self._row(id, uri, "Create", note["id"], None, document, public=True, at=now, by=by)
        )
        return uri

    async def _publish_for(self, tx: Tables, activity: OutboxActivity, *, hold: timedelta = NO_DELAY) -> None:
        """Publish an activity to the followers of a local actor other than the blog."""
        await tx.outbox.save(activity)
        await tx.totals.add(f"announced:{activity.local_actor}", 1)
        await tx.versions.move(f"announced:{activity.local_actor}")
        await self._enqueue_fan_out(tx, activity.id, activity.local_actor, hold=hold)

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

    async def _retract_link(self, tx: Tables, activity: OutboxActivity) -> None:
        now = self._clock()
        await tx.outbox.clear_documents_about(activity.object)
        await self._save_tombstone(tx, activity.object, published=activity.published, now=now)
        await self._publish_retraction(tx, activity, "Delete", render.tombstone(activity.object, now), now)

    async def _save_tombstone(self, tx: Tables, uri: str, *, published: datetime, now: datetime) -> None:
        """Save the tombstone of a note, so that its id is never used again."""
        await tx.tombstones.save(
            Tombstone(uri=uri, path=None, origin=self._urls.base, type="Note", published=published, gone_at=now)
        )

    async def _boost_for_terms(self, tx: Tables, post: Post, *, hold: timedelta) -> None:
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

    async def _retract_boost(self, tx: Tables, announced: OutboxActivity) -> None:
        await tx.outbox.delete(announced)
        await self._publish_retraction(tx, announced, "Undo", announced.document, self._clock())

    async def _publish_retraction(
        self, tx: Tables, activity: OutboxActivity, type: str, object: dict[str, Any], now: datetime
    ) -> None:
        """Publish the Undo or Delete of an activity that was removed from the outbox."""
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        document = render.activity(
            type, id=uri, actor=activity.document["actor"], object=object, published=now, to=[PUBLIC]
        )
        await tx.totals.add(f"announced:{activity.local_actor}", -1)
        await tx.versions.move(f"announced:{activity.local_actor}")
        row = replace(activity, id=id, uri=uri, type=type, document=document, public=False, published=now)
        await tx.outbox.save(row)
        await self._enqueue_fan_out(tx, id, activity.local_actor)

    async def reply_deleted(self, tx: Tables, answer: Comment, post: Post, gone_at: datetime) -> None:
        """Publish the Delete of a reply of the author. Call it before its row is deleted."""
        await tx.outbox.clear_documents_about(answer.uri)
        await self._save_tombstone(tx, answer.uri, published=answer.published, now=gone_at)
        if post.federates:
            tombstone = render.tombstone(answer.uri, gone_at)
            mentioned = [mention.actor for mention in await tx.comments.list_mentions(answer.id)]
            await self.publish(tx, "Delete", tombstone, about=answer.uri, post=post, published=gone_at, cc=mentioned)

    def render_follow(self, uri: str, actor: str) -> dict[str, Any]:
        """Render our Follow with this id as an Undo embeds it; with a new id if none is known."""
        uri = uri or self._urls.activity(self._ids.new(self._clock()))
        return render.follow_as_received(uri, self._actor.uri, actor)

    def _post_activity(self, type: str, post: Post) -> OutboxActivity:
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        return self._row(id, uri, type, post.uri, post.id, self._limited_document(type, uri, post), public=True, at=now)

    def _limited_document(self, type: str, uri: str, post: Post) -> dict[str, Any]:
        return limit_size(self._activity(type, uri, post, self.object(post)), self._urls.absolute(post.path))

    def _activity(self, type: str, uri: str, post: Post, object: dict[str, Any]) -> dict[str, Any]:
        return render.activity(
            type,
            id=uri,
            actor=self._actor.uri,
            object=object,
            published=post.published if type == "Create" else post.updated,
            to=object["to"],
            cc=object["cc"],
            context=OBJECT_CONTEXT,
        )

    def _row(
        self,
        id: str,
        uri: str,
        type: str,
        object: str,
        post: str | None,
        document: dict[str, Any],
        *,
        public: bool,
        at: datetime,
        by: LocalActor | None = None,
    ) -> OutboxActivity:
        return OutboxActivity(
            id=id,
            uri=uri,
            local_actor=(by or self._actor).id,
            type=type,
            object=object,
            post=post,
            document=document,
            public=public,
            published=at,
        )

    async def _fan_out(
        self, tx: Tables, activity: OutboxActivity, post_uri: str, *, hold: timedelta = NO_DELAY
    ) -> None:
        """Enqueue an activity for the followers of the blog and of the actors that boosted the post."""
        await self._enqueue_fan_out(tx, activity.id, activity.local_actor, post_uri, hold=hold)
        for announced in await tx.outbox.list_announces(activity.post) if activity.post else []:
            await self._enqueue_fan_out(tx, activity.id, announced.local_actor, hold=hold)

    async def _enqueue_fan_out(
        self, tx: Tables, activity: str, audience: str, post_uri: str = "", *, hold: timedelta = NO_DELAY
    ) -> None:
        due = self._clock() + hold
        await tx.deliveries.enqueue_fanout(Fanout(activity=activity, audience=audience, post_uri=post_uri, due=due))

    async def _send(self, tx: Tables, activity: OutboxActivity, inbox: str, *, hold: timedelta = NO_DELAY) -> None:
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


def outbox_items(outbox: Outbox, posts: Sequence[Post], creates: dict[str, str]) -> list[dict[str, Any]]:
    """Return the items of the outbox collection: the Create of each post as it is now."""
    return [outbox.render_activity("Create", post, creates[post.id]) for post in posts if post.id in creates]
