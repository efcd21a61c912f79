"""Turns replies of other servers into comments, if all conditions hold.

Used by the handlers of Create and Update, and of activities whose object has to be fetched.
"""

from typing import Any

from syndicate.activitypub.access import as_id, types
from syndicate.activitypub.addressing import Reach, reach, reach_of
from syndicate.activitypub.parse import RemoteNote, host_of, origin, own_page
from syndicate.comments.admission import AdmitOutcome, admit, moderate
from syndicate.comments.draft import CommentDraft, ModerationDecision, Target, not_in_future
from syndicate.errors import PERMANENT_REMOTE_ERRORS, MalformedActivity
from syndicate.federation.actors import opt_out
from syndicate.federation.actors.remote_actors import author_of
from syndicate.federation.inbox import received_notes
from syndicate.federation.inbox.ancestors import ParentLookup, find_target
from syndicate.federation.inbox.context import Decision, InboxContext, done, held, ignored, private, refused
from syndicate.federation.inbox.deletions import delete_empty, forget, never_show
from syndicate.federation.inbox.notes import read_note, render_note
from syndicate.federation.inbox.shown_form import FORM_VERSION
from syndicate.federation.inbox.targets import locate
from syndicate.federation.outbox.addressees import mentioned_in
from syndicate.model.activity import Verdict
from syndicate.model.actor import RemoteActor
from syndicate.model.comment import Audience, Comment, CommentSource, CommentState
from syndicate.storage import Tables


async def fetch(uri: str, hint: dict[str, Any], envelope: dict[str, Any], context: InboxContext) -> Decision:
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
    return await received_notes.keep_for_author(decision, document, envelope, author, context)


async def restore(uri: str, context: InboxContext) -> Decision:
    """Take a deleted reply in again, if it was deleted here and its origin serves it again."""
    tombstone = await context.store.tombstones.find(uri)
    if tombstone is None or tombstone.type or tombstone.origin == origin(context.urls.base):
        return ignored("undo.unknown")
    try:
        document = await context.object(uri, anew=True)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("object.unavailable")
    if "Tombstone" in types(document.get("type")):
        return ignored("object.gone")
    await context.store.transaction(lambda tx: tx.tombstones.delete(uri))
    return await take(document, reach_of(document), as_id(document.get("attributedTo")), context)


async def take(
    document: dict[str, Any], reached: Reach, actor: str, context: InboxContext, lookup: ParentLookup | None = None
) -> Decision:
    """Decide about an authentic reply by `actor`. `reached` is the reach of note and activity together, `lookup` the
    search that it was fetched for, if any."""
    try:
        note = await read_note(document, context)
    except MalformedActivity as error:
        return refused(error.reason)
    if note.author != actor or origin(note.id) != origin(actor):
        return refused("object.author")
    if await context.store.blocks.covers(actor, host_of(actor)):
        return refused("sender.blocked")  # it was forwarded
    earlier = await context.store.comments.find_by_uri(note.id)
    if earlier is not None and earlier.author.uri != note.author:
        return refused("update.not-owner")
    if reached is Reach.PRIVATE:
        return await never_show(note, context, "Private", private("object.private"), deleted=private("object.narrowed"))
    if opt_out.declined_in_post(note):
        verdict = ignored("object.no-blog")
        return await never_show(note, context, "NoBlog", verdict, deleted=verdict)
    if await context.store.tombstones.find(note.id) is not None:
        return ignored("object.gone")
    target = await _target(note, earlier, context, lookup)
    if isinstance(target, Verdict):
        return target
    try:
        author = await context.actors.get(actor)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")
    if author.opted_out:
        return ignored("actor.no-blog")
    draft = await _draft(note, author, target, earlier, reached, context)
    if draft is None:
        return delete_empty(note, earlier)
    decision = await moderate(
        context.store.comment_records, draft, context.settings.comments.moderation, context.clock()
    )
    return _admission(draft, decision, context)


async def _target(
    note: RemoteNote, earlier: Comment | None, context: InboxContext, lookup: ParentLookup | None
) -> Target | Verdict:
    """Return what a reply answers, or why it cannot be a comment there. An edit does not move a comment."""
    if earlier is not None:
        post, parent = await context.store.posts.find(earlier.post), None
    else:
        post, parent = await find_target(note, context, lookup, take)
    if post is None:
        return ignored("reply.elsewhere")
    if not post.federates:
        return ignored("reply.no-such-post")
    if not post.comments_open and earlier is None:
        return refused("comment.closed")
    if parent is not None and parent.state not in (CommentState.APPROVED, CommentState.PENDING):
        return ignored("reply.to-unshown")
    return Target(post=post, parent=parent)


async def _draft(
    note: RemoteNote,
    author: RemoteActor,
    target: Target,
    earlier: Comment | None,
    reached: Reach,
    context: InboxContext,
) -> CommentDraft | None:
    """Return the draft of a comment; None if the note has nothing to show."""
    source, html, has_words = await render_note(note, context)
    if not has_words:
        return None
    now = context.clock()
    published = not_in_future(note.published, now)
    return CommentDraft(
        source=CommentSource.REPLY,
        author=author_of(author),
        html=html,
        target=target,
        raw_html=source,
        sanitizer=FORM_VERSION,
        published=published,
        updated=max(not_in_future(note.updated or note.published, now), published),
        uri=note.id,
        language=note.language,
        url=own_page(note.id, note.url),
        audience=Audience.UNLISTED if reached is Reach.UNLISTED else Audience.PUBLIC,
        mentions=mentioned_in(note),
        mentions_elsewhere=sum(1 for mention in note.mentions if host_of(mention) != context.urls.host),
        declared_tags=len(note.mentions) + len(note.hashtags),
        earlier=earlier,
    )


def _admission(draft: CommentDraft, decision: ModerationDecision, context: InboxContext) -> Decision:
    async def save(tx: Tables) -> Verdict:
        match await admit(tx, draft, decision, context.clock()):
            case AdmitOutcome.SAVED:
                return done(decision.reason) if decision.is_shown else held(decision.reason)
            case AdmitOutcome.NOT_NEWER:
                return ignored("object.not-newer")
            case AdmitOutcome.NO_POST:
                return ignored("reply.no-such-post")
            case AdmitOutcome.DELETED:
                return ignored("object.gone")

    return save
