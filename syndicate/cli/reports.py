"""`syndicate reports`: list and dismiss reports from other servers."""

from dataclasses import asdict
from functools import partial
from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.errors import ReportNotFound
from syndicate.services.commands import Services
from syndicate.storage import Tables
from syndicate.translation import _

MAX_ROWS = 200


@click.group()
def reports() -> None:
    """List and dismiss reports from other servers."""


@reports.command("list")
@as_json
@click.pass_obj
def list_(session: CommandSession, as_json: bool) -> None:
    """List the reports, newest first."""

    async def work(services: Services) -> list[dict[str, Any]]:
        return [
            asdict(report)
            | {"about": " ".join(report.about), "received": report.received.isoformat(timespec="seconds")}
            for report in await services.store.reports.list_newest(MAX_ROWS)
        ]

    columns = ("id", "reporter", "about", "words", "received")
    print_rows(session.run(work), as_json=as_json, columns=columns, nothing=_("No reports."))


@reports.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.pass_obj
def dismiss(session: CommandSession, ids: tuple[str, ...]) -> None:
    """Dismiss these reports."""

    async def work(services: Services) -> None:
        for id in ids:
            if not await services.store.transaction(partial(_delete, id=id)):
                raise ReportNotFound(_("there is no report {id}; `syndicate reports list` shows them", id=id))

    session.run(work)
    click.echo(_("{count} dismissed", count=len(ids)))


async def _delete(tx: Tables, id: str) -> bool:
    return await tx.reports.delete(id)
