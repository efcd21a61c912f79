"""ActivityPub over HTTP: actors and their collections, objects and activities by id, and the inboxes.

The views return ActivityStreams documents from the response cache, or redirect browsers to the page. Unknown ids raise
NotFound; deleted objects are answered with a Tombstone.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from yarl import URL

from syndicate.activitypub import collections, render
from syndicate.activitypub.parse import origin
from syndicate.activitypub.vocabulary import ACTIVITY_JSON
from syndicate.clock import from_text, to_text
from syndicate.errors import Gone, MediaTypeRefused, NotFound
from syndicate.federation.actors.local_actors import BLOG, SigningActor
from syndicate.federation.outbox import featured
from syndicate.federation.outbox.outbox import outbox_items
from syndicate.model.actor import LocalActor, PublicKey, Role
from syndicate.model.comment import Comment, CommentSource
from syndicate.model.post import Counts, Post, TermKind
from syndicate.signatures import Message, claimed_key_id
from syndicate.storage import Store
from syndicate.storage.authorizations import AuthorizationKind
from syndicate.transport.media_type import is_activity_streams
from syndicate.web.http.bodies import require_identity_encoding
from syndicate.web.http.clients import address_of, client_of, is_from_elsewhere
from syndicate.web.http.keys import BODIES, BYPASS_CACHE, RESPONDER, RESPONSE_CACHE
from syndicate.web.http.negotiation import accepts_activity
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.keys import (
    ACTOR_FETCHES,
    AUTHORIZED_FETCH,
    CONFIG,
    INBOX,
    INBOX_LIMITER,
    LOCAL_ACTORS,
    METRICS,
    OUTBOX,
    STORE,
    URLS,
)

JSON = f"{ACTIVITY_JSON}; charset=utf-8"
PAGE_SIZE = 20
MAX_ID_LENGTH = 100
MAX_KEY_LENGTH = 2048
"""Pages of followers use the id of the actor as key."""
MAX_FEATURED_TAGS = 10
MAX_SYNCHRONIZED_FOLLOWERS = 1000
"""Followers per page of a followers synchronization collection."""
CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600"
PERMALINK_CACHE_CONTROL = "private, no-store"
PRIVATE_CACHE_CONTROL = "private, no-store"
VARY_BY_ACCEPT = "Accept, Accept-Encoding"
VARY_BY_SIGNATURE = "Accept, Signature, Accept-Encoding"
REACTION_KINDS = {"likes": "like", "shares": "share"}
AUTHORIZATIONS = {AuthorizationKind.QUOTE: "QuoteAuthorization", AuthorizationKind.REPLY: "ReplyAuthorization"}
MakeDocument = Callable[[], Awaitable[dict[str, Any]]]


async def respond(
    request: web.Request,
    key: str,
    dependencies: tuple[str, ...],
    make: MakeDocument,
    *,
    cache: str = CACHE_CONTROL,
    vary: str = VARY_BY_ACCEPT,
    is_public: bool = False,
) -> web.StreamResponse:
    """Return a cached document.

    With authorized fetch it requires the signature of an actor that is not blocked, unless `is_public`.
    """
    guarded = request.app[CONFIG].federation.authorized_fetch and not is_public
    if guarded:
        await require_signature(request)

    async def rendered() -> RenderedDocument:
        body = json.dumps(await make(), ensure_ascii=False, separators=(",", ":")).encode()
        return RenderedDocument(
            body=body,
            media_type=JSON,
            dependencies=dependencies,
            cache_control=PRIVATE_CACHE_CONTROL if guarded else cache,
            vary=VARY_BY_SIGNATURE if guarded else vary,
            guarded=guarded or vary == VARY_BY_SIGNATURE,
            headers=(("Access-Control-Allow-Origin", "*"),),
        )

    document = await request.app[RESPONSE_CACHE].get(key, rendered)
    return await request.app[RESPONDER].document(request, document)


async def require_signature(request: web.Request) -> PublicKey:
    """Return the key that signed a request.

    Raises SignatureRejected (401), SenderRefused (403), KeyUnavailable (503).
    """
    client = client_of(address_of(request, request.app[CONFIG].server))
    return await request.app[AUTHORIZED_FETCH].require(message_of(request), ours=request.app[URLS].base, client=client)


def redirect_to_page(page: str) -> web.HTTPException:
    """Return the redirect of a browser from an ActivityStreams document to its page."""
    return web.HTTPSeeOther(page, headers={"Cache-Control": "no-store", "Vary": "Accept"})


def wants_document(request: web.Request) -> bool:
    """Return whether the client accepts ActivityStreams."""
    return accepts_activity(request.headers.get("Accept", ""))


# actors


def _requested_actor(request: web.Request) -> SigningActor:
    """Return the local actor that the address names. Raises NotFound."""
    id = request.match_info.get("actor", BLOG)
    local_actor = request.app[LOCAL_ACTORS].of_id(id)
    if local_actor is None or (id == BLOG and "actor" in request.match_info):
        raise NotFound(request.path)
    return local_actor


async def get_actor(request: web.Request) -> web.StreamResponse:
    local_actor = _requested_actor(request)
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
    if not fetches.are_known and is_from_elsewhere(request, request.app[CONFIG].server):
        await fetches.remember()
    if not fetches.are_known:
        request[BYPASS_CACHE] = True


async def get_outbox(request: web.Request) -> web.StreamResponse:
    """Return the outbox: the Create of every federated post, newest first, or the Announces of an announcing actor."""
    actor = _requested_actor(request).actor
    if actor.role is not Role.BLOG:
        return await _announced(request, actor)
    store, outbox = request.app[STORE], request.app[OUTBOX]
    if "page" not in request.query:

        async def whole() -> dict[str, Any]:
            total = await store.totals.get("outbox")
            return collections.ordered(actor.outbox, total, first=f"{actor.outbox}?page=true")

        return await respond(request, f"ap:{actor.outbox}", ("site",), whole)
    before = _key(request)
    id = f"{actor.outbox}?page=true" + (f"&before={_format_key(*before)}" if before else "")

    async def page() -> dict[str, Any]:
        posts = await store.post_lists.list_federated(before=before, limit=PAGE_SIZE + 1)
        creates = await store.outbox.find_creates([post.id for post in posts[:PAGE_SIZE]])
        items = outbox_items(outbox, posts[:PAGE_SIZE], creates)
        last = posts[PAGE_SIZE - 1] if len(posts) > PAGE_SIZE else None
        follow = f"{actor.outbox}?page=true&before={_format_key(last.published, last.id)}" if last else None
        return collections.ordered_page(id, actor.outbox, items, next=follow)

    return await respond(request, f"ap:{id}", ("site",), page)


async def _announced(request: web.Request, actor: LocalActor) -> web.StreamResponse:
    store, scope = request.app[STORE], f"announced:{actor.id}"
    if "page" not in request.query:

        async def whole() -> dict[str, Any]:
            total = await store.totals.get(scope)
            return collections.ordered(actor.outbox, total, first=f"{actor.outbox}?page=true")

        return await respond(request, f"ap:{actor.outbox}", (scope,), whole)
    before = _key(request)
    id = f"{actor.outbox}?page=true" + (f"&before={_format_key(*before)}" if before else "")

    async def page() -> dict[str, Any]:
        key = (to_text(before[0]), before[1]) if before else None
        found = await store.outbox.list_announced(actor.id, before=key, limit=PAGE_SIZE + 1)
        last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
        follow = f"{actor.outbox}?page=true&before={_format_key(last.published, last.id)}" if last else None
        return collections.ordered_page(
            id, actor.outbox, [activity.document for activity in found[:PAGE_SIZE]], next=follow
        )

    return await respond(request, f"ap:{id}", (scope,), page)


async def get_followers(request: web.Request) -> web.StreamResponse:
    """Return the number of followers, and who they are only if the author chose to show that."""
    store, actor = request.app[STORE], _requested_actor(request).actor
    shown = request.app[CONFIG].federation.show_followers
    if "page" not in request.query or not shown:

        async def whole() -> dict[str, Any]:
            total = await store.followers.count(actor.id)
            return collections.ordered(actor.followers, total, first=f"{actor.followers}?page=true" if shown else None)

        return await respond(request, f"ap:{actor.followers}", ("followers",), whole)
    before = _key(request)
    id = f"{actor.followers}?page=true" + (f"&before={_format_key(*before)}" if before else "")

    async def page() -> dict[str, Any]:
        key = (to_text(before[0]), before[1]) if before else None
        found = await store.followers.list_page(actor.id, before=key, limit=PAGE_SIZE + 1)
        items = [follower.actor for follower in found[:PAGE_SIZE]]
        last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
        follow = f"{actor.followers}?page=true&before={_format_key(last.since, last.actor)}" if last else None
        return collections.ordered_page(id, actor.followers, items, next=follow)

    return await respond(request, f"ap:{id}", ("followers",), page)


async def get_followers_synchronization(request: web.Request) -> web.StreamResponse:
    """Return the followers on the server of the actor that signed the request (FEP-8fcf)."""
    actor = _requested_actor(request).actor
    key = await require_signature(request)
    after = request.query.get("after", "")[:2048]
    found = await request.app[STORE].followers.list_on_server(
        actor.id, origin(key.owner), after=after, limit=MAX_SYNCHRONIZED_FOLLOWERS + 1
    )
    collection = f"{actor.uri}/followers_synchronization"
    if len(found) <= MAX_SYNCHRONIZED_FOLLOWERS and not after:
        document = collections.ordered_whole(collection, found)
    else:
        follow = (
            str(URL(collection).with_query({"after": found[MAX_SYNCHRONIZED_FOLLOWERS - 1]}))
            if len(found) > MAX_SYNCHRONIZED_FOLLOWERS
            else None
        )
        id = str(URL(collection).with_query({"after": after}))
        page = collections.ordered_page(id, collection, found[:MAX_SYNCHRONIZED_FOLLOWERS], next=follow)
        document = page if "after" in request.query else collections.ordered(collection, None, first=page)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return web.Response(
        text=text, content_type=ACTIVITY_JSON, headers={"Cache-Control": PRIVATE_CACHE_CONTROL, "Vary": "Signature"}
    )


async def get_following(request: web.Request) -> web.StreamResponse:
    """Return the accounts on the blogroll, which the blog follows; other local actors follow nobody."""
    store, actor = request.app[STORE], _requested_actor(request).actor
    if actor.role is not Role.BLOG:

        async def empty() -> dict[str, Any]:
            return collections.ordered_whole(actor.following, [])

        return await respond(request, f"ap:{actor.following}", (), empty)
    if "page" not in request.query:

        async def whole() -> dict[str, Any]:
            total = await store.blogroll.count_actors()
            return collections.ordered(actor.following, total, first=f"{actor.following}?page=true")

        return await respond(request, f"ap:{actor.following}", ("blogroll",), whole)
    after = request.query.get("after", "")[:2048]

    def page_after(actor_uri: str) -> str:
        return str(URL(actor.following).with_query({"page": "true"} | ({"after": actor_uri} if actor_uri else {})))

    async def page() -> dict[str, Any]:
        found = await store.blogroll.list_actors(after=after, limit=PAGE_SIZE + 1)
        follow = page_after(found[PAGE_SIZE - 1]) if len(found) > PAGE_SIZE else None
        return collections.ordered_page(page_after(after), actor.following, found[:PAGE_SIZE], next=follow)

    return await respond(request, f"ap:{page_after(after)}", ("blogroll",), page)


async def get_featured(request: web.Request) -> web.StreamResponse:
    """Return the pinned posts as ids, since Mastodon skips embedded Articles.

    Without pinned posts, a server without a follower of the blog gets the newest posts: its profile of the blog would
    be empty. Neither list is secret, so the signature is not verified.
    """
    store, actor = request.app[STORE], _requested_actor(request).actor
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
    store, actor, outbox = request.app[STORE], _requested_actor(request).actor, request.app[OUTBOX]
    if actor.role is not Role.BLOG:
        raise NotFound(request.path)

    async def make() -> dict[str, Any]:
        slugs = await store.totals.largest("term:tag:", MAX_FEATURED_TAGS)
        found = [await store.terms.find(TermKind.TAG, slug) for slug in slugs]
        tags = outbox.render_hashtags([tag for tag in found if tag is not None])
        return collections.plain_whole(actor.featured_tags, [render.hashtag(tag) for tag in tags])

    return await respond(request, f"ap:{actor.featured_tags}", ("site",), make)


# objects


async def get_post(request: web.Request) -> web.StreamResponse:
    """Return a post by its id."""
    uri = request.app[URLS].post(request.match_info["id"])
    post = await request.app[STORE].posts.find_by_uri(uri)
    if post is None or not post.is_public:
        await _raise_gone(request, uri)
    assert post is not None
    if not wants_document(request):
        raise redirect_to_page(post.path)
    if not post.federates:
        raise NotFound(uri)
    return await answer_post(request, post)


async def get_note(request: web.Request) -> web.StreamResponse:
    """Return a note of a local actor other than the blog by its id."""
    actor = _requested_actor(request).actor
    uri = request.app[URLS].note(actor.id, request.match_info["id"])
    activity = await request.app[STORE].outbox.find_create(uri)
    if activity is None:
        await _raise_gone(request, uri)
    assert activity is not None
    if not wants_document(request):
        raise redirect_to_page("/blogroll/river/")

    async def make() -> dict[str, Any]:
        return {"@context": activity.document["@context"], **activity.document["object"]}

    return await respond(request, f"ap:{uri}", (f"announced:{actor.id}",), make)


async def answer_post(request: web.Request, post: Post, *, at_permalink: bool = False) -> web.StreamResponse:
    """Return a post as an object. At its permalink only the HTML may be cached."""
    store, outbox = request.app[STORE], request.app[OUTBOX]

    async def make() -> dict[str, Any]:
        current = await store.posts.find(post.id) or post
        interactions = await _interactions(store, current.uri, current, None, current.counts)
        return outbox.object(current, interactions)

    dependencies = (f"post:{post.id}", f"talk:{post.id}")
    key = f"ap:{post.uri}" + (":permalink" if at_permalink else "")
    return await respond(
        request, key, dependencies, make, cache=PERMALINK_CACHE_CONTROL if at_permalink else CACHE_CONTROL
    )


async def _interactions(
    store: Store, uri: str, post: Post, comment: Comment | None, counts: Counts
) -> render.InteractionCounts:
    """Return the counts and first pages of the replies, likes and shares of a post or of a comment by the author."""
    to = comment.id if comment else None
    found = await store.comments.list_replies(post.id, after=None, limit=PAGE_SIZE + 1, to=to)
    return render.InteractionCounts(
        replies=render.CollectionSummary(
            total=await store.comments.count_replies(post.id, to=to),
            first=tuple(item for item, _, _ in found[:PAGE_SIZE]),
            next=_next_page(f"{uri}/replies", found),
        ),
        likes=await _reactions(store, f"{uri}/likes", post, to, "like", counts.likes),
        shares=await _reactions(store, f"{uri}/shares", post, to, "share", counts.shares),
    )


async def _reactions(
    store: Store, uri: str, post: Post, to: str | None, kind: str, total: int
) -> render.CollectionSummary:
    found = await store.reactions.list_shown(post.id, to, kind, after=None, limit=PAGE_SIZE + 1)
    return render.CollectionSummary(
        total=total, first=tuple(item for item, _ in found[:PAGE_SIZE]), next=_next_reactions(uri, found)
    )


def _next_reactions(uri: str, found: list[tuple[str, str]]) -> str | None:
    """Return the address of the next page of a collection of likes or shares, or None."""
    if len(found) <= PAGE_SIZE:
        return None
    item, received = found[PAGE_SIZE - 1]
    return str(URL(uri).with_query({"page": "1", "after": f"{received},{item}"}))


def _next_page(uri: str, found: list[tuple[str, str, str]]) -> str | None:
    """Return the address of the next page of a collection of comments, or None."""
    if len(found) <= PAGE_SIZE:
        return None
    _, published, id = found[PAGE_SIZE - 1]
    return f"{uri}?page=1&after={published},{id}"


async def get_replies(request: web.Request) -> web.StreamResponse:
    """Return the comments of a post by their remote ids, with the first page embedded."""
    store = request.app[STORE]
    post = await _federated_post(request)
    uri = f"{post.uri}/replies"
    after = _text_key(request)

    async def page() -> dict[str, Any]:
        replies = await store.comments.list_replies(post.id, after=after, limit=PAGE_SIZE + 1)
        id = f"{uri}?page=1" + (f"&after={after[0]},{after[1]}" if after else "")
        items = [item for item, _, _ in replies[:PAGE_SIZE]]
        return collections.plain_page(id, uri, items, next=_next_page(uri, replies))

    async def whole() -> dict[str, Any]:
        return collections.plain(uri, await store.comments.count_replies(post.id), await page())

    make = page if "page" in request.query else whole
    return await respond(request, _page_key(uri, request, after), (f"post:{post.id}", f"talk:{post.id}"), make)


async def get_context(request: web.Request) -> web.StreamResponse:
    """Return the whole conversation, oldest first: the post and every approved comment (FEP-f228)."""
    store = request.app[STORE]
    post = await _federated_post(request)
    uri = f"{post.uri}/context"
    after = _text_key(request)
    dependencies = (f"post:{post.id}", f"talk:{post.id}")

    async def page() -> dict[str, Any]:
        found = await store.comments.list_replies(post.id, after=after, limit=PAGE_SIZE + 1)
        items = ([] if after else [post.uri]) + [item for item, _, _ in found[:PAGE_SIZE]]
        id = f"{uri}?page=1" + (f"&after={after[0]},{after[1]}" if after else "")
        return collections.ordered_page(id, uri, items, next=_next_page(uri, found))

    async def whole() -> dict[str, Any]:
        total = await store.comments.count_replies(post.id) + 1
        document = collections.ordered(uri, total, first=await page())
        return document | {"attributedTo": request.app[LOCAL_ACTORS].blog.actor.uri}

    make = page if "page" in request.query else whole
    return await respond(request, _page_key(uri, request, after), dependencies, make)


async def get_comment(request: web.Request) -> web.StreamResponse:
    """Return a comment by the author by its id."""
    store, outbox = request.app[STORE], request.app[OUTBOX]
    uri = request.app[URLS].comment(request.match_info["id"])
    comment, post = await _own_comment(request, uri)
    if not wants_document(request):
        raise redirect_to_page(f"{post.path}#{comment.anchor}")
    if not post.federates:
        raise NotFound(uri)

    async def make() -> dict[str, Any]:
        parent = await store.comments.find(comment.parent) if comment.parent else None
        interactions = await _interactions(store, uri, post, comment, await store.reactions.get_counts(comment.id))
        mentioned = await store.comments.list_mentions(comment.id)
        return outbox.render_reply(
            await store.comments.find(comment.id) or comment, post, parent, mentioned, interactions
        )

    return await respond(request, f"ap:{uri}", (f"post:{post.id}", f"talk:{post.id}"), make)


async def get_comment_replies(request: web.Request) -> web.StreamResponse:
    """Return the replies to a comment by the author."""
    store = request.app[STORE]
    own = request.app[URLS].comment(request.match_info["id"])
    comment, post = await _own_comment(request, own)
    if not post.federates:
        raise NotFound(own)
    uri, after = f"{own}/replies", _text_key(request)

    async def page() -> dict[str, Any]:
        found = await store.comments.list_replies(post.id, after=after, limit=PAGE_SIZE + 1, to=comment.id)
        id = f"{uri}?page=1" + (f"&after={after[0]},{after[1]}" if after else "")
        return collections.plain_page(id, uri, [item for item, _, _ in found[:PAGE_SIZE]], next=_next_page(uri, found))

    async def whole() -> dict[str, Any]:
        total = await store.comments.count_replies(post.id, to=comment.id)
        return collections.plain(uri, total, await page())

    make = page if "page" in request.query else whole
    return await respond(request, _page_key(uri, request, after), (f"post:{post.id}", f"talk:{post.id}"), make)


async def _own_comment(request: web.Request, uri: str) -> tuple[Comment, Post]:
    """Return a comment by the author and its public post. Raises NotFound or Gone."""
    comment = await request.app[STORE].comments.find_by_uri(uri)
    post = await request.app[STORE].posts.find(comment.post) if comment else None
    if comment is None or comment.source is not CommentSource.OWN or post is None or not post.is_public:
        await _raise_gone(request, uri)
    assert comment is not None
    assert post is not None
    return comment, post


async def get_reactions(request: web.Request) -> web.StreamResponse:
    """Return the likes or shares of a post by their ids, with the first page embedded."""
    post = await _federated_post(request)
    return await _answer_reactions(request, post.uri, post, None)


async def get_comment_reactions(request: web.Request) -> web.StreamResponse:
    """Return the likes or shares of a comment by the author."""
    own = request.app[URLS].comment(request.match_info["id"])
    comment, post = await _own_comment(request, own)
    if not post.federates:
        raise NotFound(own)
    return await _answer_reactions(request, own, post, comment)


async def _answer_reactions(request: web.Request, of: str, post: Post, comment: Comment | None) -> web.StreamResponse:
    store, name = request.app[STORE], request.match_info["kind"]
    uri, kind, to = f"{of}/{name}", REACTION_KINDS[name], comment.id if comment else None
    received, _, item = request.query.get("after", "")[:2100].partition(",")
    after = (received, item) if item else None

    async def page() -> dict[str, Any]:
        found = await store.reactions.list_shown(post.id, to, kind, after=after, limit=PAGE_SIZE + 1)
        query = {"page": "1"} | ({"after": f"{received},{item}"} if after else {})
        items = [item for item, _ in found[:PAGE_SIZE]]
        return collections.plain_page(str(URL(uri).with_query(query)), uri, items, next=_next_reactions(uri, found))

    async def whole() -> dict[str, Any]:
        current = await store.posts.find(post.id) or post
        counts = await store.reactions.get_counts(to) if to else current.counts
        total = counts.likes if kind == "like" else counts.shares
        return collections.plain(uri, total, await page())

    make = page if "page" in request.query else whole
    dependencies = (f"post:{post.id}", f"talk:{post.id}")
    return await respond(request, f"ap:{uri}?{request.query_string}", dependencies, make)


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
            return outbox.render_activity(activity.type, post, uri)
        return activity.document

    dependencies = (f"post:{activity.post}",) if activity.post else ()
    return await respond(request, f"ap:{uri}", dependencies, make)


async def get_authorization(request: web.Request) -> web.StreamResponse:
    """Return the authorization of a quote or reply. It is gone with the post or its object, or when revoked."""
    store, actor = request.app[STORE], request.app[LOCAL_ACTORS].blog.actor
    uri = request.app[URLS].stamp(request.match_info["id"])
    stamp = await store.authorizations.find(uri)
    post = await store.posts.find(stamp.post) if stamp else None
    if stamp is None or post is None or not post.federates:
        raise NotFound(uri)
    if stamp.revoked:
        raise Gone(uri)

    async def make() -> dict[str, Any]:
        return render.authorization(uri, AUTHORIZATIONS[stamp.kind], actor, stamp.object, stamp.target)

    return await respond(request, f"ap:{uri}", (f"post:{post.id}", f"talk:{post.id}"), make)


async def _federated_post(request: web.Request) -> Post:
    uri = request.app[URLS].post(request.match_info["id"])
    post = await request.app[STORE].posts.find_by_uri(uri)
    if post is None or not post.federates:
        await _raise_gone(request, uri)
    assert post is not None
    return post


async def _raise_gone(request: web.Request, uri: str) -> None:
    """Raises Gone or an HTTPGone with a Tombstone (ActivityPub §6.4) for a deleted object, else NotFound."""
    tombstone = await request.app[STORE].tombstones.find(uri)
    if tombstone is None or tombstone.origin != request.app[URLS].base:
        raise NotFound(uri)
    if not wants_document(request):
        raise Gone(uri)
    if request.app[CONFIG].federation.authorized_fetch:
        await require_signature(request)
    text = json.dumps(render.tombstone(uri, tombstone.gone_at, former_type=tombstone.type))
    headers = {"Vary": "Accept", "Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
    raise web.HTTPGone(text=text, content_type=ACTIVITY_JSON, headers=headers)


# inboxes


async def post_inbox(request: web.Request) -> web.StreamResponse:
    """Accept one activity. 202 means that it is authenticated and stored."""
    address, limiter = address_of(request, request.app[CONFIG].server), request.app[INBOX_LIMITER]
    limiter.spend(address)
    require_activity_streams(request)
    message = message_of(request, await request.app[BODIES].read(request, address))
    with limiter.slot(address):  # after the body is complete: slow clients hold no slot
        verdict = await request.app[INBOX].receive(message, client_of(address))
    request.app[METRICS].arrivals.labels(verdict.outcome.value).inc()
    return web.Response(status=202, headers={"Cache-Control": "no-store"})


async def refuse_other_methods(request: web.Request) -> web.StreamResponse:
    """Answer 405: inboxes accept POST only; only their owner could read them (ActivityPub §5.2)."""
    raise web.HTTPMethodNotAllowed(request.method, ["POST"])


def message_of(request: web.Request, body: bytes = b"") -> Message:
    """Return a request and its body as a message, with the public address."""
    return Message(
        method=request.method,
        url=request.app[URLS].base + request.raw_path,
        headers=tuple(
            (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in request.raw_headers
        ),
        body=body,
    )


def require_activity_streams(request: web.Request) -> None:
    """Raises MediaTypeRefused unless the body is unencoded ActivityStreams, over which the digest is computed."""
    require_identity_encoding(request)
    types = request.headers.getall("Content-Type", [])
    if len(types) != 1 or not (is_activity_streams(types[0]) or is_bare_json_ld(types[0])):
        raise MediaTypeRefused("inbox.type")


def is_bare_json_ld(content_type: str) -> bool:
    """Return whether a type is JSON-LD without the profile, which some servers omit."""
    return content_type.strip().lower() == "application/ld+json"


# page keys


def _format_key(instant: datetime, id: str) -> str:
    return f"{to_text(instant)},{id}"


def _key(request: web.Request) -> tuple[datetime, str] | None:
    """Parse `before=<instant>,<id>`. Return None if it is missing or malformed."""
    instant, comma, id = request.query.get("before", "").partition(",")
    if not comma or len(id) > MAX_KEY_LENGTH:
        return None
    try:
        return from_text(instant), id
    except (ValueError, OverflowError):
        return None


def _text_key(request: web.Request) -> tuple[str, str] | None:
    """Parse `after=<instant>,<id>` of a page of a collection. Return None if it is missing or malformed."""
    instant, comma, id = request.query.get("after", "").partition(",")
    if not comma or "page" not in request.query or len(id) > MAX_ID_LENGTH:
        return None
    try:
        return to_text(from_text(instant)), id
    except (ValueError, OverflowError):
        return None


def _page_key(uri: str, request: web.Request, after: tuple[str, str] | None) -> str:
    """Return the cache key of a collection or page. Unknown query parameters do not create further entries."""
    page = ("?page" + ",".join(after or ())) if "page" in request.query else ""
    return f"ap:{uri}{page}"
