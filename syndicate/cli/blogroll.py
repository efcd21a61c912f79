"""`syndicate follow`, `unfollow`, `followers`, `blogroll`."""

from dataclasses import asdict
from typing import Any

import click

from syndicate.app import Study, open_network
from syndicate.blogroll.finder import Finder
from syndicate.blogroll.following import Following
from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.federation.local import BLOG
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.transport.client import Client

SHOWN = 1000


@click.command()
@click.argument("address")
@click.pass_obj
def follow(session: Session, address: str) -> None:
    """Add ADDRESS to the blogroll: a handle, an account, a feed or a home page."""

    async def work(study: Study) -> BlogrollEntry:
        transport, _, _, actors = open_network(study)
        scheme = "http" if study.config.federation.allow_private_addresses else "https"
        try:
            finder = Finder(transport, actors, scheme=scheme)
            return await Following(study.store, study.announcer, study.clock).follow(address, finder)
        finally:
            if isinstance(transport, Client):
                await transport.close()

    entry = session.run(work)
    asked = "; a Follow is on its way" if entry.follow is FollowState.PENDING else ""
    click.echo(f"{entry.name} ({entry.handle or entry.url}) is in the blogroll{asked}")


@click.command()
@click.argument("address")
@click.pass_obj
def unfollow(session: Session, address: str) -> None:
    """Remove ADDRESS from the blogroll."""
    entry = session.run(lambda study: Following(study.store, study.announcer, study.clock).unfollow(address))
    click.echo(f"{entry.name} is no longer in the blogroll")


@click.command()
@as_json
@click.pass_obj
def followers(session: Session, as_json: bool) -> None:
    """Who follows the blog, the newest first."""

    async def work(study: Study) -> list[dict[str, Any]]:
        rows = []
        for follower in await study.store.followers.page(BLOG, before=None, limit=SHOWN):
            actor = await study.store.remote_actors.find(follower.actor)
            rows.append(
                {
                    "handle": actor.handle if actor else "",
                    "name": actor.name if actor else "",
                    "since": follower.since.isoformat(timespec="seconds"),
                    "actor": follower.actor,
                    "inbox": follower.inbox,
                }
            )
        return rows

    columns = ("handle", "name", "since", "actor")
    tell_rows(session.run(work), as_json=as_json, columns=columns, nothing="Nobody follows yet.")


@click.command()
@as_json
@click.pass_obj
def blogroll(session: Session, as_json: bool) -> None:
    """What the author reads."""

    async def work(study: Study) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in await study.store.blogroll.all(hidden=True)]

    columns = ("category", "name", "tagline", "url", "handle", "follow")
    tell_rows(session.run(work), as_json=as_json, columns=columns, nothing="The blogroll is empty.")
