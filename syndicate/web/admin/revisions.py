"""Earlier texts of a post, and bringing one back."""

from collections.abc import Sequence

from aiohttp import web

from syndicate.errors import NotFound
from syndicate.storage.revisions import Revision
from syndicate.web.admin.editor import EDITOR, OpenedPost
from syndicate.web.admin.pages.posts import RevisionsPage
from syndicate.web.admin.posts import post_path
from syndicate.web.admin.publishing import differences
from syndicate.web.admin.rendering import respond, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import STORE


async def get_revisions(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    revisions = await request.app[STORE].revisions.list_of(opened.post.id)
    chosen = _find(revisions, opened, request.query["show"]) if "show" in request.query else None
    return respond(
        request,
        RevisionsPage(
            id=opened.post.id,
            title=opened.post.heading,
            revisions=tuple(reversed(revisions)),
            chosen=chosen,
            differences=tuple(differences(opened.shown["text"], chosen.source)) if chosen else (),
        ),
    )


async def post_restore(request: web.Request) -> web.StreamResponse:
    """Take an earlier text as what is being written. Of a draft it is saved at once; a public post waits for its
    author to update it."""
    editor = request.app[EDITOR]
    opened = await editor.open(request.match_info["id"])
    revisions = await request.app[STORE].revisions.list_of(opened.post.id)
    revision = _find(revisions, opened, request[FORM].get("revision"))
    typed = dict(opened.shown) | {"title": revision.title, "text": revision.source}
    if opened.is_live:
        await editor.keep_aside(opened, typed, opened.made.revision)
    else:
        await editor.save(opened, typed, opened.made.revision)
    return see_other(post_path(opened.post.id), "restored")


def _find(revisions: Sequence[Revision], opened: OpenedPost, number: str) -> Revision:
    """Raises NotFound."""
    revision = next((one for one in revisions if str(one.number) == number), None)
    if revision is None or revision.source_format is not opened.made.source_format:
        raise NotFound("revision")
    return revision
