"""ReplyRequest: an account asks for approval of its reply before publishing it (GoToSocial)."""

from syndicate.activitypub.access import as_id, as_object
from syndicate.activitypub.addressing import reach_of
from syndicate.activitypub.parse import origin
from syndicate.errors import PERMANENT_REMOTE_ERRORS
from syndicate.federation.inbox import replies
from syndicate.federation.inbox.context import Decision, InboxContext, ignored, refused
from syndicate.federation.inbox.targets import locate
from syndicate.model.activity import Activity, Outcome, Verdict
from syndicate.model.actor import RemoteActor
from syndicate.model.comment import CommentState
from syndicate.storage import Tables
from syndicate.storage.authorizations import AuthorizationKind, ReplyRequest


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Decide about the reply as if it had been delivered; answer now, or when the author has decided."""
    post, answered = await locate(context, activity.object)
    if post is None or not post.federates:
        return ignored("reply.elsewhere")
    instrument = activity.raw.get("instrument")
    reply, note = as_id(instrument), as_object(instrument)
    if origin(reply) != origin(activity.actor):
        return refused("object.origin")
    try:
        actor = await context.actors.get(activity.actor)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")
    if not _fits(note, activity, actor):
        return refused("object.author")
    if note.get("content") is not None:
        decision = await replies.take(note, reach_of(note), activity.actor, context)
    else:
        decision = await replies.fetch(reply, {}, {}, context)
    asked = ReplyRequest(
        reply=reply,
        post=post.id,
        actor=actor.uri,
        target=answered.uri if answered else post.uri,
        request={
            "id": activity.id,
            "type": "ReplyRequest",
            "actor": activity.actor,
            "object": activity.object,
            "instrument": reply,
        },
        received=context.clock(),
    )

    async def answer(tx: Tables) -> Verdict:
        verdict = decision if isinstance(decision, Verdict) else await decision(tx)
        comment = await tx.comments.find_by_uri(reply)
        if comment is not None and comment.author.uri != actor.uri:
            return refused("object.author")
        if verdict.outcome is Outcome.REFUSED or comment is None:
            await context.authorizations.refuse(tx, AuthorizationKind.REPLY, asked.request, actor)
            return verdict
        if (comment.post, comment.parent) != (post.id, answered.id if answered else None):
            await context.authorizations.refuse(tx, AuthorizationKind.REPLY, asked.request, actor)
            return refused("reply.elsewhere")
        await tx.authorizations.save_request(asked)
        if comment.state is not CommentState.PENDING:
            await context.authorizations.decided(tx, comment, comment.state)
        return verdict

    return answer


def _fits(note: dict[str, object], activity: Activity, actor: RemoteActor) -> bool:
    """Whether an embedded reply is by the requesting actor and answers the requested object."""
    if note.get("attributedTo") is None:
        return True
    return as_id(note.get("attributedTo")) == actor.uri and as_id(note.get("inReplyTo")) in ("", activity.object)
