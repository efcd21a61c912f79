"""What a group passes on of its members' doings (FEP-1b12: Lemmy, PieFed, NodeBB): an Announce of a whole activity.

The group's word counts for nothing, and its member's signature is not there. So whatever can be asked for where it was
done is asked for there, and only if it touches something of ours: everybody can make a group.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from syndicate.activitypub.access import as_id, as_object, types
from syndicate.activitypub.parse import host_of, origin
from syndicate.errors import PERMANENT_REMOTE_ERRORS, RemoteGone
from syndicate.federation.inbox import reactions, replies
from syndicate.federation.inbox.context import Context, Decision, done, ignored, refused
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables

Document = dict[str, Any]


def is_passed_on(document: Document) -> bool:
    """Whether an announced object is the doing of a member."""
    return not KINDS.keys().isdisjoint(types(document.get("type")))


async def decide(document: Document, context: Context) -> Decision:
    """Decide about it as its origin tells it."""
    type = next(type for type in types(document.get("type")) if type in KINDS)
    return await KINDS[type](document, context)


async def _written(document: Document, context: Context) -> Decision:
    """Create, Update: what the member's own server says of the object counts."""
    return await replies.fetch(as_id(document.get("object")), as_object(document.get("object")), {}, context)


async def _deleted(document: Document, context: Context) -> Decision:
    """Delete, also by a moderator: gone is what its origin no longer has."""
    uri = as_id(document.get("object"))
    if await context.store.comments.find_by_uri(uri) is None:
        return ignored("delete.unknown")
    try:
        found = await context.object(uri)
    except RemoteGone as error:
        return replies.forget(uri, context, for_good=error.status == 410)
    except PERMANENT_REMOTE_ERRORS:
        return refused("delete.not-gone")
    return replies.forget(uri, context) if "Tombstone" in types(found.get("type")) else refused("delete.not-gone")


async def _liked(document: Document, context: Context) -> Decision:
    """Like: counts where the member's server shows it under its id, which many do not."""
    like = await _as_its_origin_has_it(document, as_id(document.get("object")), context)
    return like if isinstance(like, Verdict) else await reactions.like(like, context)


async def _undone(document: Document, context: Context) -> Decision:
    """Undo of a Like: the same."""
    inner = as_object(document.get("object"))
    type = next(types(inner.get("type")), "")
    target = as_id(inner.get("object"))
    if type not in ("Like", "EmojiReact"):
        return ignored("undo.unknown")
    undo = await _as_its_origin_has_it(document, target, context)
    if isinstance(undo, Verdict):
        return undo
    liked = await reactions.target_of(as_id(as_object(undo.raw.get("object")).get("object")), context)

    async def take_back(tx: Tables) -> Verdict:
        is_known = await reactions.take_back(tx, undo.object, undo.actor, type=type, target=liked)
        return done("undo.reaction") if is_known else ignored("undo.unknown")

    return take_back


async def _as_its_origin_has_it(told: Document, target: str, context: Context) -> Activity | Verdict:
    """An activity about `target`, something of ours, as it is found at its id; believed where actor and origin fit."""
    id, actor = as_id(told), as_id(told.get("actor"))
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
    told_of = [as_id(document.get(name)) for document in (told, found) for name in ("id", "actor", "object")]
    if told_of[:3] != told_of[3:] or list(types(told.get("type"))) != list(types(found.get("type"))):
        return ignored("announce.unproven")
    return Activity(id=id, type=next(types(found.get("type"))), actor=actor, object=told_of[2], raw=found)


async def _of_no_use(_document: Document, _context: Context) -> Decision:
    return ignored("announce.unproven")


KINDS: Mapping[str, Callable[[Document, Context], Awaitable[Decision]]] = {
    "Create": _written,
    "Delete": _deleted,
    "Dislike": _of_no_use,
    "EmojiReact": _liked,
    "Like": _liked,
    "Undo": _undone,
    "Update": _written,
}
