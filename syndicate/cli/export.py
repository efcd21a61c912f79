"""`syndicate export`: write the whole blog in open forms."""

from pathlib import Path

import click

from syndicate.cli.progress import progress
from syndicate.cli.session import Session
from syndicate.exporters.blog import BlogExporter, ExportReport
from syndicate.services.commands import Services

MAX_LISTED = 20


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def export(session: Session, directory: Path) -> None:
    """Write everything that is yours into a new DIRECTORY: Markdown with pictures, a WordPress export, a Blog Archive,
    comments, blogroll and followers. Drafts and private posts are in it; keys and passwords are not.
    """

    async def work(services: Services) -> ExportReport:
        with progress("posts") as advance:
            exporter = BlogExporter(services.store, services.files, services.urls, services.settings.site, advance)
            return await exporter.run(directory)

    report = session.run(work)
    click.echo(
        f"{directory}: {report.posts} posts, {report.pages} pages, {report.comments} comments, {report.files} files"
    )
    for name in report.missing[:MAX_LISTED]:
        click.echo(f"the file is missing: {name}")
    if len(report.missing) > MAX_LISTED:
        click.echo(f"and {len(report.missing) - MAX_LISTED} more")
