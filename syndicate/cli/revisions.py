"""`syndicate revisions`: the earlier texts of a post."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.content.text import excerpt, plain
from syndicate.errors import InputError
from syndicate.model.post import SourceFormat
from syndicate.publishing import Change, Published
from syndicate.publishing.drafts import draft_of
from syndicate.services.commands import Services
from syndicate.storage.revisions import Revision
from syndicate.translation import _


@click.command()
@click.argument("slug")
@click.option("--restore", type=int, metavar="N", help="Bring the text N back, as a new revision.")
@as_json
@click.pass_obj
def revisions(session: CommandSession, slug: str, restore: int | None, as_json: bool) -> None:
    """List the earlier texts of the post SLUG, with the dates at which they were replaced."""
    if restore is not None:
        published = session.run(lambda services: _restore(services, slug, restore))
        is_same = published.change is Change.UNCHANGED
        click.echo(
            f"{slug}: "
            + (
                _("unchanged")
                if is_same
                else _("{restore} restored, as {revision}", restore=restore, revision=published.revision)
            )
        )
        return
    rows = session.run(lambda services: _rows(services, slug))
    shown = rows if as_json else [{**row, "text": excerpt(row["text"], words=12)} for row in rows]
    columns = ("revision", "replaced", "title", "text")
    print_rows(shown, as_json=as_json, columns=columns, nothing=_("{slug} has no earlier texts.", slug=slug))


async def _rows(services: Services, slug: str) -> list[dict[str, Any]]:
    post = await services.store.posts.get_by_slug(slug)
    return [
        {
            "revision": one.number,
            "replaced": one.replaced.isoformat(),
            "title": one.title,
            "text": plain(one.source) if one.source_format is SourceFormat.HTML else one.source,
            "source": one.source,
        }
        for one in await services.store.revisions.list_of(post.id)
    ]


async def _restore(services: Services, slug: str, number: int) -> Published:
    post = await services.store.posts.get_by_slug(slug)
    made = await services.store.posts.find_source(post.id)
    assert made is not None
    text = _numbered(await services.store.revisions.list_of(post.id), number, slug)
    draft = replace(
        draft_of(post, made), title=text.title, source=text.source, source_format=text.source_format, excerpt=""
    )
    return await services.publisher.update(post.id, draft, base_revision=made.revision)


def _numbered(revisions: Sequence[Revision], number: int, slug: str) -> Revision:
    """Raises InputError."""
    if not revisions:
        raise InputError(_("{slug} has no earlier texts", slug=slug))
    if not 1 <= number <= len(revisions):
        raise InputError(
            _(
                "{slug} has no earlier text {number}; there are 1 to {count}",
                slug=slug,
                number=number,
                count=len(revisions),
            )
        )
    return revisions[number - 1]
