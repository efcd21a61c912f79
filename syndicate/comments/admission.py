"""The way in for comments of every source: replies from the fediverse, imports, a form, Webmentions.

The source authenticates and sanitizes a comment and makes a draft of it; `moderate` decides whether it is shown, and
`admit` saves it in the transaction of the source.
"""

from datetime import datetime
from enum import Enum, auto

from syndicate.comments import facts, records
from syndicate.comments.draft import CommentDraft, ModerationDecision, comment_of
from syndicate.comments.policy import Moderation, decide_draft
from syndicate.model.comment import Comment, CommentSource, CommentState
from syndicate.storage import Tables
from syndicate.storage.comment_records import CommentRecords


class AdmitOutcome(Enum):
    """What became of a draft."""

    SAVED = auto()
    NOT_NEWER = auto()
    """The version that is stored is as new."""
    NO_POST = auto()
    """The post was deleted in the meantime."""
    DELETED = auto()
    """The comment was deleted where it was written, which was known before it arrived."""


async def moderate(
    table: CommentRecords, draft: CommentDraft, moderation: Moderation, now: datetime
) -> ModerationDecision:
    """Decide whether a comment is shown, by the blog's rule `moderation`. An imported one needs no decision: that of
    the blog where it was written stands."""
    return decide_draft(draft, await facts.gather(table, draft, moderation, now), moderation)


async def admit(tx: Tables, draft: CommentDraft, decision: ModerationDecision, now: datetime) -> AdmitOutcome:
    """Save a comment in the state that was decided, with its mentions. A reply that came as a Webmention before takes the
    place of that one."""
    if await tx.posts.find_version(draft.target.post.id) is None:
        return AdmitOutcome.NO_POST
    if draft.uri and await tx.tombstones.find(draft.uri) is not None:
        return AdmitOutcome.DELETED
    known = await _find_webmention(tx, draft)
    decision = _as_decided(known, decision)
    comment = comment_of(draft, decision, now)
    saved = await records.save(
        tx, comment, raw_html=draft.raw_html, sanitizer=draft.sanitizer, reason=decision.reason, received=now
    )
    if not saved:
        return AdmitOutcome.NOT_NEWER
    if known is not None:
        await records.replace_by(tx, known, comment)
    if draft.mentions or draft.earlier is not None:
        await tx.comments.set_mentions(comment.id, draft.mentions)
    return AdmitOutcome.SAVED


async def _find_webmention(tx: Tables, draft: CommentDraft) -> Comment | None:
    """Return the comment that a page became by Webmention, if that page is the one of this new reply."""
    if draft.source is not CommentSource.REPLY or draft.earlier is not None:
        return None
    pages = [page for page in dict.fromkeys((draft.uri, draft.url)) if page]
    for id in await tx.received_webmentions.list_comments(draft.target.post.id, pages):
        comment = await tx.comments.find(id)
        if comment is not None and comment.source is CommentSource.WEBMENTION:
            return comment
    return None


def _as_decided(known: Comment | None, decision: ModerationDecision) -> ModerationDecision:
    """What the author decided about the same words holds."""
    if known is None or known.state is CommentState.PENDING:
        return decision
    return ModerationDecision(state=known.state, reason="comment.known-page")
