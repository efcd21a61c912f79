"""What all commands share: the settings, the services, and output as JSON or as a table."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
import structlog

from syndicate.config import Config, SiteConfig, load
from syndicate.content.scripts import marked
from syndicate.services.commands import Services, open_services

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CommandSession:
    """One run of the command line."""

    path: Path
    debug: bool

    def config(self) -> Config:
        """Raises ConfigurationError."""
        return load(self.path)

    def site(self) -> SiteConfig:
        """Return the names, language and time zone that are in force, by the configuration or set at the desk."""
        return self.run(_site)

    def log_errors_only(self) -> None:
        """Log only errors, since commands print their own messages."""
        if not self.debug:
            structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))

    def run(self, work: Callable[[Services], Coroutine[Any, Any, T]], *, keep_keys: bool = False) -> T:
        """Run `work` with the services."""
        self.log_errors_only()
        config = self.config()

        async def inside() -> T:
            async with open_services(config, keep_keys=keep_keys) as services:
                return await work(services)

        return asyncio.run(inside())


async def _site(services: Services) -> SiteConfig:
    return services.settings.site


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


MAX_CELL_LENGTH = 100


def _cell(value: Any) -> str:
    """Return a value for a table cell. Texts are shortened, ids and addresses are not, since people copy them.
    Handles that mix alphabets are marked, as on pages.
    """
    text = "" if value is None else " ".join(str(value).split())
    if text.startswith("@") and " " not in text:
        return marked(text)
    return text if " " not in text or len(text) <= MAX_CELL_LENGTH else f"{text[: MAX_CELL_LENGTH - 1].rstrip()}…"


def print_rows(rows: Sequence[dict[str, Any]], *, as_json: bool, columns: Sequence[str], nothing: str) -> None:
    """Print rows as JSON with all fields, or as a table of the columns."""
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
        return
    if not rows:
        click.echo(nothing)
        return
    # importing rich takes 80 ms, which commands without a table avoid
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    console = Console()
    console.print(table) if console.is_terminal else Console(width=200).print(table)
