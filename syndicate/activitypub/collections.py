"""Collections and their pages (AS2 §5, ActivityPub §5)."""

from collections.abc import Sequence
from typing import Any

from syndicate.activitypub.vocabulary import AS2, OBJECT_CONTEXT

Document = dict[str, Any]


def ordered(id: str, total: int, *, first: str | Document | None) -> Document:
    """An OrderedCollection, its first page named or embedded; without `first` it tells only how many."""
    document: Document = {"@context": AS2, "id": id, "type": "OrderedCollection", "totalItems": total}
    if first is not None:
        document["first"] = first
    return document


def ordered_whole(id: str, items: Sequence[Any]) -> Document:
    """A short OrderedCollection with all its items."""
    return {
        "@context": AS2,
        "id": id,
        "type": "OrderedCollection",
        "totalItems": len(items),
        "orderedItems": list(items),
    }


def ordered_page(id: str, part_of: str, items: Sequence[Any], *, next: str | None) -> Document:
    document: Document = {
        "@context": OBJECT_CONTEXT,
        "id": id,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": list(items),
    }
    if next is not None:
        document["next"] = next
    return document


def plain(id: str, total: int, first: Document | None = None) -> Document:
    """A Collection, its first page embedded (GoToSocial and Pleroma read only embedded pages)."""
    document: Document = {"@context": AS2, "id": id, "type": "Collection", "totalItems": total}
    if first is not None:
        document["first"] = {key: value for key, value in first.items() if key != "@context"}
    return document


def plain_page(id: str, part_of: str, items: Sequence[str], *, next: str | None) -> Document:
    document: Document = {"@context": AS2, "id": id, "type": "CollectionPage", "partOf": part_of, "items": list(items)}
    if next is not None:
        document["next"] = next
    return document
