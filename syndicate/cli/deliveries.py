"""`syndicate deliveries`: which server has a post, which has not, and why."""

import json
from typing import Any

import click

from syndicate.app import Study
from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.content.text import excerpt, plain
from syndicate.errors import PostNotFound
from syndicate.storage.deliveries import Delivery, DeliveryKind

SHOWN = 200
MEMBERS = ("detail", "error_description", "error", "message", "title")


@click.command()
@click.argument("slug", required=False)
@click.option("--again", is_flag=True, help="Send anew what was given up of the post.")
@as_json
@click.pass_obj
def deliveries(session: Session, slug: str | None, again: bool, as_json: bool) -> None:
    """What was sent of the post SLUG, server by server; without SLUG the latest of all, feeds and the like included."""
    if again and slug is None:
        raise click.UsageError("--again needs the SLUG of a post")

    async def work(study: Study) -> list[dict[str, Any]]:
        if slug is None:
            found = await study.store.deliveries.newest(SHOWN)
        else:
            post = await study.store.posts.by_slug(slug)
            if post is None:
                raise PostNotFound(f"there is no post with the slug {slug!r}")
            if again:
                await study.store.transaction(lambda tx: tx.deliveries.again(post.id, study.clock()))
            found = await study.store.deliveries.of_post(post.id)
        return [await _row(study, delivery) for delivery in found]

    columns = ("server", "what", "state", "tries", "status", "next", "answer")
    tell_rows(session.run(work), as_json=as_json, columns=columns, nothing="Nothing was sent.")


def _in_words(answer: str) -> str:
    """What a server said; many say it as JSON (RFC 9457, or as Mastodon does), some as a whole page."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return excerpt(plain(answer), words=20)
    named = (said.get(name) for name in MEMBERS) if isinstance(said, dict) else ()
    return next((text for text in named if isinstance(text, str) and text), answer[:120])


async def _row(study: Study, delivery: Delivery) -> dict[str, Any]:
    is_activity = delivery.kind is DeliveryKind.ACTIVITY
    said = await study.store.outbox.get(delivery.activity) if is_activity else None
    host = await study.store.hosts.find(delivery.lane)
    waits = delivery.state.value == "waiting"
    due = max(until for until in (delivery.due, host.paused_until, host.asked_until) if until is not None)
    return {
        "server": delivery.host,
        "what": said.type if said else "" if is_activity else delivery.kind.value,
        "state": delivery.state.value,
        "tries": delivery.attempts,
        "status": delivery.status,
        "next": due.isoformat(timespec="seconds") if waits else "",
        "answer": _in_words(delivery.answer),
        "kind": delivery.kind.value,
        "inbox": delivery.inbox,
        "activity": said.uri if said else "",
        "about": delivery.object,
        "changed": delivery.changed.isoformat(timespec="seconds"),
    }
