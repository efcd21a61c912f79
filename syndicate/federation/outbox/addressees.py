"""Addressees of the author's replies: the author of the comment, the accounts that it mentions, and names in the
text."""

from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.activitypub.access import as_list, as_text, types
from syndicate.activitypub.parse import RemoteNote, authority_of, host_of, origin
from syndicate.content import names
from syndicate.content.text import clean_name
from syndicate.model.comment import Comment
from syndicate.model.post import Mention
from syndicate.storage import Store, Tables
from syndicate.storage.mentions import KnownAccount

MAX_ADDRESSEES = 10
MAX_MENTIONS = 30


def mentioned_in(note: RemoteNote) -> list[Mention]:
    """Return the mentions of a note of another server, each with a full handle."""
    found = []
    for tag in as_list(note.raw.get("tag")):
        if not isinstance(tag, dict) or "Mention" not in types(tag.get("type")):
            continue
        actor = as_text(tag.get("href"))
        user = as_text(tag.get("name")).lstrip("@").partition("@")
        if origin(actor) and len(actor) <= 2048 and user[0]:
            handle = f"@{user[0]}@{user[2] or authority_of(actor)}"
            found.append(Mention(handle=clean_name(handle, limit=300), actor=actor))
    return found[:MAX_MENTIONS]


async def addressees(store: Store, ours: str, answered: Comment | None, *, only: bool) -> list[Mention]:
    """Return the author of a comment and (unless `only`) the accounts that it mentions: at most ten, without us and blocked
    accounts. `ours` is our origin."""
    if answered is None:
        return []
    author = answered.author
    first = [Mention(handle=author.handle or author.name, actor=author.uri)] if author.uri else []
    others = [] if only else await store.comments.list_mentions(answered.id)
    found: dict[str, Mention] = {}
    for mention in (*first, *others):
        if origin(mention.actor) == ours or await store.blocks.covers(mention.actor, host_of(mention.actor)):
            continue
        found.setdefault(mention.actor, mention)
    return list(found.values())[:MAX_ADDRESSEES]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedNames:
    """A text in which known `@user@host` are links, the accounts that it names, and the `unknown` names still to be
    looked up."""

    html: str
    named: tuple[Mention, ...]
    unknown: tuple[str, ...]


async def named_in(store: Store, html: str, host: str) -> LinkedNames:
    """Link the accounts that a text names; blocked ones stay text. `host` is ours."""
    handles = [handle for handle in names.people(html) if handle.rpartition("@")[2] != host]
    known = await store.mentions.find_known(handles)
    for handle in handles:
        actor = None if handle in known else await store.remote_actors.find_by_handle(f"@{handle}")
        if actor is not None:
            known[handle] = KnownAccount(actor=actor.uri, url=actor.url)
    unknown = tuple(handle for handle in handles if handle not in known)
    shown = {
        handle: known[handle]
        for handle in handles
        if handle in known and not await store.blocks.covers(known[handle].actor, host_of(known[handle].actor))
    }
    people = {handle: account.url for handle, account in shown.items()}
    linked = names.linked(html, people=people, tags={}, is_tag=lambda _: False)
    named = tuple(Mention(handle=f"@{handle}", actor=account.actor) for handle, account in shown.items())
    return LinkedNames(html=linked, named=named, unknown=unknown[:MAX_ADDRESSEES])


async def never_fetched(store: Tables, mentioned: Sequence[Mention]) -> tuple[str, ...]:
    """Return the ids of the mentioned accounts that were never fetched."""
    return tuple([mention.actor for mention in mentioned if await store.remote_actors.find(mention.actor) is None])
