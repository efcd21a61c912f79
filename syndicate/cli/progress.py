"""Show how far a long command is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

PROGRESS_INTERVAL = 100


@contextmanager
def progress(what: str) -> Iterator[Callable[[str], None]]:
    """Show progress: a bar on a terminal, otherwise a line now and then."""
    count = 0
    if sys.stderr.isatty():
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with Progress(SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn()) as bar:
            task = bar.add_task(what)
            yield lambda _: bar.advance(task)
        return

    def advance(_: str) -> None:
        nonlocal count
        count += 1
        if count % PROGRESS_INTERVAL == 0:
            click.echo(f"{count} {what}", err=True)

    yield advance
