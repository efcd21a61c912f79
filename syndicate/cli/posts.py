"""`syndicate publish` and `delete`."""

from pathlib import Path

import click

from syndicate.app import Study
from syndicate.cli.session import Session
from syndicate.model.post import PostState
from syndicate.publishing import Published, markdown_files
from syndicate.publishing.markdown_files import MarkdownFile


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def publish(session: Session, file: Path) -> None:
    """Create a post from a Markdown FILE, or replace the one with its slug."""

    async def work(study: Study) -> tuple[Published, MarkdownFile]:
        read = markdown_files.read(file, study.config.site.zone, study.clock())
        if study.library.holds(file):  # the folder then knows that it has been taken in
            return await study.library.take(file), read
        return await study.publisher.publish(read.manuscript, origin="publish"), read

    published, read = session.run(work)
    post = published.post
    for name in read.unknown:
        click.echo(f"{file}: the field '{name}' means nothing here", err=True)
    for reason in read.manuscript.held:
        click.echo(f"held back: {reason}", err=True)
    for picture in published.missing:
        click.echo(f"picture not had: {picture}", err=True)
    where = f"{session.config().site.url}{post.path}"
    told = ", and is announced" if published.announced else ""
    if post.state is PostState.PUBLISHED:
        click.echo(f"{post.slug}: {published.change.value}, at {where}{told}")
    else:
        click.echo(f"{post.slug}: {published.change.value} as {post.state.value}")


@click.command()
@click.argument("slug")
@click.pass_obj
def delete(session: Session, slug: str) -> None:
    """Delete the post SLUG, here and everywhere it went."""
    post = session.run(lambda study: study.publisher.delete(slug))
    click.echo(f"{post.slug}: deleted")
