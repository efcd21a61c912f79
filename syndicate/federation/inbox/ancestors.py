"""Finds what a reply answers. Comments between it and our post that are missing here are fetched."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from syndicate.activitypub.access import as_id, ids
from syndicate.activitypub.addressing import Reach, reach_of
from syndicate.activitypub.parse import RemoteNote, host_of, origin
from syndicate.errors import PERMANENT_REMOTE_ERRORS, RemoteUnavailable
from syndicate.federation.actors.throttled_transport import IRRELEVANT_RETENTION, MAX_ANCESTOR_REQUESTS_PER_DAY
from syndicate.federation.inbox.context import Decision, InboxContext
from syndicate.federation.inbox.targets import locate
from syndicate.model.activity import Verdict
from syndicate.model.comment import Comment
from syndicate.model.post import Post

MAX_ANCESTORS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentLookup:
    """A search for the ancestors of a received reply: `answers` are the ids passed so far, `is_meant` whether that
    reply was addressed to the blog, too. If it was not, requests to other servers are limited."""

    answers: tuple[str, ...]
    is_meant: bool


Take = Callable[[dict[str, Any], Reach, str, InboxContext, ParentLookup | None], Awaitable[Decision]]
"""Decides about a fetched reply (`replies.take`)."""


async def find_target(
    note: RemoteNote, context: InboxContext, lookup: ParentLookup | None, take: Take
) -> tuple[Post | None, Comment | None]:
    """Return what a reply answers; missing comments between it and our post are fetched."""
    post, parent = await locate(context, note.in_reply_to)
    if post is not None:
        return post, parent
    uri, passed = note.in_reply_to, lookup.answers if lookup else ()
    lookup = ParentLookup(
        answers=(*passed, note.id), is_meant=lookup.is_meant if lookup else _is_addressed_to_us(note, context)
    )
    if not origin(uri) or origin(uri) == origin(context.urls.base):
        return None, None
    if uri in lookup.answers or len(lookup.answers) > MAX_ANCESTORS:
        return None, None
    if await context.store.blocks.covers(uri, host_of(uri)):
        return None, None
    if not lookup.is_meant and not await _may_ask(uri, context):
        return None, None
    try:
        found = await _fetched_ancestor(uri, context, lookup, take)
    except RemoteUnavailable:
        if lookup.is_meant:
            raise
        return None, None
    if found[0] is None and not lookup.is_meant:
        now = context.clock()
        await context.store.transaction(lambda tx: tx.refetch_queue.ignore(uri, now))
    return found


async def _fetched_ancestor(
    uri: str, context: InboxContext, lookup: ParentLookup, take: Take
) -> tuple[Post | None, Comment | None]:
    try:
        document = await context.object(uri)
    except PERMANENT_REMOTE_ERRORS:
        return None, None
    decision = await take(document, reach_of(document), as_id(document.get("attributedTo")), context, lookup)
    if not isinstance(decision, Verdict):
        await context.store.transaction(decision)
    return await locate(context, as_id(document))


def _is_addressed_to_us(note: RemoteNote, context: InboxContext) -> bool:
    """Whether a note mentions or addresses a local actor."""
    addressed = (*note.mentions, *ids(note.raw.get("to")), *ids(note.raw.get("cc")))
    return any(context.local_actors.followable(address) is not None for address in addressed)


async def _may_ask(uri: str, context: InboxContext) -> bool:
    """Whether a server may be asked because of a reply that is not addressed to us: what followed accounts reply to
    others hardly ever concerns the blog."""
    now, host = context.clock(), host_of(uri)
    if await context.store.refetch_queue.is_ignored(uri, now - IRRELEVANT_RETENTION):
        return False
    free = await context.store.transaction(
        lambda tx: tx.refetch_queue.acquire_request(
            host, now=now, apart=timedelta(0), most=MAX_ANCESTOR_REQUESTS_PER_DAY
        )
    )
    return free is None
