"""`syndicate import markdown`: import a folder that Hugo, Jekyll or another program makes a blog of."""

import sys
from pathlib import Path

import click

from syndicate.cli.blog_imports import read_back
from syndicate.cli.progress import progress
from syndicate.cli.proposals import print_permalinks
from syndicate.cli.session import CommandSession
from syndicate.importers import own_export
from syndicate.importers.markdown.archive import opened_folder
from syndicate.importers.markdown.importer import MarkdownImporter
from syndicate.importers.markdown.project import Project, open_project
from syndicate.importers.markdown.report import FolderReport
from syndicate.media.places import LOCATION_WARNING
from syndicate.publishing import Change
from syndicate.services.commands import Services
from syndicate.translation import _
from syndicate.web.reserved_paths import is_reserved


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--origin", default="", help="The address of the old blog, if its settings do not name it.")
@click.option("--addresses", default="", help="The form of the old addresses of posts, such as /:year/:month/:title/.")
@click.option("--announce", is_flag=True, help="Announce every post to followers.")
@click.option("--if-empty", is_flag=True, help="Only if the blog has no posts yet.")
@click.pass_obj
def markdown(
    session: CommandSession, directory: Path, origin: str, addresses: str, announce: bool, if_empty: bool
) -> None:
    """Import a folder of Markdown files: of Hugo, Zola, Jekyll, Octopress, Hexo, Pelican, Nikola, Eleventy, Astro,
    Gatsby or Obsidian, or a plain one.
    """
    if if_empty and session.run(lambda services: services.store.totals.get("posts")):
        return
    with opened_folder(directory) as folder:
        if own_export.is_export(folder):
            read_back(session, folder)
            return
        project = open_project(folder, session.site().zone, origin=origin, pattern=addresses)
        report = _imported(session, project, announce=announce)
    for line in report.lines():
        click.echo(line)
    if report.changes[Change.CREATED]:
        print_permalinks(session)
    for film in report.locations:
        click.echo(f"{film}: {LOCATION_WARNING}")
    for line in report.left_out:
        click.echo(_("not imported: {line}", line=line), err=True)
    if report.left_out:
        sys.exit(1)


def _imported(session: CommandSession, project: Project, *, announce: bool) -> FolderReport:
    async def work(services: Services) -> FolderReport:
        with progress("posts") as advance:
            return await MarkdownImporter(
                services.store,
                services.post_importer,
                services.files,
                services.urls,
                services.settings.site,
                services.clock,
                is_reserved=is_reserved,
                announce=announce,
                progress=advance,
            ).run(project)

    return session.run(work)
