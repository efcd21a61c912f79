"""Answers a request with a Reject."""

from typing import Any

from syndicate.activitypub.vocabulary import AS2
from syndicate.errors import PERMANENT_REMOTE_ERRORS
from syndicate.federation.inbox.context import Decision, InboxContext, ignored
from syndicate.model.activity import Activity, Verdict
from syndicate.model.actor import LocalActor
from syndicate.storage import Tables


async def reject(
    activity: Activity,
    request: dict[str, Any],
    context: InboxContext,
    verdict: Verdict,
    *,
    by: LocalActor,
    json_context: Any = AS2,
) -> Decision:
    """Send the actor of an activity a Reject of `request`, which ends with `verdict`."""
    try:
        actor = await context.actors.get(activity.actor)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")

    async def answer(tx: Tables) -> Verdict:
        await context.outbox.send_to(
            tx, "Reject", request, to=actor.uri, inbox=actor.inbox, context=json_context, by=by
        )
        return verdict

    return answer
