"""`syndicate import`: import WordPress exports, OPML lists, Mastodon follows, and folders of Markdown."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from syndicate.blogroll.following import ListImportReport
from syndicate.cli import blog_imports
from syndicate.cli.progress import progress
from syndicate.cli.proposals import print_permalinks
from syndicate.cli.session import Session
from syndicate.errors import InputError, NotAnExport
from syndicate.feeds import mastodon_csv
from syndicate.feeds import opml as opml_format
from syndicate.importers import markdown_files, own_export
from syndicate.importers.file_kinds import kind_of_export
from syndicate.media.places import LOCATION_WARNING
from syndicate.publishing import Change
from syndicate.services import Services

CHOOSE_ANOTHER_SLUG = "please give one of them another slug"
ORIGIN = "markdown"


@click.group("import")
def import_() -> None:
    """Import posts or a blogroll. Importing again updates what was not edited here."""


for command in (blog_imports.wordpress, blog_imports.ghost, blog_imports.feed, blog_imports.webmentions):
    import_.add_command(command)


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def opml(session: Session, file: Path) -> None:
    """Import an OPML list into the blogroll."""
    try:
        listed = opml_format.parse(_bytes_for("import opml", file))
    except NotAnExport as error:
        raise NotAnExport(f"{file}: {error}") from error

    async def work(services: Services) -> ListImportReport:
        return await services.blogroll_editor.import_outlines(listed.outlines)

    _print_blogroll_report(session.run(work), [f"{item.what}: {item.reason}" for item in listed.left_out])


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def following(session: Session, file: Path) -> None:
    """Import the accounts that you follow elsewhere (Mastodon's CSV export) into the blogroll. The server looks them
    up and follows them.
    """
    listed = mastodon_csv.parse(_bytes_for("import following", file))

    async def work(services: Services) -> ListImportReport:
        return await services.blogroll_editor.import_accounts(listed.handles)

    _print_blogroll_report(session.run(work), [f"{what}: not an account" for what in listed.left_out])


def _print_blogroll_report(done: ListImportReport, left_out: Sequence[str]) -> None:
    click.echo(f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged")
    for name in done.edited:
        click.echo(f"not updated, since it was edited here: {name}")
    for line in left_out:
        click.echo(f"not imported: {line}", err=True)
    if left_out:
        sys.exit(1)


@import_.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--announce", is_flag=True, help="Announce every post to followers.")
@click.option("--if-empty", is_flag=True, help="Only if the blog has no posts yet.")
@click.pass_obj
def markdown(session: Session, directory: Path, announce: bool, if_empty: bool) -> None:
    """Import a folder of Markdown files."""
    if not directory.is_dir():
        raise InputError(f"{directory}: no such directory")
    if own_export.is_export(directory):
        blog_imports.read_back(session, directory)
        return
    paths, root = markdown_files.posts_in(directory), str(directory.absolute())
    if if_empty and session.run(lambda services: services.store.totals.get("posts")):
        return

    async def work(services: Services) -> tuple[dict[Change, int], list[str], list[str], list[str]]:
        counts = dict.fromkeys(Change, 0)
        left_out: list[str] = []
        held: list[str] = []
        edited: list[str] = []
        places: list[str] = []
        taken: dict[str, Path] = {}
        with progress("posts") as advance:
            for path in paths:
                try:
                    post_draft = replace(
                        markdown_files.read(path, services.config.site.zone, services.clock()).post_draft,
                        local_root=root,
                    )
                    other = taken.setdefault(post_draft.slug, path)
                    if other != path:
                        raise InputError(
                            f"{path}: its slug {post_draft.slug!r} is also that of {other}; {CHOOSE_ANOTHER_SLUG}"
                        )
                    if await was_edited(services, post_draft.slug):
                        edited.append(post_draft.slug)
                        continue
                    published = await services.post_importer.publish(post_draft, origin=ORIGIN, announce=announce)
                    counts[published.change] += 1
                    held += [f"held back: {reason}" for reason in post_draft.draft_reasons]
                    left_out += [f"{path}: file could not be read: {file}" for file in published.missing]
                    places += published.with_location
                except InputError as error:
                    left_out.append(str(error))
                advance(path.name)
        return counts, edited, [*held, *(f"{film}: {LOCATION_WARNING}" for film in places)], left_out

    counts, edited, notes, left_out = session.run(work)
    click.echo(", ".join(f"{count} {change.value}" for change, count in counts.items()))
    if counts[Change.CREATED]:
        print_permalinks(session)
    for slug in edited:
        click.echo(f"not updated, since it was edited here: {slug}")
    for note in notes:
        click.echo(note)
    for path, reason in markdown_files.passed_over_in(directory):
        if reason != markdown_files.EMPTY:  # listed with the files that are not imported
            click.echo(f"skipped: {path}: {reason}")
    for line in left_out:
        click.echo(f"not imported: {line}", err=True)
    if left_out:
        sys.exit(1)


async def was_edited(services: Services, slug: str) -> bool:
    """Whether the post with this slug came from another origin, or was changed by one since."""
    post = await services.store.posts.find_by_slug(slug)
    made = await services.store.posts.find_source(post.id) if post else None
    return made is not None and made.origin != ORIGIN


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
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
