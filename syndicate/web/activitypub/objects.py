"""ActivityPub: the actor and its collections, objects by their ids, and the inboxes."""

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
from syndicate.web.http.negotiation import accepts_activity
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.keys import (
    ACTOR_FETCHES,
    AUTHORIZED_FETCH,
    BODIES,
    BYPASS_CACHE,
    CONFIG,
    INBOX,
    INBOX_LIMITER,
    LOCAL_ACTORS,
    METRICS,
    OUTBOX,
    RESPONDER,
    RESPONSE_CACHE,
    STORE,
    URLS,
)

JSON = f"{ACTIVITY_JSON}; charset=utf-8"
PAGE = 20
LONGEST_ID = 100
LONGEST_KEY = 2048
"""Of followers, the address is the key."""
FEATURED_TAGS = 10
TOLD = 1000
"""Followers that a server is told of at a time."""
CACHE = "public, max-age=60, stale-while-revalidate=600"
AT_PERMALINK = "private, no-store"
GUARDED = "private, no-store"
BY_FORM = "Accept, Accept-Encoding"
BY_READER = "Accept, Signature, Accept-Encoding"
KINDS = {"likes": "like", "shares": "share"}
AUTHORIZATIONS = {AuthorizationKind.QUOTE: "QuoteAuthorization", AuthorizationKind.REPLY: "ReplyAuthorization"}
Make = Callable[[], Awaitable[dict[str, Any]]]


async def answer(
    request: web.Request,
    key: str,
    dependencies: tuple[str, ...],
    make: Make,
    *,
    cache: str = CACHE,
    vary: str = BY_FORM,
    to_anybody: bool = False,
) -> web.StreamResponse:
    """A document from the shelf; with authorized fetch, for readers who sign and are not blocked, unless it is `to
    anybody`."""
    guarded = request.app[CONFIG].federation.authorized_fetch and not to_anybody
    if guarded:
        await require_reader(request)

    async def rendered() -> RenderedDocument:
        body = json.dumps(await make(), ensure_ascii=False, separators=(",", ":")).encode()
        return RenderedDocument(
            body=body,
            media_type=JSON,
            dependencies=dependencies,
            cache_control=GUARDED if guarded else cache,
            vary=BY_READER if guarded else vary,
            guarded=guarded or vary == BY_READER,
            headers=(("Access-Control-Allow-Origin", "*"),),
        )

    document = await request.app[RESPONSE_CACHE].get(key, rendered)
    return await request.app[RESPONDER].document(request, document)


async def require_reader(request: web.Request) -> PublicKey:
    """The key that a request is signed with. Raises SignatureRejected (401), SenderRefused (403), KeyUnavailable (503)."""
    client = client_of(address_of(request, request.app[CONFIG].server))
    return await request.app[AUTHORIZED_FETCH].require(message_of(request), ours=request.app[URLS].base, client=client)


def see(page: str) -> web.HTTPException:
    """What stands here is for machines; people read the page."""
    return web.HTTPSeeOther(page, headers={"Cache-Control": "no-store", "Vary": "Accept"})


def wants_document(request: web.Request) -> bool:
    return accepts_activity(request.headers.get("Accept", ""))


# the actor


def _asked_for(request: web.Request) -> SigningActor:
    """The actor whose address this is. Raises NotFound."""
    id = request.match_info.get("actor", BLOG)
    identity = request.app[LOCAL_ACTORS].of_id(id)
    if identity is None or (id == BLOG and "actor" in request.match_info):
        raise NotFound(request.path)
    return identity


async def get_actor(request: web.Request) -> web.StreamResponse:
    identity = _asked_for(request)
    actor = identity.actor
    if not wants_document(request):
        raise see(actor.url.removeprefix(request.app[URLS].base))

    async def make() -> dict[str, Any]:
        return render.actor(identity.profile)

    is_server = actor.role is Role.SERVER
    response = await answer(request, f"ap:{actor.uri}", ("actor", "site"), make, to_anybody=is_server)
    await _remember_fetch(request)
    return response


async def _remember_fetch(request: web.Request) -> None:
    """Until another server has fetched an account, each of its answers is made here, and not from what is at hand."""
    fetches = request.app[ACTOR_FETCHES]
    if not fetches.are_known and is_from_elsewhere(request, request.app[CONFIG].server):
        await fetches.remember()
    if not fetches.are_known:
        request[BYPASS_CACHE] = True


async def get_outbox(request: web.Request) -> web.StreamResponse:
    """The Create of every post that federates, newest first, by key; of an actor that announces, its Announces."""
    actor = _asked_for(request).actor
    if actor.role is not Role.BLOG:
        return await _announced(request, actor)
    store, outbox = request.app[STORE], request.app[OUTBOX]
    if "page" not in request.query:

        async def whole() -> dict[str, Any]:
            total = await store.totals.get("outbox")
            return collections.ordered(actor.outbox, total, first=f"{actor.outbox}?page=true")

        return await answer(request, f"ap:{actor.outbox}", ("site",), whole)
    before = _key(request)
    id = f"{actor.outbox}?page=true" + (f"&before={_spelled(*before)}" if before else "")

    async def page() -> dict[str, Any]:
        posts = await store.posts.list_federated(before=before, limit=PAGE + 1)
        creates = await store.outbox.find_creates([post.id for post in posts[:PAGE]])
        items = outbox_items(outbox, posts[:PAGE], creates)
        last = posts[PAGE - 1] if len(posts) > PAGE else None
        follow = f"{actor.outbox}?page=true&before={_spelled(last.published, last.id)}" if last else None
        return collections.ordered_page(id, actor.outbox, items, next=follow)

    return await answer(request, f"ap:{id}", ("site",), page)


async def _announced(request: web.Request, actor: LocalActor) -> web.StreamResponse:
    store, scope = request.app[STORE], f"announced:{actor.id}"
    if "page" not in request.query:

        async def whole() -> dict[str, Any]:
            total = await store.totals.get(scope)
            return collections.ordered(actor.outbox, total, first=f"{actor.outbox}?page=true")

        return await answer(request, f"ap:{actor.outbox}", (scope,), whole)
    before = _key(request)
    id = f"{actor.outbox}?page=true" + (f"&before={_spelled(*before)}" if before else "")

    async def page() -> dict[str, Any]:
        key = (to_text(before[0]), before[1]) if before else None
        found = await store.outbox.list_announced(actor.id, before=key, limit=PAGE + 1)
        last = found[PAGE - 1] if len(found) > PAGE else None
        follow = f"{actor.outbox}?page=true&before={_spelled(last.published, last.id)}" if last else None
        return collections.ordered_page(id, actor.outbox, [said.document for said in found[:PAGE]], next=follow)

    return await answer(request, f"ap:{id}", (scope,), page)


async def get_followers(request: web.Request) -> web.StreamResponse:
    """Only how many, unless the author chose to show who."""
    store, actor = request.app[STORE], _asked_for(request).actor
    shown = request.app[CONFIG].federation.show_followers
    if "page" not in request.query or not shown:

        async def whole() -> dict[str, Any]:
            total = await store.followers.count(actor.id)
            return collections.ordered(actor.followers, total, first=f"{actor.followers}?page=true" if shown else None)

        return await answer(request, f"ap:{actor.followers}", ("followers",), whole)
    before = _key(request)
    id = f"{actor.followers}?page=true" + (f"&before={_spelled(*before)}" if before else "")

    async def page() -> dict[str, Any]:
        key = (to_text(before[0]), before[1]) if before else None
        found = await store.followers.list_page(actor.id, before=key, limit=PAGE + 1)
        items = [follower.actor for follower in found[:PAGE]]
        last = found[PAGE - 1] if len(found) > PAGE else None
        follow = f"{actor.followers}?page=true&before={_spelled(last.since, last.actor)}" if last else None
        return collections.ordered_page(id, actor.followers, items, next=follow)

    return await answer(request, f"ap:{id}", ("followers",), page)


async def get_followers_synchronization(request: web.Request) -> web.StreamResponse:
    """The followers on the server of whoever asks, and signs (FEP-8fcf)."""
    actor = _asked_for(request).actor
    key = await require_reader(request)
    after = request.query.get("after", "")[:2048]
    found = await request.app[STORE].followers.list_on_server(actor.id, origin(key.owner), after=after, limit=TOLD + 1)
    collection = f"{actor.uri}/followers_synchronization"
    if len(found) <= TOLD and not after:
        document = collections.ordered_whole(collection, found)
    else:
        follow = str(URL(collection).with_query({"after": found[TOLD - 1]})) if len(found) > TOLD else None
        id = str(URL(collection).with_query({"after": after}))
        page = collections.ordered_page(id, collection, found[:TOLD], next=follow)
        document = page if "after" in request.query else collections.ordered(collection, None, first=page)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, content_type=ACTIVITY_JSON, headers={"Cache-Control": GUARDED, "Vary": "Signature"})


async def get_following(request: web.Request) -> web.StreamResponse:
    """The entries of the blogroll that are accounts; nobody else of us follows anybody."""
    store, actor = request.app[STORE], _asked_for(request).actor
    if actor.role is not Role.BLOG:

        async def nobody() -> dict[str, Any]:
            return collections.ordered_whole(actor.following, [])

        return await answer(request, f"ap:{actor.following}", (), nobody)
    if "page" not in request.query:

        async def whole() -> dict[str, Any]:
            total = await store.blogroll.count_actors()
            return collections.ordered(actor.following, total, first=f"{actor.following}?page=true")

        return await answer(request, f"ap:{actor.following}", ("blogroll",), whole)
    after = request.query.get("after", "")[:2048]

    def page_after(actor_uri: str) -> str:
        return str(URL(actor.following).with_query({"page": "true"} | ({"after": actor_uri} if actor_uri else {})))

    async def page() -> dict[str, Any]:
        found = await store.blogroll.list_actors(after=after, limit=PAGE + 1)
        follow = page_after(found[PAGE - 1]) if len(found) > PAGE else None
        return collections.ordered_page(page_after(after), actor.following, found[:PAGE], next=follow)

    return await answer(request, f"ap:{page_after(after)}", ("blogroll",), page)


async def get_featured(request: web.Request) -> web.StreamResponse:
    """The pinned posts, as ids: Mastodon skips embedded Articles. Where none is pinned, the newest, but only for a server
    without a follower, whose profile of us would be empty. Neither list is secret: the signature is not verified."""
    store, actor = request.app[STORE], _asked_for(request).actor
    reader = origin(claimed_key_id(message_of(request)))
    followed = bool(reader and await store.followers.list_on_server(actor.id, reader, after="", limit=1))

    async def make() -> dict[str, Any]:
        posts = await featured.pinned(store, actor)
        if not followed:
            posts = posts or await featured.stand_ins(store, request.app[LOCAL_ACTORS], actor)
        return collections.ordered_whole(actor.featured, [post.uri for post in posts])

    key = f"ap:{actor.featured}" + (":followed" if followed else "")
    return await answer(request, key, ("site",), make, cache=GUARDED, vary=BY_READER)


async def get_featured_tags(request: web.Request) -> web.StreamResponse:
    """The tags that the blog uses most, as hashtags."""
    store, actor, outbox = request.app[STORE], _asked_for(request).actor, request.app[OUTBOX]
    if actor.role is not Role.BLOG:
        raise NotFound(request.path)

    async def make() -> dict[str, Any]:
        slugs = await store.totals.largest("term:tag:", FEATURED_TAGS)
        found = [await store.posts.find_term(TermKind.TAG, slug) for slug in slugs]
        tags = outbox.as_hashtags([tag for tag in found if tag is not None])
        return collections.plain_whole(actor.featured_tags, [render.hashtag(tag) for tag in tags])

    return await answer(request, f"ap:{actor.featured_tags}", ("site",), make)


# objects


async def get_post(request: web.Request) -> web.StreamResponse:
    """A post by its id."""
    uri = request.app[URLS].post(request.match_info["id"])
    post = await request.app[STORE].posts.find_by_uri(uri)
    if post is None or not post.is_public:
        await _raise_gone(request, uri)
    assert post is not None
    if not wants_document(request):
        raise see(post.path)
    if not post.federates:
        raise NotFound(uri)
    return await answer_post(request, post)


async def get_note(request: web.Request) -> web.StreamResponse:
    """What an actor of ours besides the blog said of something elsewhere, by its id."""
    actor = _asked_for(request).actor
    uri = request.app[URLS].note(actor.id, request.match_info["id"])
    said = await request.app[STORE].outbox.find_create(uri)
    if said is None:
        await _raise_gone(request, uri)
    assert said is not None
    if not wants_document(request):
        raise see("/blogroll/river/")

    async def make() -> dict[str, Any]:
        return {"@context": said.document["@context"], **said.document["object"]}

    return await answer(request, f"ap:{uri}", (f"announced:{actor.id}",), make)


async def answer_post(request: web.Request, post: Post, *, at_permalink: bool = False) -> web.StreamResponse:
    """A post as an object. At its permalink only HTML may be kept by caches."""
    store, outbox = request.app[STORE], request.app[OUTBOX]

    async def make() -> dict[str, Any]:
        current = await store.posts.find(post.id) or post
        talk = await _talk(store, current.uri, current, None, current.counts)
        return outbox.object(current, talk)

    dependencies = (f"post:{post.id}", f"talk:{post.id}")
    key = f"ap:{post.uri}" + (":permalink" if at_permalink else "")
    return await answer(request, key, dependencies, make, cache=AT_PERMALINK if at_permalink else CACHE)


async def _talk(store: Store, uri: str, post: Post, answer: Comment | None, counts: Counts) -> render.InteractionCounts:
    """What was said about a post, or about an answer of its author's, as far as the first pages go."""
    to = answer.id if answer else None
    found = await store.comments.list_replies(post.id, after=None, limit=PAGE + 1, to=to)
    return render.InteractionCounts(
        replies=render.CollectionSummary(
            total=await store.comments.count_replies(post.id, to=to),
            first=tuple(item for item, _, _ in found[:PAGE]),
            next=_next_page(f"{uri}/replies", found),
        ),
        likes=await _reactions(store, f"{uri}/likes", post, to, "like", counts.likes),
        shares=await _reactions(store, f"{uri}/shares", post, to, "share", counts.shares),
    )


async def _reactions(
    store: Store, uri: str, post: Post, to: str | None, kind: str, total: int
) -> render.CollectionSummary:
    found = await store.reactions.list_shown(post.id, to, kind, after=None, limit=PAGE + 1)
    return render.CollectionSummary(
        total=total, first=tuple(item for item, _ in found[:PAGE]), next=_next_reactions(uri, found)
    )


def _next_reactions(uri: str, found: list[tuple[str, str]]) -> str | None:
    """The page after this one of a collection of likes or shares, if there is more."""
    if len(found) <= PAGE:
        return None
    item, received = found[PAGE - 1]
    return str(URL(uri).with_query({"page": "1", "after": f"{received},{item}"}))


def _next_page(uri: str, found: list[tuple[str, str, str]]) -> str | None:
    """The page after this one of a collection of comments, if there is more."""
    if len(found) <= PAGE:
        return None
    _, published, id = found[PAGE - 1]
    return f"{uri}?page=1&after={published},{id}"


async def get_replies(request: web.Request) -> web.StreamResponse:
    """The comments of a post by their remote ids; the first page is embedded."""
    store = request.app[STORE]
    post = await _federated_post(request)
    uri = f"{post.uri}/replies"
    after = _text_key(request)

    async def page() -> dict[str, Any]:
        replies = await store.comments.list_replies(post.id, after=after, limit=PAGE + 1)
        id = f"{uri}?page=1" + (f"&after={after[0]},{after[1]}" if after else "")
        items = [item for item, _, _ in replies[:PAGE]]
        return collections.plain_page(id, uri, items, next=_next_page(uri, replies))

    async def whole() -> dict[str, Any]:
        return collections.plain(uri, await store.comments.count_replies(post.id), await page())

    make = page if "page" in request.query else whole
    return await answer(request, _page_key(uri, request, after), (f"post:{post.id}", f"talk:{post.id}"), make)


async def get_context(request: web.Request) -> web.StreamResponse:
    """The whole conversation under a post, oldest first: the post, and every comment that is shown (FEP-f228)."""
    store = request.app[STORE]
    post = await _federated_post(request)
    uri = f"{post.uri}/context"
    after = _text_key(request)
    dependencies = (f"post:{post.id}", f"talk:{post.id}")

    async def page() -> dict[str, Any]:
        found = await store.comments.list_replies(post.id, after=after, limit=PAGE + 1)
        items = ([] if after else [post.uri]) + [item for item, _, _ in found[:PAGE]]
        id = f"{uri}?page=1" + (f"&after={after[0]},{after[1]}" if after else "")
        return collections.ordered_page(id, uri, items, next=_next_page(uri, found))

    async def whole() -> dict[str, Any]:
        total = await store.comments.count_replies(post.id) + 1
        document = collections.ordered(uri, total, first=await page())
        return document | {"attributedTo": request.app[LOCAL_ACTORS].blog.actor.uri}

    make = page if "page" in request.query else whole
    return await answer(request, _page_key(uri, request, after), dependencies, make)


async def get_comment(request: web.Request) -> web.StreamResponse:
    """An answer of the author's own, by its id."""
    store, outbox = request.app[STORE], request.app[OUTBOX]
    uri = request.app[URLS].comment(request.match_info["id"])
    comment, post = await _own(request, uri)
    if not wants_document(request):
        raise see(f"{post.path}#{comment.anchor}")
    if not post.federates:
        raise NotFound(uri)

    async def make() -> dict[str, Any]:
        answered = await store.comments.find(comment.parent) if comment.parent else None
        talk = await _talk(store, uri, post, comment, await store.reactions.get_counts(comment.id))
        mentioned = await store.comments.list_mentions(comment.id)
        return outbox.answer_to(await store.comments.find(comment.id) or comment, post, answered, mentioned, talk)

    return await answer(request, f"ap:{uri}", (f"post:{post.id}", f"talk:{post.id}"), make)


async def get_comment_replies(request: web.Request) -> web.StreamResponse:
    """The answers to an answer of the author's own."""
    store = request.app[STORE]
    own = request.app[URLS].comment(request.match_info["id"])
    comment, post = await _own(request, own)
    if not post.federates:
        raise NotFound(own)
    uri, after = f"{own}/replies", _text_key(request)

    async def page() -> dict[str, Any]:
        found = await store.comments.list_replies(post.id, after=after, limit=PAGE + 1, to=comment.id)
        id = f"{uri}?page=1" + (f"&after={after[0]},{after[1]}" if after else "")
        return collections.plain_page(id, uri, [item for item, _, _ in found[:PAGE]], next=_next_page(uri, found))

    async def whole() -> dict[str, Any]:
        total = await store.comments.count_replies(post.id, to=comment.id)
        return collections.plain(uri, total, await page())

    make = page if "page" in request.query else whole
    return await answer(request, _page_key(uri, request, after), (f"post:{post.id}", f"talk:{post.id}"), make)


async def _own(request: web.Request, uri: str) -> tuple[Comment, Post]:
    """An own answer that is shown, and the post that it stands under."""
    comment = await request.app[STORE].comments.find_by_uri(uri)
    post = await request.app[STORE].posts.find(comment.post) if comment else None
    if comment is None or comment.source is not CommentSource.OWN or post is None or not post.is_public:
        await _raise_gone(request, uri)
    assert comment is not None
    assert post is not None
    return comment, post


async def get_reactions(request: web.Request) -> web.StreamResponse:
    """The likes or shares of a post by their ids; the first page is embedded."""
    post = await _federated_post(request)
    return await _answer_reactions(request, post.uri, post, None)


async def get_comment_reactions(request: web.Request) -> web.StreamResponse:
    """The same of an answer of the author's own."""
    own = request.app[URLS].comment(request.match_info["id"])
    comment, post = await _own(request, own)
    if not post.federates:
        raise NotFound(own)
    return await _answer_reactions(request, own, post, comment)


async def _answer_reactions(request: web.Request, of: str, post: Post, comment: Comment | None) -> web.StreamResponse:
    store, name = request.app[STORE], request.match_info["kind"]
    uri, kind, to = f"{of}/{name}", KINDS[name], comment.id if comment else None
    received, _, item = request.query.get("after", "")[:2100].partition(",")
    after = (received, item) if item else None

    async def page() -> dict[str, Any]:
        found = await store.reactions.list_shown(post.id, to, kind, after=after, limit=PAGE + 1)
        query = {"page": "1"} | ({"after": f"{received},{item}"} if after else {})
        items = [item for item, _ in found[:PAGE]]
        return collections.plain_page(str(URL(uri).with_query(query)), uri, items, next=_next_reactions(uri, found))

    async def whole() -> dict[str, Any]:
        current = await store.posts.find(post.id) or post
        counts = await store.reactions.get_counts(to) if to else current.counts
        total = counts.likes if kind == "like" else counts.shares
        return collections.plain(uri, total, await page())

    make = page if "page" in request.query else whole
    dependencies = (f"post:{post.id}", f"talk:{post.id}")
    return await answer(request, f"ap:{uri}?{request.query_string}", dependencies, make)


async def get_activity(request: web.Request) -> web.StreamResponse:
    """What was said, by its id; a Create or Update with the post as it is now: what was edited away is not kept."""
    store, outbox = request.app[STORE], request.app[OUTBOX]
    uri = request.app[URLS].activity(request.match_info["id"])
    said = await store.outbox.find(uri)
    if said is None or not said.public:
        raise NotFound(uri)
    post = await store.posts.find(said.post) if said.post else None

    if not wants_document(request):
        raise see(post.path if post is not None and post.is_public else "/")

    async def make() -> dict[str, Any]:
        if said.type in ("Create", "Update") and post is not None and post.federates:
            return outbox.activity_of(said.type, post, uri)
        return said.document

    dependencies = (f"post:{said.post}",) if said.post else ()
    return await answer(request, f"ap:{uri}", dependencies, make)


async def get_authorization(request: web.Request) -> web.StreamResponse:
    """The proof that a quote of a post, or a reply, was allowed; gone with the post or what it allowed, or revoked."""
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

    return await answer(request, f"ap:{uri}", (f"post:{post.id}", f"talk:{post.id}"), make)


async def _federated_post(request: web.Request) -> Post:
    uri = request.app[URLS].post(request.match_info["id"])
    post = await request.app[STORE].posts.find_by_uri(uri)
    if post is None or not post.federates:
        await _raise_gone(request, uri)
    assert post is not None
    return post


async def _raise_gone(request: web.Request, uri: str) -> None:
    """410 with a Tombstone for what was deleted (ActivityPub §6.4), 404 for what never was."""
    tombstone = await request.app[STORE].tombstones.find(uri)
    if tombstone is None or tombstone.origin != request.app[URLS].base:
        raise NotFound(uri)
    if not wants_document(request):
        raise Gone(uri)
    if request.app[CONFIG].federation.authorized_fetch:
        await require_reader(request)
    text = json.dumps(render.tombstone(uri, tombstone.gone_at, former_type=tombstone.type))
    headers = {"Vary": "Accept", "Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
    raise web.HTTPGone(text=text, content_type=ACTIVITY_JSON, headers=headers)


# the inbox


async def post_inbox(request: web.Request) -> web.StreamResponse:
    """Take in one activity. 202 means: authenticated, and on the record."""
    address, admission = address_of(request, request.app[CONFIG].server), request.app[INBOX_LIMITER]
    admission.spend(address)
    require_plain(request)
    message = message_of(request, await request.app[BODIES].read(request, address))
    with admission.slot(address):  # not before all is there: who sends slowly holds no place
        verdict = await request.app[INBOX].receive(message, client_of(address))
    request.app[METRICS].arrivals.labels(verdict.outcome.value).inc()
    return web.Response(status=202, headers={"Cache-Control": "no-store"})


async def refuse_other_methods(request: web.Request) -> web.StreamResponse:
    """An inbox is the blog's own to read (ActivityPub §5.2)."""
    raise web.HTTPMethodNotAllowed(request.method, ["POST"])


def message_of(request: web.Request, body: bytes = b"") -> Message:
    """A request and its body, at our own spelling of its address."""
    return Message(
        method=request.method,
        url=request.app[URLS].base + request.raw_path,
        headers=tuple(
            (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in request.raw_headers
        ),
        body=body,
    )


def require_plain(request: web.Request) -> None:
    """ActivityStreams, as it is: the digest is over what was sent."""
    require_identity_encoding(request)
    types = request.headers.getall("Content-Type", [])
    if len(types) != 1 or not (is_activity_streams(types[0]) or is_bare_json_ld(types[0])):
        raise MediaTypeRefused("inbox.type")


def is_bare_json_ld(content_type: str) -> bool:
    """Some servers leave the profile out."""
    return content_type.strip().lower() == "application/ld+json"


# keys of pages


def _spelled(instant: datetime, id: str) -> str:
    return f"{to_text(instant)},{id}"


def _key(request: web.Request) -> tuple[datetime, str] | None:
    """`before=<instant>,<id>`; an unreadable one is as none."""
    instant, comma, id = request.query.get("before", "").partition(",")
    if not comma or len(id) > LONGEST_KEY:
        return None
    try:
        return from_text(instant), id
    except (ValueError, OverflowError):
        return None


def _text_key(request: web.Request) -> tuple[str, str] | None:
    """`after=<instant>,<id>` of a page, likewise; the whole has none."""
    instant, comma, id = request.query.get("after", "").partition(",")
    if not comma or "page" not in request.query or len(id) > LONGEST_ID:
        return None
    try:
        return to_text(from_text(instant)), id
    except (ValueError, OverflowError):
        return None


def _page_key(uri: str, request: web.Request, after: tuple[str, str] | None) -> str:
    """What a collection, or a page of it, is kept under: nothing that a stranger adds to the address makes another."""
    page = ("?page" + ",".join(after or ())) if "page" in request.query else ""
    return f"ap:{uri}{page}"
