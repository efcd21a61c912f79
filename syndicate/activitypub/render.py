"""Renders values as documents for other servers.

One document must suit all implementations: ids are texts, all addresses are on one host, an Article has a title, a
summary without links and its full content, dates are in whole seconds.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from syndicate.activitypub.fields import name_field, summary_field, url_field, warning_field
from syndicate.activitypub.language import federated_language
from syndicate.activitypub.policy import ReplyPolicy, can_reply, interaction_policy
from syndicate.activitypub.vocabulary import ACTOR_CONTEXT, AS2, AUTHORIZATION_CONTEXT, OBJECT_CONTEXT, PUBLIC
from syndicate.clock import to_wire
from syndicate.model.actor import LocalActor, Role
from syndicate.model.comment import Comment
from syndicate.model.post import Counts, ObjectType, Picture, Post, Visibility

Document = dict[str, Any]


WEB_SCHEME = re.compile("https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A local actor with the other members of its document. `fields` are pairs of label and address or text;
    `also_known_as` are the ids of accounts that may move here; `moved_to` is the account that this one moved to."""

    actor: LocalActor
    shared_inbox: str
    account: str
    domain: str
    language: str
    icon: str = ""
    icon_type: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    also_known_as: tuple[str, ...] = ()
    moved_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSummary:
    """The number of items and the ids on the first page, None if the page is only linked; `next` is the second page, if
    there is one."""

    total: int = 0
    first: tuple[str, ...] | None = ()
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionCounts:
    """The replies, likes and shares of an object."""

    replies: CollectionSummary = CollectionSummary()
    likes: CollectionSummary = CollectionSummary()
    shares: CollectionSummary = CollectionSummary()


NO_INTERACTIONS = InteractionCounts()


def counts_only(counts: Counts) -> InteractionCounts:
    """Return a conversation with its counts only, so that an Update does not reset the counts of other servers to
    zero."""
    return InteractionCounts(
        replies=CollectionSummary(total=counts.comments, first=None if counts.comments else ()),
        likes=CollectionSummary(total=counts.likes, first=None if counts.likes else ()),
        shares=CollectionSummary(total=counts.shares, first=None if counts.shares else ()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """A hashtag; `name` is without the `#`."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionTag:
    """A mentioned account: `name` is `@user@host`, `href` the id of its actor."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedObject:
    """A linked object of another site: `title` is the text of the link to `url`, `by` its author."""

    title: str
    url: str
    by: str
    language: str = ""


def _tag(tag: Hashtag | MentionTag) -> Document:
    if isinstance(tag, MentionTag):
        return {"type": "Mention", "name": tag.name, "href": tag.href}
    return hashtag(tag)


def hashtag(tag: Hashtag) -> Document:
    """Render a hashtag (FEP-eb48)."""
    return {"type": "Hashtag", "name": f"#{tag.name}", "href": tag.href}


def _mentioned(tags: "Sequence[Hashtag | MentionTag]") -> list[str]:
    return [tag.href for tag in tags if isinstance(tag, MentionTag)]


def actor(profile: Profile) -> Document:
    """Render a local actor (ActivityPub §4.1, with Mastodon's extensions)."""
    local_actor = profile.actor
    document: Document = {
        "@context": ACTOR_CONTEXT,
        "id": local_actor.uri,
        "type": local_actor.role.type,
        "preferredUsername": local_actor.handle,
        "webfinger": profile.account,
        "name": local_actor.name,
        "summary": f"<p>{escape(local_actor.summary)}</p>" if local_actor.summary else "",
        "url": local_actor.url,
        "published": to_wire(local_actor.published),
        "inbox": local_actor.inbox,
        "outbox": local_actor.outbox,
        "followers": local_actor.followers,
        "following": local_actor.following,
        "featured": local_actor.featured,
        "endpoints": {"sharedInbox": profile.shared_inbox},
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": True,
        "interactionPolicy": {"canFeature": {"automaticApproval": [], "manualApproval": []}},
        "attributionDomains": [profile.domain],
        "attachment": [
            {"type": "PropertyValue", "name": label, "value": _field(value)} for label, value in profile.fields
        ],
        "tag": [],
        "publicKey": {"id": local_actor.key_id, "owner": local_actor.uri, "publicKeyPem": local_actor.public_key_pem},
        "generator": {
            "type": "Application",
            "implements": [
                {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}
            ],
        },
    }
    if local_actor.role is Role.BLOG:
        document["featuredTags"] = local_actor.featured_tags
    if profile.also_known_as:
        document["alsoKnownAs"] = list(profile.also_known_as)
    if profile.moved_to:
        document["movedTo"] = profile.moved_to
    if local_actor.proof_keys:
        document["assertionMethod"] = [
            {"id": key.id, "type": "Multikey", "controller": local_actor.uri, "publicKeyMultibase": key.multikey}
            for key in local_actor.proof_keys
        ]
    if profile.icon:
        icon = Picture(url=profile.icon, media_type=profile.icon_type, alt=local_actor.name)
        document["icon"] = _identified(icon)
    return document


def _field(value: str) -> str:
    """Render a profile field as HTML. Mastodon verifies a link only if the value is a single `<a>` whose text is its
    `href`; it does not show what is `invisible`."""
    scheme = WEB_SCHEME.match(value)
    if scheme is None or len(value.split()) != 1:
        return escape(value)
    rest = escape(value[scheme.end() :])
    return f'<a href="{escape(value)}" rel="me"><span class="invisible">{scheme[0]}</span>{rest}</a>'


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
        "cc": [*(public if quiet else followers), *_mentioned(tags)],
        "context": f"{post.uri}/context",
        "conversation": f"{post.uri}/context",
        **_content(_text(post, pictures), post.language),
        "mediaType": "text/html",
        "tag": [_tag(tag) for tag in tags],
        "attachment": [*_episode(post), *(_image(picture) for picture in pictures)],
        "interactionPolicy": interaction_policy(post, author, replies),
        **_talk(post.uri, talk),
    }
    if _has_changed(post):
        document["updated"] = to_wire(post.updated)
    if is_article:
        document["name"] = name_field(post.title or post.content_warning or post.excerpt)
        if summary := _summary(post):
            document["summary"] = summary_field(summary)
        document["preview"] = {"type": "Note", "attributedTo": author.uri, "content": _preview(post, url)}
    elif post.warning:
        document["summary"] = warning_field(post.warning)
    if post.content_warning:
        document["sensitive"] = True
    if post.picture is not None:
        document["image"] = _identified(post.picture)
    return document


def _identified(picture: Picture) -> Document:
    """Render the picture of an object with an id: software with Fedify (Ghost, Hollo) reads the id, not the address."""
    return {"id": picture.url, **_image(picture)}


ATTACHED_AS = {"audio": "Audio", "video": "Video", "image": "Image"}


def _episode(post: Post) -> list[Document]:
    """Render the enclosure of a post as an attachment."""
    if post.enclosure is None:
        return []
    kind = ATTACHED_AS.get(post.enclosure.media_type.partition("/")[0], "Document")
    document: Document = {"type": kind, "mediaType": post.enclosure.media_type, "url": post.enclosure.url}
    if post.title:
        document["name"] = post.title
    if post.enclosure.duration:
        document["duration"] = f"PT{post.enclosure.duration}S"
    return [document]


def _image(picture: Picture) -> Document:
    """Render a picture, its description as `name` and `summary`, since some servers read one and some the other."""
    document: Document = {"type": "Image", "url": picture.url}
    if picture.media_type:
        document["mediaType"] = picture.media_type
    if picture.alt:
        document["name"] = document["summary"] = picture.alt
    if picture.width and picture.height:
        document["width"], document["height"] = picture.width, picture.height
    return document


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
        "cc": [author.followers, *_mentioned(mentions)],
        "context": f"{post}/context",
        "conversation": f"{post}/context",
        **_content(comment.html, language),
        "mediaType": "text/html",
        "tag": [_tag(mention) for mention in mentions],
        "attachment": [_image(picture) for picture in pictures],
        "interactionPolicy": {
            "canLike": {"automaticApproval": [PUBLIC]},
            "canAnnounce": {"automaticApproval": [PUBLIC]},
            "canReply": can_reply(author, replies),
            "canQuote": {"automaticApproval": [author.uri]},
        },
        **_talk(comment.uri, talk),
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


def _talk(uri: str, talk: InteractionCounts) -> Document:
    """Render the collections of replies, likes and shares of an object, each with its first page embedded (GoToSocial
    and Pleroma read no other)."""
    listings = {"replies": talk.replies, "likes": talk.likes, "shares": talk.shares}
    return {name: _collection(f"{uri}/{name}", listing) for name, listing in listings.items()}


def _collection(id: str, listing: CollectionSummary) -> Document:
    page = f"{id}?page=1"
    first: str | Document = page
    if listing.first is not None:
        first = {"id": page, "type": "CollectionPage", "partOf": id, "items": list(listing.first)}
        if listing.next:
            first["next"] = listing.next
    return {"id": id, "type": "Collection", "totalItems": listing.total, "first": first}


def tombstone(uri: str, gone_at: datetime, *, former_type: str = "") -> Document:
    """Return what is left of a deleted object (ActivityPub §6.4).

    `former_type` is written as a full address, since no context maps a bare word. It is left out of what is sent:
    Misskey compares it with bare words and keeps the post whose type it does not recognise.
    """
    former = {"formerType": f"{AS2}#{former_type}"} if former_type else {}
    return {"@context": AS2, "id": uri, "type": "Tombstone", **former, "deleted": to_wire(gone_at)}


# activities


def activity(
    type: str,
    *,
    id: str,
    actor: str,
    object: Any,
    published: datetime | None = None,
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    context: Any = AS2,
) -> Document:
    """Render an activity. An embedded object leaves its `@context` to the activity."""
    document: Document = {"@context": context, "id": id, "type": type, "actor": actor}
    if published is not None:
        document["published"] = to_wire(published)
    if to:
        document["to"] = list(to)
    if cc:
        document["cc"] = list(cc)
    document["object"] = _inner(object)
    return document


def _inner(object: Any) -> Any:
    if not isinstance(object, Mapping):
        return object
    return {key: value for key, value in object.items() if key != "@context"}


def follow_as_received(id: str, actor: str, object: str) -> Document:
    """Render a Follow as embedded in our Accept: Mastodon, GoToSocial and Pixelfed compare these three members."""
    return {"id": id, "type": "Follow", "actor": actor, "object": object}
