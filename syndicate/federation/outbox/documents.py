"""Renders posts and the author's replies as ActivityStreams objects, and the activities that contain them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from syndicate.activitypub import render
from syndicate.activitypub.policy import ReplyPolicy
from syndicate.activitypub.render import Hashtag
from syndicate.activitypub.vocabulary import OBJECT_CONTEXT
from syndicate.content import federated
from syndicate.content import html as author_html
from syndicate.content.reference_line import reference_line
from syndicate.content.text import hashtag
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.outbox.size_limit import limit_size
from syndicate.media.kinds import type_by_name
from syndicate.model.comment import Comment
from syndicate.model.post import Mention, ObjectType, Picture, Post, ReferenceKind, Term
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import Urls


def _reference_line(post: Post) -> str:
    """Return the line that says what a post answers, likes or boosts; an answer to an object of the fediverse is shown
    beneath that."""
    reference = post.reference
    if reference is None or (reference.kind is ReferenceKind.REPLY and reference.object):
        return ""
    return reference_line(reference)


class Documents:
    """The documents of the blog's posts and replies, as they are now."""

    def __init__(self, local_actors: LocalActors, urls: Urls, settings: SiteSettings) -> None:
        self._local_actors, self._urls, self._settings = local_actors, urls, settings

    def object(self, post: Post, talk: render.InteractionCounts | None = None) -> dict[str, Any]:
        """Render a post as an ActivityStreams object; without `talk` with the counts of its replies, likes and shares
        only."""
        talk = talk or render.counts_only(post.counts)
        url = self._urls.absolute(post.path)
        mentions = [render.MentionTag(name=mention.handle, href=mention.actor) for mention in post.mentions]
        tags: list[Hashtag | render.MentionTag] = [*self.hashtags_of(post), *mentions]
        pictures: list[Picture] = []
        html = f"{_reference_line(post)}{author_html.without_forms(post.html)}"
        if post.object_type is ObjectType.NOTE:
            pictures, html = self._pictures(html, post.picture), federated.without_pictures(html)
        shown = replace(post, html=federated.compact(html))
        return render.post(shown, self._local_actors.blog.actor, url, tags, talk, self._replies_to(post), pictures)

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

    def _replies_to(self, post: Post) -> ReplyPolicy:
        """Return which replies to a post are shown."""
        if not post.comments_open:
            return ReplyPolicy.NOBODY
        return ReplyPolicy.ANYONE if self._settings.comments.moderation == "off" else ReplyPolicy.APPROVED

    def reply(
        self,
        comment: Comment,
        post: Post,
        answered: Comment | None,
        mentioned: Sequence[Mention],
        talk: render.InteractionCounts = render.NO_INTERACTIONS,
    ) -> dict[str, Any]:
        """Render a reply of the author to a comment or post as a Note. `mentioned` are its addressees; replies of
        earlier versions have none, and are addressed to the author of the comment."""
        blog = self._local_actors.blog.actor
        mentions = [render.MentionTag(name=mention.handle, href=mention.actor) for mention in mentioned]
        if not mentions and answered is not None and answered.author.uri and answered.author.uri != blog.uri:
            name = answered.author.handle or answered.author.name
            mentions.append(render.MentionTag(name=name, href=answered.author.uri))
        return render.reply(
            replace(comment, html=federated.compact(federated.without_pictures(comment.html))),
            blog,
            post.uri,
            answered.uri if answered is not None and answered.is_federated else post.uri,
            mentions,
            replies=self._replies_to(post),
            language=post.language,
            talk=talk,
            pictures=self._pictures(comment.html),
        )

    def activity(self, type: str, post: Post, uri: str) -> dict[str, Any]:
        """Render the Create or Update of a post as it is now, under the id that the activity has."""
        object = self.object(post)
        return render.activity(
            type,
            id=uri,
            actor=self._local_actors.blog.actor.uri,
            object=object,
            published=post.published if type == "Create" else post.updated,
            to=object["to"],
            cc=object["cc"],
            context=OBJECT_CONTEXT,
        )

    def limited_activity(self, type: str, post: Post, uri: str) -> dict[str, Any]:
        """Render the Create or Update of a post so that it is small enough for every inbox."""
        return limit_size(self.activity(type, post, uri), self._urls.absolute(post.path))

    def outbox_items(self, posts: Sequence[Post], creates: dict[str, str]) -> list[dict[str, Any]]:
        """Return the items of the outbox collection: the Create of each post as it is now."""
        return [self.activity("Create", post, creates[post.id]) for post in posts if post.id in creates]

    def hashtags_of(self, post: Post) -> list[Hashtag]:
        """Return the tags of a post that become hashtags: all, or those that its author chose."""
        return self.hashtags([tag for tag in post.tags if post.hashtags is None or tag.name in post.hashtags])

    def hashtags(self, tags: Sequence[Term]) -> list[Hashtag]:
        """Return tags as hashtags, without those that cannot be spelled as one."""
        found: dict[str, Hashtag] = {}
        for tag in tags:
            name = hashtag(tag.name)
            if name:
                found.setdefault(name.lower(), Hashtag(name=name, href=self._urls.absolute(self._urls.tag(tag.slug))))
        return list(found.values())
