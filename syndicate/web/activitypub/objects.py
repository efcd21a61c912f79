"""Objects and activities by their ids. Browsers are redirected to the page; deleted objects are answered with a Tombstone."""

from typing import Any

from aiohttp import web

from syndicate.activitypub import render
from syndicate.errors import Gone, NotFound
from syndicate.model.post import Post
from syndicate.storage.authorizations import AuthorizationKind
from syndicate.web.activitypub.actors import requested_actor
from syndicate.web.activitypub.conversations import dependencies_of, interactions_of, own_comment
from syndicate.web.activitypub.documents import (
    CACHE_CONTROL,
    PRIVATE_CACHE_CONTROL,
    raise_gone,
    redirect_to_page,
    respond,
    wants_document,
)
from syndicate.web.keys import LOCAL_ACTORS, OUTBOX, STORE, URLS

AUTHORIZATIONS = {AuthorizationKind.QUOTE: "QuoteAuthorization", AuthorizationKind.REPLY: "ReplyAuthorization"}


async def get_post(request: web.Request) -> web.StreamResponse:
    """Return a post by its id."""
    uri = request.app[URLS].post(request.match_info["id"])
    post = await request.app[STORE].posts.find_by_uri(uri)
    if post is None or not post.is_public:
        await raise_gone(request, uri)
    if not wants_document(request):
        raise redirect_to_page(post.path)
    if not post.federates:
        raise NotFound(uri)
    return await answer_post(request, post)


async def answer_post(request: web.Request, post: Post, *, at_permalink: bool = False) -> web.StreamResponse:
    """Return a post as an object. At its permalink only the HTML may be cached."""
    outbox = request.app[OUTBOX]

    async def make() -> dict[str, Any]:
        current = await _as_fetched(request, post)
        interactions = await interactions_of(request, current.uri, current, None, current.counts)
        return outbox.documents.object(current, interactions)

    key = f"ap:{post.uri}" + (":permalink" if at_permalink else "")
    return await respond(
        request, key, dependencies_of(post), make, cache=PRIVATE_CACHE_CONTROL if at_permalink else CACHE_CONTROL
    )


async def _as_fetched(request: web.Request, post: Post) -> Post:
    """Return a post for another server; its author cannot take it back without a Delete from then on.

    That is remembered before the post is read, since it may be taken back meanwhile. Raises NotFound.
    """
    store = request.app[STORE]
    if await store.announcements.find(post.id) is not None:
        await store.transaction(lambda tx: tx.announcements.set_fetched(post.id))
    current = await store.posts.find(post.id)
    if current is None or not current.federates:
        raise NotFound(post.uri)
    return current


async def get_note(request: web.Request) -> web.StreamResponse:
    """Return a note of a local actor other than the blog by its id."""
    actor = requested_actor(request).actor
    uri = request.app[URLS].note(actor.id, request.match_info["id"])
    activity = await request.app[STORE].outbox.find_create(uri)
    if activity is None:
        await raise_gone(request, uri)
    if not wants_document(request):
        raise redirect_to_page("/blogroll/river/")

    async def make() -> dict[str, Any]:
        return {"@context": activity.document["@context"], **activity.document["object"]}

    return await respond(request, f"ap:{uri}", (f"announced:{actor.id}",), make)


async def get_comment(request: web.Request) -> web.StreamResponse:
    """Return a comment by the author by its id."""
    store, outbox = request.app[STORE], request.app[OUTBOX]
    uri = request.app[URLS].comment(request.match_info["id"])
    comment, post = await own_comment(request, uri)
    if not wants_document(request):
        raise redirect_to_page(f"{post.path}#{comment.anchor}")
    if not post.federates:
        raise NotFound(uri)

    async def make() -> dict[str, Any]:
        parent = await store.comments.find(comment.parent) if comment.parent else None
        interactions = await interactions_of(request, uri, post, comment, await store.reactions.get_counts(comment.id))
        mentioned = await store.comments.list_mentions(comment.id)
        return outbox.documents.reply(
            await store.comments.find(comment.id) or comment, post, parent, mentioned, interactions
        )

    return await respond(request, f"ap:{uri}", dependencies_of(post), make)


async def get_activity(request: web.Request) -> web.StreamResponse:
    """Return a public activity by its id; a Create or Update contains the current version of the post, not an earlier
    one."""
    store, outbox = request.app[STORE], request.app[OUTBOX]
    uri = request.app[URLS].activity(request.match_info["id"])
    activity = await store.outbox.find(uri)
    if activity is None or not activity.public:
        raise NotFound(uri)
    post = await store.posts.find(activity.post) if activity.post else None

    if not wants_document(request):
        raise redirect_to_page(post.path if post is not None and post.is_public else "/")

    async def make() -> dict[str, Any]:
        if activity.type in ("Create", "Update") and post is not None and post.federates:
            return outbox.documents.activity(activity.type, post, uri)
        return activity.document

    dependencies = (f"post:{activity.post}",) if activity.post else ()
    return await respond(request, f"ap:{uri}", dependencies, make)


async def get_authorization(request: web.Request) -> web.StreamResponse:
    """Return the authorization of a quote or reply. It is gone with the post or its object, or when revoked."""
    store, actor = request.app[STORE], request.app[LOCAL_ACTORS].blog.actor
    uri = request.app[URLS].authorization(request.match_info["id"])
    stamp = await store.authorizations.find(uri)
    post = await store.posts.find(stamp.post) if stamp else None
    if stamp is None or post is None or not post.federates:
        raise NotFound(uri)
    if stamp.revoked:
        raise Gone(uri)

    async def make() -> dict[str, Any]:
        return render.authorization(uri, AUTHORIZATIONS[stamp.kind], actor, stamp.object, stamp.target)

    return await respond(request, f"ap:{uri}", dependencies_of(post), make)
