"""Every route of the application, by area. Those of the author and of her programs are in `admin/routes.py` and
`api/routes.py`; their addresses lead to an application of its own."""

from aiohttp import web

from syndicate.web import discovery, feeds, health, webmention, websub
from syndicate.web.activitypub import actors, conversations, inbox, objects
from syndicate.web.author_requests import answer_for_author, expect_later
from syndicate.web.http.bodies import MAX_BODY_BYTES, MAX_FORM_BYTES
from syndicate.web.http.routes import post_route
from syndicate.web.site import (
    addresses,
    answer_notice,
    blogroll,
    comment_form,
    files,
    remote_interaction,
    sitemap,
    views,
)
from syndicate.web.site.rendering import Asset

PROGRAM_DIRECTORIES = (
    *("/actor/", "/actors/", "/inbox/", "/activities/", "/stamps/", "/websub/", "/nodeinfo/", "/.well-known/"),
    *("/static/", "/admin/", "/preview/", "/notifications/", "/webmention/", "/micropub/", "/indieauth/"),
    *("/favicon.ico/", "/favicon.png/", "/feed.css/", "/index.html/"),
)
"""Nothing below these is a post or page, whether or not there is a route: they may get one."""
ID = "{id:[0-9a-f-]{36}}"
ANY_ADDRESS = "/{path}"
"""The route of every other address."""


def _actor(actor: str) -> tuple[web.RouteDef, ...]:
    return (
        web.get(actor, actors.get_actor),
        web.get(f"{actor}/outbox", actors.get_outbox),
        web.get(f"{actor}/followers", actors.get_followers),
        web.get(f"{actor}/followers_synchronization", actors.get_followers_synchronization),
        web.get(f"{actor}/following", actors.get_following),
        web.get(f"{actor}/featured", actors.get_featured),
        web.get(f"{actor}/featured-tags", actors.get_featured_tags),
    )


def _inbox(path: str) -> tuple[web.RouteDef, ...]:
    return (post_route(path, inbox.post_inbox, MAX_BODY_BYTES), web.route("*", path, inbox.refuse_other_methods))


def _archive(format: str) -> tuple[web.RouteDef, ...]:
    """Return the routes of the archive and of series in one format, which is empty for RSS."""
    archive = f"/feed/{format}archive/{{volume:[1-9][0-9]{{0,8}}}}/"
    return (
        web.get(archive, feeds.get_archive_document),
        web.get(archive + "up-to-{last:[0-9a-f-]{36}}/", feeds.get_open_archive_document),
        web.get(f"/feed/from/{{start}}/every-{{days:[0-9]{{1,3}}}}-days/{format}", feeds.get_series),
    )


OPERATIONS = (
    web.get("/healthz", health.get_healthz),
    web.get("/readyz", health.get_readyz),
    web.get("/metrics", health.get_metrics),
)
DISCOVERY = (
    web.get("/.well-known/webfinger", discovery.get_webfinger),
    web.get("/.well-known/host-meta", discovery.get_host_meta),
    web.get("/.well-known/nodeinfo", discovery.get_nodeinfo_links),
    web.get("/nodeinfo/{version}", discovery.get_nodeinfo),
)
ACTORS = (
    *_actor("/actor"),
    *_actor("/actors/{actor}"),
    *_inbox("/actor/inbox"),
    *_inbox("/actors/{actor}/inbox"),
    *_inbox("/inbox"),
)
OBJECTS = (
    web.get(f"/posts/{ID}", objects.get_post),
    web.get(f"/actors/{{actor}}/notes/{ID}", objects.get_note),
    web.get(f"/posts/{ID}/replies", conversations.get_replies),
    web.get(f"/posts/{ID}/context", conversations.get_context),
    web.get(f"/posts/{ID}/{{kind:likes|shares}}", conversations.get_reactions),
    web.get(f"/comments/{ID}", objects.get_comment),
    web.get(f"/comments/{ID}/replies", conversations.get_comment_replies),
    web.get(f"/comments/{ID}/{{kind:likes|shares}}", conversations.get_comment_reactions),
    web.get("/activities/{id}", objects.get_activity),
    web.get("/stamps/{id}", objects.get_authorization),
)
"""Objects and activities by their ids."""
FEEDS = (
    web.get("/comments/feed/", feeds.get_comments_feed),
    web.get("/comments/feed/{format:atom|json}/", feeds.get_comments_feed),
    *_archive(""),
    *_archive("{format:atom|json}/"),
    *(web.get(alias, feeds.redirect_alias) for alias in feeds.ALIASES),
)
WEBSUB = (
    post_route("/websub", websub.post_hub, websub.MAX_FORM_BYTES),
    web.route("*", "/websub", websub.refuse_other_methods),
    web.get("/websub/{id}", websub.get_callback),
    post_route("/websub/{id}", websub.post_callback, websub.MAX_PUSH_BYTES),
)
WEBMENTION = (
    post_route("/webmention", webmention.post_webmention, webmention.MAX_FORM_BYTES),
    web.route("*", "/webmention", webmention.refuse_other_methods),
)
FILES = (
    web.get("/media/{name}", files.get_media),
    web.get("/robots.txt", files.get_robots),
    web.get("/sitemap.xml", sitemap.get_sitemap),
    web.get("/sitemap-{part}.xml", sitemap.get_sitemap),
)
FORMS = (
    web.get("/follow/", remote_interaction.get_follow),
    post_route("/follow/", remote_interaction.post_follow, MAX_FORM_BYTES),
    web.get("/reply/", remote_interaction.get_reply),
    post_route("/reply/", remote_interaction.post_reply, MAX_FORM_BYTES),
    web.get("/reply/{intent:like|boost}/", remote_interaction.get_reaction),
    post_route("/reply/{intent:like|boost}/", remote_interaction.post_reaction, MAX_FORM_BYTES),
    web.get("/comments/new", comment_form.get_form),
    post_route("/comments/new", comment_form.post_form, comment_form.MAX_FORM_BYTES),
    web.get("/comments/notice/{token}", answer_notice.get_notice),
    post_route("/comments/notice/{token}", answer_notice.post_notice, MAX_FORM_BYTES),
    web.get("/comments/where", remote_interaction.get_where),
)
"""Following and replying from another server, and comments without an account."""
PAGES = (
    web.get("/", views.get_home),
    web.get("/archives/", views.get_archives),
    web.get("/subscribe/", views.get_subscribe),
    web.get("/search/", views.get_search),
)
BLOGROLL = (
    web.get("/blogroll/", blogroll.get_blogroll),
    web.get("/blogroll/page/{page:[1-9][0-9]{0,4}}/", blogroll.get_blogroll),
    web.get("/blogroll/river/", blogroll.get_river),
    web.get("/blogroll/{river:(?:river/)?}feed{slash:/?}{format:(?:atom|json)?}{end:/?}", blogroll.get_feed),
    web.get("/blogroll.opml", blogroll.get_opml),
    web.get("/.well-known/recommendations.opml", blogroll.get_opml),
)
AUTHOR = tuple(
    web.route("*", path, answer_for_author, expect_handler=expect_later)
    for path in (
        "/admin{rest:(?:/.*)?}",
        "/micropub{rest:(?:/.*)?}",
        "/indieauth/{rest:.*}",
        "/.well-known/oauth-authorization-server",
        "/preview/{rest:.*}",
        "/notifications/{rest:.*}",
    )
)
"""Everything for the author and her programs."""
EVERY_OTHER_ADDRESS = (
    web.get("/{path:.*}", addresses.get_address),
    web.options("/{path:.*}", feeds.preflight),
)
"""Posts, pages, listings, files and legacy addresses."""


def add_routes(app: web.Application, assets: tuple[Asset, ...]) -> None:
    """Register every route. Where two match, the first one responds."""
    for routes in (OPERATIONS, DISCOVERY, ACTORS, OBJECTS, FEEDS, WEBSUB, WEBMENTION, FILES):
        app.add_routes(routes)
    app.add_routes(web.get(asset.path, files.asset_handler(asset)) for asset in assets)
    for routes in (FORMS, PAGES, BLOGROLL, AUTHOR, EVERY_OTHER_ADDRESS):
        app.add_routes(routes)
