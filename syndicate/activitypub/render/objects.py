"""Renders posts, replies of the author, and what else has an id of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from syndicate.activitypub.fields import name_field, summary_field, url_field, warning_field
from syndicate.activitypub.language import federated_language
from syndicate.activitypub.policy import ReplyPolicy, can_reply, interaction_policy
from syndicate.activitypub.render.parts import (
    NO_INTERACTIONS,
    Document,
    Hashtag,
    InteractionCounts,
    MentionTag,
    identified_picture,
    interaction_collections,
    mentioned_ids,
    picture_document,
    tag_document,
)
from syndicate.activitypub.vocabulary import AS2, AUTHORIZATION_CONTEXT, OBJECT_CONTEXT, PUBLIC
from syndicate.clock import to_wire
from syndicate.model.actor import LocalActor
from syndicate.model.comment import Comment
from syndicate.model.post import ObjectType, Picture, Post, ReferenceKind, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedObject:
    """A linked object of another site: `title` is the text of the link to `url`, `by` its author."""

    title: str
    url: str
    by: str
    language: str = ""


def post(
    post: Post,
    author: LocalActor,
    url: str,
    tags: "Sequence[Hashtag | MentionTag]",
    talk: InteractionCounts = NO_INTERACTIONS,
    replies: ReplyPolicy = ReplyPolicy.ANYONE,
    pictures: Sequence[Picture] = (),
) -> Document:
    """Render a post as Article or Note (FEP-b2b8 for long texts). `url` is its permalink; `pictures` those of a
    note."""
    is_article = post.object_type is ObjectType.ARTICLE
    public, followers = [PUBLIC], [author.followers]
    quiet = post.visibility is Visibility.QUIET
    document: Document = {
        "@context": OBJECT_CONTEXT,
        "id": post.uri,
        "type": post.object_type.value,
        "attributedTo": author.uri,
        "url": url_field(url, post.uri),
        "published": to_wire(post.published),
        "to": followers if quiet else public,
        "cc": [*(public if quiet else followers), *mentioned_ids(tags)],
        "context": f"{post.uri}/context",
        "conversation": f"{post.uri}/context",
        **_content(_text(post, pictures), post.language),
        "mediaType": "text/html",
        "tag": [tag_document(tag) for tag in tags],
        "attachment": [*_episode(post), *(picture_document(picture) for picture in pictures)],
        "interactionPolicy": interaction_policy(post, author, replies),
        **interaction_collections(post.uri, talk),
    }
    if post.reference is not None and post.reference.kind is ReferenceKind.REPLY and post.reference.object:
        document["inReplyTo"] = post.reference.object
    if _has_changed(post):
        document["updated"] = to_wire(post.updated)
    if is_article:
        document["name"] = name_field(post.title or post.content_warning or post.excerpt)
        if summary := _summary(post):
            document["summary"] = summary_field(summary)
        document["preview"] = {"type": "Note", "attributedTo": author.uri, "content": _preview(post, url)}
    elif post.content_warning:  # Mastodon folds a note only behind words
        document["summary"] = warning_field(post.content_warning)
    if post.content_warning:
        document["sensitive"] = True
    if post.picture is not None:
        document["image"] = identified_picture(post.picture)
    return document


ATTACHED_AS = {"audio": "Audio", "video": "Video", "image": "Image"}


def _episode(post: Post) -> list[Document]:
    """Render the enclosure of a post as an attachment."""
    if post.enclosure is None:
        return []
    kind = ATTACHED_AS.get(post.enclosure.media_type.partition("/")[0], "Document")
    document: Document = {"type": kind, "mediaType": post.enclosure.media_type, "url": post.enclosure.url}
    if post.title:
        document["name"] = post.title
    if post.enclosure.length:
        document["size"] = post.enclosure.length
    if post.enclosure.duration:
        document["duration"] = f"PT{post.enclosure.duration}S"
    return [document]


def reply(
    comment: Comment,
    author: LocalActor,
    post: str,
    in_reply_to: str,
    mentions: Sequence[MentionTag],
    *,
    replies: ReplyPolicy,
    language: str,
    talk: InteractionCounts = NO_INTERACTIONS,
    pictures: Sequence[Picture] = (),
) -> Document:
    """Render a reply of the blog's author as a Note. `post` is the id of the post that it belongs to."""
    document: Document = {
        "@context": OBJECT_CONTEXT,
        "id": comment.uri,
        "type": "Note",
        "attributedTo": author.uri,
        "inReplyTo": in_reply_to,
        "url": url_field(comment.url, comment.uri),
        "published": to_wire(comment.published),
        "to": [PUBLIC],
        "cc": [author.followers, *mentioned_ids(mentions)],
        "context": f"{post}/context",
        "conversation": f"{post}/context",
        **_content(comment.html, language),
        "mediaType": "text/html",
        "tag": [tag_document(mention) for mention in mentions],
        "attachment": [picture_document(picture) for picture in pictures],
        "interactionPolicy": {
            "canLike": {"automaticApproval": [PUBLIC]},
            "canAnnounce": {"automaticApproval": [PUBLIC]},
            "canReply": can_reply(author, replies),
            "canQuote": {"automaticApproval": [author.uri]},
        },
        **interaction_collections(comment.uri, talk),
    }
    if comment.updated > comment.published:
        document["updated"] = to_wire(comment.updated)
    return document


def link_note(uri: str, author: LocalActor, what: LinkedObject, published: datetime) -> Document:
    """Render an unlisted Note that links to an object of another site."""
    content = f'<p><a href="{escape(what.url)}">{escape(what.title)}</a></p>'
    content += f"<p>{escape(what.by)}</p>" if what.by else ""
    nobody = {"automaticApproval": [author.uri]}
    return {
        "@context": OBJECT_CONTEXT,
        "id": uri,
        "type": "Note",
        "attributedTo": author.uri,
        "url": uri,
        "published": to_wire(published),
        "to": [author.followers],
        "cc": [PUBLIC],
        **_content(content, what.language),
        "mediaType": "text/html",
        "tag": [],
        "attachment": [],
        "interactionPolicy": {
            "canLike": {"automaticApproval": [PUBLIC]},
            "canAnnounce": {"automaticApproval": [PUBLIC]},
            "canReply": nobody,
            "canQuote": nobody,
        },
    }


def _content(html: str, language: str) -> Document:
    """Render the content, also under its language if other servers know that (GoToSocial compares the two)."""
    language = federated_language(language)
    return {"content": html} | ({"contentMap": {language: html}} if language and html else {})


def _text(post: Post, pictures: Sequence[Picture]) -> str:
    """Return the content of a post. A note has no `name`, so its title precedes its text; a picture alone has no
    text."""
    text = post.html if post.html or pictures else f"<p>{escape(post.excerpt)}</p>" if post.excerpt else ""
    is_titled_note = post.title and post.object_type is ObjectType.NOTE
    return f"<p><strong>{escape(post.title)}</strong></p>{text}" if is_titled_note else text


def authorization(uri: str, type: str, author: LocalActor, object: str, target: str) -> Document:
    """Render the proof that `object` may quote or reply to `target`: a QuoteAuthorization (FEP-044f) or
    ReplyAuthorization (GoToSocial)."""
    return {
        "@context": AUTHORIZATION_CONTEXT,
        "id": uri,
        "type": type,
        "attributedTo": author.uri,
        "interactingObject": object,
        "interactionTarget": target,
    }


def _has_changed(post: Post) -> bool:
    return to_wire(post.updated) > to_wire(post.published)


def _summary(post: Post) -> str:
    """Return the summary of an article: its content warning, else the author's summary, else its beginning, unless the
    author wants no summary."""
    words = post.teaser or post.summary or ("" if post.unsummarized else post.excerpt)
    return post.content_warning or words


def _preview(post: Post, url: str) -> str:
    title = f"<p><strong>{escape(post.title or post.content_warning)}</strong></p>"
    text = f"<p>{escape(summary)}</p>" if (summary := _summary(post)) else ""
    return f'{title}{text}<p><a href="{escape(url)}">{escape(url)}</a></p>'


def tombstone(uri: str, gone_at: datetime, *, former_type: str = "") -> Document:
    """Return what is left of a deleted object (ActivityPub §6.4).

    `former_type` is written as a full address, since no context maps a bare word. It is left out of what is sent:
    Misskey compares it with bare words and keeps the post whose type it does not recognise.
    """
    former = {"formerType": f"{AS2}#{former_type}"} if former_type else {}
    return {"@context": AS2, "id": uri, "type": "Tombstone", **former, "deleted": to_wire(gone_at)}
