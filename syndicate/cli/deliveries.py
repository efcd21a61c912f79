"""`syndicate deliveries`: which server has what the blog said, which has not, when it was tried, and why it failed."""

import json
from datetime import datetime
from functools import partial
from typing import Any

import click

from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.content.text import excerpt, plain
from syndicate.errors import PostNotFound
from syndicate.services import Services
from syndicate.storage import Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind

SHOWN = 200
MEMBERS = ("detail", "error_description", "error", "message", "title")


@click.command()
@click.argument("key", required=False, metavar="[SLUG|ID]")
@click.option("--again", is_flag=True, help="Send anew what was given up of it.")
@as_json
@click.pass_obj
def deliveries(session: Session, key: str | None, again: bool, as_json: bool) -> None:
    """What was sent of one thing, server by server: of a post (by its SLUG, also when it is deleted), of an answer of
    yours, of a follow (by its id, or the account's name), or of an activity. Without it the latest of all, feeds and
    the like included."""
    if again and key is None:
        raise click.UsageError("--again needs the SLUG of a post, or the ID of an answer, a follow or an activity")

    async def work(services: Services) -> list[dict[str, Any]]:
        if key is None:
            found = await services.store.deliveries.list_newest(SHOWN)
        else:
            found = await _about(services, key)
            if again:
                await services.store.transaction(partial(_again, found, services.clock()))
                found = await _about(services, key)
        return [await _row(services, delivery) for delivery in found]

    columns = ("server", "what", "said", "state", "tries", "last", "status", "next", "answer")
    tell_rows(session.run(work), as_json=as_json, columns=columns, nothing="Nothing was sent.")


async def _again(found: list[Delivery], now: datetime, tx: Tables) -> None:
    for delivery in found:
        await tx.deliveries.retry(delivery, now)


async def _about(services: Services, key: str) -> list[Delivery]:
    """The deliveries of what a person means by `key`. Raises PostNotFound."""
    store = services.store
    post = await store.posts.find_by_slug(key)
    deleted = await store.tombstones.list_by_slug(key)
    answer = await store.comments.find(key)
    named = await store.remote_actors.find_by_handle(f"@{key.lstrip('@')}") if "@" in key else None
    keys = [key, *(gone.uri for gone in deleted)]
    keys += [known.uri for known in (post, answer, named) if known is not None]
    ids = {id: None for name in keys for id in await store.outbox.list_ids_about(name)}
    if post is None and not deleted and answer is None and not ids:
        raise PostNotFound(f"there is no post, answer, follow or activity {key!r}; nothing was sent under this name")
    found = await store.deliveries.list_by_activities(list(ids))
    if post is not None:
        others = await store.deliveries.list_by_post(post.id)
        found += [delivery for delivery in others if delivery.activity not in ids]
    return found


def _in_words(answer: str) -> str:
    """What a server said; many say it as JSON (RFC 9457, or as Mastodon does), some as a whole page."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return excerpt(plain(answer), words=20)
    named = (said.get(name) for name in MEMBERS) if isinstance(said, dict) else ()
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
        "answer": _in_words(delivery.answer),
        "kind": delivery.kind.value,
        "inbox": delivery.inbox,
        "activity": said.uri if said else "",
        "about": delivery.object,
        "changed": _time(delivery.changed),
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
