"""What an import proposes for the settings."""

import json

import click

from syndicate import permalinks
from syndicate.cli.session import CommandSession
from syndicate.services.commands import Services
from syndicate.translation import _

SAMPLE_SIZE = 200


def print_permalinks(session: CommandSession) -> None:
    """Propose the pattern that the addresses of most posts follow, unless new posts get such addresses anyway."""
    site = session.site()

    async def work(services: Services) -> str | None:
        posts = await services.store.post_lists.list_newest(limit=SAMPLE_SIZE)
        return permalinks.propose([(post.path, post.published, post.slug) for post in posts], site.zone)

    pattern = session.run(work)
    if pattern is not None and pattern != site.permalinks:
        click.echo(
            _(
                "the old posts have addresses such as {pattern}: for new posts, too, set `permalinks = {dumps}` "
                "under [site]",
                pattern=pattern,
                dumps=json.dumps(pattern),
            )
        )
