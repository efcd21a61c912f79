"""`syndicate quotes`: list quotes of the blog's posts, and revoke or allow them."""

from collections.abc import Awaitable, Callable
from typing import Any

import click

from syndicate.activitypub.parse import host_of
from syndicate.cli.session import Session, as_json, print_rows
from syndicate.comments import quotes as decisions
from syndicate.content.scripts import marked
from syndicate.content.text import plain
from syndicate.errors import QuoteNotFound
from syndicate.services.commands import Services
from syndicate.storage import Store, Tables
from syndicate.storage.authorizations import Authorization, AuthorizationKind
from syndicate.storage.received_notes import NoteKind, ReceivedNote

MAX_ROWS = 200


@click.group()
def quotes() -> None:
    """List quotes of your posts, and revoke or allow them."""


@quotes.command("list")
@as_json
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """List quotes of your posts, newest first, with their texts and whether they were allowed."""
    columns = ("quote", "name", "words", "post", "state", "shown", "at")
    print_rows(session.run(_rows), as_json=as_json, columns=columns, nothing="No quotes.")


async def _rows(services: Services) -> list[dict[str, Any]]:
    authorizations = {
        authorization.object: authorization
        for authorization in await services.store.authorizations.list_newest(AuthorizationKind.QUOTE, MAX_ROWS)
    }
    notes = {
        note.uri: note
        for note in await services.store.received_notes.list_newest([NoteKind.QUOTE], seen=True, limit=MAX_ROWS)
        if not await services.store.blocks.covers(note.actor, host_of(note.actor))
    }
    rows = [await _row(services, uri, authorizations.get(uri), notes.get(uri)) for uri in {**authorizations, **notes}]
    return sorted(rows, key=lambda row: str(row["at"]), reverse=True)


async def _row(
    services: Services, uri: str, authorization: Authorization | None, note: ReceivedNote | None
) -> dict[str, Any]:
    post = await services.store.posts.find((authorization.post if authorization else note.post if note else None) or "")
    author = authorization.actor if authorization else note.actor if note else ""
    actor = await services.store.remote_actors.find(author)
    at = authorization.created if authorization else note.received if note else None
    return {
        "quote": uri,
        "author": author,
        "name": " ".join(filter(None, (actor.name, marked(actor.handle)))) if actor else "",
        "words": plain(note.html) if note else "",
        "url": note.url if note else "",
        "post": post.slug if post else "",
        "state": "unasked" if authorization is None else "revoked" if authorization.revoked else "allowed",
        "shown": "shown" if note and note.shown else "",
        "at": at.isoformat(timespec="seconds") if at else "",
        "stamp": authorization.uri if authorization else "",
    }


@quotes.command()
@click.argument("quote")
@click.pass_obj
def revoke(session: Session, quote: str) -> None:
    """Revoke the authorization of a quote (its address as `quotes list` shows it), and show it no longer. The
    authorization is not given again."""

    async def work(services: Services) -> None:
        authorization = await _found(services, quote)
        post = await services.store.posts.find(authorization.post)
        if post is not None and not authorization.revoked:
            await services.store.transaction(lambda tx: services.authorizations.revoke(tx, authorization, post))
        if await services.store.received_notes.find_quote(authorization.object) is not None:
            await decisions.hide(services.store, authorization.object)

    session.run(work)
    click.echo(f"{quote}: revoked")


@quotes.command()
@click.argument("quote")
@click.pass_obj
def allow(session: Session, quote: str) -> None:
    """Allow a revoked quote to be requested again."""

    async def work(services: Services) -> None:
        authorization = await _found(services, quote)

        async def forget(tx: Tables) -> None:
            await tx.authorizations.delete(authorization.uri)

        if authorization.revoked:
            await services.store.transaction(forget)

    session.run(work)
    click.echo(f"{quote}: may be requested again")


def _decision(name: str, done: str, help: str, decide: Callable[[Store, str], Awaitable[None]]) -> None:
    @quotes.command(name, help=help)
    @click.argument("ids", nargs=-1, required=True, metavar="QUOTE…")
    @click.pass_obj
    def command(session: Session, ids: tuple[str, ...]) -> None:
        async def work(services: Services) -> None:
            for uri in ids:
                await decide(services.store, uri)
                click.echo(f"{uri}: {done}")

        session.run(work)


_decision("approve", "shown under the post", "Show these quotes under the posts that they quote.", decisions.show)
_decision("reject", "not shown", "Show these quotes no longer.", decisions.hide)


async def _found(services: Services, quote: str) -> Authorization:
    authorization = await services.store.authorizations.find_by_object(
        quote, AuthorizationKind.QUOTE
    ) or await services.store.authorizations.find(quote)
    if authorization is None or authorization.kind is not AuthorizationKind.QUOTE:
        raise QuoteNotFound(f"{quote}: there is no allowed quote with this address; `syndicate quotes list` shows them")
    return authorization
