"""`syndicate activity`: what arrived, and what became of it."""

import json
from typing import Any

import click

from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.errors import NotFound
from syndicate.model.activity import ReceivedActivity
from syndicate.services import Services

SHOWN = 100


@click.command()
@click.argument("id", required=False)
@click.option("--refused", is_flag=True, help="Requests that were refused, the newest thousand.")
@as_json
@click.pass_obj
def activity(session: Session, id: str | None, refused: bool, as_json: bool) -> None:
    """What arrived from other servers, with the verdict and its reason; with ID, one of them whole."""
    if id is not None:
        _tell_one(session.run(lambda services: _one(services, id)))
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
                for refusal in await services.store.inbox_queue.list_refusals(SHOWN)
            ]
        return [_row(arrival) for arrival in await services.store.inbox_queue.list_newest(SHOWN)]

    columns = (
        ("at", "status", "reason", "detail", "sender")
        if refused
        else ("id", "at", "type", "actor", "outcome", "reason")
    )
    tell_rows(session.run(work), as_json=as_json, columns=columns, nothing="Nothing has arrived.")


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


def _tell_one(arrival: ReceivedActivity) -> None:
    click.echo(json.dumps({**_row(arrival), "raw": arrival.activity.raw}, indent=2, ensure_ascii=False))
