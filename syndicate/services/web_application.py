"""Constructs the web application of a server."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from syndicate.blogroll.documents import BlogrollFeeds
from syndicate.clock import Stopwatch
from syndicate.comments.notice_requests import NoticeRequests
from syndicate.comments.reader_comments import ReaderComments
from syndicate.federation.actors.founding import ActorFetches
from syndicate.federation.actors.remote_interaction import RemoteInteraction
from syndicate.publishing.listings import Listings
from syndicate.services.commands import Services, schemes_of
from syndicate.services.feeds import ICON
from syndicate.storage.version_watch import VersionWatch
from syndicate.transport.fetcher import Fetcher
from syndicate.web import keys
from syndicate.web.admin.sessions import SESSIONS, Sessions
from syndicate.web.app import make_app, rate_limiters
from syndicate.web.health import READINESS, Readiness
from syndicate.web.http.deltas import Deltas
from syndicate.web.http.feed_readers import FEED_READERS, FeedReaders
from syndicate.web.http.keys import DELTAS, RESPONSE_CACHE
from syndicate.web.http.response_cache import ResponseCache
from syndicate.web.site.blogroll_builder import BLOGROLL_PAGES, BlogrollPages
from syndicate.web.site.frame import PageFrame
from syndicate.web.site.media_keys import MEDIA_KEYS, MediaKeys
from syndicate.web.site.page_builder import PAGE_BUILDER, PageBuilder
from syndicate.web.site.post_page_builder import POST_PAGE_BUILDER, PostPageBuilder
from syndicate.web.site.rendering import PAGES, PageRenderer
from syndicate.webmention.receiver import WebmentionReceiver


def web_application(
    services: Services, fetcher: Fetcher, stopwatch: Stopwatch, shared: Mapping[web.AppKey[Any], Any]
) -> web.Application:
    """Return the web application; `shared` are parts that workers use, too."""
    config, store, urls, settings = services.config, services.store, services.urls, services.settings
    pages = PageRenderer(lambda: settings.site)
    frame = PageFrame(store, settings, urls, pages)
    sessions = Sessions(store, config, services.clock)
    notices = NoticeRequests(store, settings, services.clock)
    return make_app(
        config,
        services.clock,
        stopwatch,
        pages,
        {
            keys.ACTOR_FETCHES: ActorFetches(store),
            keys.OUTBOX: services.outbox,
            keys.BLOGROLL_FEEDS: BlogrollFeeds(store, settings, urls, services.local_actors.blog.actor.published, ICON),
            DELTAS: Deltas(),
            keys.REMOTE_INTERACTION: RemoteInteraction(fetcher, schemes=schemes_of(config)),
            PAGE_BUILDER: PageBuilder(frame, store, settings, urls, services.local_actors),
            POST_PAGE_BUILDER: PostPageBuilder(frame, store, settings, urls),
            BLOGROLL_PAGES: BlogrollPages(frame, store, settings, urls, services.local_actors, services.clock),
            keys.FILES: services.files,
            PAGES: pages,
            FEED_READERS: FeedReaders(store, services.clock),
            keys.IS_AUTHOR: sessions.is_author,
            MEDIA_KEYS: MediaKeys(services.media_secret, store, urls, services.clock),
            SESSIONS: sessions,
            keys.LOCAL_ACTORS: services.local_actors,
            READINESS: Readiness(store, config.storage.media),
            keys.LISTINGS: Listings(store, settings, urls),
            RESPONSE_CACHE: ResponseCache(VersionWatch(store, services.clock, settings), services.clock, stopwatch),
            keys.SETTINGS: settings,
            keys.NOTICE_REQUESTS: notices,
            keys.READER_COMMENTS: ReaderComments(store, urls, notices, services.clock),
            keys.WEBMENTIONS: WebmentionReceiver(store, urls, services.clock, stopwatch),
            keys.STORE: store,
            **rate_limiters(stopwatch),
            **shared,
        },
    )
