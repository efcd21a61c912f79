"""The parts of documents: tags, pictures and embedded collections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syndicate.model.post import Counts, Picture

Document = dict[str, Any]


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


def tag_document(tag: Hashtag | MentionTag) -> Document:
    if isinstance(tag, MentionTag):
        return {"type": "Mention", "name": tag.name, "href": tag.href}
    return hashtag(tag)


def hashtag(tag: Hashtag) -> Document:
    """Render a hashtag (FEP-eb48)."""
    return {"type": "Hashtag", "name": f"#{tag.name}", "href": tag.href}


def mentioned_ids(tags: "Sequence[Hashtag | MentionTag]") -> list[str]:
    return [tag.href for tag in tags if isinstance(tag, MentionTag)]


def identified_picture(picture: Picture) -> Document:
    """Render the picture of an object with an id: software with Fedify (Ghost, Hollo) reads the id, not the address."""
    return {"id": picture.url, **picture_document(picture)}


def picture_document(picture: Picture) -> Document:
    """Render a picture, its description as `name` and `summary`, since some servers read one and some the other."""
    document: Document = {"type": "Image", "url": picture.url}
    if picture.media_type:
        document["mediaType"] = picture.media_type
    if picture.alt:
        document["name"] = document["summary"] = picture.alt
    if picture.width and picture.height:
        document["width"], document["height"] = picture.width, picture.height
    return document


def interaction_collections(uri: str, talk: InteractionCounts) -> Document:
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
