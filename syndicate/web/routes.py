"""The map of the house: every address on one page, and nothing else adds any."""

from aiohttp import web

from syndicate.web import activitypub, blogroll, dialogs, discovery, feeds, files, health, push, site, sitemap
from syndicate.web.bodies import MOST_BODY, MOST_FORM, expecting
from syndicate.web.rendering import Asset


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

    # the actors
    for actor in ("/actor", "/actors/{actor}"):
        router.add_get(actor, activitypub.get_actor)
        router.add_get(f"{actor}/outbox", activitypub.get_outbox)
        router.add_get(f"{actor}/followers", activitypub.get_followers)
        router.add_get(f"{actor}/followers_synchronization", activitypub.get_followers_synchronization)
        router.add_get(f"{actor}/following", activitypub.get_following)
        router.add_get(f"{actor}/featured", activitypub.get_featured)
        router.add_get(f"{actor}/featured-tags", activitypub.get_featured_tags)
    for inbox in ("/actor/inbox", "/actors/{actor}/inbox", "/inbox"):
        router.add_post(inbox, activitypub.post_inbox, expect_handler=expecting(MOST_BODY))
        router.add_route("*", inbox, activitypub.refuse_other_methods)

    # objects and activities by their ids
    router.add_get("/posts/{id}", activitypub.get_post)
    router.add_get("/actors/{actor}/notes/{id:[0-9a-f-]{36}}", activitypub.get_note)
    router.add_get("/posts/{id}/replies", activitypub.get_replies)
    router.add_get("/posts/{id}/context", activitypub.get_context)
    router.add_get("/posts/{id}/{kind:likes|shares}", activitypub.get_reactions)
    router.add_get("/comments/{id:[0-9a-f-]{36}}", activitypub.get_comment)
    router.add_get("/comments/{id:[0-9a-f-]{36}}/replies", activitypub.get_comment_replies)
    router.add_get("/comments/{id:[0-9a-f-]{36}}/{kind:likes|shares}", activitypub.get_comment_reactions)
    router.add_get("/activities/{id}", activitypub.get_activity)
    router.add_get("/stamps/{id}", activitypub.get_stamp)

    # feeds
    router.add_get("/comments/feed/", feeds.get_comments_feed)
    router.add_get("/comments/feed/{format:atom|json}/", feeds.get_comments_feed)
    for format in ("", "{format:atom|json}/"):
        router.add_get(f"/feed/{format}archive/{{volume:[1-9][0-9]{{0,8}}}}/", feeds.get_volume)
        router.add_get(f"/feed/from/{{start}}/every-{{days:[0-9]{{1,3}}}}-days/{format}", feeds.get_from_the_first)
    for alias in feeds.ALIASES:
        router.add_get(alias, feeds.lead_on)

    # push
    router.add_post("/websub", push.post_hub, expect_handler=expecting(push.MOST_FORM))
    router.add_route("*", "/websub", push.refuse_other_methods)
    router.add_get("/websub/{id}", push.get_callback)
    router.add_post("/websub/{id}", push.post_callback, expect_handler=expecting(push.MOST_PUSHED))

    # files
    router.add_get("/media/{name}", files.get_media)
    for asset in assets:
        router.add_get(asset.path, files.asset_handler(asset))
    router.add_get("/robots.txt", files.get_robots)
    router.add_get("/sitemap.xml", sitemap.get_sitemap)
    router.add_get("/sitemap-{part}.xml", sitemap.get_sitemap)

    # what visitors ask
    router.add_get("/follow/", dialogs.get_follow)
    router.add_post("/follow/", dialogs.post_follow, expect_handler=expecting(MOST_FORM))
    router.add_get("/reply/", dialogs.get_reply)
    router.add_post("/reply/", dialogs.post_reply, expect_handler=expecting(MOST_FORM))
    router.add_get("/comments/where", dialogs.get_where)

    # pages
    router.add_get("/", site.get_home)
    router.add_get("/archives/", site.get_archives)
    router.add_get("/subscribe/", site.get_subscribe)
    router.add_get("/search/", site.get_search)

    # whom the author reads
    router.add_get("/blogroll/", blogroll.get_blogroll)
    router.add_get("/blogroll/page/{page:[1-9][0-9]{0,4}}/", blogroll.get_blogroll)
    router.add_get("/blogroll/river/", blogroll.get_river)
    router.add_get("/blogroll/{river:(?:river/)?}feed{slash:/?}{format:(?:atom|json)?}{end:/?}", blogroll.get_feed)
    router.add_get("/blogroll.opml", blogroll.get_opml)
    router.add_get("/.well-known/recommendations.opml", blogroll.get_opml)

    # whatever else the blog has, or once had
    router.add_get("/{path:.*}", site.get_address)
    router.add_options("/{path:.*}", feeds.preflight)
