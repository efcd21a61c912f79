"""`syndicate import wordpress`, `ghost` and `feed`: import what another program exported, and report what came in."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from syndicate.cli.progress import progress
from syndicate.cli.proposals import print_permalinks
from syndicate.cli.session import CommandSession
from syndicate.config import SiteConfig
from syndicate.errors import InputError
from syndicate.importers.blog_importer import BlogImporter
from syndicate.importers.feed.export import FeedExport
from syndicate.importers.ghost.export import GhostExport
from syndicate.importers.own_export import OwnExport, OwnExportReport, is_export
from syndicate.importers.records import Source
from syndicate.importers.report import ImportReport
from syndicate.importers.webmentions import WebmentionList
from syndicate.importers.wordpress.export import WordPressExport
from syndicate.model.comment import CommentState
from syndicate.model.post import PostKind, PostState
from syndicate.publishing import Change
from syndicate.services.commands import Services
from syndicate.translation import _

HIDDEN_STATES = {
    PostState.DRAFT: "draft",
    PostState.PRIVATE: "private",
    PostState.PASSWORD: _("with a password"),
    PostState.SCHEDULED: "scheduled",
}
COMMENT_STATES = {CommentState.APPROVED: "shown", CommentState.PENDING: _("waiting for you"), CommentState.SPAM: "spam"}

_MEDIA = click.option(
    "--media",
    type=click.Path(path_type=Path),
    help="A copy of the old blog's files: a folder (wp-content/uploads), or a ZIP or TAR archive.",
)
_ANNOUNCE = click.option("--announce", is_flag=True, help="Announce every post to followers.")


def _import(
    session: CommandSession, source: Source, *, media: Path | None, announce: bool, own_folder: Path | None = None
) -> None:
    """Import an export and report. Exits with status 1 if a post or file was left out."""
    if media is not None and not media.exists():
        raise InputError(_("{media}: no such file or directory", media=media))

    async def work(services: Services) -> ImportReport:
        with progress("posts") as advance:
            return await BlogImporter(
                services.store,
                services.post_importer,
                services.files,
                services.urls,
                services.clock,
                media=media,
                announce=announce,
                progress=advance,
                own=_own_export(services, advance, own_folder),
            ).run(source)

    report = session.run(work)
    _print_report(report, session.site())
    if report.created:
        print_permalinks(session)
    if report.left_out:
        sys.exit(1)


def _require_files(files: tuple[Path, ...]) -> None:
    for file in files:
        if not file.is_file():
            raise InputError(_("{file}: no such file", file=file))


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@_MEDIA
@_ANNOUNCE
@click.pass_obj
def wordpress(session: CommandSession, files: tuple[Path, ...], media: Path | None, announce: bool) -> None:
    """Import WordPress export files (XML, ZIP or gzip): posts, pages, comments, categories, tags, old addresses,
    pictures.
    """
    _require_files(files)
    source = WordPressExport(files, session.site().zone)
    beside = files[0].absolute().parent
    _import(session, source, media=media, announce=announce, own_folder=beside if is_export(beside) else None)


def _own_export(services: Services, advance: Callable[[str], None], folder: Path | None) -> OwnExport:
    return OwnExport(
        services.store,
        services.post_importer,
        services.files,
        services.urls,
        services.settings.site.zone,
        services.clock,
        advance,
        folder=folder,
    )


def read_back(session: CommandSession, directory: Path) -> None:
    """Import the folder that this program exported. Exits with status 1 if a post or file was left out."""

    async def work(services: Services) -> OwnExportReport:
        with progress("posts") as advance:
            return await _own_export(services, advance, directory).run()

    report = session.run(work)
    changes = ", ".join(f"{report.posts[change]} {change.value}" for change in Change)
    click.echo(
        _(
            "{changes}; {comments} comments, {files} files",
            changes=changes,
            comments=report.comments,
            files=report.files,
        )
    )
    print_permalinks(session)
    for slug in report.edited:
        click.echo(_("not updated, since it was edited here: {slug}", slug=slug))
    for line in report.left_out:
        click.echo(_("not imported: {line}", line=line), err=True)
    if report.left_out:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--origin", metavar="URL", help="The old blog's address, if it is not that of this one.")
@click.option(
    "--addresses", metavar="PATTERN", default="/{slug}/", show_default=True, help="The addresses of its posts."
)
@_MEDIA
@_ANNOUNCE
@click.pass_obj
def ghost(
    session: CommandSession, file: Path, origin: str | None, addresses: str, media: Path | None, announce: bool
) -> None:
    """Import a Ghost export (JSON): posts, pages, tags. Pictures come from --media or the old blog."""
    _require_files((file,))
    site = session.site()
    base = (origin or site.url).rstrip("/")
    source = GhostExport(path=file, base=base, timezone=site.zone, pattern=addresses)
    _import(session, source, media=media, announce=announce)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_MEDIA
@_ANNOUNCE
@click.pass_obj
def feed(session: CommandSession, files: tuple[Path, ...], media: Path | None, announce: bool) -> None:
    """Import a blog from feeds that hold all of it: RSS, Atom, JSON Feed, Blogger (also from Google Takeout), or a Blog
    Archive (.bar).
    """
    for file in files:
        if not file.exists():
            raise InputError(_("{file}: no such file or directory", file=file))
    source = FeedExport(files, base=session.config().site.url)
    _import(session, source, media=media or source.archive, announce=announce)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def webmentions(session: CommandSession, file: Path) -> None:
    """Import Webmentions that a service kept (webmention.io's JF2 or JSON) as comments on the posts here."""
    _require_files((file,))
    _import(session, WebmentionList(file), media=None, announce=False)


def _print_report(report: ImportReport, config: SiteConfig) -> None:
    for line in _report_lines(report, config):
        click.echo(line)
    for item in report.left_out:
        click.echo(
            _("not imported: {what}: {reason}", what=item.what, reason=" ".join(item.reason.split())[:400]), err=True
        )


def _report_lines(report: ImportReport, config: SiteConfig) -> Iterator[str]:
    """Return a line for each kind of thing that occurred."""
    posts, pages = report.kinds[PostKind.POST], report.kinds[PostKind.PAGE]
    yield (
        _(
            "{created} created, {updated} updated, {unchanged} unchanged; {comments} comments",
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            comments=report.comments,
        )
        + (f", {report.comments_updated} updated" if report.comments_updated else "")
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
        yield _(
            "pictures: {pictures_kept} stored, {pictures_wanted} for the server to download",
            pictures_kept=report.pictures_kept,
            pictures_wanted=report.pictures_wanted,
        )
    if report.likes:
        yield _("likes and boosts: {counted}", counted=_counted(report.likes))
    if report.reactions:
        yield _(
            "counted, not shown (of another kind, or by nobody who is named): {counted}",
            counted=_counted(report.reactions),
        )
    if report.linked:
        yield _("shown as a link to it: {counted}", counted=_counted(dict(sorted(report.linked.items()))))
    lost = {f"[{name}]": number for name, number in sorted(report.shortcodes.items()) if number}
    if lost:
        yield _("removed from texts, since only WordPress can show it: {counted}", counted=_counted(lost))
    if report.site is not None and report.site.title and report.site.title != config.title:
        tagline = f" ({report.site.description})" if report.site.description else ""
        yield _(
            "skipped: the blog's name, {title}{tagline}: site.title and site.tagline in the settings name this blog",
            title=report.site.title,
            tagline=tagline,
        )
    for slug in report.edited:
        yield _("not updated, since it was edited here: {slug}", slug=slug)
    for title in report.twins:
        yield _("gets a new id in feeds, since another post of the export has the same guid: {title}", title=title)
    yield from (*report.held_back, *(f"moved: {line}" for line in report.moved), *report.notes)
    for (what, reason), number in report.counted.items():
        yield f"skipped: {number} × {what}: {reason}"
    for item in report.passed_over:
        yield f"skipped: {item.what}: {item.reason}"


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} × {name}" for name, number in numbers.items() if number)
