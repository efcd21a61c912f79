"""`syndicate deliveries`: show for each server whether a delivery arrived, when it was tried, and why it failed."""

import json
from datetime import datetime
from functools import partial
from typing import Any

import click

from syndicate.cli.session import Session, as_json, print_rows
from syndicate.content.text import excerpt, plain
from syndicate.errors import PostNotFound
from syndicate.services.commands import Services
from syndicate.storage import Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind
from syndicate.storage.held_deliveries import Held

MAX_ROWS = 200
MESSAGE_FIELDS = ("detail", "error_description", "error", "message", "title")


@click.command()
@click.argument("key", required=False, metavar="[SLUG|ID]")
@click.option("--again", is_flag=True, help="Retry the deliveries that were given up.")
@click.option("--resume", is_flag=True, help="Send what is held since a backup was restored.")
@as_json
@click.pass_obj
def deliveries(session: Session, key: str | None, again: bool, resume: bool, as_json: bool) -> None:
    """List deliveries by server: of a post (its SLUG, even if deleted), of one of your replies, of a follow (its ID
    or the handle), or of an activity. Without an argument, list the latest deliveries of all kinds, including feed
    pushes.
    """
    if again and key is None:
        raise click.UsageError("--again needs the SLUG of a post, or the ID of a reply, a follow or an activity")

    if resume:
        _resume(session)
        return

    async def work(services: Services) -> list[dict[str, Any]]:
        if key is None:
            found = await services.store.delivery_lists.list_newest(MAX_ROWS)
        else:
            found = await _about(services, key)
            if again:
                await services.store.transaction(partial(_retry, found, services.clock()))
                found = await _about(services, key)
        return [await _row(services, delivery) for delivery in found]

    columns = ("server", "what", "said", "state", "tries", "last", "status", "next", "answer")
    print_rows(session.run(work), as_json=as_json, columns=columns, nothing="No deliveries yet.")


def _resume(session: Session) -> None:
    async def work(services: Services) -> Held:
        return await services.store.transaction(lambda tx: tx.held_deliveries.resume(services.clock()))

    held = session.run(work)
    if not held:
        click.echo("No deliveries are held.")
        return
    click.echo(
        f"{held.deliveries} deliveries and {held.activities} announcements are sent now, unless they are out of date."
    )


async def _retry(found: list[Delivery], now: datetime, tx: Tables) -> None:
    for delivery in found:
        await tx.deliveries.retry(delivery, now)


async def _about(services: Services, key: str) -> list[Delivery]:
    """Return the deliveries of what `key` refers to. Raises PostNotFound."""
    store = services.store
    post = await store.posts.find_by_slug(key)
    deleted = await store.tombstones.list_by_slug(key)
    answer = await store.comments.find(key)
    named = await store.remote_actors.find_by_handle(f"@{key.lstrip('@')}") if "@" in key else None
    keys = [key, *(gone.uri for gone in deleted)]
    keys += [known.uri for known in (post, answer, named) if known is not None]
    ids = {id: None for name in keys for id in await store.outbox.list_ids_about(name)}
    if post is None and not deleted and answer is None and not ids:
        raise PostNotFound(f"there is no post, reply, follow or activity {key!r}")
    found = await store.delivery_lists.list_by_activities(list(ids))
    if post is not None:
        others = await store.delivery_lists.list_by_post(post.id)
        found += [delivery for delivery in others if delivery.activity not in ids]
    return found


def _message(answer: str) -> str:
    """Return the message in a server's answer, which may be JSON (RFC 9457, or as Mastodon sends it) or an HTML page."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return excerpt(plain(answer), words=20)
    named = (said.get(name) for name in MESSAGE_FIELDS) if isinstance(said, dict) else ()
    return next((text for text in named if isinstance(text, str) and text), answer[:120])


async def _row(services: Services, delivery: Delivery) -> dict[str, Any]:
    is_activity = delivery.kind is DeliveryKind.ACTIVITY
    said = await services.store.outbox.get(delivery.activity) if is_activity else None
    host = await services.store.hosts.find(delivery.queue_key)
    waits = delivery.state.value == "waiting"
    due = max(until for until in (delivery.due, host.paused_until, host.asked_until) if until is not None)
    return {
        "server": delivery.host,
        "what": said.type if said else "" if is_activity else delivery.kind.value,
        "state": delivery.state.value,
        "tries": delivery.attempts,
        "status": delivery.status,
        "said": _time(said.published) if said else "",
        "last": _time(delivery.changed) if delivery.attempts or not waits else "",
        "next": _time(due) if waits else "",
        "answer": _message(delivery.answer),
        "kind": delivery.kind.value,
        "inbox": delivery.inbox,
        "activity": said.uri if said else "",
        "about": delivery.object,
        "changed": _time(delivery.changed),
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
