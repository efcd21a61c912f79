"""Creates the aiohttp application: its services, its middleware and its routes."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from syndicate.clock import Clock, Stopwatch
from syndicate.config import Config
from syndicate.urls import Urls
from syndicate.web import keys
from syndicate.web.activitypub.departure import AccountDeparture
from syndicate.web.admin.author_bar import AuthorBar
from syndicate.web.http.bodies import MAX_BODY_BYTES
from syndicate.web.http.connections import Timeouts
from syndicate.web.http.feed_readers import FEED_READERS
from syndicate.web.http.handlers import Middleware
from syndicate.web.http.keys import MIDDLEWARE, REFUSALS, RESPONDER, RESPONSE_CACHE, TIMEOUTS
from syndicate.web.http.middleware.caching import CachedResponses
from syndicate.web.http.middleware.errors import ErrorResponses
from syndicate.web.http.middleware.expectations import refuse_unwanted_bodies
from syndicate.web.http.middleware.feed_limit import FeedLimit
from syndicate.web.http.middleware.host_check import HostCheck, refuse_nul
from syndicate.web.http.middleware.local_links import LocalLinks
from syndicate.web.http.middleware.refusals import RefusalRecorder
from syndicate.web.http.middleware.security_headers import SecurityHeaders, security_headers
from syndicate.web.http.rate_limits import MAX_CONCURRENT_PER_CLIENT, RateLimiter
from syndicate.web.http.responses import DocumentResponder
from syndicate.web.keys import CLOCK, CONFIG, LOCAL_ACTORS, URLS
from syndicate.web.routes import add_routes
from syndicate.web.site.page_builder import PAGE_BUILDER
from syndicate.web.site.rendering import PageRenderer


def rate_limiters(stopwatch: Stopwatch) -> dict[web.AppKey[RateLimiter], RateLimiter]:
    """Return the limiter of each kind of request that costs more than reading a page."""
    return {
        keys.INBOX_LIMITER: RateLimiter(
            name="inbox", max_concurrent_per_client=MAX_CONCURRENT_PER_CLIENT, stopwatch=stopwatch
        ),
        keys.DIALOG_LIMITER: RateLimiter(
            name="dialog", max_concurrent=16, per_second=0.2, burst=20, stopwatch=stopwatch
        ),
        keys.SIGN_IN_LIMITER: RateLimiter(name="signin", per_second=0.2, burst=20, stopwatch=stopwatch),
        keys.SEARCH_LIMITER: RateLimiter(
            name="search", max_concurrent=4, per_second=0.5, burst=20, stopwatch=stopwatch
        ),
        keys.HUB_LIMITER: RateLimiter(name="websub", max_concurrent=32, per_second=1.0, burst=60, stopwatch=stopwatch),
        keys.COMMENT_LIMITER: RateLimiter(
            name="comment", max_concurrent=8, per_second=1 / 120, burst=5, stopwatch=stopwatch
        ),
        keys.WEBMENTION_LIMITER: RateLimiter(
            name="webmention", max_concurrent=16, per_second=0.5, burst=60, stopwatch=stopwatch
        ),
        keys.MICROPUB_LIMITER: RateLimiter(
            name="micropub",
            max_concurrent=16,
            max_concurrent_per_client=4,
            per_second=2.0,
            burst=120,
            stopwatch=stopwatch,
        ),
        keys.MICROPUB_FAILURES: RateLimiter(name="micropub", per_second=1 / 30, burst=20, stopwatch=stopwatch),
        keys.PUSH_LIMITER: RateLimiter(
            name="websub", max_concurrent=16, per_second=5.0, burst=200, stopwatch=stopwatch
        ),
    }


def make_app(
    config: Config, clock: Clock, stopwatch: Stopwatch, pages: PageRenderer, services: Mapping[web.AppKey[Any], Any]
) -> web.Application:
    """Return the application. `services` are the objects that views look up by key."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app[CLOCK], app[CONFIG], app[URLS] = clock, config, Urls(config.site.url)
    app[TIMEOUTS] = Timeouts()
    for key, service in services.items():
        app[key] = service
    _add_middleware(app, clock, stopwatch)
    add_routes(app, pages.assets)
    return app


def _add_middleware(app: web.Application, clock: Clock, stopwatch: Stopwatch) -> None:
    """Set the middleware, the outermost first: it sees a request first and its response last.

    All of it runs before routing, so that a cached document costs no routing.
    """
    config = app[CONFIG]
    headers = security_headers(config.site.url)
    app[RESPONDER] = DocumentResponder(headers)
    refusals = RefusalRecorder(config.server, clock)
    app[REFUSALS] = refusals.pending
    middleware: tuple[Middleware, ...] = (
        SecurityHeaders(headers).wrap,
        LocalLinks(config.site.url).wrap,
        ErrorResponses(app[PAGE_BUILDER].frame).wrap,
        HostCheck(config.site.url, config.server).wrap,
        refusals.wrap,
        FeedLimit(config.server, stopwatch).wrap,
        app[FEED_READERS].wrap,
        AccountDeparture(app[LOCAL_ACTORS], app[URLS]).wrap,
        AuthorBar(app).wrap,
        CachedResponses(app[RESPONSE_CACHE], app[RESPONDER]).wrap,
        refuse_unwanted_bodies,
        refuse_nul,
    )
    app[MIDDLEWARE] = middleware
