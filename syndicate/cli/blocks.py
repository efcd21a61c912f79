"""`syndicate block`, `unblock`, `blocks`: manage blocked servers and accounts."""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from syndicate.cli.session import Session, as_json, print_rows
from syndicate.content.addresses import ascii_host
from syndicate.errors import InputError
from syndicate.importers.file_kinds import kind_of_export
from syndicate.services import Services
from syndicate.storage.blocks import Block

DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
ACCOUNT = re.compile(r"@?([A-Za-z0-9_.-]{1,200})@([A-Za-z0-9.-]{1,253})")
BLOCKED_SEVERITIES = frozenset({"", "suspend"})
KNOWN_SEVERITIES = BLOCKED_SEVERITIES | {"silence", "limit", "noop", "none"}
"""Severities in the block lists of Mastodon and compatible software."""


def domain_of(text: str) -> str:
    """Return a domain in canonical form. Raises InputError."""
    host = ascii_host(text.strip().rstrip("."))
    if not DOMAIN.fullmatch(host):
        raise InputError(f"{text}: please give a domain such as spam.example, or an account")
    return host


async def pattern_of(services: Services, text: str) -> str:
    """Return what to block: a domain, or the id of an actor (given by address or by a known handle). Raises
    InputError.
    """
    if "://" in text:
        known = await services.store.remote_actors.find_by_address(text.strip())
        return known.uri if known is not None else text.strip()
    if "@" not in text:
        return domain_of(text)
    handle = f"@{text.strip().lstrip('@')}"
    actor = await services.store.remote_actors.find_by_handle(handle)
    if actor is None and any(block.pattern == handle.lower() for block in await services.store.blocks.list_all()):
        return handle.lower()
    if actor is None:
        raise InputError(
            f"{handle}: this account is not known here; please give its address, or its domain to block the whole server"
        )
    return actor.uri


@click.command()
@click.argument("who")
@click.option("--reason", default="", help="A private note.")
@click.pass_obj
def block(session: Session, who: str, reason: str) -> None:
    """Block WHO: a domain (with its subdomains) or an account."""

    async def work(services: Services) -> str:
        blocked = Block(pattern=await pattern_of(services, who), reason=reason, created=services.clock())
        await services.blocking.block(blocked)
        return blocked.pattern

    click.echo(f"{session.run(work)} is blocked")


@click.command()
@click.argument("who")
@click.pass_obj
def unblock(session: Session, who: str) -> None:
    """Unblock WHO."""

    async def work(services: Services) -> str:
        pattern = await pattern_of(services, who)
        if not await services.blocking.unblock(pattern):
            raise InputError(f"{pattern}: is not blocked")
        return pattern

    click.echo(f"{session.run(work)} is no longer blocked")


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def blocks(context: click.Context, as_json: bool) -> None:
    """List blocked domains and accounts."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj

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
    print_rows(session.run(work), as_json=as_json, columns=columns, nothing="Nothing is blocked.")


@blocks.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def import_(session: Session, file: Path) -> None:
    """Import a list of blocked servers or accounts (CSV, as Mastodon exports it)."""
    try:
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file}: cannot be read: {error}") from error
    other = kind_of_export("\n".join(",".join(row) for row in rows[:100]))
    if other and "blocks import" not in other:
        raise InputError(f"{file.name} {other}")
    patterns: list[str] = []
    milder: list[str] = []
    left_out: list[str] = []
    for name, severity in list(_listed(file, rows)):
        if account := ACCOUNT.fullmatch(name):
            patterns.append(f"@{account[1]}@{account[2]}".lower())
            continue
        try:
            domain = domain_of(name)
        except InputError as error:
            left_out.append(str(error))
            continue
        (patterns if severity in BLOCKED_SEVERITIES else milder).append(domain)

    async def work(services: Services) -> None:
        for pattern in patterns:
            actor = await services.store.remote_actors.find_by_handle(pattern) if pattern.startswith("@") else None
            whom = actor.uri if actor else pattern
            await services.blocking.block(Block(pattern=whom, reason="imported", created=services.clock()))

    session.run(work)
    click.echo(f"{len(patterns)} blocked")
    if milder:
        click.echo(f"skipped: {len(milder)} that the list does not suspend")
    for line in left_out:
        click.echo(f"not imported: {line}", err=True)
    if left_out:
        sys.exit(1)


def _listed(file: Path, rows: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Return the domain or account and the severity of each row. Raises InputError if the file is not such a list."""
    for row in rows:
        name, severity = (row[0].strip() if row else ""), (row[1].strip().lower() if len(row) > 1 else "")
        if not name or name.startswith("#") or (name.lower(), severity) in (("domain", ""), ("domain", "severity")):
            continue
        if severity not in KNOWN_SEVERITIES:
            raise InputError(
                f"{file}: not a list of blocked domains: {severity!r} is not a severity that Mastodon uses"
            )
        yield name, severity
