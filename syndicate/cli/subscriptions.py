"""`syndicate subscriptions`: list the WebSub subscriptions to the blog's feeds."""

from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.services.commands import Services
from syndicate.translation import _

MAX_ROWS = 10_000


@click.command()
@as_json
@click.pass_obj
def subscriptions(session: CommandSession, as_json: bool) -> None:
    """List the WebSub subscriptions to the feeds, with the result of the last push."""

    async def work(services: Services) -> list[dict[str, Any]]:
        return [
            {
                "topic": found.topic,
                "host": found.host,
                "since": found.since.isoformat(timespec="seconds"),
                "lease until": found.lease_until.isoformat(timespec="seconds"),
                "last result": _result(found.status, found.answer) if found.tried else "",
                "tried": found.tried.isoformat(timespec="seconds") if found.tried else "",
                "failing since": found.failing_since.isoformat(timespec="seconds") if found.failing_since else "",
                "callback": found.callback,
            }
            for found in await services.store.subscriptions.list_all(MAX_ROWS)
        ]

    columns = ("topic", "host", "lease until", "last result", "failing since")
    print_rows(session.run(work), as_json=as_json, columns=columns, nothing=_("No WebSub subscriptions."))


def _result(status: int | None, answer: str) -> str:
    return f"{status} {answer}".strip()[:120] if status is not None else answer[:120]
