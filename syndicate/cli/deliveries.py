"""`syndicate deliveries`: show for each server whether a delivery arrived, when it was tried, and why it failed."""

from datetime import datetime
from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.delivery.overview import DeliveryOverview, DeliveryReport
from syndicate.services.commands import Services
from syndicate.storage.deliveries import DeliveryKind
from syndicate.storage.held_deliveries import HeldCounts
from syndicate.translation import _

MAX_ROWS = 200


@click.command()
@click.argument("key", required=False, metavar="[SLUG|ID]")
@click.option("--again", is_flag=True, help="Retry the deliveries that were given up.")
@click.option("--resume", is_flag=True, help="Send what is held since a backup was restored.")
@as_json
@click.pass_obj
def deliveries(session: CommandSession, key: str | None, again: bool, resume: bool, as_json: bool) -> None:
    """List deliveries by server: of a post (its SLUG, even if deleted), of one of your replies, of a follow (its ID
    or the handle), or of an activity. Without an argument, list the latest deliveries of all kinds, including feed
    pushes.
    """
    if again and key is None:
        raise click.UsageError(_("--again needs the SLUG of a post, or the ID of a reply, a follow or an activity"))

    if resume:
        _resume(session)
        return

    async def work(services: Services) -> list[dict[str, Any]]:
        overview = DeliveryOverview(services.store, services.clock)
        if key is None:
            found = await services.store.delivery_lists.list_newest(MAX_ROWS)
        else:
            found = await overview.find(key)
            if again:
                await overview.retry(found)
                found = await overview.find(key)
        return [_row(report) for report in await overview.report(found)]

    columns = ("server", "what", "said", "state", "tries", "last", "status", "next", "answer")
    print_rows(session.run(work), as_json=as_json, columns=columns, nothing=_("No deliveries yet."))


def _resume(session: CommandSession) -> None:
    async def work(services: Services) -> HeldCounts:
        return await services.store.transaction(lambda tx: tx.held_deliveries.resume(services.clock()))

    held = session.run(work)
    if not held:
        click.echo(_("No deliveries are held."))
        return
    click.echo(
        _(
            "{deliveries} deliveries and {activities} announcements are sent now, unless they are out of date.",
            deliveries=held.deliveries,
            activities=held.activities,
        )
    )


def _row(report: DeliveryReport) -> dict[str, Any]:
    delivery, said = report.delivery, report.said
    return {
        "server": delivery.host,
        "what": said.type if said else "" if delivery.kind is DeliveryKind.ACTIVITY else delivery.kind.value,
        "state": delivery.state.value,
        "tries": delivery.attempts,
        "status": delivery.status,
        "said": _time(said.published) if said else "",
        "last": _time(report.last),
        "next": _time(report.next),
        "answer": report.answer,
        "kind": delivery.kind.value,
        "inbox": delivery.inbox,
        "activity": said.uri if said else "",
        "about": delivery.object,
        "changed": _time(delivery.changed),
    }


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
