"""Likes, emoji reactions and boosts: counted and undone, received directly or forwarded."""

from dataclasses import dataclass
from functools import partial

from syndicate.activitypub.access import as_text
from syndicate.activitypub.addressing import is_private_reaction
from syndicate.activitypub.parse import origin
from syndicate.content.text import clean_name
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, private
from syndicate.federation.inbox.targets import locate
from syndicate.model.activity import Activity, Verdict
from syndicate.model.comment import Comment, CommentSource, CommentState
from syndicate.model.post import Post
from syndicate.storage import Tables
from syndicate.storage.reactions import Reaction

KINDS = {"Like": "like", "EmojiReact": "like", "Announce": "share"}
MAX_EMOJI_LENGTH = 32


async def target_of(address: str, context: InboxContext) -> tuple[Post, Comment | None] | None:
    """Return what can be liked and boosted here: a post, or a reply of its author; None for everything else."""
    post, comment = await locate(context, address)
    if post is None or not post.federates:
        return None
    if comment is not None and (comment.source is not CommentSource.OWN or comment.state is not CommentState.APPROVED):
        return None
    return post, comment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionVerdicts:
    """What can become of a reaction, with its own reasons for each kind."""

    elsewhere: Verdict
    undone: Verdict
    repeated: Verdict
    counted: Verdict


LIKE = ReactionVerdicts(
    elsewhere=ignored("like.elsewhere"),
    undone=ignored("like.undone"),
    repeated=ignored("like.repeated"),
    counted=done("like.counted"),
)
SHARE = ReactionVerdicts(
    elsewhere=ignored("announce.elsewhere"),
    undone=ignored("announce.undone"),
    repeated=ignored("announce.repeated"),
    counted=done("announce.counted"),
)


async def like(activity: Activity, context: InboxContext) -> Decision:
    """Count a like, once per actor and emoji."""
    content = clean_name(as_text(activity.raw.get("content")), limit=MAX_EMOJI_LENGTH)
    return await _count(activity, "like", content, LIKE, await target_of(activity.object, context), context)


async def share(activity: Activity, context: InboxContext) -> Decision:
    """Count a boost, once per actor, unless it is private."""
    target = await target_of(activity.object, context)
    if target is not None and is_private_reaction(activity.raw):
        return private("announce.private")
    return await _count(activity, "share", "", SHARE, target, context)


async def _count(
    activity: Activity,
    kind: str,
    content: str,
    verdicts: ReactionVerdicts,
    target: tuple[Post, Comment | None] | None,
    context: InboxContext,
) -> Decision:
    if target is None:
        return verdicts.elsewhere
    post, comment = target
    undone = await context.store.tombstones.find(activity.id)
    if undone is not None and undone.origin == origin(activity.actor):
        return verdicts.undone
    reaction = Reaction(
        uri=activity.id,
        post=post.id,
        comment=comment.id if comment else None,
        kind=kind,
        actor=activity.actor,
        content=content,
        received=context.clock(),
    )

    async def count(tx: Tables) -> Verdict:
        if not await tx.reactions.add(reaction):
            return verdicts.repeated
        await tx.versions.move(f"talk:{post.id}")
        return verdicts.counted

    return count


async def take_back(tx: Tables, uri: str, actor: str, *, type: str, target: tuple[Post, Comment | None] | None) -> bool:
    """Remove the reaction of an actor with this id, or else their newest of this type to the target, since ids differ
    between servers and versions. Return False if there is none."""
    if target is None or type not in KINDS:
        touched = await tx.reactions.delete(uri, actor)
    else:
        post, comment = target
        retract = partial(
            tx.reactions.delete_by_actor_and_object, post.id, comment.id if comment else None, KINDS[type], actor
        )
        touched = (await retract(uri=uri) if uri else None) or await tx.reactions.delete(uri, actor) or await retract()
    if touched is None:
        return False
    await tx.versions.move(f"talk:{touched}")
    return True
