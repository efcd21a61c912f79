"""What other servers sent and what became of it, and the requests of theirs that were refused."""

import json
from datetime import datetime

from aiohttp import web

from syndicate.activitypub.parse import host_of
from syndicate.clock import from_text, to_text
from syndicate.errors import NotFound
from syndicate.model.activity import ReceivedActivity
from syndicate.translation import _
from syndicate.web.admin.activity_words import OUTCOMES, TYPES, reason_of, refusal_of
from syndicate.web.admin.pages.deliveries import ActivityPage, ReceivedPage, ReceivedRow, RefusalRow
from syndicate.web.admin.pages.frame import Tab
from syndicate.web.admin.rendering import respond
from syndicate.web.keys import STORE

ACTIVITY = "/admin/activity/"
ROWS_PER_PAGE = 100


async def get_activity(request: web.Request) -> web.StreamResponse:
    is_refused = "refused" in request.query
    tabs = (
        Tab(label=_("Received"), href=ACTIVITY, is_current=not is_refused),
        Tab(label=_("Refused requests"), href=f"{ACTIVITY}?refused=1", is_current=is_refused),
    )
    if is_refused:
        refusals = await request.app[STORE].inbox_queue.list_refusals(ROWS_PER_PAGE)
        rows = tuple(RefusalRow(refusal=refusal, words=refusal_of(refusal.reason)) for refusal in refusals)
        return respond(request, ActivityPage(tabs=tabs, refusals=rows, is_refused=True))
    before = request.query.get("before", "")
    found = await request.app[STORE].admin_deliveries.list_received(_key(before), ROWS_PER_PAGE + 1)
    shown = found[:ROWS_PER_PAGE]
    last = shown[-1] if len(found) > len(shown) else None
    page = ActivityPage(
        tabs=tabs,
        received=tuple([await _row(request, arrival) for arrival in shown]),
        newest=ACTIVITY if before else "",
        older=f"{ACTIVITY}?before={to_text(last.received)}~{last.id}" if last else "",
    )
    return respond(request, page)


async def get_received(request: web.Request) -> web.StreamResponse:
    """Show one activity whole. Raises NotFound."""
    arrival = await request.app[STORE].inbox_queue.find(request.match_info["id"])
    if arrival is None:
        raise NotFound(request.path[:200])
    page = ReceivedPage(
        row=await _row(request, arrival),
        actor=arrival.activity.actor,
        object=arrival.activity.object,
        uri=arrival.activity.id,
        document=json.dumps(arrival.activity.raw, indent=2, ensure_ascii=False) if arrival.activity.raw else "",
    )
    return respond(request, page)


async def _row(request: web.Request, arrival: ReceivedActivity) -> ReceivedRow:
    activity, verdict = arrival.activity, arrival.verdict
    actor = await request.app[STORE].remote_actors.find(activity.actor)
    return ReceivedRow(
        id=arrival.id,
        at=arrival.received,
        sender=actor.handle if actor and actor.handle else host_of(activity.actor),
        what=TYPES.get(activity.type, activity.type),
        outcome=OUTCOMES[verdict.outcome],
        reason=reason_of(verdict.reason),
    )


def _key(text: str) -> tuple[datetime, str] | None:
    received, _separator, id = text.partition("~")
    try:
        return (from_text(received), id) if id and "\x00" not in id else None
    except ValueError:
        return None
