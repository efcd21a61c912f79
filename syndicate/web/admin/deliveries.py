"""Where posts, changes, deletions, answers and follows went: per server, with another try for what was given up."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web

from syndicate.delivery.overview import MAX_RETRIES, DeliveryOverview, DeliveryReport
from syndicate.errors import PostNotFound
from syndicate.storage.deliveries import Delivery, DeliveryState
from syndicate.storage.outbox import OutboxActivity
from syndicate.translation import _
from syndicate.web.admin.delivery_words import SENT, answer_of, state_of, what_of
from syndicate.web.admin.editor import EDITOR
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.deliveries import DeliveriesPage, SentCard, ServerRow
from syndicate.web.admin.pages.frame import Tab
from syndicate.web.admin.rendering import local_path, respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import CLOCK, STORE

DELIVERIES = "/admin/deliveries/"
MAX_CARDS = 10
MAX_ROWS_PER_CARD = 100
MAX_ROWS = 100
MAX_ROWS_WITH_PEOPLE = 10
MAX_PEOPLE = 3
"""So many followers are named of a server with trouble, and so many such servers of an activity."""
MAX_KEY_LENGTH = 2000


async def get_of_post(request: web.Request) -> web.StreamResponse:
    """Show where a post went. Raises PostNotFound."""
    store, opened = request.app[STORE], await request.app[EDITOR].open(request.match_info["id"])
    sent = await store.admin_deliveries.list_sent(post=opened.post.id, limit=MAX_CARDS)
    others = await store.admin_deliveries.list_other_kinds(opened.post.id, MAX_ROWS)
    page = DeliveriesPage(
        title=opened.post.heading or opened.post.slug,
        post_id=opened.post.id,
        is_public=opened.post.is_public,
        next=request.path,
        cards=tuple([await _card(request, activity) for activity in sent]),
        rows=_rows(await _overview(request).report(others)),
    )
    return respond(request, page)


async def get_deliveries(request: web.Request) -> web.StreamResponse:
    """Show where something went that is asked for, or the latest of everything."""
    of = request.query.get("of", "").strip()[:MAX_KEY_LENGTH].replace("\x00", "")
    return await (_get_of(request, of) if of else _get_latest(request))


async def post_again(request: web.Request) -> web.StreamResponse:
    """Send again what was tried and not taken of an activity, to one server or to all."""
    form, table = request[FORM], request.app[STORE].admin_deliveries
    unreceived = await table.list_unreceived(form.get("activity"), form.get("inbox"), MAX_RETRIES)
    is_sent = bool(await _overview(request).retry(unreceived))
    return see_other(local_path(form.get("next") or DELIVERIES), "sent-again" if is_sent else "nothing-failed")


# what is shown


async def _get_of(request: web.Request, of: str) -> web.StreamResponse:
    store = request.app[STORE]
    try:
        ids = await _overview(request).find_activities(of)
    except PostNotFound:
        form = Form({"of": of}).with_errors(of=_("Nothing of this name was sent, or it is too long ago."))
        return respond_to_form(request, DeliveriesPage(form=form, next=DELIVERIES), form)
    sent = [said for said in [await store.outbox.get(id) for id in ids[-MAX_CARDS:]] if said is not None]
    page = DeliveriesPage(
        form=Form({"of": of}),
        title=of,
        next=f"{DELIVERIES}?{urlencode({'of': of})}",
        cards=tuple([await _card(request, activity) for activity in reversed(sent)]),
    )
    return respond(request, page)


async def _get_latest(request: web.Request) -> web.StreamResponse:
    table, is_settled = request.app[STORE].admin_deliveries, "settled" in request.query
    found = await (table.list_settled(MAX_ROWS) if is_settled else table.list_waiting(MAX_ROWS))
    tabs = (
        Tab(label=_("Waiting"), href=DELIVERIES, is_current=not is_settled),
        Tab(label=_("Done"), href=f"{DELIVERIES}?settled=1", is_current=is_settled),
    )
    rows = _rows(await _overview(request).report(found))
    return respond(request, DeliveriesPage(next=str(request.rel_url), tabs=tabs, rows=rows))


async def _card(request: web.Request, activity: OutboxActivity) -> SentCard:
    table = request.app[STORE].admin_deliveries
    servers = await table.count_servers(activity.id)
    rows = _rows(await _overview(request).report(await table.list_of_activity(activity.id, MAX_ROWS_PER_CARD + 1)))
    named = [await _with_people(request, row) for row in rows[:MAX_ROWS_WITH_PEOPLE] if row.can_retry]
    return SentCard(
        id=activity.id,
        what=SENT.get(activity.type, activity.type),
        at=activity.published,
        total=sum(servers.values()) - servers.get(DeliveryState.SUPERSEDED, 0),
        has=servers.get(DeliveryState.DELIVERED, 0),
        waiting=servers.get(DeliveryState.WAITING, 0),
        failed=servers.get(DeliveryState.FAILED, 0),
        leaves=await table.leaves_at(activity.id),
        rows=(*named, *rows[len(named) : MAX_ROWS_PER_CARD]),
        has_more=len(rows) > MAX_ROWS_PER_CARD,
    )


def _rows(reports: Iterable[DeliveryReport]) -> tuple[ServerRow, ...]:
    return tuple(
        ServerRow(
            server=report.delivery.host,
            state=report.delivery.state.value,
            words=state_of(report),
            answer=answer_of(report),
            last=report.last,
            next=report.next,
            activity=report.delivery.activity,
            inbox=report.delivery.inbox,
            what=what_of(report),
            can_retry=_is_unreceived(report.delivery),
        )
        for report in reports
    )


def _is_unreceived(delivery: Delivery) -> bool:
    """Whether it was tried and not taken."""
    return delivery.state is DeliveryState.FAILED or (delivery.state is DeliveryState.WAITING and delivery.attempts > 0)


async def _with_people(request: web.Request, row: ServerRow) -> ServerRow:
    """Return a row with some of the followers who are reached there."""
    people = await request.app[STORE].admin_people.list_by_inbox(row.inbox, MAX_PEOPLE + 1)
    names = tuple(person.name or person.handle or person.actor for person in people[:MAX_PEOPLE])
    return replace(row, people=names, has_more_people=len(people) > MAX_PEOPLE)


def _overview(request: web.Request) -> DeliveryOverview:
    return DeliveryOverview(request.app[STORE], request.app[CLOCK])
