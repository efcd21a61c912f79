"""A reply that somebody wrote elsewhere → a comment here, if all that has to hold does.

Used by the handlers of whatever can carry a reply: Create, Update, and activities whose object had to be fetched.
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
from syndicate.federation.actors.throttled_transport import MOST_CLIMBS_A_DAY, PASSED_OVER_FOR
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

REJECTIONS_COUNT_FOR = timedelta(days=90)
MOST_ANCESTORS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentLookup:
    """Up a conversation, from a reply that came: `answers` are the ids of those that were passed, and `is_meant` says
    whether that reply was for the blog too. Where it was not, other servers are spared."""

    answers: tuple[str, ...]
    is_meant: bool


async def place_of(store: Store, urls: Urls, address: str) -> tuple[str, str]:
    """What became of the answer with this id or address, for anybody who asks: `shown` and where, `waiting`, or
    `not-shown`, which is also said of what never arrived."""
    comment = await store.comments.find_by_address(address)
    post = await store.posts.find(comment.post) if comment else None
    if comment is None or post is None or not post.is_public:
        return "not-shown", ""
    if comment.state is CommentState.APPROVED:
        return "shown", f"{urls.absolute(post.path)}#{comment.anchor}"
    return ("waiting" if comment.state is CommentState.PENDING else "not-shown"), ""


async def fetch(uri: str, told: dict[str, Any], envelope: dict[str, Any], context: Context) -> Decision:
    """Decide about a reply that was only named, or came by somebody else's hand: its own origin says what it is.

    `told` is what the messenger says of it, believed only where it says that we need not ask: everybody can make us
    ask anybody. `envelope` is the activity of its author, whose addressing counts too; empty where it is not known.
    """
    if not origin(uri) or origin(uri) == origin(context.urls.base):
        return refused("object.origin")
    if await context.store.blocks.covers(uri, host_of(uri)):
        return refused("sender.blocked")
    told_of = as_id(told.get("inReplyTo"))
    if (
        told_of
        and await context.store.comments.find_by_uri(uri) is None
        and (await locate(context, told_of))[0] is None
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
    document: dict[str, Any], reached: Reach, actor: str, context: Context, climb: ParentLookup | None = None
) -> Decision:
    """Decide about a reply by `actor`, whose authenticity is established. It reached so far by note and activity
    together. `climb` is what it was fetched for, if it was not sent."""
    try:
        note = parse_note(document)
    except MalformedActivity as error:
        return refused(error.reason)
    if note.author != actor or origin(note.id) != origin(actor):
        return refused("object.author")
    if await context.store.blocks.covers(actor, host_of(actor)):
        return refused("sender.blocked")  # brought by another's hand
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
        post, parent = await _answered(note, context, climb)
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
    judgement = decide(facts, context.moderation)
    if before is not None and before.state is not CommentState.PENDING:
        judgement = _of_an_edit(before, html, judgement, context.moderation)
    if parent is not None and parent.state is CommentState.PENDING:
        judgement = ModerationDecision(state=CommentState.PENDING, reason="reply.to-unshown")
    comment = _comment(note, html, author, post, parent, before, judgement, reached, context)

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
            reason=judgement.reason,
            received=context.clock(),
        )
        if not kept:
            return ignored("object.not-newer")
        await tx.comments.set_mentions(comment.id, mentioned_in(note))
        return done(judgement.reason) if judgement.is_shown else held(judgement.reason)

    return keep


async def _answered(
    note: RemoteNote, context: Context, climb: ParentLookup | None
) -> tuple[Post | None, Comment | None]:
    """What a reply answers; comments between it and our post that we have not got are fetched."""
    post, parent = await locate(context, note.in_reply_to)
    if post is not None:
        return post, parent
    uri, passed = note.in_reply_to, climb.answers if climb else ()
    climb = ParentLookup(
        answers=(*passed, note.id), is_meant=climb.is_meant if climb else _is_meant_for_us(note, context)
    )
    if not origin(uri) or origin(uri) == origin(context.urls.base):
        return None, None
    if uri in climb.answers or len(climb.answers) > MOST_ANCESTORS:
        return None, None
    if await context.store.blocks.covers(uri, host_of(uri)):
        return None, None
    if not climb.is_meant and not await _may_ask(uri, context):
        return None, None
    try:
        found = await _fetched_ancestor(uri, context, climb)
    except RemoteUnavailable:
        if climb.is_meant:
            raise
        return None, None
    if found[0] is None and not climb.is_meant:
        now = context.clock()
        await context.store.transaction(lambda tx: tx.refetch_queue.ignore(uri, now))
    return found


async def _fetched_ancestor(uri: str, context: Context, climb: ParentLookup) -> tuple[Post | None, Comment | None]:
    try:
        document = await context.object(uri)
    except PERMANENT_REMOTE_ERRORS:
        return None, None
    decision = await take(document, reach_of(document), as_id(document.get("attributedTo")), context, climb)
    if not isinstance(decision, Verdict):
        await context.store.transaction(decision)
    return await locate(context, as_id(document))


def _is_meant_for_us(note: RemoteNote, context: Context) -> bool:
    """Whether it names or addresses an actor of ours."""
    addressed = (*note.mentions, *ids(note.raw.get("to")), *ids(note.raw.get("cc")))
    return any(context.local_actors.followable(address) is not None for address in addressed)


async def _may_ask(uri: str, context: Context) -> bool:
    """Whether a server is to be asked for the sake of a reply that is not meant for us: what the accounts that we
    follow say to others is nearly always of no concern."""
    now, host = context.clock(), host_of(uri)
    if await context.store.refetch_queue.is_ignored(uri, now - PASSED_OVER_FOR):
        return False
    free = await context.store.transaction(
        lambda tx: tx.refetch_queue.acquire_request(host, now=now, apart=timedelta(0), most=MOST_CLIMBS_A_DAY)
    )
    return free is None


def forget(uri: str, context: Context, *, for_good: bool = True) -> Decision:
    """What its own origin says is gone. `for_good` is false for a 404: it may come back."""

    async def erase(tx: Tables) -> Verdict:
        if for_good:
            await _bury(tx, uri, "", context)
        await tx.inbox_queue.delete_document(uri)
        await tx.received_notes.delete(uri)
        comment = await tx.comments.find_by_uri(uri)
        if comment is None:
            return ignored("object.gone")
        await records.delete(tx, comment)
        return done("delete.comment")

    return erase


def _without_words(note: RemoteNote, before: Comment | None) -> Decision:
    """Nothing is left that could be shown; a comment that was emptied is shown no longer."""

    async def withdraw(tx: Tables) -> Verdict:
        current = await tx.comments.find_by_uri(note.id)
        hers = current is not None and current.author.uri == note.author
        if current is not None and hers and note.updated is not None and note.updated > current.updated:
            await records.delete(tx, current)
        return ignored("object.empty")

    return ignored("object.empty") if before is None else withdraw


async def _bury(tx: Tables, uri: str, type: str, context: Context) -> None:
    await tx.tombstones.save(
        Tombstone(uri=uri, path=None, origin=origin(uri), type=type, published=None, gone_at=context.clock())
    )


async def _never_show(
    note: RemoteNote, context: Context, type: str, verdict: Verdict, *, withdrawn: Verdict
) -> Decision:
    """What is not meant for a blog is shown no longer and never will be: an older, wider copy may still be under
    way."""
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
        await _bury(tx, note.id, type, context)
        if comment is None:
            return verdict
        await records.delete(tx, comment)
        return withdrawn

    return withdraw


async def _facts(note: RemoteNote, post: Post, html: str, context: Context) -> CommentFacts:
    """What the blog's rule asks for, and no more: to count the latest comments is most of the cost of a reply."""
    now, table = context.clock(), context.store.comments
    match context.moderation:
        case "all":
            return CommentFacts()
        case "off":
            return CommentFacts(burst=await table.count_received_since(note.author, now - timedelta(minutes=10)))
        case "first-time":
            record = await table.get_author_record(note.author, since=now - REJECTIONS_COUNT_FOR)
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
    """The facts that are counted over the latest comments."""
    now, table = context.clock(), context.store.comments
    hour = now - timedelta(hours=1)
    if await table.is_duplicate(html, author_uri=note.author, since=now - timedelta(days=1)):
        return {"repeated": True}
    from_host, on_post = await table.count_recent(host=host_of(note.author), post=post.id, since=hour)
    return {"recent": await table.count_received_since(note.author, hour), "from_host": from_host, "on_post": on_post}


LINK = re.compile(r"<a\s[^>]*>")
TAGGING = re.compile(r'class="[^"]*\b(?:mention|hashtag)\b')


def _links(note: RemoteNote, html: str) -> int:
    """Links in the cleaned text that are neither mentions nor hashtags, of which there are no more than the note
    says."""
    links = LINK.findall(html)
    tagging = sum(1 for link in links if TAGGING.search(link))
    return len(links) - min(tagging, len(note.mentions) + len(note.hashtags))


def _of_an_edit(
    before: Comment, html: str, judgement: ModerationDecision, moderation: Moderation
) -> ModerationDecision:
    """An edit keeps the author's decision, unless other words stand in an approved comment now and it has many links,
    or all that is shown is to be read before."""
    must_wait = moderation == "all" or judgement.reason in ("comment.links", "comment.mentions")
    if before.state is CommentState.APPROVED and before.html != html and must_wait:
        return judgement
    return ModerationDecision(state=before.state, reason="comment.edited")


def _comment(
    note: RemoteNote,
    html: str,
    author: RemoteActor,
    post: Post,
    parent: Comment | None,
    before: Comment | None,
    judgement: ModerationDecision,
    reached: Reach,
    context: Context,
) -> Comment:
    now = context.clock()
    published = _not_ahead(note.published, now)
    updated = max(_not_ahead(note.updated or note.published, now), published)
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
        state=judgement.state,
        audience=Audience.UNLISTED if reached is Reach.UNLISTED else Audience.PUBLIC,
        published=published,
        updated=updated,
    )


def author_of(actor: RemoteActor) -> Author:
    """How a remote actor is shown as the author of a comment."""
    name = actor.name or actor.handle or host_of(actor.uri)
    return Author(name=name, uri=actor.uri, handle=actor.handle, url=actor.url, avatar=actor.avatar)


def _not_ahead(given: datetime | None, now: datetime) -> datetime:
    """A date is believed unless it lies ahead: a far future would win over every later edit."""
    return now if given is None or given > now else given
