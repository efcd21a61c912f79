"""`syndicate quotes`: who quotes the blog by leave, and taking that leave back."""

from typing import Any

import click

from syndicate.app import Study
from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.errors import QuoteNotFound
from syndicate.storage import Tables
from syndicate.storage.stamps import Stamp, StampKind

SHOWN = 200


@click.group()
def quotes() -> None:
    """See who quotes your posts, and take back the leave to."""


@quotes.command("list")
@as_json
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """The quotes that were allowed, newest first."""

    async def work(study: Study) -> list[dict[str, Any]]:
        return [await _row(study, stamp) for stamp in await study.store.stamps.newest(StampKind.QUOTE, SHOWN)]

    tell_rows(session.run(work), as_json=as_json, columns=("quote", "post", "state", "at"), nothing="No quotes.")


async def _row(study: Study, stamp: Stamp) -> dict[str, Any]:
    post = await study.store.posts.find(stamp.post)
    return {
        "quote": stamp.object,
        "author": stamp.actor,
        "post": post.slug if post else "",
        "state": "revoked" if stamp.revoked else "allowed",
        "at": stamp.created.isoformat(timespec="seconds"),
        "stamp": stamp.uri,
    }


@quotes.command()
@click.argument("quote")
@click.pass_obj
def revoke(session: Session, quote: str) -> None:
    """Take back the leave for a quote (its address as `quotes list` shows it). It is not given again."""

    async def work(study: Study) -> None:
        stamp = await _found(study, quote)
        post = await study.store.posts.find(stamp.post)
        if post is not None and not stamp.revoked:
            await study.store.transaction(lambda tx: study.approvals.revoke(tx, stamp, post))

    session.run(work)
    click.echo(f"{quote}: revoked")


@quotes.command()
@click.argument("quote")
@click.pass_obj
def allow(session: Session, quote: str) -> None:
    """Let a revoked quote be asked for again."""

    async def work(study: Study) -> None:
        stamp = await _found(study, quote)

        async def forget(tx: Tables) -> None:
            await tx.stamps.forget(stamp.uri)

        if stamp.revoked:
            await study.store.transaction(forget)

    session.run(work)
    click.echo(f"{quote}: may be asked for again")


async def _found(study: Study, quote: str) -> Stamp:
    stamp = await study.store.stamps.of_object(quote, StampKind.QUOTE) or await study.store.stamps.find(quote)
    if stamp is None or stamp.kind is not StampKind.QUOTE:
        raise QuoteNotFound(f"{quote}: no such quote was allowed; `syndicate quotes list` shows those that were")
    return stamp
