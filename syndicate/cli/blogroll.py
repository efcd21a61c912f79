"""`syndicate follow`, `unfollow`, `followers`, `blogroll`, `move`."""

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from syndicate.activitypub.parse import origin
from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.following import MAX_TAGLINE_LENGTH
from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.clock import to_text, to_wire
from syndicate.config import LANGUAGE
from syndicate.content.text import clean_name
from syndicate.errors import AddressUnusable, InputError
from syndicate.federation.actors.local_actors import BLOG
from syndicate.federation.outbox.account_move import ASKED, CANCEL, OUTCOME
from syndicate.feeds.opml import XFN
from syndicate.model.blogroll import BlogrollEntry, FeedState, FollowState
from syndicate.services import Services, open_network, schemes_of
from syndicate.transport.client import Client

SHOWN = 1000
FOLLOWING = ("Account address", "Show boosts", "Notify on new posts", "Languages")
"""The columns of Mastodon's following.csv."""


@click.command()
@click.argument("address")
@click.option("--category", help="The category under which it stands.")
@click.option("--hidden/--public", "hidden", default=None, help="Only you see it; or everybody does.")
@click.pass_obj
def follow(session: Session, address: str, category: str | None, hidden: bool | None) -> None:
    """Add ADDRESS to the blogroll: a handle, an account, a feed or a home page."""

    async def work(services: Services) -> tuple[BlogrollEntry, bool]:
        transport, _, _, actors = open_network(services)
        try:
            finder = FeedFinder(transport, actors, services.clock, schemes=schemes_of(services.config))
            before = {entry.id for entry in await services.store.blogroll.list_all(hidden=True)}
            entry = await services.blogroll_editor.follow(address, finder, category=category, hidden=hidden)
            return entry, entry.id in before
        finally:
            if isinstance(transport, Client):
                await transport.close()

    entry, is_old = session.run(work)
    asked = "; the Follow has no answer yet" if is_old else "; a Follow is on its way"
    told = asked if entry.follow is FollowState.PENDING else ""
    plain = "" if entry.feed_url or entry.actor else "; it has no feed and no account, so it is a plain link"
    name = f"{entry.name} ({entry.handle or entry.url or entry.feed_url})"
    click.echo(f"{name} is in the blogroll{' already' if is_old else ''}{told}{plain}")
    if entry.latest is not None:
        click.echo(f"its newest post: {entry.latest.title} ({entry.latest.at:%Y-%m-%d})")


@click.command()
@click.argument("address")
@click.pass_obj
def unfollow(session: Session, address: str) -> None:
    """Remove ADDRESS from the blogroll."""
    entry = session.run(lambda services: services.blogroll_editor.unfollow(address))
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

    async def work(services: Services) -> list[dict[str, Any]]:
        rows = []
        for follower in await services.store.followers.list_page(BLOG, before=None, limit=SHOWN):
            actor = await services.store.remote_actors.find(follower.actor)
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


@click.group(invoke_without_command=True)
@click.option("--csv", "as_csv", is_flag=True, help="The accounts, as Mastodon exports and imports follows.")
@as_json
@click.pass_context
def blogroll(context: click.Context, as_csv: bool, as_json: bool) -> None:
    """What the author reads: what each of them wrote last, and how it fares."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    if as_csv:
        entries = session.run(lambda services: services.store.blogroll.list_all(hidden=True))
        accounts = [entry.handle.lstrip("@") for entry in entries if entry.handle]
        _tell_csv(FOLLOWING, [(account, "true", "false", "") for account in accounts])
        return
    entries = session.run(lambda services: services.store.blogroll.list_all(hidden=True))
    columns = ("category", "name", "tagline", "url", "handle", "follow", "latest", "date", "state", "reason")
    rows = [_row(entry) if as_json else _line(entry) for entry in entries]
    tell_rows(rows, as_json=as_json, columns=columns, nothing="The blogroll is empty.")


def _row(entry: BlogrollEntry) -> dict[str, Any]:
    """Everything about an entry, for programs."""
    latest = entry.latest
    told = {"title": latest.title, "url": latest.url, "at": to_wire(latest.at)} if latest else None
    return asdict(entry) | {
        "supplied": sorted(entry.supplied),
        "latest": told,
        "added": to_wire(entry.added) if entry.added else "",
    }


def _line(entry: BlogrollEntry) -> dict[str, Any]:
    """What is told of an entry in a table; where all is well, that is not said."""
    states = [entry.state.value] if entry.state is not FeedState.FRESH else []
    return asdict(entry) | {
        "latest": entry.latest.title if entry.latest else "",
        "date": f"{entry.latest.at:%Y-%m-%d}" if entry.latest else "",
        "state": ", ".join([*states, *(["hidden"] if entry.hidden else [])]),
        "reason": " ".join(filter(None, (entry.reason, entry.follow_reason))),
    }


@blogroll.command()
@click.argument("address")
@click.option("--name", help="What it is called.")
@click.option("--tagline", help="One sentence about it.")
@click.option("--category", help='The category under which it stands; "" for none.')
@click.option(
    "--position", type=click.IntRange(min=0), help="Its place within the category, where the order is manual."
)
@click.option("--picture", help='The address of a picture, which the server fetches; "" for none.')
@click.option("--rel", help='How you know each other, in words of XFN, such as "friend met".')
@click.option("--note", help="A note to yourself.")
@click.option("--hidden/--public", "hidden", default=None, help="Only you see it; or everybody does.")
@click.option("--language", help="The language that it is written in.")
@click.option("--url", help="Its home page.")
@click.option("--feed", help='Its feed; "" for none.')
@click.option("--seen", is_flag=True, help="You have read that it moved, or is gone.")
@click.pass_obj
def edit(session: Session, /, address: str, seen: bool, **given: Any) -> None:
    """Change what you say of the entry ADDRESS: its home page, feed, account or handle."""
    changes = {member: check(given[option]) for option, (member, check) in EDITED.items() if given[option] is not None}
    if not changes and not seen:
        raise click.UsageError("Say what is to change; --help shows what can.")
    entry = session.run(lambda services: services.blogroll_editor.edit(address, changes, seen=seen))
    click.echo(f"{entry.name} is changed" if changes else f"{entry.name} is as it was")


def _words(text: str) -> str:
    return clean_name(text, limit=MAX_TAGLINE_LENGTH)


def _address(text: str) -> str:
    """Raises AddressUnusable."""
    text = text.strip()
    if text and not origin(text):
        raise AddressUnusable(f"{text}: is no address on the web")
    return text


def _name(text: str) -> str:
    """Raises InputError."""
    if not _words(text):
        raise InputError("--name: an entry has to be called something")
    return _words(text)


def _xfn(text: str) -> str:
    """Raises InputError."""
    words = text.lower().split()
    unknown = [word for word in words if word not in XFN]
    if unknown:
        raise InputError(f"--rel: {' '.join(unknown)}: not of XFN, whose words are {', '.join(sorted(XFN))}")
    return " ".join(words)


def _language(text: str) -> str:
    """Raises InputError."""
    if text and not LANGUAGE.fullmatch(text):
        raise InputError(f"--language: {text}: must be a language tag such as en-GB")
    return text


def _as_it_is(value: Any) -> Any:
    return value


EDITED: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", _name),
    "tagline": ("tagline", _words),
    "category": ("category", _words),
    "position": ("position", _as_it_is),
    "picture": ("icon", _address),
    "rel": ("rel", _xfn),
    "note": ("notes", _words),
    "hidden": ("hidden", _as_it_is),
    "language": ("language", _language),
    "url": ("url", _address),
    "feed": ("feed_url", _address),
}
"""Option → member of the entry, and what makes one of the other."""


async def _all_followers(services: Services) -> list[str]:
    """The handles of all followers; of one whose account was never read, its id."""
    found, before = [], None
    while page := await services.store.followers.list_page(BLOG, before=before, limit=SHOWN):
        for follower in page:
            actor = await services.store.remote_actors.find(follower.actor)
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

    async def work(services: Services) -> str:
        if address or cancel:
            asked = CANCEL if cancel else str(address)
            await services.store.transaction(lambda tx: tx.key_values.save(ASKED, asked))
            return "Asked for: the running server does it. `syndicate move` says what came of it."
        asked_for = await services.store.key_values.find(ASKED)
        return (
            f"waits for the server: {asked_for}"
            if asked_for
            else await services.store.key_values.find(OUTCOME) or "The blog is here."
        )

    click.echo(session.run(work))
