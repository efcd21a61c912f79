"""Collections and their pages (AS2 §5, ActivityPub §5): rendering ours and reading those of others."""

from collections.abc import Sequence
from typing import Any

from syndicate.activitypub.access import as_list, as_object, types
from syndicate.activitypub.vocabulary import AS2, OBJECT_CONTEXT

COLLECTION_TYPES = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})

Document = dict[str, Any]


def ordered(id: str, total: int | None, *, first: str | Document | None) -> Document:
    """Render an OrderedCollection with its first page linked or embedded. Without `first` it has only the count,
    without `total` not even that."""
    document: Document = {"@context": AS2, "id": id, "type": "OrderedCollection"}
    if total is not None:
        document["totalItems"] = total
    if first is not None:
        document["first"] = first
    return document


def ordered_whole(id: str, items: Sequence[Any]) -> Document:
    """Render a short OrderedCollection with all its items."""
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
    """Render a Collection with its first page embedded (GoToSocial and Pleroma read only embedded pages)."""
    document: Document = {"@context": AS2, "id": id, "type": "Collection", "totalItems": total}
    if first is not None:
        document["first"] = {key: value for key, value in first.items() if key != "@context"}
    return document


def plain_page(id: str, part_of: str, items: Sequence[str], *, next: str | None) -> Document:
    document: Document = {"@context": AS2, "id": id, "type": "CollectionPage", "partOf": part_of, "items": list(items)}
    if next is not None:
        document["next"] = next
    return document


def plain_whole(id: str, items: Sequence[Document]) -> Document:
    """A short Collection with all its items."""
    return {
        "@context": OBJECT_CONTEXT,
        "id": id,
        "type": "Collection",
        "totalItems": len(items),
        "items": list(items),
    }


def is_collection(document: Document) -> bool:
    """Whether it is a collection, or a page of one."""
    return not COLLECTION_TYPES.isdisjoint(types(document.get("type")))


def listed(page: Document) -> list[Any]:
    """What a collection or a page lists, in either spelling: ids, or objects. In place of a `Create` stands what it
    made (a conversation may be listed as its activities, FEP-f228)."""
    items = [*as_list(page.get("items")), *as_list(page.get("orderedItems"))]
    return [_object_of(item) for item in items]


def _object_of(item: Any) -> Any:
    is_create = isinstance(item, dict) and "Create" in types(item.get("type"))
    return item.get("object") if is_create else item


def following(page: Document) -> Any:
    """Return the page after a collection (`first`) or page (`next`): an id, an object or None."""
    ahead = page.get("first") or page.get("next")
    return as_object(ahead) or (ahead if isinstance(ahead, str) else None)
