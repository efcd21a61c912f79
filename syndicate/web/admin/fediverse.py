"""The Fediverse tab of a post: what other servers get of it, as facts. How they show it is theirs to decide."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from syndicate.content.text import plain
from syndicate.federation.outbox.documents import Documents
from syndicate.federation.outbox.size_limit import MAX_BYTES
from syndicate.model.post import ObjectType, Post, PostKind, QuotePolicy, Term, Visibility
from syndicate.translation import _
from syndicate.web.admin.editor import EDITOR
from syndicate.web.admin.pages.fediverse import FediversePage
from syndicate.web.admin.rendering import respond
from syndicate.web.keys import OUTBOX, SETTINGS

QUOTES: Mapping[QuotePolicy, str] = {
    QuotePolicy.ANYONE: _("Everybody may quote it."),
    QuotePolicy.FOLLOWERS: _("Followers may quote it."),
    QuotePolicy.NOBODY: _("Nobody may quote it."),
}


async def get_fediverse(request: web.Request) -> web.StreamResponse:
    """Show the facts, with the changes that are not published yet. Raises PostNotFound."""
    editor, documents = request.app[EDITOR], request.app[OUTBOX].documents
    opened = await editor.open(request.match_info["id"])
    post = await editor.composed(opened)
    whole = documents.activity("Create", post, f"{post.uri}#create")
    sent = documents.limited_activity("Create", post, f"{post.uri}#create")
    hashtags = tuple(tag.name for tag in documents.hashtags_of(post))
    is_article = post.object_type is ObjectType.ARTICLE
    page = FediversePage(
        id=opened.post.id,
        heading=post.heading or post.slug,
        is_page=post.kind is PostKind.PAGE,
        is_local=post.visibility is Visibility.LOCAL,
        is_public=opened.post.is_public,
        is_article=is_article,
        title=_text_of(sent["object"], "name") if is_article else "",
        summary=_text_of(sent["object"], "summary") if is_article else "",
        warning=post.warning,
        is_sensitive=bool(sent["object"].get("sensitive")),
        quotes=QUOTES[post.quotes],
        replies=_replies(request, post),
        size=len(json.dumps(sent, ensure_ascii=False, separators=(",", ":")).encode()),
        max_size=MAX_BYTES,
        words=len(plain(sent["object"]["content"]).split()),
        is_shortened=whole["object"]["content"] != sent["object"]["content"],
        hashtags=hashtags,
        without_hashtag=tuple(tag.name for tag in post.tags if not _is_hashtag(documents, post, tag)),
        named=tuple(mention.handle for mention in post.mentions),
        address=post.uri if opened.post.is_public else "",
    )
    return respond(request, page)


def _is_hashtag(documents: Documents, post: Post, tag: Term) -> bool:
    is_chosen = post.hashtags is None or tag.name in post.hashtags
    return is_chosen and bool(documents.hashtags([tag]))


def _text_of(object: Mapping[str, Any], name: str) -> str:
    """Return a field as plain text: one under its language is that text."""
    return plain(str(object.get(name) or next(iter(object.get(f"{name}Map", {}).values()), "")))


def _replies(request: web.Request, post: Post) -> str:
    """Return which replies are shown, as other servers are informed."""
    if not post.comments_open:
        return _("Comments are closed: other servers learn that nobody may reply.")
    match request.app[SETTINGS].comments.moderation:
        case "off":
            return _("Everybody may reply, and replies are shown at once.")
        case _:
            return _("Everybody may reply; a reply is shown here once you have approved it or its author is known.")
