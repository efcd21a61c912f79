"""What the blog says: each thing said is a row, written in the transaction of what it is about.

Publishing costs the same whatever the number of followers: one activity and one fan-out row, which the delivery
worker spreads later.
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
from syndicate.federation.outbox.size_limit import fitted
from syndicate.media.kinds import type_by_name
from syndicate.model.actor import LocalActor, RemoteActor
from syndicate.model.comment import Comment, CommentSource
from syndicate.model.ids import IdsInOrder
from syndicate.model.post import Mention, ObjectType, Picture, Post, Term, Visibility
from syndicate.storage import Tables
from syndicate.storage.deliveries import Delivery, Fanout
from syndicate.storage.outbox import OutboxActivity
from syndicate.storage.tombstones import Tombstone
from syndicate.urls import Urls

HELD_FOR_NAMES = timedelta(seconds=60)
"""How long a post waits, at most, for whom it names to be looked up before it is sent."""
NO_TIME = timedelta(0)


class Outbox:
    """Speaks as the blog, and as those of its actors that announce its posts."""

    def __init__(self, local_actors: LocalActors, urls: Urls, clock: Clock, moderation: Moderation) -> None:
        self._local_actors, self._urls, self._clock, self._moderation = local_actors, urls, clock, moderation
        self._ids = IdsInOrder()  # what is said later about an object overtakes what was said earlier

    @property
    def _actor(self) -> LocalActor:
        return self._local_actors.blog.actor

    # documents

    def object(self, post: Post, talk: render.InteractionCounts | None = None) -> dict[str, Any]:
        """A post as an object of the fediverse; without `talk` it tells how much was said about it, and not what."""
        talk = talk or render.counts_only(post.counts)
        url = self._urls.absolute(post.path)
        mentions = [render.MentionTag(name=mention.handle, href=mention.actor) for mention in post.mentions]
        tags: list[Hashtag | render.MentionTag] = [*self.hashtags(post), *mentions]
        pictures: list[Picture] = []
        html = post.html
        if post.object_type is ObjectType.NOTE:
            pictures, html = self._pictures(html, post.picture), federated.without_pictures(html)
        shown = replace(post, html=federated.compact(html))
        return render.post(shown, self._actor, url, tags, talk, self.replies_to(post), pictures)

    def _pictures(self, html: str, featured: Picture | None = None) -> list[Picture]:
        """What a note shows, its featured picture first: Mastodon and others drop pictures from the text, and show what
        is attached."""
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
        """Whose replies to a post are shown."""
        if not post.comments_open:
            return ReplyPolicy.NOBODY
        return ReplyPolicy.ANYONE if self._moderation == "off" else ReplyPolicy.APPROVED

    def answer_to(
        self,
        comment: Comment,
        post: Post,
        answered: Comment | None,
        mentioned: Sequence[Mention],
        talk: render.InteractionCounts = render.NO_INTERACTIONS,
    ) -> dict[str, Any]:
        """An answer of the author's own, to a comment or to the post, as a Note. `mentioned` are those whom it is
        addressed to; none are known of answers of earlier versions, which went to the one who was answered."""
        mentions = [render.MentionTag(name=mention.handle, href=mention.actor) for mention in mentioned]
        if not mentions and answered is not None and answered.author.uri and answered.author.uri != self._actor.uri:
            name = answered.author.handle or answered.author.name
            mentions.append(render.MentionTag(name=name, href=answered.author.uri))
        return render.reply(
            replace(comment, html=federated.compact(federated.without_pictures(comment.html))),
            self._actor,
            post.uri,
            answered.uri if answered is not None and answered.source is not CommentSource.IMPORT else post.uri,
            mentions,
            replies=self.replies_to(post),
            language=post.language,
            talk=talk,
            pictures=self._pictures(comment.html),
        )

    def activity_of(self, type: str, post: Post, uri: str) -> dict[str, Any]:
        """The Create or Update of a post, as it is now, under the id that it once was given."""
        return self._activity(type, uri, post, self.object(post))

    def hashtags(self, post: Post) -> list[Hashtag]:
        """The tags of a post that become hashtags: all, or those that its author chose."""
        return self.as_hashtags([tag for tag in post.tags if post.hashtags is None or tag.name in post.hashtags])

    def as_hashtags(self, tags: Sequence[Term]) -> list[Hashtag]:
        """Tags as others spell them; those that no hashtag can be made of are left out."""
        found: dict[str, Hashtag] = {}
        for tag in tags:
            name = hashtag(tag.name)
            if name:
                found.setdefault(name.lower(), Hashtag(name=name, href=self._urls.absolute(self._urls.tag(tag.slug))))
        return list(found.values())

    # saying

    async def created(self, tx: Tables, post: Post, *, announce: bool, names_wanted: bool = False) -> None:
        """A post is there. Unannounced, it stands in the outbox and is sent to nobody: then its document need not be
        kept, since it is made of the post whenever somebody asks. With `names_wanted` it is held back for a while, until
        whom it names is looked up."""
        said = self._said("Create", post)
        await tx.outbox.save(said if announce else replace(said, document={}))
        if announce:
            hold = HELD_FOR_NAMES if names_wanted else NO_TIME
            await self._fan_out(tx, said, post.uri if names_wanted or post.mentions else "", hold=hold)
            await self._announce(tx, post, hold=hold)

    async def updated(self, tx: Tables, post: Post, *, names_wanted: bool = False) -> None:
        """It has changed. Of what was never announced only those hear who took part, for their servers have it."""
        await self.made_anew(tx, post)
        said = self._said("Update", post)
        await tx.outbox.save(said)
        if not await tx.outbox.is_sent(post.id):
            for inbox in await tx.deliveries.list_participant_inboxes(post.uri, named=False):
                await self._send(tx, said, inbox)
            return
        hold = HELD_FOR_NAMES if names_wanted else NO_TIME
        await self._fan_out(tx, said, post.uri, hold=hold)
        await self._announce(tx, post, hold=hold)

    async def made_anew(self, tx: Tables, post: Post) -> None:
        """It reads differently now: what somebody still has to get of it does so, too."""
        for said in await tx.outbox.list_unsent(post.uri):
            await tx.outbox.update_document(said.id, self._pushed(said.type, said.uri, post))

    async def deleted(self, tx: Tables, post: Post, gone_at: datetime) -> None:
        """It is gone: told to followers, and to everyone who took part. Call it before the post's rows go."""
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
            await self.taken_back(tx, answer, post, gone_at)
        said = self._row(id, uri, "Delete", post.uri, post.id, document, public=True, at=now)
        await tx.outbox.save(said)
        for inbox in await tx.deliveries.list_participant_inboxes(post.uri):
            await self._send(tx, said, inbox)
        await self._fan_out(tx, said, "")
        for announced in await tx.outbox.list_announces(post.id):
            await self._take_back(tx, announced)

    async def answer(
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
        """Say something to one actor alone: Accept, Reject, Follow, Undo. Returns the activity's id. `by` is who says
        it, where that is not the blog; `more` are further members of the activity. What strangers can make us say is not
        sent to an inbox on another host more than once before that host has taken it."""
        by = by or self._actor
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        document = render.activity(type, id=uri, actor=by.uri, object=object, to=[to], context=context) | more
        said = self._row(id, uri, type, uri, None, document, public=False, at=now, by=by)
        await tx.outbox.save(said)
        if await self._may_go(tx, type, to, now):
            await self._send(tx, said, inbox)
        return uri

    async def _may_go(self, tx: Tables, type: str, to: str, now: datetime) -> bool:
        """Whether this is sent to an actor: what the author wants always is."""
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
        hold: timedelta = NO_TIME,
    ) -> None:
        """Say something publicly that belongs to the conversation under a post: to everyone who took part until now,
        and to the followers. `about` is the id by which a later activity overtakes an earlier one; `cc` are further
        actors. It is held back for `hold`."""
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
            document = fitted(document, object["url"])
        said = self._row(id, uri, type, about, None, document, public=True, at=now)
        if type == "Update":
            await self._renew_unsent(tx, about, document)
        await tx.outbox.save(said)
        inboxes = await tx.deliveries.list_participant_inboxes(post.uri)
        for actor in cc:
            known = await tx.remote_actors.find(actor)
            if known is not None:
                inboxes.append(known.shared_inbox or known.inbox)
        for inbox in dict.fromkeys(inboxes):
            await self._send(tx, said, inbox, hold=hold)
        await self._spread(tx, said.id, said.local_actor, hold=hold)

    async def answer_made_anew(self, tx: Tables, note: dict[str, Any], found: Sequence[str]) -> None:
        """An answer of the author's mentions these, too, who were looked up after it was written: what somebody still has to
        get of it says so, and they get it."""
        told = [tag["href"] for tag in note["tag"]]
        newest = fitted({"object": note, "to": [PUBLIC], "cc": [self._actor.followers, *told]}, note["url"])
        await self._renew_unsent(tx, note["id"], newest)
        create = await tx.outbox.find_sent_create(note["id"])
        if create is None:
            return
        await tx.outbox.update_document(create.id, create.document | newest)
        for uri in found:
            actor = await tx.remote_actors.find(uri)
            if actor is not None:
                await self._send(tx, create, actor.shared_inbox or actor.inbox)

    async def _renew_unsent(self, tx: Tables, about: str, newest: dict[str, Any]) -> None:
        """What somebody still has to get of an answer has its newest text."""
        for said in await tx.outbox.list_unsent(about):
            anew = {name: newest[name] for name in ("object", "to", "cc") if name in newest}
            await tx.outbox.update_document(said.id, said.document | anew)

    async def profile(self, tx: Tables, profile: Profile) -> str:
        """Tell everybody who follows an actor of ours what it looks like now; returns the activity's id (not its
        uri)."""
        id = await self.profile_update(tx, profile)
        await self._spread(tx, id, profile.actor.id)
        return id

    async def profile_update(self, tx: Tables, profile: Profile) -> str:
        """The Update of an actor of ours, sent to nobody yet; returns the activity's id."""
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
        said = self._row(id, uri, "Update", actor.uri, None, document, public=False, at=now, by=actor)
        await tx.outbox.save(said)
        return id

    async def moved(self, tx: Tables, target: str) -> None:
        """Tell every follower's server that the blog has gone to another account."""
        ours = self._actor.uri
        await tx.move_recipients.add_followers(self._actor.id)
        await self._to_followers(tx, "Move", ours, about=f"{ours}#moved", target=target)

    async def moved_back(self, tx: Tables, profile: Profile) -> None:
        """Tell followers, and every server that was told of a move, that the blog is here: their followers have gone along,
        and refuse to follow until they know."""
        id = await self.profile(tx, profile)
        said = await tx.outbox.get(id)
        assert said is not None
        for inbox in await tx.move_recipients.take_inboxes(self._actor.id):
            await self._send(tx, replace(said, object=f"{self._actor.uri}#moved"), inbox)

    async def pinned(self, tx: Tables, post: Post) -> None:
        """A post is pinned, or no longer: profiles elsewhere follow."""
        type = "Add" if post.pinned else "Remove"
        await self._to_followers(tx, type, post.uri, about=f"{post.uri}#pinned", target=self._actor.featured)

    async def _to_followers(self, tx: Tables, type: str, object: str, *, about: str, **more: Any) -> None:
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        to = [self._actor.followers]
        document = render.activity(type, id=uri, actor=self._actor.uri, object=object, to=to) | more
        said = self._row(id, uri, type, about, None, document, public=False, at=now)
        await tx.outbox.save(said)
        await self._spread(tx, id, self._actor.id)

    async def announce(
        self,
        tx: Tables,
        by: LocalActor,
        object: str,
        *,
        post: Post | None = None,
        author: RemoteActor | None = None,
        hold: timedelta = NO_TIME,
    ) -> str:
        """An actor of ours passes something on to its followers: a post of the blog, or quietly another's, whose
        `author` is told too. Returns the activity's id."""
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
        said = self._row(id, uri, "Announce", uri, post.id if post else None, document, public=True, at=now, by=by)
        await self._pass_on(tx, said, hold=hold)
        if author is not None:
            await self._send(tx, said, author.shared_inbox or author.inbox)
        return uri

    async def mention(self, tx: Tables, by: LocalActor, words: LinkedObject) -> str:
        """An actor of ours tells its followers quietly of something elsewhere that cannot be announced. Returns the
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
        await self._pass_on(tx, self._row(id, uri, "Create", note["id"], None, document, public=True, at=now, by=by))
        return uri

    async def _pass_on(self, tx: Tables, said: OutboxActivity, *, hold: timedelta = NO_TIME) -> None:
        """Say it to the followers of an actor that is not the blog."""
        await tx.outbox.save(said)
        await tx.totals.add(f"announced:{said.local_actor}", 1)
        await tx.versions.move(f"announced:{said.local_actor}")
        await self._spread(tx, said.id, said.local_actor, hold=hold)

    async def take_back(self, tx: Tables, uri: str) -> None:
        """What an actor of ours passed on by the activity with this id is passed on no longer; what is no such activity,
        or was taken back, is as it is."""
        said = await tx.outbox.find(uri) if uri else None
        if said is None or not said.public:
            return
        if said.type == "Announce":
            await self._take_back(tx, said)
        elif said.type == "Create" and said.post is None:
            await self._delete_mention(tx, said)

    async def _delete_mention(self, tx: Tables, said: OutboxActivity) -> None:
        now = self._clock()
        await tx.outbox.clear_documents_about(said.object)
        await self._bury(tx, said.object, published=said.published, now=now)
        await self._withdrawn(tx, said, "Delete", render.tombstone(said.object, now), now)

    async def _bury(self, tx: Tables, uri: str, *, published: datetime, now: datetime) -> None:
        """No note comes back under this id."""
        await tx.tombstones.save(
            Tombstone(uri=uri, path=None, origin=self._urls.base, type="Note", published=published, gone_at=now)
        )

    async def _announce(self, tx: Tables, post: Post, *, hold: timedelta) -> None:
        """Those who announce this post do so, once; those who no longer do take it back."""
        said = {announced.local_actor: announced for announced in await tx.outbox.list_announces(post.id)}
        wanted = {actor.id: actor for actor in await self._local_actors.announcing(tx, post)}
        for id, actor in wanted.items():
            if id not in said:
                await self.announce(tx, actor, post.uri, post=post, hold=hold)
        for id, announced in said.items():
            if id not in wanted:
                await self._take_back(tx, announced)

    async def _take_back(self, tx: Tables, announced: OutboxActivity) -> None:
        await tx.outbox.delete(announced)
        await self._withdrawn(tx, announced, "Undo", announced.document, self._clock())

    async def _withdrawn(
        self, tx: Tables, said: OutboxActivity, type: str, object: dict[str, Any], now: datetime
    ) -> None:
        """It stands in the outbox no longer, and its followers hear why."""
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        document = render.activity(
            type, id=uri, actor=said.document["actor"], object=object, published=now, to=[PUBLIC]
        )
        await tx.totals.add(f"announced:{said.local_actor}", -1)
        await tx.versions.move(f"announced:{said.local_actor}")
        row = replace(said, id=id, uri=uri, type=type, document=document, public=False, published=now)
        await tx.outbox.save(row)
        await self._spread(tx, id, said.local_actor)

    async def taken_back(self, tx: Tables, answer: Comment, post: Post, gone_at: datetime) -> None:
        """An answer of the author's own is gone. Call it before its row goes."""
        await tx.outbox.clear_documents_about(answer.uri)
        await self._bury(tx, answer.uri, published=answer.published, now=gone_at)
        if post.federates:
            tombstone = render.tombstone(answer.uri, gone_at)
            told = [mention.actor for mention in await tx.comments.list_mentions(answer.id)]
            await self.publish(tx, "Delete", tombstone, about=answer.uri, post=post, published=gone_at, cc=told)

    def follow_again(self, uri: str, actor: str) -> dict[str, Any]:
        """The Follow of ours with this id, as an Undo embeds it; with a new one, where none is known."""
        uri = uri or self._urls.activity(self._ids.new(self._clock()))
        return render.follow_as_received(uri, self._actor.uri, actor)

    def _said(self, type: str, post: Post) -> OutboxActivity:
        now = self._clock()
        id = self._ids.new(now)
        uri = self._urls.activity(id)
        return self._row(id, uri, type, post.uri, post.id, self._pushed(type, uri, post), public=True, at=now)

    def _pushed(self, type: str, uri: str, post: Post) -> dict[str, Any]:
        return fitted(self._activity(type, uri, post, self.object(post)), self._urls.absolute(post.path))

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

    async def _fan_out(self, tx: Tables, said: OutboxActivity, post_uri: str, *, hold: timedelta = NO_TIME) -> None:
        """To the blog's followers, and to those who have the post from one that announces it."""
        await self._spread(tx, said.id, said.local_actor, post_uri, hold=hold)
        for announced in await tx.outbox.list_announces(said.post) if said.post else []:
            await self._spread(tx, said.id, announced.local_actor, hold=hold)

    async def _spread(
        self, tx: Tables, activity: str, audience: str, post_uri: str = "", *, hold: timedelta = NO_TIME
    ) -> None:
        due = self._clock() + hold
        await tx.deliveries.enqueue_fanout(Fanout(activity=activity, audience=audience, post_uri=post_uri, due=due))

    async def _send(self, tx: Tables, said: OutboxActivity, inbox: str, *, hold: timedelta = NO_TIME) -> None:
        now = self._clock()
        await tx.deliveries.enqueue(
            Delivery(
                activity=said.id,
                inbox=inbox,
                host=authority_of(inbox),
                object=said.object,
                post=said.post,
                due=now + hold,
                changed=now,
            )
        )


def outbox_items(outbox: Outbox, posts: Sequence[Post], creates: dict[str, str]) -> list[dict[str, Any]]:
    """What stands in the outbox collection: the Create of each post, as it is now."""
    return [outbox.activity_of("Create", post, creates[post.id]) for post in posts if post.id in creates]
