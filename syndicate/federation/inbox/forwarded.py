"""Activities that a group forwards for its members (FEP-1b12: Lemmy, PieFed, NodeBB): an Announce of an activity.

The group is not trusted, and there is no signature of the member. So everything is fetched from its own origin, and
only if it concerns something of ours, since anybody can create a group.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from syndicate.activitypub.access import as_id, as_object, types
from syndicate.activitypub.parse import host_of, origin
from syndicate.errors import PERMANENT_REMOTE_ERRORS, RemoteGone
from syndicate.federation.inbox import deletions, reactions, replies
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables

Document = dict[str, Any]


def is_forwarded_activity(document: Document) -> bool:
    """Whether an announced object is an activity of a member."""
    return not KINDS.keys().isdisjoint(types(document.get("type")))


async def decide(document: Document, context: InboxContext) -> Decision:
    """Decide about a forwarded activity by what its origin says."""
    type = next(type for type in types(document.get("type")) if type in KINDS)
    return await KINDS[type](document, context)


async def _written(document: Document, context: InboxContext) -> Decision:
    """Decide about a Create or Update by the object on the member's own server."""
    return await replies.fetch(as_id(document.get("object")), as_object(document.get("object")), {}, context)


async def _deleted(document: Document, context: InboxContext) -> Decision:
    """Decide about a Delete, also by a moderator: the object must be gone at its origin."""
    uri = as_id(document.get("object"))
    if await context.store.comments.find_by_uri(uri) is None:
        return ignored("delete.unknown")
    try:
        found = await context.object(uri)
    except RemoteGone as error:
        return deletions.forget(uri, context, for_good=error.status == 410)
    except PERMANENT_REMOTE_ERRORS:
        return refused("delete.not-gone")
    return deletions.forget(uri, context) if "Tombstone" in types(found.get("type")) else refused("delete.not-gone")


async def _liked(document: Document, context: InboxContext) -> Decision:
    """Decide about a Like: it counts if the member's server serves it under its id, which many do not."""
    like = await _fetch_from_origin(document, as_id(document.get("object")), context)
    return like if isinstance(like, Verdict) else await reactions.like(like, context)


async def _undone(document: Document, context: InboxContext) -> Decision:
    """Decide about the Undo of a Like in the same way, and of a Delete by whether the object is served again."""
    inner = as_object(document.get("object"))
    type = next(types(inner.get("type")), "")
    target = as_id(inner.get("object"))
    if type == "Delete":
        return await replies.restore(target, context)
    if type not in ("Like", "EmojiReact"):
        return ignored("undo.unknown")
    undo = await _fetch_from_origin(document, target, context)
    if isinstance(undo, Verdict):
        return undo
    liked = await reactions.target_of(as_id(as_object(undo.raw.get("object")).get("object")), context)

    async def take_back(tx: Tables) -> Verdict:
        is_known = await reactions.take_back(tx, undo.object, undo.actor, type=type, target=liked)
        return done("undo.reaction") if is_known else ignored("undo.unknown")

    return take_back


async def _fetch_from_origin(hint: Document, target: str, context: InboxContext) -> Activity | Verdict:
    """Fetch an activity about `target`, an object of ours; it counts if its actor and origin match."""
    id, actor = as_id(hint), as_id(hint.get("actor"))
    if await reactions.target_of(target, context) is None:
        return ignored("announce.elsewhere")
    if not origin(id) or origin(id) != origin(actor) or origin(id) == origin(context.urls.base):
        return refused("object.origin")
    if await context.store.blocks.covers(actor, host_of(actor)):
        return refused("sender.blocked")
    try:
        found = await context.object(id)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("announce.unproven")
    compared = [as_id(document.get(name)) for document in (hint, found) for name in ("id", "actor", "object")]
    if compared[:3] != compared[3:] or list(types(hint.get("type"))) != list(types(found.get("type"))):
        return ignored("announce.unproven")
    return Activity(id=id, type=next(types(found.get("type"))), actor=actor, object=compared[2], raw=found)


async def _ignore(_document: Document, _context: InboxContext) -> Decision:
    return ignored("announce.unproven")


KINDS: Mapping[str, Callable[[Document, InboxContext], Awaitable[Decision]]] = {
    "Create": _written,
    "Delete": _deleted,
    "Dislike": _ignore,
    "EmojiReact": _liked,
    "Like": _liked,
    "Undo": _undone,
    "Update": _written,
}
