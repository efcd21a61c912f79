"""Turns replies of other servers into comments, if all conditions hold.

Used by the handlers of Create and Update, and of activities whose object has to be fetched.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from syndicate.activitypub.access import as_id, ids, types
from syndicate.activitypub.addressing import Reach, reach, reach_of
from syndicate.activitypub.parse import RemoteNote, host_of, origin, own_page, parse_note
from syndicate.comments import records
from syndicate.comments.policy import CommentFacts, Moderation, ModerationDecision, decide
from syndicate.errors import PERMANENT_REMOTE_ERRORS, MalformedActivity, RemoteUnavailable
from syndicate.federation.actors import opt_out
from syndicate.federation.actors.throttled_transport import IRRELEVANT_RETENTION, MAX_ANCESTOR_REQUESTS_PER_DAY
from syndicate.federation.inbox import received_notes
from syndicate.federation.inbox.context import Context, Decision, done, held, ignored, private, refused
from syndicate.federation.inbox.shown_form import FORM_VERSION
from syndicate.federation.inbox.targets import locate
from syndicate.federation.outbox.addressees import mentioned_in
from syndicate.model.activity import Verdict
from syndicate.model.actor import RemoteActor
from syndicate.model.comment import Audience, Author, Comment, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.model.post import Post
from syndicate.storage import Store, Tables
from syndicate.storage.tombstones import Tombstone
from syndicate.urls import Urls

REJECTION_RETENTION = timedelta(days=90)
MAX_ANCESTORS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentLookup:
    """A search for the ancestors of a received reply: `answers` are the ids passed so far, `is_meant` whether that
    reply was addressed to the blog, too. If it was not, requests to other servers are limited."""

    answers: tuple[str, ...]
    is_meant: bool


async def place_of(store: Store, urls: Urls, address: str) -> tuple[str, str]:
    """Return the public status of the reply with this id or address: `shown` with its address, `waiting`, or
    `not-shown`, also for one that never arrived."""
    comment = await store.comments.find_by_address(address)
    post = await store.posts.find(comment.post) if comment else None
    if comment is None or post is None or not post.is_public:
        return "not-shown", ""
    if comment.state is CommentState.APPROVED:
        return "shown", f"{urls.absolute(post.path)}#{comment.anchor}"
    return ("waiting" if comment.state is CommentState.PENDING else "not-shown"), ""


async def fetch(uri: str, hint: dict[str, Any], envelope: dict[str, Any], context: Context) -> Decision:
    """Fetch a reply from its origin and decide about it, because it was only named or forwarded.

    `hint` is the forwarded copy, trusted only where it makes the fetch unnecessary, so that nobody can direct our
    requests. `envelope` is the activity of its author, whose addressing counts, too; empty if it is not known.
    """
    if not origin(uri) or origin(uri) == origin(context.urls.base):
        return refused("object.origin")
    if await context.store.blocks.covers(uri, host_of(uri)):
        return refused("sender.blocked")
    hinted_parent = as_id(hint.get("inReplyTo"))
    if (
        hinted_parent
        and await context.store.comments.find_by_uri(uri) is None
        and (await locate(context, hinted_parent))[0] is None
    ):
        return ignored("reply.elsewhere")
    try:
        document = await context.object(uri)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("object.unavailable")
    if "Tombstone" in types(document.get("type")):
        return forget(uri, context)
    author = as_id(document.get("attributedTo"))
    decision = await take(document, reach(envelope, document), author, context)
    return await received_notes.noticed(decision, document, envelope, author, context)


async def take(
    document: dict[str, Any], reached: Reach, actor: str, context: Context, lookup: ParentLookup | None = None
) -> Decision:
    """Decide about an authentic reply by `actor`. `reached` is the reach of note and activity together, `lookup` the
    search that it was fetched for, if any."""
    try:
        note = parse_note(document)
    except MalformedActivity as error:
        return refused(error.reason)
    if note.author != actor or origin(note.id) != origin(actor):
        return refused("object.author")
    if await context.store.blocks.covers(actor, host_of(actor)):
        return refused("sender.blocked")  # it was forwarded
    before = await context.store.comments.find_by_uri(note.id)
    if before is not None and before.author.uri != note.author:
        return refused("update.not-owner")
    if reached is Reach.PRIVATE:
        return await _never_show(
            note, context, "Private", private("object.private"), withdrawn=private("object.narrowed")
        )
    if opt_out.declined_in_post(note):
        verdict = ignored("object.no-blog")
        return await _never_show(note, context, "NoBlog", verdict, withdrawn=verdict)
    if await context.store.tombstones.find(note.id) is not None:
        return ignored("object.gone")
    if before is not None:
        post, parent = await context.store.posts.find(before.post), None  # an edit moves nothing elsewhere
    else:
        post, parent = await _answered(note, context, lookup)
    if post is None:
        return ignored("reply.elsewhere")
    if not post.federates:
        return ignored("reply.no-such-post")
    if not post.comments_open and before is None:
        return refused("comment.closed")
    if parent is not None and parent.state not in (CommentState.APPROVED, CommentState.PENDING):
        return ignored("reply.to-unshown")
    try:
        author = await context.actors.get(actor)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")
    if author.opted_out:
        return ignored("actor.no-blog")
    source, html, has_words = await context.sanitizer_thread.do(context.shown.of_note, note)
    if not has_words:
        return _without_words(note, before)
    facts = await _facts(note, post, html, context)
    moderation_decision = decide(facts, context.moderation)
    if before is not None and before.state is not CommentState.PENDING:
        moderation_decision = _of_an_edit(before, html, moderation_decision, context.moderation)
    if parent is not None and parent.state is CommentState.PENDING:
        moderation_decision = ModerationDecision(state=CommentState.PENDING, reason="reply.to-unshown")
    comment = _comment(note, html, author, post, parent, before, moderation_decision, reached, context)

    async def keep(tx: Tables) -> Verdict:
        if await tx.posts.find(post.id) is None:
            return ignored("reply.no-such-post")
        if await tx.tombstones.find(note.id) is not None:
            return ignored("object.gone")
        kept = await records.save(
            tx,
            comment,
            raw_html=source,
            sanitizer=FORM_VERSION,
            reason=moderation_decision.reason,
            received=context.clock(),
        )
        if not kept:
            return ignored("object.not-newer")
        await tx.comments.set_mentions(comment.id, mentioned_in(note))
        return done(moderation_decision.reason) if moderation_decision.is_shown else held(moderation_decision.reason)

    return keep


async def _answered(
    note: RemoteNote, context: Context, lookup: ParentLookup | None
) -> tuple[Post | None, Comment | None]:
    """Return what a reply answers; missing comments between it and our post are fetched."""
    post, parent = await locate(context, note.in_reply_to)
    if post is not None:
        return post, parent
    uri, passed = note.in_reply_to, lookup.answers if lookup else ()
    lookup = ParentLookup(
        answers=(*passed, note.id), is_meant=lookup.is_meant if lookup else _is_addressed_to_us(note, context)
    )
    if not origin(uri) or origin(uri) == origin(context.urls.base):
        return None, None
    if uri in lookup.answers or len(lookup.answers) > MAX_ANCESTORS:
        return None, None
    if await context.store.blocks.covers(uri, host_of(uri)):
        return None, None
    if not lookup.is_meant and not await _may_ask(uri, context):
        return None, None
    try:
        found = await _fetched_ancestor(uri, context, lookup)
    except RemoteUnavailable:
        if lookup.is_meant:
            raise
        return None, None
    if found[0] is None and not lookup.is_meant:
        now = context.clock()
        await context.store.transaction(lambda tx: tx.refetch_queue.ignore(uri, now))
    return found


async def _fetched_ancestor(uri: str, context: Context, lookup: ParentLookup) -> tuple[Post | None, Comment | None]:
    try:
        document = await context.object(uri)
    except PERMANENT_REMOTE_ERRORS:
        return None, None
    decision = await take(document, reach_of(document), as_id(document.get("attributedTo")), context, lookup)
    if not isinstance(decision, Verdict):
        await context.store.transaction(decision)
    return await locate(context, as_id(document))


def _is_addressed_to_us(note: RemoteNote, context: Context) -> bool:
    """Whether a note mentions or addresses a local actor."""
    addressed = (*note.mentions, *ids(note.raw.get("to")), *ids(note.raw.get("cc")))
    return any(context.local_actors.followable(address) is not None for address in addressed)


async def _may_ask(uri: str, context: Context) -> bool:
    """Whether a server may be asked because of a reply that is not addressed to us: what followed accounts reply to
    others hardly ever concerns the blog."""
    now, host = context.clock(), host_of(uri)
    if await context.store.refetch_queue.is_ignored(uri, now - IRRELEVANT_RETENTION):
        return False
    free = await context.store.transaction(
        lambda tx: tx.refetch_queue.acquire_request(
            host, now=now, apart=timedelta(0), most=MAX_ANCESTOR_REQUESTS_PER_DAY
        )
    )
    return free is None


def forget(uri: str, context: Context, *, for_good: bool = True) -> Decision:
    """Delete what is gone at its own origin. `for_good` is false for a 404, since it may come back."""

    async def erase(tx: Tables) -> Verdict:
        if for_good:
            await _save_tombstone(tx, uri, "", context)
        await tx.inbox_queue.delete_document(uri)
        await tx.received_notes.delete(uri)
        comment = await tx.comments.find_by_uri(uri)
        if comment is None:
            return ignored("object.gone")
        await records.delete(tx, comment)
        return done("delete.comment")

    return erase


def _without_words(note: RemoteNote, before: Comment | None) -> Decision:
    """Decide about a reply with nothing to show; a comment that was emptied is deleted."""

    async def withdraw(tx: Tables) -> Verdict:
        current = await tx.comments.find_by_uri(note.id)
        is_by_author = current is not None and current.author.uri == note.author
        if current is not None and is_by_author and note.updated is not None and note.updated > current.updated:
            await records.delete(tx, current)
        return ignored("object.empty")

    return ignored("object.empty") if before is None else withdraw


async def _save_tombstone(tx: Tables, uri: str, type: str, context: Context) -> None:
    await tx.tombstones.save(
        Tombstone(uri=uri, path=None, origin=origin(uri), type=type, published=None, gone_at=context.clock())
    )


async def _never_show(
    note: RemoteNote, context: Context, type: str, verdict: Verdict, *, withdrawn: Verdict
) -> Decision:
    """Delete a reply that must not be shown and save a tombstone, since an older public copy may still arrive."""
    before = await context.store.comments.find_by_uri(note.id)
    if before is None:
        answered, _ = await locate(context, note.in_reply_to)
        concerns_us = answered is not None
    else:
        concerns_us = before.author.uri == note.author
    if not concerns_us:
        return verdict

    async def withdraw(tx: Tables) -> Verdict:
        comment = await tx.comments.find_by_uri(note.id)
        if comment is not None and comment.author.uri != note.author:
            return refused("update.not-owner")
        await _save_tombstone(tx, note.id, type, context)
        if comment is None:
            return verdict
        await records.delete(tx, comment)
        return withdrawn

    return withdraw


async def _facts(note: RemoteNote, post: Post, html: str, context: Context) -> CommentFacts:
    """Return the facts that the moderation policy needs and no more, since counting is most of the cost of a reply."""
    now, table = context.clock(), context.store.comments
    match context.moderation:
        case "all":
            return CommentFacts()
        case "off":
            return CommentFacts(burst=await table.count_received_since(note.author, now - timedelta(minutes=10)))
        case "first-time":
            record = await table.get_author_record(note.author, since=now - REJECTION_RETENTION)
            known = CommentFacts(
                links=_links(note, html),
                mentions=sum(1 for mention in note.mentions if host_of(mention) != context.urls.host),
                approved=record.approved,
                rejected=record.rejected,
            )
            if not decide(known, context.moderation).is_shown:
                return known
            return replace(known, **await _counts(note, post, html, context))
        case _:
            assert_never(context.moderation)


async def _counts(note: RemoteNote, post: Post, html: str, context: Context) -> dict[str, Any]:
    """Return the facts that are counted over recent comments."""
    now, table = context.clock(), context.store.comments
    hour = now - timedelta(hours=1)
    if await table.is_duplicate(html, author_uri=note.author, since=now - timedelta(days=1)):
        return {"repeated": True}
    from_host, on_post = await table.count_recent(host=host_of(note.author), post=post.id, since=hour)
    return {"recent": await table.count_received_since(note.author, hour), "from_host": from_host, "on_post": on_post}


LINK = re.compile(r"<a\s[^>]*>")
TAGGING = re.compile(r'class="[^"]*\b(?:mention|hashtag)\b')


def _links(note: RemoteNote, html: str) -> int:
    """Count the links in the sanitized text without mentions and hashtags, of which at most as many are believed as the
    note lists."""
    links = LINK.findall(html)
    tagging = sum(1 for link in links if TAGGING.search(link))
    return len(links) - min(tagging, len(note.mentions) + len(note.hashtags))


def _of_an_edit(
    before: Comment, html: str, moderation_decision: ModerationDecision, moderation: Moderation
) -> ModerationDecision:
    """Decide about an edit: the author's decision stays, unless the text of an approved comment has changed and it has
    many links, or all comments are moderated."""
    must_wait = moderation == "all" or moderation_decision.reason in ("comment.links", "comment.mentions")
    if before.state is CommentState.APPROVED and before.html != html and must_wait:
        return moderation_decision
    return ModerationDecision(state=before.state, reason="comment.edited")


def _comment(
    note: RemoteNote,
    html: str,
    author: RemoteActor,
    post: Post,
    parent: Comment | None,
    before: Comment | None,
    moderation_decision: ModerationDecision,
    reached: Reach,
    context: Context,
) -> Comment:
    now = context.clock()
    published = _not_in_future(note.published, now)
    updated = max(_not_in_future(note.updated or note.published, now), published)
    id = before.id if before else new_id(now)
    return Comment(
        id=id,
        post=post.id,
        parent=before.parent if before else parent.id if parent else None,
        uri=note.id,
        url=own_page(note.id, note.url),
        anchor=f"comment-{id}",
        source=CommentSource.REPLY,
        author=author_of(author),
        html=html,
        state=moderation_decision.state,
        audience=Audience.UNLISTED if reached is Reach.UNLISTED else Audience.PUBLIC,
        published=published,
        updated=updated,
    )


def author_of(actor: RemoteActor) -> Author:
    """Return a remote actor as the author of a comment."""
    name = actor.name or actor.handle or host_of(actor.uri)
    return Author(name=name, uri=actor.uri, handle=actor.handle, url=actor.url, avatar=actor.avatar)


def _not_in_future(given: datetime | None, now: datetime) -> datetime:
    """Return a date, but none in the future: that would win over every later edit."""
    return now if given is None or given > now else given
