"""Registers every route of the application: those of the author's interface stand in `admin/routes.py`, all others here."""

from aiohttp import web

from syndicate.web import discovery, feeds, health, webmention, websub
from syndicate.web.activitypub import actors, conversations, inbox, objects
from syndicate.web.admin import notifications, preview
from syndicate.web.admin.routes import add_admin_routes
from syndicate.web.api import micropub
from syndicate.web.http.bodies import MAX_BODY_BYTES, MAX_FORM_BYTES, expect_handler
from syndicate.web.site import addresses, blogroll, comment_form, files, remote_interaction, sitemap, views
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


def add_routes(app: web.Application, assets: tuple[Asset, ...]) -> None:
    router = app.router

    # operations
    router.add_get("/healthz", health.get_healthz)
    router.add_get("/readyz", health.get_readyz)
    router.add_get("/metrics", health.get_metrics)

    # discovery
    router.add_get("/.well-known/webfinger", discovery.get_webfinger)
    router.add_get("/.well-known/host-meta", discovery.get_host_meta)
    router.add_get("/.well-known/nodeinfo", discovery.get_nodeinfo_links)
    router.add_get("/nodeinfo/{version}", discovery.get_nodeinfo)

    # actors
    for actor in ("/actor", "/actors/{actor}"):
        router.add_get(actor, actors.get_actor)
        router.add_get(f"{actor}/outbox", actors.get_outbox)
        router.add_get(f"{actor}/followers", actors.get_followers)
        router.add_get(f"{actor}/followers_synchronization", actors.get_followers_synchronization)
        router.add_get(f"{actor}/following", actors.get_following)
        router.add_get(f"{actor}/featured", actors.get_featured)
        router.add_get(f"{actor}/featured-tags", actors.get_featured_tags)
    for path in ("/actor/inbox", "/actors/{actor}/inbox", "/inbox"):
        router.add_post(path, inbox.post_inbox, expect_handler=expect_handler(MAX_BODY_BYTES))
        router.add_route("*", path, inbox.refuse_other_methods)

    # objects and activities by id
    router.add_get(f"/posts/{ID}", objects.get_post)
    router.add_get(f"/actors/{{actor}}/notes/{ID}", objects.get_note)
    router.add_get(f"/posts/{ID}/replies", conversations.get_replies)
    router.add_get(f"/posts/{ID}/context", conversations.get_context)
    router.add_get(f"/posts/{ID}/{{kind:likes|shares}}", conversations.get_reactions)
    router.add_get(f"/comments/{ID}", objects.get_comment)
    router.add_get(f"/comments/{ID}/replies", conversations.get_comment_replies)
    router.add_get(f"/comments/{ID}/{{kind:likes|shares}}", conversations.get_comment_reactions)
    router.add_get("/activities/{id}", objects.get_activity)
    router.add_get("/stamps/{id}", objects.get_authorization)

    # feeds
    router.add_get("/comments/feed/", feeds.get_comments_feed)
    router.add_get("/comments/feed/{format:atom|json}/", feeds.get_comments_feed)
    for format in ("", "{format:atom|json}/"):
        archive = f"/feed/{format}archive/{{volume:[1-9][0-9]{{0,8}}}}/"
        router.add_get(archive, feeds.get_archive_document)
        router.add_get(archive + "up-to-{last:[0-9a-f-]{36}}/", feeds.get_open_archive_document)
        router.add_get(f"/feed/from/{{start}}/every-{{days:[0-9]{{1,3}}}}-days/{format}", feeds.get_series)
    for alias in feeds.ALIASES:
        router.add_get(alias, feeds.redirect_alias)

    # WebSub
    router.add_post("/websub", websub.post_hub, expect_handler=expect_handler(websub.MAX_FORM_BYTES))
    router.add_route("*", "/websub", websub.refuse_other_methods)
    router.add_get("/websub/{id}", websub.get_callback)
    router.add_post("/websub/{id}", websub.post_callback, expect_handler=expect_handler(websub.MAX_PUSH_BYTES))

    # Webmention
    router.add_post("/webmention", webmention.post_webmention, expect_handler=expect_handler(webmention.MAX_FORM_BYTES))
    router.add_route("*", "/webmention", webmention.refuse_other_methods)

    # Micropub
    router.add_get("/micropub", micropub.get_micropub)
    router.add_post("/micropub", micropub.post_micropub, expect_handler=expect_handler(micropub.MAX_UPLOAD_BYTES))
    router.add_post("/micropub/media", micropub.post_media, expect_handler=expect_handler(micropub.MAX_UPLOAD_BYTES))
    router.add_route("*", "/micropub/media", micropub.refuse_other_methods)

    # files
    router.add_get("/media/{name}", files.get_media)
    for asset in assets:
        router.add_get(asset.path, files.asset_handler(asset))
    router.add_get("/robots.txt", files.get_robots)
    router.add_get("/sitemap.xml", sitemap.get_sitemap)
    router.add_get("/sitemap-{part}.xml", sitemap.get_sitemap)

    # remote interaction
    router.add_get("/follow/", remote_interaction.get_follow)
    router.add_post("/follow/", remote_interaction.post_follow, expect_handler=expect_handler(MAX_FORM_BYTES))
    router.add_get("/reply/", remote_interaction.get_reply)
    router.add_get("/reply/{intent:like|boost}/", remote_interaction.get_reaction)
    router.add_post(
        "/reply/{intent:like|boost}/",
        remote_interaction.post_reaction,
        expect_handler=expect_handler(MAX_FORM_BYTES),
    )
    router.add_post("/reply/", remote_interaction.post_reply, expect_handler=expect_handler(MAX_FORM_BYTES))
    router.add_get("/comments/new", comment_form.get_form)
    router.add_post("/comments/new", comment_form.post_form, expect_handler=expect_handler(comment_form.MAX_FORM_BYTES))
    router.add_get("/comments/where", remote_interaction.get_where)

    # pages
    router.add_get("/", views.get_home)
    router.add_get("/archives/", views.get_archives)
    router.add_get("/subscribe/", views.get_subscribe)
    router.add_get("/search/", views.get_search)

    # blogroll
    router.add_get("/blogroll/", blogroll.get_blogroll)
    router.add_get("/blogroll/page/{page:[1-9][0-9]{0,4}}/", blogroll.get_blogroll)
    router.add_get("/blogroll/river/", blogroll.get_river)
    router.add_get("/blogroll/{river:(?:river/)?}feed{slash:/?}{format:(?:atom|json)?}{end:/?}", blogroll.get_feed)
    router.add_get("/blogroll.opml", blogroll.get_opml)
    router.add_get("/.well-known/recommendations.opml", blogroll.get_opml)

    # the author's interface
    add_admin_routes(router)

    # a draft for a reader without an account
    router.add_get("/preview/{token}/", preview.get_by_link)
    router.add_get("/notifications/{secret}/feed/", notifications.get_feed)
    router.add_get("/notifications/{secret}/off", notifications.get_off)
    router.add_post("/notifications/{secret}/off", notifications.post_off)

    # every other address: posts, pages, listings, files and legacy addresses
    router.add_get("/{path:.*}", addresses.get_address)
    router.add_options("/{path:.*}", feeds.preflight)
