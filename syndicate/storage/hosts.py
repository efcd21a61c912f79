"""What is known about other servers: whether they respond, which signatures they accept, and which software they
run."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """`failures` is the number of consecutive failures, after which nothing is sent before `paused_until`;
    `asked_until` is the Retry-After of the server itself; `dialect` is the signature dialect that it accepted last;
    `software` is empty if not known yet."""

    host: str
    failures: int = 0
    paused_until: datetime | None = None
    asked_until: datetime | None = None
    failing_since: datetime | None = None
    dialect: str = ""
    software: str = ""

    @property
    def server(self) -> str:
        """The name of the server alone: records of other kinds than activities begin with the kind."""
        return self.host.rpartition(" ")[2]


class Hosts:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, host: str) -> Host:
        """Return what is known, or an empty record."""
        row = await self._query.one("SELECT * FROM hosts WHERE host = :host", host=host)
        return Host(host=host) if row is None else _host(row)

    async def list_failing(self) -> list[Host]:
        """Return the servers that did not respond to the last attempt."""
        return [_host(row) for row in await self._query.all("SELECT * FROM hosts WHERE failing_since IS NOT NULL")]

    async def save(self, host: Host, *, now: datetime) -> None:
        await self._query.run(
            """
            INSERT INTO hosts (host, failures, paused_until, asked_until, failing_since, dialect, changed)
            VALUES (:host, :failures, :paused_until, :asked_until, :failing_since, :dialect, :changed)
            ON CONFLICT (host) DO UPDATE SET failures = excluded.failures, paused_until = excluded.paused_until,
              asked_until = excluded.asked_until, failing_since = excluded.failing_since, dialect = excluded.dialect,
              changed = excluded.changed
            """,
            host=host.host,
            failures=host.failures,
            paused_until="" if host.paused_until is None else to_text(host.paused_until),
            asked_until="" if host.asked_until is None else to_text(host.asked_until),
            failing_since=None if host.failing_since is None else to_text(host.failing_since),
            dialect=host.dialect,
            changed=to_text(now),
        )

    # software

    async def schedule_software_check(self, host: str, at: datetime) -> None:
        """Schedule a check of a server's software, unless that is known or scheduled."""
        await self._query.run(
            """
            INSERT INTO hosts (host, failures, paused_until, failing_since, dialect, ask_at, changed)
            VALUES (:host, 0, '', NULL, '', :at, :at)
            ON CONFLICT (host) DO UPDATE SET ask_at = excluded.ask_at
            WHERE hosts.software = '' AND hosts.ask_at IS NULL
            """,
            host=host,
            at=to_text(at),
        )

    async def next_software_check(self) -> datetime | None:
        row = await self._query.one("SELECT ask_at FROM hosts WHERE ask_at IS NOT NULL ORDER BY ask_at LIMIT 1")
        return None if row is None else from_text(row["ask_at"])

    async def claim_software_check(self, now: datetime, *, again: datetime) -> str | None:
        """Return a server that is due to be asked, and schedule the next attempt in case it does not respond."""
        row = await self._query.one(
            """
            WITH due AS MATERIALIZED (
              SELECT host FROM hosts
              WHERE ask_at <= :now ORDER BY ask_at LIMIT 1 {skip_locked})
            UPDATE hosts SET ask_at = :again
            WHERE host IN (SELECT * FROM due)
            RETURNING host
            """,
            now=to_text(now),
            again=to_text(again),
        )
        return None if row is None else row["host"]

    async def set_software(self, host: str, software: str) -> None:
        await self._query.run(
            "UPDATE hosts SET software = :software, ask_at = NULL WHERE host = :host", host=host, software=software
        )

    async def list_software(self, hosts: Collection[str]) -> dict[str, str]:
        """Return the software of those of some servers of which it is known."""
        names = {f"h{at}": host for at, host in enumerate(set(hosts))}
        if not names:
            return {}
        rows = await self._query.all(
            f"SELECT host, software FROM hosts WHERE host IN ({', '.join(':' + name for name in names)})", **names
        )
        return {row["host"]: row["software"] for row in rows if row["software"]}

    async def list_running(self, software: str) -> set[str]:
        """Return the servers that run this software."""
        rows = await self._query.all("SELECT host FROM hosts WHERE software = :software", software=software)
        return {row["host"] for row in rows}

    async def prune(self, *, before: datetime, kept: int) -> None:
        """Delete servers that were not in contact recently unless their software is known, and the oldest beyond a
        limit, since anyone can invent host names."""
        await self._query.run("DELETE FROM hosts WHERE changed < :before AND software = ''", before=to_text(before))
        await self._query.run(
            "DELETE FROM hosts WHERE changed < (SELECT changed FROM hosts ORDER BY changed DESC LIMIT 1 OFFSET :kept)",
            kept=kept,
        )


def _host(row: Row) -> Host:
    return Host(
        host=row["host"],
        failures=row["failures"],
        paused_until=from_text(row["paused_until"]) if row["paused_until"] else None,
        asked_until=from_text(row["asked_until"]) if row["asked_until"] else None,
        failing_since=None if row["failing_since"] is None else from_text(row["failing_since"]),
        dialect=row["dialect"],
        software=row["software"],
    )
