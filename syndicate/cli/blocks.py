"""`syndicate block`, `unblock`, `blocks`: who is not listened to."""

import csv
from pathlib import Path
from typing import Any

import click

from syndicate.app import Study
from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.content.addresses import ascii_host
from syndicate.errors import InputError
from syndicate.storage.blocks import Block


def pattern_of(text: str) -> str:
    """A domain or an actor's id. Raises InputError."""
    text = text.strip()
    if "://" in text:
        return text
    host = ascii_host(text.lstrip("@").rpartition("@")[2].rstrip("."))
    if not host or "/" in text or "." not in host:
        raise InputError(f"{text}: give a domain such as spam.example, or the address of an account")
    return host


@click.command()
@click.argument("who")
@click.option("--reason", default="", help="A note to yourself.")
@click.pass_obj
def block(session: Session, who: str, reason: str) -> None:
    """Do not listen to WHO: a domain (with its subdomains) or an account."""
    pattern = pattern_of(who)

    async def work(study: Study) -> None:
        blocked = Block(pattern=pattern, reason=reason, created=study.clock())
        await study.store.transaction(lambda tx: tx.blocks.put(blocked))

    session.run(work)
    click.echo(f"{pattern} is blocked")


@click.command()
@click.argument("who")
@click.pass_obj
def unblock(session: Session, who: str) -> None:
    """Listen to WHO again."""
    pattern = pattern_of(who)

    async def work(study: Study) -> bool:
        return await study.store.transaction(lambda tx: tx.blocks.remove(pattern))

    if not session.run(work):
        raise InputError(f"{pattern}: was not blocked")
    click.echo(f"{pattern} is no longer blocked")


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def blocks(context: click.Context, as_json: bool) -> None:
    """Who is blocked."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj

    async def work(study: Study) -> list[dict[str, Any]]:
        return [
            {"who": found.pattern, "kind": found.kind, "reason": found.reason, "since": found.created.isoformat()}
            for found in await study.store.blocks.all()
        ]

    columns = ("who", "kind", "reason", "since")
    tell_rows(session.run(work), as_json=as_json, columns=columns, nothing="Nobody is blocked.")


@blocks.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def import_(session: Session, file: Path) -> None:
    """A list of domains as CSV, in Mastodon's form."""
    try:
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file}: cannot be read: {error}") from error
    names = [row[0].strip() for row in rows if row and not row[0].strip().startswith("#")]
    patterns = [pattern_of(name) for name in names if name]

    async def work(study: Study) -> None:
        async def body(tx: Any) -> None:
            for pattern in patterns:
                await tx.blocks.put(Block(pattern=pattern, reason="imported", created=study.clock()))

        await study.store.transaction(body)

    session.run(work)
    click.echo(f"{len(patterns)} blocked")
