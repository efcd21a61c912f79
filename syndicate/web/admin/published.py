"""The page after publishing: the address of the post, and taking it back while nobody was notified of it."""

from aiohttp import web

from syndicate.errors import AlreadyAnnounced, RevisionConflict
from syndicate.web.admin.audience import audience_of
from syndicate.web.admin.editor import EDITOR
from syndicate.web.admin.pages.posts import PublishedPage, UnpublishPage
from syndicate.web.admin.posts import CONFLICT, post_path
from syndicate.web.admin.rendering import respond, see_other
from syndicate.web.keys import CLOCK, STORE, URLS

PUBLISHED = "published"


async def get_published(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    post = opened.post
    if not post.is_public:
        return see_other(post_path(post.id))
    pending = await request.app[STORE].announcements.find(post.id)
    return respond(
        request,
        PublishedPage(
            post=post,
            address=request.app[URLS].absolute(post.path),
            audience=await audience_of(request, post.kind, post.visibility),
            due=pending.due if pending else None,
            is_fetched=bool(pending and pending.fetched),
            is_quiet=bool(pending and not (pending.announced or pending.is_news)),
            is_late=pending is not None and pending.due < request.app[CLOCK](),
        ),
    )


async def post_take_back(request: web.Request) -> web.StreamResponse:
    """Make a draft of a post again, or say that it is too late for that."""
    id = request.match_info["id"]
    try:
        await request.app[EDITOR].take_back(id)
    except AlreadyAnnounced:
        return see_other(post_path(id, PUBLISHED), "too-late")
    return see_other(post_path(id), "taken-back")


async def get_unpublish(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    if not opened.is_live:
        return see_other(post_path(opened.post.id))
    pending = await request.app[STORE].announcements.find(opened.post.id)
    return respond(request, UnpublishPage(post=opened.post, is_unsent=bool(pending and not pending.fetched)))


async def post_unpublish(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    try:
        is_taken_back = await request.app[EDITOR].unpublish(opened)
    except RevisionConflict:
        return see_other(post_path(opened.post.id, CONFLICT))
    return see_other(post_path(opened.post.id), "taken-back" if is_taken_back else "unpublished")
