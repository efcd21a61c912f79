"""`syndicate export`: write the whole blog in open forms."""

from pathlib import Path

import click

from syndicate.cli.progress import progress
from syndicate.cli.session import CommandSession
from syndicate.exporters.blog import BlogExporter, ExportReport
from syndicate.services.commands import Services
from syndicate.translation import _

MAX_LISTED = 20


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def export(session: CommandSession, directory: Path) -> None:
    """Write everything that is yours into a new DIRECTORY: Markdown with pictures, a WordPress export, a Blog Archive,
    comments, blogroll and followers. Drafts and private posts are in it; keys and passwords are not.
    """

    async def work(services: Services) -> ExportReport:
        with progress("posts") as advance:
            exporter = BlogExporter(services.store, services.files, services.urls, services.settings.site, advance)
            return await exporter.run(directory)

    report = session.run(work)
    click.echo(
        _(
            "{directory}: {posts} posts, {pages} pages, {comments} comments, {files} files",
            directory=directory,
            posts=report.posts,
            pages=report.pages,
            comments=report.comments,
            files=report.files,
        )
    )
    for name in report.missing[:MAX_LISTED]:
        click.echo(_("the file is missing: {name}", name=name))
    if len(report.missing) > MAX_LISTED:
        click.echo(_("and {count} more", count=len(report.missing) - MAX_LISTED))
