"""Move: an account has moved to another one (ActivityPub, as Mastodon does it; FEP-7628)."""

from dataclasses import replace
from datetime import timedelta

from syndicate.activitypub.access import as_id, ids
from syndicate.activitypub.parse import host_of, origin
from syndicate.clock import to_text
from syndicate.errors import PERMANENT_REMOTE_ERRORS
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.model.activity import Activity, Verdict
from syndicate.model.actor import RemoteActor
from syndicate.model.blogroll import BlogrollEntry, FeedState, FollowState
from syndicate.storage import Tables

MIN_MOVE_INTERVAL = timedelta(days=7)
"""The minimum time between two moves, so that two accounts cannot move to each other for ever."""


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Follow the new account instead of the old one, if it names the old one as its alias. Followers do not change: the
    new account follows with a Follow of its own."""
    target = as_id(activity.raw.get("target"))
    if activity.object != activity.actor or not target or target == activity.actor:
        return refused("move.not-owner")
    if origin(target) in ("", origin(context.urls.base)):
        return refused("object.origin")
    arrived = await context.store.remote_actors.moved_here_at(activity.actor)
    if arrived is not None and context.clock() - arrived < MIN_MOVE_INTERVAL:
        return refused("move.too-soon")
    entry = await context.store.blogroll.find_by_actor(activity.actor)
    if entry is None:
        return ignored("move.not-followed")
    if await context.store.blocks.covers(target, host_of(target)):
        return refused("sender.blocked")
    try:
        document = await context.object(target)
        actor = await context.actors.refresh(target)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")
    if actor.uri != target or activity.actor not in ids(document.get("alsoKnownAs")):
        return refused("move.not-claimed")

    async def move(tx: Tables) -> Verdict:
        await _follow_there(tx, entry, activity.actor, actor, context)
        await tx.remote_actors.set_moved_here(actor.uri, context.clock())
        return done("move.followed")

    return move


async def _follow_there(tx: Tables, entry: BlogrollEntry, old: str, new: RemoteActor, context: InboxContext) -> None:
    """The entry keeps its name, tagline and place; the Follow goes to the new account, its Undo to the old one."""
    before = await tx.remote_actors.find(old)
    follow = await tx.blogroll.follow_uri(entry.id)
    profile = entry.url in ("", old, before.url if before else "")  # and not the home page of a blog
    url = (new.url or new.uri) if profile else entry.url
    moved = replace(entry, actor=new.uri, handle=new.handle, url=url)
    await tx.blogroll.save(moved, added=to_text(context.clock()))
    await tx.blogroll.set_state(entry.id, FeedState.MOVED, f"The account is {new.handle or new.uri} now.")
    if entry.follow in (FollowState.ACCEPTED, FollowState.PENDING):
        uri = await context.outbox.send_to(tx, "Follow", new.uri, to=new.uri, inbox=new.inbox)
        await tx.blogroll.set_follow(entry.id, FollowState.PENDING, uri)
        if before is not None and follow:
            undone = context.outbox.render_follow(follow, old)
            await context.outbox.send_to(tx, "Undo", undone, to=old, inbox=before.inbox)
    await tx.versions.move("blogroll")
