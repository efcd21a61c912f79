"""`syndicate import`: import WordPress exports, OPML lists, Mastodon follows, and folders of Markdown."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from syndicate.blogroll.following import ListImportReport
from syndicate.cli import blog_imports
from syndicate.cli.import_markdown import markdown
from syndicate.cli.session import CommandSession
from syndicate.errors import InputError, NotAnExport
from syndicate.feeds import mastodon_csv
from syndicate.feeds import opml as opml_format
from syndicate.importers.file_kinds import kind_of_export
from syndicate.services.commands import Services
from syndicate.translation import _


@click.group("import")
def import_() -> None:
    """Import posts or a blogroll. Importing again updates what was not edited here."""


for command in (blog_imports.wordpress, blog_imports.ghost, blog_imports.feed, blog_imports.webmentions, markdown):
    import_.add_command(command)


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def opml(session: CommandSession, file: Path) -> None:
    """Import an OPML list into the blogroll."""
    data = _bytes_for("import opml", file)
    try:
        listed = opml_format.parse(data)
    except NotAnExport as error:
        raise NotAnExport(f"{file}: {error}") from error

    async def work(services: Services) -> ListImportReport:
        return await services.blogroll_editor.import_outlines(listed.outlines)

    _print_blogroll_report(session.run(work), [f"{item.what}: {item.reason}" for item in listed.left_out])


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def following(session: CommandSession, file: Path) -> None:
    """Import the accounts that you follow elsewhere (Mastodon's CSV export) into the blogroll. The server looks them
    up and follows them.
    """
    listed = mastodon_csv.parse(_bytes_for("import following", file))

    async def work(services: Services) -> ListImportReport:
        return await services.blogroll_editor.import_accounts(listed.handles)

    _print_blogroll_report(session.run(work), [_("{what}: not an account", what=what) for what in listed.left_out])


def _print_blogroll_report(done: ListImportReport, left_out: Sequence[str]) -> None:
    click.echo(
        _(
            "{added} added, {updated} updated, {unchanged} unchanged",
            added=done.added,
            updated=done.updated,
            unchanged=done.unchanged,
        )
    )
    for name in done.edited:
        click.echo(_("not updated, since it was edited here: {name}", name=name))
    for what in done.passed_over:
        click.echo(_("passed over: {what}", what=what))
    for line in left_out:
        click.echo(_("not imported: {line}", line=line), err=True)
    if left_out:
        sys.exit(1)


def _bytes_for(command: str, file: Path) -> bytes:
    """Return the content of a file. Raises NotAnExport if it is one for another command."""
    data = _bytes(file)
    other = kind_of_export(data.decode("utf-8", errors="replace"))
    if other and f"`syndicate {command}`" not in other:
        raise NotAnExport(f"{file.name} {other}")
    return data


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(_("{file}: cannot be read: {strerror}", file=file, strerror=error.strerror)) from error
