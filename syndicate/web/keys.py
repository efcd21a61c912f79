"""The typed keys under which views find what they need."""

from aiohttp import web

from syndicate.blogroll.documents import BlogrollFeeds
from syndicate.clock import Clock
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
from syndicate.telemetry.metrics import Metrics
from syndicate.urls import Urls
from syndicate.web.http.bodies import Bodies
from syndicate.web.http.connections import Timeouts
from syndicate.web.http.deltas import Deltas
from syndicate.web.http.rate_limits import RateLimiter
from syndicate.web.http.response_cache import ResponseCache
from syndicate.web.http.responses import DocumentResponder
from syndicate.web.site.page_builder import PageBuilder
from syndicate.websub.hub import Hub
from syndicate.websub.subscriber import Subscriber

ADMISSION = web.AppKey("admission", RateLimiter)
ACTOR_FETCHES = web.AppKey("actor fetches", ActorFetches)
OUTBOX = web.AppKey("announcer", Outbox)
RESPONDER = web.AppKey("answers", DocumentResponder)
BLOGROLL_FEEDS = web.AppKey("blogroll feeds", BlogrollFeeds)
DELTAS = web.AppKey("deltas", Deltas)
BODIES = web.AppKey("bodies", Bodies)
DIALOGS = web.AppKey("dialogs", RateLimiter)
REMOTE_INTERACTION = web.AppKey("doorways", RemoteInteraction)
PAGE_BUILDER = web.AppKey("desk", PageBuilder)
CLOCK = web.AppKey[Clock]("clock")
CONFIG = web.AppKey("config", Config)
FEEDS = web.AppKey("feeds", FeedBuilder)
FILES = web.AppKey("files", MediaFiles)
AUTHORIZED_FETCH = web.AppKey("gatekeeper", AuthorizedFetch)
HUB = web.AppKey("hub", Hub)
LOCAL_ACTORS = web.AppKey("identities", LocalActors)
INBOX = web.AppKey("inbox", Inbox)
METRICS = web.AppKey("metrics", Metrics)
NOT_AT_HAND = web.RequestKey("not at hand", bool)
"""Set on a request whose answer shall not be handed out without asking its view."""
TIMEOUTS = web.AppKey("patience", Timeouts)
PUSHED = web.AppKey("pushed", RateLimiter)
SEARCHES = web.AppKey("searches", RateLimiter)
SELECTIONS = web.AppKey("selections", Listings)
RESPONSE_CACHE = web.AppKey("shelf", ResponseCache)
STORE = web.AppKey("store", Store)
SUBSCRIBER = web.AppKey("subscriber", Subscriber)
SUBSCRIBERS = web.AppKey("subscribers", RateLimiter)
URLS = web.AppKey("urls", Urls)
