"""The local actors and their collections."""

from functools import partial
from typing import Any

from aiohttp import web
from yarl import URL

from syndicate.activitypub import collections, render
from syndicate.activitypub.parse import origin
from syndicate.activitypub.vocabulary import ACTIVITY_JSON
from syndicate.clock import from_text, to_text
from syndicate.errors import NotFound
from syndicate.federation.actors.local_actors import BLOG, SigningActor
from syndicate.federation.outbox import featured
from syndicate.model.actor import LocalActor, Role
from syndicate.model.post import TermKind
from syndicate.signatures import claimed_key_id
from syndicate.web.activitypub.collection import (
    MAX_CURSOR_LENGTH,
    PAGE_SIZE,
    Collection,
    CollectionPage,
    answer_collection,
    dated_cursor,
    joined,
    page_of,
)
from syndicate.web.activitypub.documents import (
    PRIVATE_CACHE_CONTROL,
    VARY_BY_SIGNATURE,
    message_of,
    redirect_to_page,
    require_signature,
    respond,
    to_json,
    wants_document,
)
from syndicate.web.http.clients import is_from_elsewhere
from syndicate.web.http.keys import BYPASS_CACHE
from syndicate.web.keys import ACTOR_FETCHES, CONFIG, LOCAL_ACTORS, OUTBOX, SETTINGS, STORE, URLS

MAX_FEATURED_TAGS = 10
MAX_SYNCHRONIZED_FOLLOWERS = 1000
"""Followers per page of a followers synchronization collection."""


def requested_actor(request: web.Request) -> SigningActor:
    """Return the local actor that the address names. Raises NotFound."""
    id = request.match_info.get("actor", BLOG)
    local_actor = request.app[LOCAL_ACTORS].of_id(id)
    if local_actor is None or (id == BLOG and "actor" in request.match_info):
        raise NotFound(request.path)
    return local_actor


async def get_actor(request: web.Request) -> web.StreamResponse:
    local_actor = requested_actor(request)
    actor = local_actor.actor
    if not wants_document(request):
        raise redirect_to_page(actor.url.removeprefix(request.app[URLS].base))

    async def make() -> dict[str, Any]:
        return render.actor(local_actor.profile)

    is_server = actor.role is Role.SERVER
    response = await respond(request, f"ap:{actor.uri}", ("actor", "site"), make, is_public=is_server)
    await _remember_fetch(request)
    return response


async def _remember_fetch(request: web.Request) -> None:
    """Record that another server has fetched an account; until then the cache by address is bypassed."""
    fetches = request.app[ACTOR_FETCHES]
    if fetches.are_known:
        return
    if is_from_elsewhere(request, request.app[CONFIG].server):
        await fetches.remember()
    else:
        await fetches.look()
    if not fetches.are_known:
        request[BYPASS_CACHE] = True


async def get_outbox(request: web.Request) -> web.StreamResponse:
    """Return the outbox: the Create of every federated post, newest first, or the Announces of an announcing actor."""
    actor = requested_actor(request).actor
    if actor.role is not Role.BLOG:
        return await _get_announced(request, actor)
    store, outbox = request.app[STORE], request.app[OUTBOX]
    cursor = dated_cursor(request, "before")

    async def page() -> CollectionPage:
        before = (from_text(cursor[0]), cursor[1]) if cursor else None
        posts = await store.post_lists.list_federated(before=before, limit=PAGE_SIZE + 1)
        creates = await store.outbox.find_creates([post.id for post in posts[:PAGE_SIZE]])
        items = outbox.documents.outbox_items(posts[:PAGE_SIZE], creates)
        follow = page_of(posts, lambda post: post.id, lambda post: joined((to_text(post.published), post.id))).next
        return CollectionPage(items, follow)

    return await answer_collection(
        request,
        Collection(
            uri=actor.outbox,
            dependencies=("site",),
            total=partial(store.totals.get, "outbox"),
            page=page,
            cursor=joined(cursor),
            parameter="before",
        ),
    )


async def _get_announced(request: web.Request, actor: LocalActor) -> web.StreamResponse:
    store, announced = request.app[STORE], f"announced:{actor.id}"
    cursor = dated_cursor(request, "before")

    async def page() -> CollectionPage:
        found = await store.outbox.list_announced(actor.id, before=cursor, limit=PAGE_SIZE + 1)
        return page_of(found, lambda it: it.document, lambda it: joined((to_text(it.published), it.id)))

    return await answer_collection(
        request,
        Collection(
            uri=actor.outbox,
            dependencies=(announced,),
            total=partial(store.totals.get, announced),
            page=page,
            cursor=joined(cursor),
            parameter="before",
        ),
    )


async def get_followers(request: web.Request) -> web.StreamResponse:
    """Return the number of followers, and who they are only if the author chose to show that."""
    store, actor = request.app[STORE], requested_actor(request).actor
    cursor = dated_cursor(request, "before")

    async def page() -> CollectionPage:
        found = await store.followers.list_page(actor.id, before=cursor, limit=PAGE_SIZE + 1)
        return page_of(found, lambda it: it.actor, lambda it: joined((to_text(it.since), it.actor)))

    return await answer_collection(
        request,
        Collection(
            uri=actor.followers,
            dependencies=("followers",),
            total=partial(store.followers.count, actor.id),
            page=page,
            cursor=joined(cursor),
            parameter="before",
            has_pages=request.app[SETTINGS].config.federation.show_followers,
        ),
    )


async def get_followers_synchronization(request: web.Request) -> web.StreamResponse:
    """Return the followers on the server of the actor that signed the request (FEP-8fcf)."""
    actor = requested_actor(request).actor
    key = await require_signature(request)
    after = request.query.get("after", "")[:MAX_CURSOR_LENGTH]
    found = await request.app[STORE].followers.list_on_server(
        actor.id, origin(key.owner), after=after, limit=MAX_SYNCHRONIZED_FOLLOWERS + 1
    )
    collection = f"{actor.uri}/followers_synchronization"
    shown, has_more = found[:MAX_SYNCHRONIZED_FOLLOWERS], len(found) > MAX_SYNCHRONIZED_FOLLOWERS
    if not has_more and not after:
        document = collections.ordered_whole(collection, shown)
    else:
        follow = str(URL(collection).with_query({"after": shown[-1]})) if has_more else None
        id = str(URL(collection).with_query({"after": after}))
        page = collections.ordered_page(id, collection, shown, next=follow)
        document = page if "after" in request.query else collections.ordered(collection, None, first=page)
    headers = {"Cache-Control": PRIVATE_CACHE_CONTROL, "Vary": "Signature"}
    return web.Response(text=to_json(document), content_type=ACTIVITY_JSON, headers=headers)


async def get_following(request: web.Request) -> web.StreamResponse:
    """Return the accounts on the blogroll, which the blog follows; other local actors follow nobody."""
    store, actor = request.app[STORE], requested_actor(request).actor
    if actor.role is not Role.BLOG:

        async def empty() -> dict[str, Any]:
            return collections.ordered_whole(actor.following, [])

        return await respond(request, f"ap:{actor.following}", (), empty)
    after = request.query.get("after", "")[:MAX_CURSOR_LENGTH]

    async def page() -> CollectionPage:
        found = await store.blogroll.list_actors(after=after, limit=PAGE_SIZE + 1)
        return page_of(found, lambda uri: uri, lambda uri: uri)

    return await answer_collection(
        request,
        Collection(
            uri=actor.following, dependencies=("blogroll",), total=store.blogroll.count_actors, page=page, cursor=after
        ),
    )


async def get_featured(request: web.Request) -> web.StreamResponse:
    """Return the pinned posts as ids, since Mastodon skips embedded Articles.

    Without pinned posts, a server without a follower of the blog gets the newest posts: its profile of the blog would
    be empty. Neither list is secret, so the signature is not verified.
    """
    store, actor = request.app[STORE], requested_actor(request).actor
    reader = origin(claimed_key_id(message_of(request)))
    followed = bool(reader and await store.followers.list_on_server(actor.id, reader, after="", limit=1))

    async def make() -> dict[str, Any]:
        posts = await featured.pinned(store, actor)
        if not followed:
            posts = posts or await featured.fallback_posts(store, request.app[LOCAL_ACTORS], actor)
        return collections.ordered_whole(actor.featured, [post.uri for post in posts])

    key = f"ap:{actor.featured}" + (":followed" if followed else "")
    return await respond(request, key, ("site",), make, cache=PRIVATE_CACHE_CONTROL, vary=VARY_BY_SIGNATURE)


async def get_featured_tags(request: web.Request) -> web.StreamResponse:
    """Return the most used tags as hashtags."""
    store, actor, outbox = request.app[STORE], requested_actor(request).actor, request.app[OUTBOX]
    if actor.role is not Role.BLOG:
        raise NotFound(request.path)

    async def make() -> dict[str, Any]:
        slugs = await store.totals.largest("term:tag:", MAX_FEATURED_TAGS)
        found = [await store.terms.find(TermKind.TAG, slug) for slug in slugs]
        tags = outbox.documents.hashtags([tag for tag in found if tag is not None])
        return collections.plain_whole(actor.featured_tags, [render.hashtag(tag) for tag in tags])

    return await respond(request, f"ap:{actor.featured_tags}", ("site",), make)
