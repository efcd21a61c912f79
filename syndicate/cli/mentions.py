"""`syndicate mentions`: list mentions of the blog outside of replies, and private messages to it."""

import json
import textwrap
from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json
from syndicate.comments.mentions import list_mentions, mark_seen
from syndicate.content.scripts import marked
from syndicate.content.text import plain
from syndicate.services.commands import Services
from syndicate.storage.received_notes import ReceivedNote
from syndicate.translation import _

LINE_WIDTH = 78


@click.command()
@click.option("--all", "seen", is_flag=True, help="Include those you have seen.")
@as_json
@click.pass_obj
def mentions(session: CommandSession, seen: bool, as_json: bool) -> None:
    """List mentions of the blog outside of replies, and private messages, newest first. They are kept for 90 days,
    and only you can see them.
    """
    rows = session.run(lambda services: _seen(services, everything=seen))
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    click.echo("\n\n".join(map(_block, rows)) if rows else _("No new mentions.") if not seen else _("No mentions."))


async def _seen(services: Services, *, everything: bool) -> list[dict[str, Any]]:
    """List the notes and mark them as seen."""
    notes = await list_mentions(services.store, seen=everything)
    rows = [await _row(services, note) for note in notes]
    await mark_seen(services.store, notes)
    return rows


async def _row(services: Services, note: ReceivedNote) -> dict[str, Any]:
    actor = await services.store.remote_actors.find(note.actor)
    return {
        "at": note.published.isoformat(timespec="seconds"),
        "kind": note.kind.value,
        "author": actor.name if actor else "",
        "handle": actor.handle if actor else "",
        "actor": note.actor,
        "words": plain(note.html),
        "html": note.html,
        "url": note.url,
        "id": note.uri,
        "seen": note.seen,
    }


def _block(row: dict[str, Any]) -> str:
    who = " ".join(filter(None, (row["author"], marked(row["handle"])))) or row["actor"]
    words = [
        textwrap.fill(line, LINE_WIDTH, initial_indent="  ", subsequent_indent="  ")
        for line in row["words"].split("\n")
    ]
    return "\n".join(
        (f"{row['at'][:16].replace('T', ' ')}  {row['kind']}  {who}", *words, f"  {row['url'] or row['id']}")
    )
