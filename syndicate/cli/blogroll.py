"""`syndicate follow`, `unfollow`, `followers`, `blogroll`, `move`: manage follows and the blogroll."""

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from syndicate.activitypub.parse import origin
from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.following import MAX_TAGLINE_LENGTH, require_another
from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.clock import to_text, to_wire
from syndicate.config.values import LANGUAGE
from syndicate.content.text import clean_name
from syndicate.errors import AddressUnusable, InputError
from syndicate.federation.actors.local_actors import BLOG
from syndicate.federation.outbox.account_requests import (
    cancel_move,
    get_move_state,
    request_move,
    require_account,
)
from syndicate.federation.outbox.block_patterns import pattern_of
from syndicate.feeds.opml import XFN
from syndicate.model.blogroll import BlogrollEntry, FeedState, FollowState
from syndicate.services.commands import Services, open_network, schemes_of
from syndicate.translation import _
from syndicate.transport.client import Client

MAX_ROWS = 1000
FOLLOWING = (_("Account address"), _("Show boosts"), _("Notify on new posts"), "Languages")
"""The columns of Mastodon's following.csv."""


@click.command()
@click.argument("address")
@click.option("--category", help="Its category.")
@click.option("--hidden/--public", "hidden", default=None, help="Show it only to you, or to everyone.")
@click.pass_obj
def follow(session: CommandSession, address: str, category: str | None, hidden: bool | None) -> None:
    """Add ADDRESS to the blogroll: a handle, an account, a feed or a home page."""

    require_another(session.config().site, address)

    async def work(services: Services) -> tuple[BlogrollEntry, bool]:
        transport, _fetcher, _signer, actors = open_network(services)
        try:
            finder = FeedFinder(transport, actors, services.clock, schemes=schemes_of(services.config))
            before = {entry.id for entry in await services.store.blogroll.list_all(hidden=True)}
            entry = await services.blogroll_editor.follow(address, finder, category=category, hidden=hidden)
            return entry, entry.id in before
        finally:
            if isinstance(transport, Client):
                await transport.close()

    entry, is_old = session.run(work)
    name = f"{entry.name} ({entry.handle or entry.url or entry.feed_url})"
    notes = [_("{name} is in the blogroll already", name=name) if is_old else _("{name} is in the blogroll", name=name)]
    if entry.follow is FollowState.PENDING:
        notes.append(
            _("the follow request has not been answered yet") if is_old else _("a follow request is being sent")
        )
    if not (entry.feed_url or entry.actor):
        notes.append(_("it has no feed and no account, so it is a plain link"))
    click.echo("; ".join(notes))
    if entry.latest is not None:
        click.echo(_("its newest post: {title} ({at:%Y-%m-%d})", title=entry.latest.title, at=entry.latest.at))


@click.command()
@click.argument("address")
@click.pass_obj
def unfollow(session: CommandSession, address: str) -> None:
    """Remove ADDRESS from the blogroll."""
    entry = session.run(lambda services: services.blogroll_editor.unfollow(address))
    click.echo(_("{name} is no longer in the blogroll", name=entry.name))


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="All followers as CSV, as Mastodon exports them.")
@click.option("--remove", metavar="ACCOUNT", help="Remove ACCOUNT from the followers; it may follow again.")
@as_json
@click.pass_obj
def followers(session: CommandSession, as_csv: bool, as_json: bool, remove: str | None) -> None:
    """List the followers of the blog, newest first."""
    if remove:
        session.run(lambda services: _remove_follower(services, remove))
        click.echo(_("{remove} is no longer a follower", remove=remove))
        return
    if as_csv:
        _print_csv((_("Account address"),), [(handle,) for handle in session.run(_all_followers)])
        return

    async def work(services: Services) -> list[dict[str, Any]]:
        rows = []
        for follower in await services.store.followers.list_page(BLOG, before=None, limit=MAX_ROWS):
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
    print_rows(session.run(work), as_json=as_json, columns=columns, nothing=_("No followers yet."))


@click.group(invoke_without_command=True)
@click.option("--csv", "as_csv", is_flag=True, help="The accounts as CSV, as Mastodon exports and imports them.")
@as_json
@click.pass_context
def blogroll(context: click.Context, as_csv: bool, as_json: bool) -> None:
    """List the blogroll: the newest post of each entry, and problems."""
    if context.invoked_subcommand is not None:
        return
    session: CommandSession = context.obj
    if as_csv:
        entries = session.run(lambda services: services.store.blogroll.list_all(hidden=True))
        accounts = [entry.handle.lstrip("@") for entry in entries if entry.handle]
        _print_csv(FOLLOWING, [(account, "true", "false", "") for account in accounts])
        return
    entries = session.run(lambda services: services.store.blogroll.list_all(hidden=True))
    columns = ("category", "name", "tagline", "url", "handle", "follow", "latest", "date", "state", "reason")
    rows = [_row(entry) if as_json else _line(entry) for entry in entries]
    print_rows(rows, as_json=as_json, columns=columns, nothing=_("The blogroll is empty."))


def _row(entry: BlogrollEntry) -> dict[str, Any]:
    """Return everything about an entry, for JSON."""
    latest = entry.latest
    newest = {"title": latest.title, "url": latest.url, "at": to_wire(latest.at)} if latest else None
    return asdict(entry) | {
        "supplied": sorted(entry.supplied),
        "latest": newest,
        "added": to_wire(entry.added) if entry.added else "",
    }


def _line(entry: BlogrollEntry) -> dict[str, Any]:
    """Return the columns of an entry in the table; a state is shown only if something is wrong."""
    states = [entry.state.value] if entry.state is not FeedState.FRESH else []
    return asdict(entry) | {
        "latest": entry.latest.title if entry.latest else "",
        "date": f"{entry.latest.at:%Y-%m-%d}" if entry.latest else "",
        "state": ", ".join([*states, *(["hidden"] if entry.hidden else [])]),
        "reason": " ".join(filter(None, (entry.reason, entry.follow_reason))),
    }


@blogroll.command()
@click.argument("address")
@click.option("--name", help="Its name.")
@click.option("--tagline", help="A short description.")
@click.option("--category", help='Its category; "" for none.')
@click.option("--position", type=click.IntRange(min=0), help="Its position in the category, if the order is manual.")
@click.option("--picture", help='The address of a picture for the server to download; "" for none.')
@click.option("--rel", help='Your relationship in XFN terms, such as "friend met".')
@click.option("--note", help="A private note.")
@click.option("--hidden/--public", "hidden", default=None, help="Show it only to you, or to everyone.")
@click.option("--language", help="Its language.")
@click.option("--url", help="Its home page.")
@click.option("--feed", help='Its feed; "" for none.')
@click.option("--seen", is_flag=True, help="Dismiss the notice that it has moved or is gone.")
@click.pass_obj
def edit(session: CommandSession, /, address: str, seen: bool, **given: Any) -> None:
    """Edit the blogroll entry ADDRESS (its home page, feed, account or handle)."""
    changes = {
        member: check(given[option]) for option, (member, check) in EDITABLE.items() if given[option] is not None
    }
    if not changes and not seen:
        raise click.UsageError(_("Please give at least one option; --help lists them."))
    entry = session.run(lambda services: services.blogroll_editor.edit(address, changes, seen=seen))
    click.echo(_("{name} has been changed", name=entry.name) if changes else _("{name} is unchanged", name=entry.name))


def _words(text: str) -> str:
    return clean_name(text, limit=MAX_TAGLINE_LENGTH)


def _address(text: str) -> str:
    """Raises AddressUnusable."""
    text = text.strip()
    if text and not origin(text):
        raise AddressUnusable(_("{text}: not a web address", text=text))
    return text


def _name(text: str) -> str:
    """Raises InputError."""
    if not _words(text):
        raise InputError(_("--name: an entry needs a name"))
    return _words(text)


def _xfn(text: str) -> str:
    """Raises InputError."""
    words = text.lower().split()
    unknown = [word for word in words if word not in XFN]
    if unknown:
        raise InputError(
            _(
                "--rel: {unknown}: not an XFN term; the terms are {known}",
                unknown=" ".join(unknown),
                known=", ".join(sorted(XFN)),
            )
        )
    return " ".join(words)


def _language(text: str) -> str:
    """Raises InputError."""
    if text and not LANGUAGE.fullmatch(text):
        raise InputError(_("--language: {text}: must be a language tag such as en-GB", text=text))
    return text


def _unchanged(value: Any) -> Any:
    return value


EDITABLE: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", _name),
    "tagline": ("tagline", _words),
    "category": ("category", _words),
    "position": ("position", _unchanged),
    "picture": ("icon", _address),
    "rel": ("rel", _xfn),
    "note": ("notes", _words),
    "hidden": ("hidden", _unchanged),
    "language": ("language", _language),
    "url": ("url", _address),
    "feed": ("feed_url", _address),
}
"""Option → field of the entry, and the function that converts the value."""


async def _remove_follower(services: Services, account: str) -> None:
    """Raises InputError."""
    actor = await pattern_of(services.store, account)
    if not await services.blocking.remove_follower(services.local_actors.blog.actor, actor):
        raise InputError(
            _("{account}: does not follow the blog; `syndicate followers` shows who does", account=account)
        )


async def _all_followers(services: Services) -> list[str]:
    """Return the handles of all followers, or the actor id where the handle is unknown."""
    found, before = [], None
    while page := await services.store.followers.list_page(BLOG, before=before, limit=MAX_ROWS):
        for follower in page:
            actor = await services.store.remote_actors.find(follower.actor)
            found.append(actor.handle.lstrip("@") if actor and actor.handle else follower.actor)
        before = (to_text(page[-1].since), page[-1].actor)
    return found


def _print_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


@click.command()
@click.argument("address", required=False)
@click.option("--cancel", is_flag=True, help="Cancel the move.")
@click.pass_obj
def move(session: CommandSession, address: str | None, cancel: bool) -> None:
    """Move the followers to the account ADDRESS. Without ADDRESS, show the state of the move.

    The new account must first name this blog as an alias. The running server checks this and sends the Move.
    """
    if address and cancel:
        raise click.UsageError(_("Please give either an address or --cancel."))
    if address:
        require_account(address)
    if address and sys.stdin.isatty():
        click.confirm(
            _("Move all followers to {address}? The other servers cannot undo it.", address=address), abort=True
        )

    async def work(services: Services) -> str:
        if address or cancel:
            await (request_move(services.store, address) if address else cancel_move(services.store))
            return _("Requested: the running server will do it. `syndicate move` shows the result.")
        state = await get_move_state(services.store)
        return (
            _("waiting for the server: {requested}", requested=state.requested)
            if state.requested
            else state.outcome or _("The blog has not moved.")
        )

    click.echo(session.run(work))
