"""Values of ours → documents for other servers.

One document has to be right for everybody at once: ids are texts, everything lies on one host, an Article has a
title, a summary without links and its full content, dates are whole seconds.
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
from syndicate.activitypub.vocabulary import ACTOR_CONTEXT, AS2, OBJECT_CONTEXT, PUBLIC, STAMP_CONTEXT
from syndicate.clock import to_wire
from syndicate.model.actor import LocalActor, Role
from syndicate.model.comment import Comment
from syndicate.model.post import Counts, ObjectType, Picture, Post, Visibility

Document = dict[str, Any]


WEB_SCHEME = re.compile("https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An actor of ours with what surrounds it. `fields` are label and address or words, shown on profiles; `also_known_as` the
    ids of accounts that may move here; `moved_to` where this one has gone."""

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
    """How many there are, and the ids on the first page, None where only its address is to be told; `next` is the
    second page, if any."""

    total: int = 0
    first: tuple[str, ...] | None = ()
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionCounts:
    """What was said about an object."""

    replies: CollectionSummary = CollectionSummary()
    likes: CollectionSummary = CollectionSummary()
    shares: CollectionSummary = CollectionSummary()


NO_TALK = InteractionCounts()


def counted(counts: Counts) -> InteractionCounts:
    """A conversation of which only the counts are at hand: an Update must not set others' counts to nothing."""
    return InteractionCounts(
        replies=CollectionSummary(total=counts.comments, first=None if counts.comments else ()),
        likes=CollectionSummary(total=counts.likes, first=None if counts.likes else ()),
        shares=CollectionSummary(total=counts.shares, first=None if counts.shares else ()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """`name` without the `#`."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionTag:
    """Somebody who is named: `name` is `@user@host`, `href` the id of her actor."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedObject:
    """Something elsewhere that is told of: `title` leads to `url`; `by` says whose it is."""

    title: str
    url: str
    by: str
    language: str = ""


def _tag(tag: Hashtag | MentionTag) -> Document:
    if isinstance(tag, MentionTag):
        return {"type": "Mention", "name": tag.name, "href": tag.href}
    return hashtag(tag)


def hashtag(tag: Hashtag) -> Document:
    """A hashtag (FEP-eb48)."""
    return {"type": "Hashtag", "name": f"#{tag.name}", "href": tag.href}


def _mentioned(tags: "Sequence[Hashtag | MentionTag]") -> list[str]:
    return [tag.href for tag in tags if isinstance(tag, MentionTag)]


def actor(profile: Profile) -> Document:
    """An actor of ours (ActivityPub §4.1, with what Mastodon adds)."""
    who = profile.actor
    document: Document = {
        "@context": ACTOR_CONTEXT,
        "id": who.uri,
        "type": who.role.type,
        "preferredUsername": who.handle,
        "webfinger": profile.account,
        "name": who.name,
        "summary": f"<p>{escape(who.summary)}</p>" if who.summary else "",
        "url": who.url,
        "published": to_wire(who.published),
        "inbox": who.inbox,
        "outbox": who.outbox,
        "followers": who.followers,
        "following": who.following,
        "featured": who.featured,
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
        "publicKey": {"id": who.key_id, "owner": who.uri, "publicKeyPem": who.public_key_pem},
        "generator": {
            "type": "Application",
            "implements": [
                {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}
            ],
        },
    }
    if who.role is Role.BLOG:
        document["featuredTags"] = who.featured_tags
    if profile.also_known_as:
        document["alsoKnownAs"] = list(profile.also_known_as)
    if profile.moved_to:
        document["movedTo"] = profile.moved_to
    if who.proof_keys:
        document["assertionMethod"] = [
            {"id": key.id, "type": "Multikey", "controller": who.uri, "publicKeyMultibase": key.multikey}
            for key in who.proof_keys
        ]
    if profile.icon:
        icon = Picture(url=profile.icon, media_type=profile.icon_type, alt=who.name)
        document["icon"] = _identified(icon)
    return document


def _field(value: str) -> str:
    """A field of a profile as HTML. Mastodon verifies a link only if the value is a single `<a>` whose text is its
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
    talk: InteractionCounts = NO_TALK,
    replies: ReplyPolicy = ReplyPolicy.ANYONE,
    pictures: Sequence[Picture] = (),
) -> Document:
    """A post as Article or Note (FEP-b2b8 for long texts). `url` is its permalink; `pictures` are what a note shows."""
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
        document["name"] = name_field(post.title or post.notice or post.excerpt)
        if summary := _summary(post):
            document["summary"] = summary_field(summary)
        document["preview"] = {"type": "Note", "attributedTo": author.uri, "content": _preview(post, url)}
    elif post.warning:
        document["summary"] = warning_field(post.warning)
    if post.notice:
        document["sensitive"] = True
    if post.picture is not None:
        document["image"] = _identified(post.picture)
    return document


def _identified(picture: Picture) -> Document:
    """The picture of an object: Fedify's readers (Ghost, Hollo) take its id and not its address."""
    return {"id": picture.url, **_image(picture)}


ATTACHED_AS = {"audio": "Audio", "video": "Video", "image": "Image"}


def _episode(post: Post) -> list[Document]:
    """The file that comes with a post, as what plays it."""
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
    """A picture; its description under both names, since some read the one and some the other."""
    document: Document = {"type": "Image", "url": picture.url}
    if picture.media_type:
        document["mediaType"] = picture.media_type
    if picture.alt:
        document["name"] = document["summary"] = picture.alt
    if picture.width and picture.height:
        document["width"], document["height"] = picture.width, picture.height
    return document


def answer(
    comment: Comment,
    author: LocalActor,
    post: str,
    in_reply_to: str,
    mentions: Sequence[MentionTag],
    *,
    replies: ReplyPolicy,
    language: str,
    talk: InteractionCounts = NO_TALK,
    pictures: Sequence[Picture] = (),
) -> Document:
    """An answer of the blog's author, as a Note. `post` is the id of the post under which it stands."""
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


def mention(uri: str, author: LocalActor, what: LinkedObject, published: datetime) -> Document:
    """A quiet Note that tells of something elsewhere: its title, whose it is, and where."""
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
    """The text, and the same under its language, if that is one that others know (GoToSocial compares the two)."""
    language = federated_language(language)
    return {"content": html} | ({"contentMap": {language: html}} if language and html else {})


def _text(post: Post, pictures: Sequence[Picture]) -> str:
    """The content of a post. A note has no `name`, so its title goes before its text; a bare picture has no text."""
    text = post.html if post.html or pictures else f"<p>{escape(post.excerpt)}</p>" if post.excerpt else ""
    is_titled_note = post.title and post.object_type is ObjectType.NOTE
    return f"<p><strong>{escape(post.title)}</strong></p>{text}" if is_titled_note else text


def stamp(uri: str, type: str, author: LocalActor, object: str, target: str) -> Document:
    """The proof that `object` may quote or answer `target`: a QuoteAuthorization (FEP-044f) or ReplyAuthorization
    (GoToSocial)."""
    return {
        "@context": STAMP_CONTEXT,
        "id": uri,
        "type": type,
        "attributedTo": author.uri,
        "interactingObject": object,
        "interactionTarget": target,
    }


def _has_changed(post: Post) -> bool:
    return to_wire(post.updated) > to_wire(post.published)


def _summary(post: Post) -> str:
    """What stands for an article where its text is not shown: its content warning, else its author's words, else its
    beginning, unless the author wants nothing to stand there."""
    words = post.teaser or post.summary or ("" if post.unsummarized else post.excerpt)
    return post.notice or words


def _preview(post: Post, url: str) -> str:
    title = f"<p><strong>{escape(post.title or post.notice)}</strong></p>"
    text = f"<p>{escape(summary)}</p>" if (summary := _summary(post)) else ""
    return f'{title}{text}<p><a href="{escape(url)}">{escape(url)}</a></p>'


def _talk(uri: str, talk: InteractionCounts) -> Document:
    """The collections of what was said about an object, each with its first page (GoToSocial and Pleroma read no
    other)."""
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
    """An activity of ours. An embedded object leaves its `@context` to the activity."""
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
    """A Follow as it is embedded in our Accept: Mastodon, GoToSocial and Pixelfed compare these three."""
    return {"id": id, "type": "Follow", "actor": actor, "object": object}
