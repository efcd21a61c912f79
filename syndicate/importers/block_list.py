"""Lists of blocked servers or accounts, as Mastodon and compatible software export them: CSV, one per line."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from syndicate.clock import Clock
from syndicate.errors import InputError
from syndicate.federation.outbox.block_patterns import ACCOUNT, domain_of
from syndicate.federation.outbox.blocking import BlockEnforcer
from syndicate.importers.file_kinds import kind_of_export
from syndicate.storage import Store
from syndicate.storage.blocks import Block
from syndicate.translation import _

BLOCKED_SEVERITIES = frozenset({"", "suspend"})
KNOWN_SEVERITIES = BLOCKED_SEVERITIES | {"silence", "limit", "noop", "none"}
"""Severities in the block lists of Mastodon and compatible software."""
HEAD_ROWS = 100
REASON = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockList:
    """A parsed list: the domains and handles to block, those that it does not suspend, and what is neither, in words."""

    patterns: tuple[str, ...]
    milder: tuple[str, ...]
    left_out: tuple[str, ...]


def parse_block_list(data: bytes, name: str) -> BlockList:
    """Parse the list in a file of this name. Raises InputError."""
    try:
        rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(_("{name}: cannot be read: {error}", name=name, error=error)) from error
    other = kind_of_export("\n".join(",".join(row) for row in rows[:HEAD_ROWS]))
    if other and "blocks import" not in other:
        raise InputError(f"{name} {other}")
    patterns: list[str] = []
    milder: list[str] = []
    left_out: list[str] = []
    for listed, severity in _listed(name, rows):
        if account := ACCOUNT.fullmatch(listed):
            patterns.append(f"@{account[1]}@{account[2]}".lower())
            continue
        try:
            domain = domain_of(listed)
        except InputError as error:
            left_out.append(str(error))
            continue
        (patterns if severity in BLOCKED_SEVERITIES else milder).append(domain)
    return BlockList(patterns=tuple(patterns), milder=tuple(milder), left_out=tuple(left_out))


def _listed(name: str, rows: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Return the domain or account and the severity of each row. Raises InputError if the file is not such a list."""
    for row in rows:
        first, severity = (row[0].strip() if row else ""), (row[1].strip().lower() if len(row) > 1 else "")
        if not first or first.startswith("#") or (first.lower(), severity) in (("domain", ""), ("domain", "severity")):
            continue
        if severity not in KNOWN_SEVERITIES:
            raise InputError(
                _(
                    "{name}: not a list of blocked domains: {severity!r} is not a severity that Mastodon uses",
                    name=name,
                    severity=severity,
                )
            )
        yield first, severity


async def block_all(
    store: Store, blocking: BlockEnforcer, clock: Clock, listed: BlockList, progress: Callable[[str], None]
) -> None:
    """Block everything in a list; `progress` is called after each."""
    for pattern in listed.patterns:
        actor = await store.remote_actors.find_by_handle(pattern) if pattern.startswith("@") else None
        blocked = actor.uri if actor else pattern
        await blocking.block(Block(pattern=blocked, reason=REASON, created=clock()))
        progress(pattern)
