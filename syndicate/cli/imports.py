"""`syndicate import`: WordPress exports, OPML lists, folders of Markdown."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from syndicate.app import Study
from syndicate.blogroll.following import Imported
from syndicate.cli.session import Session
from syndicate.errors import InputError
from syndicate.feeds import opml as opml_format
from syndicate.publishing import Change, markdown_files
from syndicate.publishing.importer import Report, WordPressImport

EVERY = 100
ORIGIN = "markdown"


@click.group("import")
def import_() -> None:
    """Take in what was written or collected elsewhere. Again: renews what was not edited here since."""


@contextmanager
def progress(what: str) -> Iterator[Callable[[str], None]]:
    """A bar that moves on a terminal; now and then a plain line elsewhere."""
    count = 0
    if sys.stderr.isatty():
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with Progress(SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn()) as bar:
            task = bar.add_task(what)
            yield lambda _: bar.advance(task)
        return

    def tell(_: str) -> None:
        nonlocal count
        count += 1
        if count % EVERY == 0:
            click.echo(f"{count} {what}", err=True)

    yield tell


@import_.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--media", type=click.Path(path_type=Path, file_okay=False), help="A copy of wp-content/uploads.")
@click.option("--announce", is_flag=True, help="Tell followers of every post.")
@click.pass_obj
def wordpress(session: Session, files: tuple[Path, ...], media: Path | None, announce: bool) -> None:
    """A WordPress export: posts, pages, comments, categories, tags, old addresses, pictures."""
    for file in files:
        if not file.is_file():
            raise InputError(f"{file}: no such file")
    if media is not None and not media.is_dir():
        raise InputError(f"{media}: no such directory")

    async def work(study: Study) -> Report:
        with progress("posts") as tell:
            return await WordPressImport(
                study.store,
                study.publisher,
                study.files,
                study.urls,
                study.config.site.zone,
                study.clock,
                media=media,
                announce=announce,
                progress=tell,
            ).run(files)

    report = session.run(work)
    _tell(report)
    if report.left_out:
        sys.exit(1)


def _tell(report: Report) -> None:
    click.echo(
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged; {report.comments} comments"
    )
    if report.pictures_kept or report.pictures_wanted:
        click.echo(f"pictures: {report.pictures_kept} kept, {report.pictures_wanted} to be fetched by the server")
    for slug in report.edited:
        click.echo(f"as it is, since it was edited here: {slug}")
    for item in report.passed_over:
        click.echo(f"not taken: {item.what}: {item.reason}")
    for item in report.left_out:
        click.echo(f"left out: {item.what}: {' '.join(item.reason.split())[:400]}", err=True)


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def opml(session: Session, file: Path) -> None:
    """An OPML list: the blogroll."""
    listed = opml_format.parse(_bytes(file))

    async def work(study: Study) -> Imported:
        return await study.following.take_in(listed.outlines)

    done = session.run(work)
    click.echo(f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged")
    for item in listed.left_out:
        click.echo(f"left out: {item.what}: {item.reason}", err=True)
    if listed.left_out:
        sys.exit(1)


@import_.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--announce", is_flag=True, help="Tell followers of every post.")
@click.option("--if-empty", is_flag=True, help="Only where the blog has no posts yet.")
@click.pass_obj
def markdown(session: Session, directory: Path, announce: bool, if_empty: bool) -> None:
    """A folder of Markdown files."""
    if not directory.is_dir():
        raise InputError(f"{directory}: no such directory")
    paths = markdown_files.posts_in(directory)
    if if_empty and session.run(lambda study: study.store.totals.of("posts")):
        return

    async def work(study: Study) -> tuple[dict[Change, int], list[str], list[str]]:
        counts = dict.fromkeys(Change, 0)
        left_out: list[str] = []
        edited: list[str] = []
        with progress("posts") as tell:
            for path in paths:
                try:
                    manuscript = markdown_files.read(path, study.config.site.zone).manuscript
                    if await was_edited(study, manuscript.slug):
                        edited.append(manuscript.slug)
                        continue
                    published = await study.publisher.publish(manuscript, origin=ORIGIN, announce=announce)
                    counts[published.change] += 1
                    left_out += [f"{path}: picture not had: {picture}" for picture in published.missing]
                except InputError as error:
                    left_out.append(str(error))
                tell(path.name)
        return counts, edited, left_out

    counts, edited, left_out = session.run(work)
    click.echo(", ".join(f"{count} {change.value}" for change, count in counts.items()))
    for slug in edited:
        click.echo(f"as it is, since it was edited here: {slug}")
    for line in left_out:
        click.echo(f"left out: {line}", err=True)
    if left_out:
        sys.exit(1)


async def was_edited(study: Study, slug: str) -> bool:
    """Whether the post with this slug came in by another way, or was changed by one since."""
    post = await study.store.posts.by_slug(slug)
    made = await study.store.posts.manufacture(post.id) if post else None
    return made is not None and made.origin != ORIGIN


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
