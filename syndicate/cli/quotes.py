"""`syndicate quotes`: list quotes of the blog's posts, and revoke or allow them."""

from collections.abc import Awaitable, Callable
from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.comments import quotes as decisions
from syndicate.comments.known_quotes import KnownQuote, list_known
from syndicate.content.scripts import marked
from syndicate.content.text import plain
from syndicate.federation.outbox.quote_decisions import QuoteDecisions
from syndicate.services.commands import Services
from syndicate.storage import Store
from syndicate.translation import _

MAX_ROWS = 200


@click.group()
def quotes() -> None:
    """List quotes of your posts, and revoke or allow them."""


@quotes.command("list")
@as_json
@click.pass_obj
def list_(session: CommandSession, as_json: bool) -> None:
    """List quotes of your posts, newest first, with their texts and whether they were allowed."""
    columns = ("quote", "name", "words", "post", "state", "shown", "at")
    print_rows(session.run(_rows), as_json=as_json, columns=columns, nothing=_("No quotes."))


async def _rows(services: Services) -> list[dict[str, Any]]:
    return [_row(known) for known in await list_known(services.store, MAX_ROWS)]


def _row(known: KnownQuote) -> dict[str, Any]:
    note, actor = known.note, known.author
    return {
        "quote": known.uri,
        "author": known.actor,
        "name": " ".join(filter(None, (actor.name, marked(actor.handle)))) if actor else "",
        "words": plain(note.html) if note else "",
        "url": note.url if note else "",
        "post": known.post.slug if known.post else "",
        "state": known.state,
        "shown": "shown" if note and note.shown else "",
        "at": known.at.isoformat(timespec="seconds") if known.at else "",
        "stamp": known.authorization.uri if known.authorization else "",
    }


@quotes.command()
@click.argument("quote")
@click.pass_obj
def revoke(session: CommandSession, quote: str) -> None:
    """Revoke the authorization of a quote (its address as `quotes list` shows it), and show it no longer. The
    authorization is not given again."""

    async def work(services: Services) -> None:
        await QuoteDecisions(services.store, services.authorizations).revoke(quote)

    session.run(work)
    click.echo(_("{quote}: revoked", quote=quote))


@quotes.command()
@click.argument("quote")
@click.pass_obj
def allow(session: CommandSession, quote: str) -> None:
    """Allow a revoked quote to be requested again."""

    async def work(services: Services) -> None:
        await QuoteDecisions(services.store, services.authorizations).allow(quote)

    session.run(work)
    click.echo(_("{quote}: may be requested again", quote=quote))


def _decision(name: str, done: str, help: str, decide: Callable[[Store, str], Awaitable[None]]) -> None:
    @quotes.command(name, help=help)
    @click.argument("ids", nargs=-1, required=True, metavar="QUOTE…")
    @click.pass_obj
    def command(session: CommandSession, ids: tuple[str, ...]) -> None:
        async def work(services: Services) -> None:
            for uri in ids:
                await decide(services.store, uri)
                click.echo(f"{uri}: {done}")

        session.run(work)


_decision("approve", "shown under the post", _("Show these quotes under the posts that they quote."), decisions.show)
_decision("reject", "not shown", _("Show these quotes no longer."), decisions.hide)
