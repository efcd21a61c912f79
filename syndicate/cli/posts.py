"""`syndicate publish` and `delete`: publish a Markdown file, delete a post."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import click

from syndicate.cli.session import CommandSession
from syndicate.importers import markdown_files
from syndicate.importers.markdown_files import MarkdownFile
from syndicate.importers.post_importer import FileVersion, named
from syndicate.maintenance.deletion_log import DeletionLog
from syndicate.media.places import LOCATION_WARNING
from syndicate.model.post import Post, PostState
from syndicate.publishing import Published
from syndicate.services.commands import Services
from syndicate.translation import _


@dataclass(frozen=True, slots=True)
class _Done:
    """A published file. `earlier` is the post that the file made before."""

    read: MarkdownFile
    published: Published
    earlier: Post | None = None


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Also replace a post that was imported or came in another way.")
@click.option("--minor", is_flag=True, help="Do not announce the change: no Update is sent, and no feed is pushed.")
@click.pass_obj
def publish(session: CommandSession, file: Path, replace: bool, minor: bool) -> None:
    """Publish a Markdown FILE as a post, or update the post with its slug."""

    async def work(services: Services) -> _Done:
        read = markdown_files.read(file, services.settings.site.zone, services.clock())
        if services.posts_folder.holds(file):  # the folder then treats the file as published
            return _Done(read, await services.posts_folder.take(file, replace=replace, minor=minor))
        version = file_version(file)
        known = await services.store.source_files.find(version.name)
        earlier = await services.store.posts.find(known[0]) if known else None
        with named(file):
            published = await services.post_importer.publish(
                read.post_draft, origin="publish", replace=replace, minor=minor, file=version, complete=True
            )
        return _Done(read, published, earlier)

    _print_result(session, file, session.run(work))


def file_version(file: Path) -> FileVersion:
    """Return the version of a file outside of the folder: remembered by its full path, and identified by its slug."""
    return FileVersion(name=str(file.resolve()), digest=sha256(file.read_bytes()).hexdigest(), is_identity=False)


def print_header_notes(file: Path, read: MarkdownFile) -> None:
    """Print what in the header of a file is unknown, ignored or holds the post back."""
    for name in read.unknown:
        click.echo(_("{file}: the field '{name}' is unknown", file=file, name=name), err=True)
    for problem in read.problems:
        click.echo(_("ignored: {problem}", problem=problem), err=True)
    for reason in read.post_draft.draft_reasons:
        click.echo(_("held back: {reason}", reason=reason), err=True)


def _print_result(session: CommandSession, file: Path, done: _Done) -> None:
    published, post, url = done.published, done.published.post, session.config().site.url
    print_header_notes(file, done.read)
    if published.moved:
        click.echo(
            _(
                "{file}: {moved} is an address of this program; the {kind} is at {path}",
                file=file,
                moved=published.moved,
                kind=post.kind.value,
                path=post.path,
            ),
            err=True,
        )
    for picture in published.missing:
        click.echo(_("picture could not be read: {picture}", picture=picture), err=True)
    for film in published.with_location:
        click.echo(f"{film}: {LOCATION_WARNING}", err=True)
    if published.replaced:
        click.echo(_("{slug}: replaces {replaced}", slug=post.slug, replaced=published.replaced))
    if done.earlier is not None and done.earlier.id != post.id:
        click.echo(
            _(
                "{file}: was published as {slug!r} before, which remains ({url}{path}); `syndicate delete {slug}` "
                "deletes it",
                file=file,
                slug=done.earlier.slug,
                url=url,
                path=done.earlier.path,
            ),
            err=True,
        )
    announcement = _(", announced to followers") if published.announced else ""
    if post.state is PostState.PUBLISHED:
        click.echo(
            _(
                "{slug}: {change}, at {url}{path}{announcement}",
                slug=post.slug,
                change=published.change.value,
                url=url,
                path=post.path,
                announcement=announcement,
            )
        )
    else:
        when = (
            _(", for {published:%Y-%m-%d %H:%M} UTC", published=post.published)
            if post.state is PostState.SCHEDULED
            else ""
        )
        click.echo(
            _(
                "{slug}: {change} as {state}{when}",
                slug=post.slug,
                change=published.change.value,
                state=post.state.value,
                when=when,
            )
        )


@click.command()
@click.argument("slug")
@click.pass_obj
def delete(session: CommandSession, slug: str) -> None:
    """Delete the post SLUG, here and on other servers."""

    async def work(services: Services) -> list[Path]:
        post = await services.store.posts.get_by_slug(slug)
        files = await files_in_folder(services, post)
        await services.publisher.delete(post.id)
        await DeletionLog.of(services.config, services.store).append_new()
        return files

    files = session.run(work)
    click.echo(_("{slug}: deleted", slug=slug))
    for file in files:
        click.echo(
            _(
                "{slug}: its file is still in the posts folder, and makes a new post when it changes: {file}",
                slug=slug,
                file=file,
            ),
            err=True,
        )


async def files_in_folder(services: Services, post: Post) -> list[Path]:
    """Return the files of the posts folder that made a post and are still there."""
    names = await services.store.source_files.list_of(post.id)
    paths = (services.config.storage.posts / name for name in names if not Path(name).is_absolute())
    return [path for path in paths if path.exists()]
