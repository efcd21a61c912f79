"""Flag: a report about something of ours (ActivityPub; Mastodon sends it as the server, not as a person)."""

from syndicate.activitypub.access import as_text, ids
from syndicate.content.text import plain
from syndicate.federation.inbox.context import Decision, InboxContext, held, ignored
from syndicate.model.activity import Activity, Verdict
from syndicate.model.ids import new_id
from syndicate.storage import Tables
from syndicate.storage.notifications import NotificationKind
from syndicate.storage.reports import Report

MAX_TEXT_LENGTH = 2_000
MAX_OBJECTS = 50


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Save the report for the author. It has no other effect and is never public."""
    about = [uri for uri in ids(activity.raw.get("object"))[:MAX_OBJECTS] if await _is_here(uri, context)]
    if not about:
        return ignored("report.elsewhere")
    now = context.clock()
    report = Report(
        id=new_id(now),
        reporter=activity.actor,
        about=tuple(about),
        words=plain(as_text(activity.raw.get("content")))[:MAX_TEXT_LENGTH],
        received=now,
    )

    async def keep(tx: Tables) -> Verdict:
        await tx.reports.save(report)
        await tx.notifications.add(NotificationKind.REPORT, report.id, now)
        return held("report.kept")

    return keep


async def _is_here(uri: str, context: InboxContext) -> bool:
    """Whether an address is ours or that of a comment."""
    return context.urls.path_of(uri) is not None or await context.store.comments.find_by_uri(uri) is not None
