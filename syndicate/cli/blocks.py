"""`syndicate block`, `unblock`, `blocks`: manage blocked servers and accounts."""

import sys
from pathlib import Path
from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.errors import InputError
from syndicate.federation.outbox.block_patterns import pattern_of
from syndicate.importers.block_list import block_all, parse_block_list
from syndicate.services.commands import Services
from syndicate.storage.blocks import Block
from syndicate.translation import _


@click.command()
@click.argument("who")
@click.option("--reason", default="", help="A private note.")
@click.pass_obj
def block(session: CommandSession, who: str, reason: str) -> None:
    """Block WHO: a domain (with its subdomains) or an account."""

    async def work(services: Services) -> str:
        is_address = "://" in who
        pattern = await pattern_of(services.store, who, may_be_unknown=not is_address)
        blocked = Block(pattern=pattern, reason=reason, created=services.clock())
        await services.blocking.block(blocked)
        return blocked.pattern

    click.echo(_("{pattern} is blocked", pattern=session.run(work)))


@click.command()
@click.argument("who")
@click.pass_obj
def unblock(session: CommandSession, who: str) -> None:
    """Unblock WHO."""

    async def work(services: Services) -> str:
        pattern = await pattern_of(services.store, who)
        if not await services.blocking.unblock(pattern):
            raise InputError(_("{pattern}: is not blocked", pattern=pattern))
        return pattern

    click.echo(_("{pattern} is no longer blocked", pattern=session.run(work)))


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def blocks(context: click.Context, as_json: bool) -> None:
    """List blocked domains and accounts."""
    if context.invoked_subcommand is not None:
        return
    session: CommandSession = context.obj

    async def work(services: Services) -> list[dict[str, Any]]:
        return [
            {
                "who": found.pattern,
                "kind": found.kind,
                "reason": found.reason,
                "since": found.created.isoformat(timespec="seconds"),
            }
            for found in await services.store.blocks.list_all()
        ]

    columns = ("who", "kind", "reason", "since")
    print_rows(session.run(work), as_json=as_json, columns=columns, nothing=_("Nothing is blocked."))


@blocks.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def import_(session: CommandSession, file: Path) -> None:
    """Import a list of blocked servers or accounts (CSV, as Mastodon exports it)."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(_("{file}: cannot be read: {error}", file=file, error=error)) from error
    listed = parse_block_list(data, str(file))

    async def work(services: Services) -> None:
        await block_all(services.store, services.blocking, services.clock, listed, lambda _: None)

    session.run(work)
    click.echo(_("{count} blocked", count=len(listed.patterns)))
    if listed.milder:
        click.echo(_("skipped: {count} that the list does not suspend", count=len(listed.milder)))
    for line in listed.left_out:
        click.echo(_("not imported: {line}", line=line), err=True)
    if listed.left_out:
        sys.exit(1)
