"""Notes to or about the blog that are no comments, saved for its author: mentions, private messages, quotes."""

from typing import Any

from syndicate.activitypub.access import as_id, as_link, as_list, as_text, ids, types
from syndicate.activitypub.addressing import Reach, reach
from syndicate.activitypub.parse import RemoteNote, host_of, origin, own_page
from syndicate.comments import quotes
from syndicate.errors import MalformedActivity
from syndicate.federation.actors import opt_out
from syndicate.federation.inbox.context import Decision, InboxContext, done, held
from syndicate.federation.inbox.notes import read_note, render_note
from syndicate.federation.inbox.targets import locate
from syndicate.model.activity import Outcome, Verdict
from syndicate.model.post import Post
from syndicate.storage import Tables
from syndicate.storage.received_notes import NoteKind, ReceivedNote

QUOTES = ("quote", "quoteUrl", "quoteUri", "quoteURL", "_misskey_quote")
ADDRESSED = ("to", "cc", "bto", "bcc", "audience")
NOT_DELETED = ("Private", "NoBlog")
"""Tombstones of notes that are never shown, but exist."""
MAX_QUOTES = 5


async def keep_for_author(
    decision: Decision, document: dict[str, Any], envelope: dict[str, Any], actor: str, context: InboxContext
) -> Decision:
    """Extend a decision about an authentic note by `actor`: the note is saved for the author if it concerns the blog
    other than as a comment. `envelope` is the activity that it came in."""
    try:
        note = await read_note(document, context)
    except MalformedActivity:
        return decision
    if note.author != actor or origin(note.id) != origin(actor):
        return decision
    if await context.store.blocks.covers(actor, host_of(actor)):
        return decision
    is_private = reach(envelope, document) is Reach.PRIVATE
    quoted = None if is_private else await _quoted(note, context)
    is_meant = _is_meant(note, envelope, context)
    if is_private and not is_meant:
        is_meant = (await locate(context, note.in_reply_to))[0] is not None
    if not is_meant and quoted is None:
        return _forgetting(decision, note)
    author = await context.store.remote_actors.find(actor)
    may_be_shown = not (opt_out.declined_in_post(note) or (author is not None and author.opted_out))
    _, html, has_words = await render_note(note, context)

    async def settle(tx: Tables) -> Verdict:
        verdict = decision if isinstance(decision, Verdict) else await decision(tx)
        kinds = {
            NoteKind.PRIVATE: is_private and is_meant and verdict.outcome is Outcome.PRIVATE,
            NoteKind.MENTION: not is_private and is_meant and _is_no_comment(verdict),
            NoteKind.QUOTE: quoted is not None and verdict.outcome not in (Outcome.REFUSED, Outcome.PRIVATE),
        }
        tombstone = await tx.tombstones.find(note.id)
        if not has_words or (tombstone is not None and tombstone.type not in NOT_DELETED):
            kinds = dict.fromkeys(kinds, False)
        await quotes.delete(tx, note.id, actor=actor, kinds=[kind for kind, applies in kinds.items() if not applies])
        for kind in (kind for kind, applies in kinds.items() if applies):
            await quotes.save(
                tx,
                ReceivedNote(
                    uri=note.id,
                    kind=kind,
                    actor=actor,
                    url=own_page(note.id, note.url),
                    html=html,
                    post=quoted.id if quoted and kind is NoteKind.QUOTE else None,
                    published=note.published or context.clock(),
                    received=context.clock(),
                    may_be_shown=may_be_shown,
                ),
            )
        return _verdict_of(verdict, kinds)

    return settle


def _forgetting(decision: Decision, note: RemoteNote) -> Decision:
    """Extend a decision about a note that concerns the blog at most as a comment: an earlier version may have more."""

    async def settle(tx: Tables) -> Verdict:
        verdict = decision if isinstance(decision, Verdict) else await decision(tx)
        await quotes.delete(tx, note.id, actor=note.author)
        return verdict

    return settle


def _verdict_of(verdict: Verdict, kinds: dict[NoteKind, bool]) -> Verdict:
    """Return the verdict about a note that had no other effect."""
    if verdict.outcome is Outcome.IGNORED and kinds[NoteKind.MENTION]:
        return held("mention.kept")
    if verdict.outcome is Outcome.IGNORED and kinds[NoteKind.QUOTE]:
        return done("quote.kept")
    return verdict


def _is_no_comment(verdict: Verdict) -> bool:
    return verdict.reason in ("reply.elsewhere", "object.no-blog", "actor.no-blog") or (
        verdict.reason.startswith("timeline.") and verdict.outcome is not Outcome.REFUSED
    )


def _is_meant(note: RemoteNote, envelope: dict[str, Any], context: InboxContext) -> bool:
    """Whether a note mentions or addresses a local actor."""
    addressed = [address for each in (note.raw, envelope) for name in ADDRESSED for address in ids(each.get(name))]
    return any(context.local_actors.followable(address) is not None for address in (*note.mentions, *addressed))


async def _quoted(note: RemoteNote, context: InboxContext) -> Post | None:
    """Return the post that a note quotes, or whose reply by the author it quotes."""
    for address in quotes_of(note.raw)[:MAX_QUOTES]:
        post, _ = await locate(context, address)
        if post is not None and post.federates:
            return post
    return None


def quotes_of(document: dict[str, Any]) -> list[str]:
    """Return what a note quotes: by FEP-044f, by its predecessors, or by a link among its tags (FEP-e232)."""
    named = [as_id(document.get(name)) for name in QUOTES]
    tags = [tag for tag in as_list(document.get("tag")) if isinstance(tag, dict) and "Link" in types(tag.get("type"))]
    linked = [as_link(tag) for tag in tags if _is_quote(tag)]
    return list(dict.fromkeys(filter(None, (*named, *linked))))


def _is_quote(link: dict[str, Any]) -> bool:
    media_type = as_text(link.get("mediaType")).lower()
    return any("quote" in as_text(each) for each in as_list(link.get("rel"))) or "activitystreams" in media_type
