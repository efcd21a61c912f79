"""`syndicate import`: import WordPress exports, OPML lists, Mastodon follows, and folders of Markdown."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from syndicate.blogroll.following import ListImportReport
from syndicate.cli.session import Session
from syndicate.config import SiteConfig
from syndicate.errors import InputError
from syndicate.feeds import mastodon_csv
from syndicate.feeds import opml as opml_format
from syndicate.importers import markdown_files
from syndicate.importers.blog_importer import ImportReport, WordPressImporter
from syndicate.media.places import LOCATION_WARNING
from syndicate.model.comment import CommentState
from syndicate.model.post import PostKind, PostState
from syndicate.publishing import Change
from syndicate.services import Services

PROGRESS_INTERVAL = 100
CHOOSE_ANOTHER_SLUG = "please give one of them another slug"
ORIGIN = "markdown"
HIDDEN_STATES = {
    PostState.DRAFT: "draft",
    PostState.PRIVATE: "private",
    PostState.PASSWORD: "with a password",
    PostState.SCHEDULED: "scheduled",
}
COMMENT_STATES = {CommentState.APPROVED: "shown", CommentState.PENDING: "waiting for you", CommentState.SPAM: "spam"}


@click.group("import")
def import_() -> None:
    """Import posts or a blogroll. Importing again updates what was not edited here."""


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


@import_.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--media", type=click.Path(path_type=Path, file_okay=False), help="A copy of the wp-content/uploads directory."
)
@click.option("--announce", is_flag=True, help="Announce every post to followers.")
@click.pass_obj
def wordpress(session: Session, files: tuple[Path, ...], media: Path | None, announce: bool) -> None:
    """Import WordPress export files: posts, pages, comments, categories, tags, old addresses, pictures."""
    for file in files:
        if not file.is_file():
            raise InputError(f"{file}: no such file")
    if media is not None and not media.is_dir():
        raise InputError(f"{media}: no such directory")

    async def work(services: Services) -> ImportReport:
        with progress("posts") as advance:
            return await WordPressImporter(
                services.store,
                services.post_importer,
                services.files,
                services.urls,
                services.config.site.zone,
                services.clock,
                media=media,
                announce=announce,
                progress=advance,
            ).run(files)

    report = session.run(work)
    _print_report(report, session.config().site)
    if report.left_out:
        sys.exit(1)


def _print_report(report: ImportReport, config: SiteConfig) -> None:
    for line in _report_lines(report, config):
        click.echo(line)
    for item in report.left_out:
        click.echo(f"not imported: {item.what}: {' '.join(item.reason.split())[:400]}", err=True)


def _report_lines(report: ImportReport, config: SiteConfig) -> Iterator[str]:
    """Return a line for each kind of thing that occurred."""
    posts, pages = report.kinds[PostKind.POST], report.kinds[PostKind.PAGE]
    yield (
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged;"
        f" {report.comments} comments" + (f", {report.comments_updated} updated" if report.comments_updated else "")
    )
    if posts or pages:
        yield f"read: {_counted({'post': posts, 'page': pages})}" + (
            f"; {report.pinned} pinned" if report.pinned else ""
        )
    if report.hidden:
        yield f"not public: {_counted({HIDDEN_STATES[state]: number for state, number in report.hidden.items()})}"
    if report.comments:
        yield f"comments: {_counted({COMMENT_STATES[state]: number for state, number in report.comment_states.items()})}"
    if report.terms:
        yield f"terms: {', '.join(f'{number} × {kind.value}' for kind, number in report.terms.items())}"
    if report.pictures_kept or report.pictures_wanted:
        yield f"pictures: {report.pictures_kept} stored, {report.pictures_wanted} for the server to download"
    lost = {f"[{name}]": number for name, number in sorted(report.shortcodes.items()) if number}
    if lost:
        yield f"removed from texts, since only WordPress can show it: {_counted(lost)}"
    if report.site is not None and report.site.title and report.site.title != config.title:
        tagline = f" ({report.site.description})" if report.site.description else ""
        yield f"skipped: the blog's name, {report.site.title}{tagline}: site.title and site.tagline in the settings name this blog"
    for slug in report.edited:
        yield f"not updated, since it was edited here: {slug}"
    for title in report.twins:
        yield f"gets a new id in feeds, since another post of the export has the same guid: {title}"
    for item in report.passed_over:
        yield f"skipped: {item.what}: {item.reason}"


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} × {name}" for name, number in numbers.items() if number)


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def opml(session: Session, file: Path) -> None:
    """Import an OPML list into the blogroll."""
    listed = opml_format.parse(_bytes(file))

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
    listed = mastodon_csv.parse(_bytes(file))

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


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
