"""QuoteRequest: an account asks for permission to quote a post (FEP-044f)."""

from typing import Any

from syndicate.activitypub.access import as_id, as_object
from syndicate.activitypub.parse import origin
from syndicate.errors import PERMANENT_REMOTE_ERRORS
from syndicate.federation.actors.local_actors import BLOG
from syndicate.federation.inbox import received_notes
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.federation.inbox.targets import locate
from syndicate.model.activity import Activity, Verdict
from syndicate.model.post import Post, QuotePolicy
from syndicate.storage import Tables
from syndicate.storage.authorizations import AuthorizationKind


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Accept with an authorization, or reject, by the quote policy of the post."""
    post, answer_of_ours = await locate(context, activity.object)
    if post is None or answer_of_ours is not None or not post.federates:
        return ignored("quote.elsewhere")
    instrument = activity.raw.get("instrument")
    quote = as_id(instrument)
    if origin(quote) != origin(activity.actor) or not await _fits(as_object(instrument), post, activity.actor, context):
        return refused("quote.not-theirs")
    try:
        actor = await context.actors.get(activity.actor)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")
    allowed = await _is_allowed(post, activity.actor, context)
    request = {
        "id": activity.id,
        "type": "QuoteRequest",
        "actor": activity.actor,
        "object": activity.object,
        "instrument": quote,
    }

    async def answer(tx: Tables) -> Verdict:
        known = await tx.authorizations.find_by_object(quote, AuthorizationKind.QUOTE)
        if known is not None and (known.post, known.actor) != (post.id, activity.actor):
            return refused("quote.not-theirs")
        if not allowed or (known is not None and known.revoked):
            await context.authorizations.refuse(tx, AuthorizationKind.QUOTE, request, actor)
            return refused("quote.not-allowed" if not allowed else "quote.revoked")
        authorization = known or context.authorizations.authorize(
            AuthorizationKind.QUOTE, post, object=quote, target=post.uri, actor=activity.actor
        )
        await context.authorizations.allow(tx, authorization, request, actor)
        return done("quote.allowed")

    return await received_notes.keep_for_author(answer, as_object(instrument), {}, activity.actor, context)


async def _fits(instrument: dict[str, Any], post: Post, actor: str, context: InboxContext) -> bool:
    """Whether an embedded quote is by the requesting actor and quotes nothing but the requested post, under any of its
    addresses."""
    if not instrument:
        return True
    quoted = received_notes.quotes_of(instrument)[: received_notes.MAX_QUOTES + 1]
    if as_id(instrument.get("attributedTo")) != actor or len(quoted) > received_notes.MAX_QUOTES:
        return False
    for address in quoted:
        found, comment = await locate(context, address)
        if found is None or found.id != post.id or comment is not None:
            return False
    return True


async def _is_allowed(post: Post, actor: str, context: InboxContext) -> bool:
    if post.quotes is QuotePolicy.FOLLOWERS:
        return await context.store.followers.find(BLOG, actor) is not None
    return post.quotes is QuotePolicy.ANYONE
