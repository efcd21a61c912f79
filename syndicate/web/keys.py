"""The typed keys under which `make_app` stores the services and views look them up."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from syndicate.blogroll.documents import BlogrollFeeds
from syndicate.clock import Clock
from syndicate.comments.notice_requests import NoticeRequests
from syndicate.comments.reader_comments import ReaderComments
from syndicate.config import Config
from syndicate.federation.actors.authentication import AuthorizedFetch
from syndicate.federation.actors.founding import ActorFetches
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.actors.remote_interaction import RemoteInteraction
from syndicate.federation.inbox.inbox import Inbox
from syndicate.federation.outbox.outbox import Outbox
from syndicate.media import MediaFiles
from syndicate.publishing.feeds import FeedBuilder
from syndicate.publishing.listings import Listings
from syndicate.storage import Store
from syndicate.storage.site_settings import SiteSettings
from syndicate.telemetry.metrics import Metrics
from syndicate.urls import Urls
from syndicate.web.http.rate_limits import RateLimiter
from syndicate.webmention.receiver import WebmentionReceiver
from syndicate.websub.hub import Hub
from syndicate.websub.subscriber import Subscriber

INBOX_LIMITER = web.AppKey("inbox limiter", RateLimiter)
ACTOR_FETCHES = web.AppKey("actor fetches", ActorFetches)
OUTBOX = web.AppKey("outbox", Outbox)
BLOGROLL_FEEDS = web.AppKey("blogroll feeds", BlogrollFeeds)
DIALOG_LIMITER = web.AppKey("dialog limiter", RateLimiter)
REMOTE_INTERACTION = web.AppKey("remote interaction", RemoteInteraction)
CLOCK = web.AppKey[Clock]("clock")
CONFIG = web.AppKey("config", Config)
FEEDS = web.AppKey("feeds", FeedBuilder)
FILES = web.AppKey("files", MediaFiles)
AUTHORIZED_FETCH = web.AppKey("authorized fetch", AuthorizedFetch)
HUB = web.AppKey("hub", Hub)
LOCAL_ACTORS = web.AppKey("local actors", LocalActors)
INBOX = web.AppKey("inbox", Inbox)
METRICS = web.AppKey("metrics", Metrics)
PUSH_LIMITER = web.AppKey("push limiter", RateLimiter)
SIGN_IN_LIMITER = web.AppKey("sign-in limiter", RateLimiter)
SEARCH_LIMITER = web.AppKey("search limiter", RateLimiter)
IS_AUTHOR = web.AppKey[Callable[[web.Request], Awaitable[bool]]]("is author")
"""Whether the author, signed in, sent a request."""
LISTINGS = web.AppKey("listings", Listings)
STORE = web.AppKey("store", Store)
SUBSCRIBER = web.AppKey("subscriber", Subscriber)
HUB_LIMITER = web.AppKey("hub limiter", RateLimiter)
SETTINGS = web.AppKey("settings", SiteSettings)
NOTICE_REQUESTS = web.AppKey("notice requests", NoticeRequests)
READER_COMMENTS = web.AppKey("reader comments", ReaderComments)
COMMENT_LIMITER = web.AppKey("comment limiter", RateLimiter)
MICROPUB_LIMITER = web.AppKey("micropub limiter", RateLimiter)
MICROPUB_FAILURES = web.AppKey("micropub failures", RateLimiter)
WEBMENTIONS = web.AppKey("webmentions", WebmentionReceiver)
WEBMENTION_LIMITER = web.AppKey("webmention limiter", RateLimiter)
URLS = web.AppKey("urls", Urls)
