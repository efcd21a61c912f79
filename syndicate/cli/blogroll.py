"""`syndicate follow`, `unfollow`, `followers`, `blogroll`, `move`."""

import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from syndicate.app import Study, open_network, schemes_of
from syndicate.blogroll.finder import Finder
from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.clock import to_text
from syndicate.federation.local import BLOG
from syndicate.federation.moving import ASKED, CANCEL, OUTCOME
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.transport.client import Client

SHOWN = 1000
FOLLOWING = ("Account address", "Show boosts", "Notify on new posts", "Languages")
"""The columns of Mastodon's following.csv."""


@click.command()
@click.argument("address")
@click.pass_obj
def follow(session: Session, address: str) -> None:
    """Add ADDRESS to the blogroll: a handle, an account, a feed or a home page."""

    async def work(study: Study) -> tuple[BlogrollEntry, bool]:
        transport, _, _, actors = open_network(study)
        try:
            finder = Finder(transport, actors, schemes=schemes_of(study.config))
            before = {entry.id for entry in await study.store.blogroll.all(hidden=True)}
            entry = await study.following.follow(address, finder)
            return entry, entry.id in before
        finally:
            if isinstance(transport, Client):
                await transport.close()

    entry, is_old = session.run(work)
    asked = "; the Follow has no answer yet" if is_old else "; a Follow is on its way"
    told = asked if entry.follow is FollowState.PENDING else ""
    click.echo(f"{entry.name} ({entry.handle or entry.url}) is in the blogroll{' already' if is_old else ''}{told}")


@click.command()
@click.argument("address")
@click.pass_obj
def unfollow(session: Session, address: str) -> None:
    """Remove ADDRESS from the blogroll."""
    entry = session.run(lambda study: study.following.unfollow(address))
    click.echo(f"{entry.name} is no longer in the blogroll")


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="All of them, as Mastodon exports followers.")
@as_json
@click.pass_obj
def followers(session: Session, as_csv: bool, as_json: bool) -> None:
    """Who follows the blog, the newest first."""
    if as_csv:
        _tell_csv(("Account address",), [(handle,) for handle in session.run(_all_followers)])
        return

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
@click.option("--csv", "as_csv", is_flag=True, help="The accounts, as Mastodon exports and imports follows.")
@as_json
@click.pass_obj
def blogroll(session: Session, as_csv: bool, as_json: bool) -> None:
    """What the author reads."""
    if as_csv:
        entries = session.run(lambda study: study.store.blogroll.all(hidden=True))
        accounts = [entry.handle.lstrip("@") for entry in entries if entry.handle]
        _tell_csv(FOLLOWING, [(account, "true", "false", "") for account in accounts])
        return

    async def work(study: Study) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in await study.store.blogroll.all(hidden=True)]

    columns = ("category", "name", "tagline", "url", "handle", "follow")
    tell_rows(session.run(work), as_json=as_json, columns=columns, nothing="The blogroll is empty.")


async def _all_followers(study: Study) -> list[str]:
    """The handles of all followers; of one whose account was never read, its id."""
    found, before = [], None
    while page := await study.store.followers.page(BLOG, before=before, limit=SHOWN):
        for follower in page:
            actor = await study.store.remote_actors.find(follower.actor)
            found.append(actor.handle.lstrip("@") if actor and actor.handle else follower.actor)
        before = (to_text(page[-1].since), page[-1].actor)
    return found


def _tell_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


@click.command()
@click.argument("address", required=False)
@click.option("--cancel", is_flag=True, help="The blog is here after all.")
@click.pass_obj
def move(session: Session, address: str | None, cancel: bool) -> None:
    """Leave for the account ADDRESS and take the followers along; without ADDRESS, say how it stands.

    The account has to name this blog among its aliases first. The running server looks, and does it.
    """
    if address and cancel:
        raise click.UsageError("Give an address, or --cancel.")

    async def work(study: Study) -> str:
        if address or cancel:
            asked = CANCEL if cancel else str(address)
            await study.store.transaction(lambda tx: tx.facts.put(ASKED, asked))
            return "Asked for: the running server does it. `syndicate move` says what came of it."
        asked_for = await study.store.facts.find(ASKED)
        return (
            f"waits for the server: {asked_for}"
            if asked_for
            else await study.store.facts.find(OUTCOME) or "The blog is here."
        )

    click.echo(session.run(work))
