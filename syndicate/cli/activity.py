"""`syndicate activity`: list received activities and what became of them."""

import json
from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.errors import NotFound
from syndicate.model.activity import ReceivedActivity
from syndicate.services.commands import Services
from syndicate.translation import _

MAX_ROWS = 100


@click.command()
@click.argument("id", required=False)
@click.option("--refused", is_flag=True, help="List refused requests instead.")
@as_json
@click.pass_obj
def activity(session: CommandSession, id: str | None, refused: bool, as_json: bool) -> None:
    """List what other servers sent, with the verdict and its reason. With ID, show one activity in full."""
    if id is not None:
        _print_one(session.run(lambda services: _one(services, id)))
        return

    async def work(services: Services) -> list[dict[str, Any]]:
        if refused:
            return [
                {
                    "at": refusal.at.isoformat(timespec="seconds"),
                    "status": refusal.status,
                    "reason": refusal.reason,
                    "address": refusal.address,
                    "sender": refusal.sender,
                    "detail": refusal.detail,
                }
                for refusal in await services.store.inbox_queue.list_refusals(MAX_ROWS)
            ]
        return [_row(arrival) for arrival in await services.store.inbox_queue.list_newest(MAX_ROWS)]

    columns = (
        ("at", "status", "reason", "detail", "sender")
        if refused
        else ("id", "at", "type", "actor", "outcome", "reason")
    )
    print_rows(session.run(work), as_json=as_json, columns=columns, nothing=_("No activities received yet."))


def _row(arrival: ReceivedActivity) -> dict[str, Any]:
    return {
        "id": arrival.id,
        "at": arrival.received.isoformat(timespec="seconds"),
        "type": arrival.activity.type,
        "actor": arrival.activity.actor,
        "object": arrival.activity.object,
        "outcome": arrival.verdict.outcome.value,
        "reason": arrival.verdict.reason,
        "activity": arrival.activity.id,
    }


async def _one(services: Services, id: str) -> ReceivedActivity:
    arrival = await services.store.inbox_queue.find(id)
    if arrival is None:
        raise NotFound(f"there is no activity {id}; `syndicate activity` lists them")
    return arrival


def _print_one(arrival: ReceivedActivity) -> None:
    click.echo(json.dumps({**_row(arrival), "raw": arrival.activity.raw}, indent=2, ensure_ascii=False))
