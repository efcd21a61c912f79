"""The composition root: the one place that constructs, from a configuration.

`open_services` makes what commands need: the store, the local actors, the publisher. `build_server` adds the network,
the workers and the web application. `supervisor` runs them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from syndicate import __version__
from syndicate.activitypub.documents import parse_document
from syndicate.activitypub.parse import authority_of, origin
from syndicate.blogroll.announcer import BlogrollAnnouncer
from syndicate.blogroll.documents import BlogrollFeeds
from syndicate.blogroll.feed_reader import FeedReader
from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.following import BlogrollEditor
from syndicate.blogroll.poller import Poller
from syndicate.clock import Clock, Stopwatch, utc_now
from syndicate.config import Config
from syndicate.delivery.worker import DeliveryWorker, Sender
from syndicate.federation.actors.authentication import AuthorizedFetch
from syndicate.federation.actors.founding import ActorFetches, forget
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.remote_interaction import RemoteInteraction
from syndicate.federation.actors.sanitizer_thread import SanitizerThread
from syndicate.federation.actors.software import SoftwareWorker
from syndicate.federation.actors.throttled_transport import Pause, ThrottledTransport
from syndicate.federation.actors.webfinger import Schemes
from syndicate.federation.inbox.context import Context
from syndicate.federation.inbox.inbox import Inbox
from syndicate.federation.inbox.shown_form import ShownForm
from syndicate.federation.inbox.worker import InboxWorker
from syndicate.federation.outbox.account_move import AccountMove
from syndicate.federation.outbox.author_replies import AuthorReplies
from syndicate.federation.outbox.authorizations import Authorizations
from syndicate.federation.outbox.blocking import BlockEnforcer
from syndicate.federation.outbox.gone_followers import GoneFollowers
from syndicate.federation.outbox.key_introduction import Introductions
from syndicate.federation.outbox.key_rotation import KeyRotation
from syndicate.federation.outbox.outbox import Outbox
from syndicate.federation.outbox.sender import ActivitySender
from syndicate.federation.sync.followers_sync import SynchronizationWorker
from syndicate.federation.sync.refetch_worker import BackfillWorker
from syndicate.federation.sync.reply_crawler import ReplyCrawler
from syndicate.importers.post_importer import PostImporter
from syndicate.importers.posts_folder import PostsFolder
from syndicate.maintenance.account_upkeep import AccountUpkeep
from syndicate.maintenance.deletion_log import DeletionLog
from syndicate.maintenance.rerendering import Rerendering
from syndicate.maintenance.retention import Retention
from syndicate.maintenance.scheduler import Scheduler
from syndicate.media import MediaFiles
from syndicate.publishing import Publisher
from syndicate.publishing.addresses import PostAddresses
from syndicate.publishing.archive import ArchiveBuilder
from syndicate.publishing.composer import PostComposer
from syndicate.publishing.feeds import FeedBuilder
from syndicate.publishing.listings import Listings
from syndicate.publishing.media_fetch import MediaFetcher
from syndicate.publishing.mentions import MentionResolver
from syndicate.publishing.post_writer import PostWriter
from syndicate.publishing.renderer import Renderer
from syndicate.publishing.topics import FeedTopics
from syndicate.storage import Store
from syndicate.storage.deliveries import DeliveryKind
from syndicate.storage.version_watch import VersionWatch
from syndicate.telemetry.metrics import Metrics
from syndicate.transport.client import Client
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.message import Transport
from syndicate.transport.signed import Signer, SigningThreads
from syndicate.urls import Urls
from syndicate.web import keys
from syndicate.web.admin.authentication import AUTHENTICATION, Authentication
from syndicate.web.admin.editor import EDITOR, Editor
from syndicate.web.admin.passkeys import Passkeys
from syndicate.web.admin.passwords import Passwords
from syndicate.web.admin.pictures import UPLOADS, Uploads
from syndicate.web.app import make_app
from syndicate.web.health import READINESS, Readiness
from syndicate.web.http.deltas import Deltas
from syndicate.web.http.keys import DELTAS, RESPONSE_CACHE
from syndicate.web.http.rate_limits import MAX_CONCURRENT_PER_CLIENT, RateLimiter
from syndicate.web.http.response_cache import ResponseCache
from syndicate.web.reserved_paths import ReservedPaths
from syndicate.web.site.blogroll_builder import BLOGROLL_PAGES, BlogrollPages
from syndicate.web.site.frame import PageFrame
from syndicate.web.site.page_builder import PAGE_BUILDER, PageBuilder
from syndicate.web.site.rendering import PAGES, Pages
from syndicate.webmention.sender import WebmentionOutbox, WebmentionSender
from syndicate.websub.hub import Hub
from syndicate.websub.intent_verification import IntentSender
from syndicate.websub.publisher import PushTargets, PushWorker
from syndicate.websub.senders import PingSender, PushSender
from syndicate.websub.subscriber import Subscriber, SubscriptionRequestSender
from syndicate.workers.worker import Role, Wakeable, Worker, regular

ICON = "/favicon.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a command needs."""

    config: Config
    clock: Clock
    store: Store
    local_actors: LocalActors
    urls: Urls
    files: MediaFiles
    outbox: Outbox
    author_replies: AuthorReplies
    authorizations: Authorizations
    blocking: BlockEnforcer
    composer: PostComposer
    publisher: Publisher
    post_importer: PostImporter
    posts_folder: PostsFolder
    blogroll_editor: BlogrollEditor
    feed_reader: FeedReader
    subscriber: Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """All parts of a server, constructed and not yet running."""

    services: Services
    transport: Transport
    fetcher: Fetcher
    signer: Signer
    actors: Actors
    inbox: Inbox
    inbox_worker: InboxWorker
    deliveries: DeliveryWorker
    pictures: MediaFetcher
    mentions: MentionResolver
    synchronization: SynchronizationWorker
    software: SoftwareWorker
    archive_builder: ArchiveBuilder
    rotation: KeyRotation
    moving: AccountMove
    poller: Poller
    blogroll_announcer: BlogrollAnnouncer
    backfill: BackfillWorker
    topics: FeedTopics
    pushes: PushWorker
    app: web.Application
    metrics: Metrics
    scheduler: Scheduler
    deletion_log: DeletionLog
    retention: Retention
    rerendering: Rerendering
    account_upkeep: AccountUpkeep
    close: Callable[[], Any]

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The background workers. A new background job is one line here."""
        queues: dict[str, Wakeable] = {
            "inbox": self.inbox_worker,
            "delivery": self.deliveries,
            "pictures": self.pictures,
            "push": self.pushes,
            "mentions": self.mentions,
            "synchronization": self.synchronization,
            "poller": self.poller,
            **({"backfill": self.backfill} if self.services.config.comments.backfill else {}),
        }
        chores: dict[str, Wakeable] = {
            "archive": self.archive_builder,
            **({"blogroll account": self.blogroll_announcer} if self.services.local_actors.blogroll else {}),
        }
        return (
            *(Worker(name=name, role=Role.WORKERS, run=it.run, wake=it.wake) for name, it in queues.items()),
            *(Worker(name=name, role=Role.CHORES, run=it.run, wake=it.wake) for name, it in chores.items()),
            Worker(name="software", role=Role.WORKERS, run=self.software.run),
            Worker(name="posts folder", role=Role.CHORES, run=self.services.posts_folder.run),
            regular("scheduler", self.scheduler.run),
            regular("rerendering", self.rerendering.run),
            regular("deletion log", self.deletion_log.run),
            regular("retention", self.retention.run),
            regular("account upkeep", self.account_upkeep.run),
        )


@asynccontextmanager
async def open_services(config: Config, *, clock: Clock = utc_now, keep_keys: bool = True) -> AsyncIterator[Services]:
    """Open the store, created where absent, and the local actors.

    Without `keep_keys`, which only `init` sets, an empty database beside existing keys is not taken for a new blog.

    Raises StorageError, ConfigurationError, KeyUnusable.
    """
    store = await Store.open(config.storage.database, clock)
    try:
        local_actors = await LocalActors.open(config, store, clock, keep_keys=keep_keys)
        urls = Urls(config.site.url)
        files = MediaFiles(config.storage.media, config.storage.originals)
        outbox = Outbox(local_actors, urls, clock, config.comments.moderation)
        renderer = Renderer(store, files, urls, clock)
        addresses = PostAddresses(store, urls, config.site.zone, ReservedPaths(), config.site.permalinks)
        composer = PostComposer(renderer, outbox, urls, config.site, clock, addresses)
        publisher = Publisher(store, renderer, composer, PostWriter(outbox, urls, clock), clock)
        post_importer = PostImporter(store, publisher, composer, urls)

        async def received(feed: str, body: bytes, media_type: str) -> None:
            await feed_reader.received(feed, body, media_type)

        subscriber = Subscriber(store, urls, clock, received=received)
        feed_reader = FeedReader(store, clock, subscriber)
        yield Services(
            config=config,
            clock=clock,
            store=store,
            local_actors=local_actors,
            urls=urls,
            files=files,
            outbox=outbox,
            author_replies=AuthorReplies(store, outbox, config.site, urls, clock),
            authorizations=Authorizations(outbox, urls, clock),
            blocking=BlockEnforcer(store, local_actors, outbox),
            composer=composer,
            publisher=publisher,
            post_importer=post_importer,
            posts_folder=PostsFolder(store, post_importer, config.storage.posts, config.site.zone, clock),
            blogroll_editor=BlogrollEditor(
                store,
                outbox,
                clock,
                subscriber,
                mentions=WebmentionOutbox(clock) if config.blogroll.webmention else None,
                page=urls.absolute("/blogroll/"),
            ),
            feed_reader=feed_reader,
            subscriber=subscriber,
        )
    finally:
        await store.close()


async def reset_identity(config: Config) -> bool:
    """Delete the address and handle of a blog that nobody can know yet; return False if somebody may. Raises
    StorageError."""
    store = await Store.open(config.storage.database, utc_now)
    try:
        return await forget(store)
    finally:
        await store.close()


def open_network(services: Services, transport: Transport | None = None) -> tuple[Transport, Fetcher, Signer, Actors]:
    """Return the parts that communicate with other servers."""
    config = services.config
    transport = transport or Client(
        user_agent=f"Syndicate/{__version__} (+{config.site.url}/)",
        allow_private_addresses=config.federation.allow_private_addresses,
    )
    fetcher = Fetcher(transport, parse=parse_document, clock=services.clock)
    signer = Signer(lambda: services.local_actors.fetching.signing_key, services.clock)
    return transport, fetcher, signer, Actors(services.store, fetcher, signer, services.clock)


def schemes_of(config: Config) -> Schemes:
    """Return the URL schemes to try for a bare host name; peers on the same machine need no certificates."""
    return ("https", "http") if config.federation.allow_private_addresses else ("https",)


def build_server(
    services: Services,
    *,
    transport: Transport | None = None,
    pause: Pause = asyncio.sleep,
    stopwatch: Stopwatch = time.monotonic,
) -> Server:
    """Construct the server. For tests, `transport` replaces the HTTP client, `pause` replaces sleeping, and
    `stopwatch` is the time source of the rate limiters."""
    config, store, clock = services.config, services.store, services.clock
    transport, fetcher, signer, actors = open_network(services, transport)
    context = Context(
        store=store,
        actors=actors,
        fetcher=fetcher,
        signer=signer,
        local_actors=services.local_actors,
        outbox=services.outbox,
        authorizations=services.authorizations,
        urls=services.urls,
        clock=clock,
        moderation=config.comments.moderation,
        sanitizer_thread=(sanitizer_thread := SanitizerThread()),
        shown=ShownForm(services.local_actors, services.urls),
    )
    inbox = Inbox(store, actors, context, clock)
    threads = SigningThreads()
    feeds = _feed_builder(services)
    topics = FeedTopics(
        store, feeds, Listings(store, config.site, services.urls), services.urls, VersionWatch(store, clock)
    )
    pushes = PushWorker(
        store,
        topics,
        clock,
        PushTargets(subscribers=config.feeds.hub, hubs=config.feeds.hubs, feeds=topics.site),
    )
    senders: Mapping[DeliveryKind, Sender] = {
        DeliveryKind.ACTIVITY: ActivitySender(
            store,
            transport,
            services.local_actors,
            threads,
            clock,
            Introductions(store, services.outbox, clock),
            gone=GoneFollowers(store, actors, clock).check,
        ),
        DeliveryKind.WEBSUB: PushSender(store, transport, topics, clock, hub=services.urls.hub),
        DeliveryKind.INTENT: IntentSender(store, transport, topics, clock),
        DeliveryKind.PING: PingSender(transport, clock),
        DeliveryKind.REQUEST: SubscriptionRequestSender(store, transport, services.urls, clock, services.subscriber),
        DeliveryKind.WEBMENTION: WebmentionSender(transport, clock),
    }
    deliveries = DeliveryWorker(store, senders, clock, host_of=authority_of)
    pictures = MediaFetcher(
        store,
        transport,
        services.files,
        clock,
        own_origin=origin(config.site.url),
        rerender=services.publisher.rerender,
    )
    mentions = MentionResolver(
        store,
        transport,
        actors,
        clock,
        schemes=schemes_of(config),
        rerender=services.publisher.rerender,
        answer_anew=services.author_replies.add_mentions,
    )
    metrics = Metrics()
    backfill = BackfillWorker(store, ReplyCrawler(_throttled_context(context, transport, pause)), metrics, clock)

    poller = Poller(
        store,
        transport,
        services.feed_reader,
        services.blogroll_editor,
        FeedFinder(transport, actors, clock, schemes=schemes_of(config)),
        metrics,
        clock,
    )

    rotation = KeyRotation(store, services.local_actors, services.outbox, clock)
    moving = AccountMove(
        store, services.local_actors, services.outbox, actors, fetcher, signer, clock, schemes=schemes_of(config)
    )

    async def close() -> None:
        threads.close()
        sanitizer_thread.close()
        if isinstance(transport, Client):
            await transport.close()

    return Server(
        services=services,
        transport=transport,
        fetcher=fetcher,
        signer=signer,
        actors=actors,
        inbox=inbox,
        inbox_worker=InboxWorker(store, inbox, clock),
        deliveries=deliveries,
        pictures=pictures,
        mentions=mentions,
        synchronization=SynchronizationWorker(context, clock),
        software=SoftwareWorker(store, fetcher, clock, schemes=schemes_of(config)),
        archive_builder=ArchiveBuilder(store, clock, length=config.feeds.length),
        app=_web_application(
            services,
            fetcher,
            stopwatch,
            {
                keys.FEEDS: feeds,
                keys.AUTHORIZED_FETCH: AuthorizedFetch(store, actors),
                keys.HUB: Hub(
                    store,
                    topics,
                    clock,
                    allow_private=config.federation.allow_private_addresses,
                    on_publish=pushes.wake,
                ),
                keys.INBOX: inbox,
                keys.METRICS: metrics,
                keys.SUBSCRIBER: services.subscriber,
            },
        ),
        rotation=rotation,
        moving=moving,
        poller=poller,
        blogroll_announcer=BlogrollAnnouncer(store, services.local_actors, services.outbox, clock),
        backfill=backfill,
        topics=topics,
        pushes=pushes,
        metrics=metrics,
        scheduler=Scheduler(store, services.publisher, clock),
        deletion_log=DeletionLog.of(config, store),
        retention=Retention(
            store,
            services.files,
            services.urls,
            services.subscriber,
            clock,
            quiet_after=timedelta(days=config.blogroll.quiet_after),
        ),
        rerendering=Rerendering(store, services.publisher, ShownForm(services.local_actors, services.urls)),
        account_upkeep=AccountUpkeep(rotation, moving),
        close=close,
    )


def _throttled_context(context: Context, transport: Transport, pause: Pause) -> Context:
    """Return the same context with a throttled transport, for requests that no delivery caused."""
    throttled = ThrottledTransport(transport, context.store, context.clock, pause)
    fetcher = Fetcher(throttled, parse=parse_document, clock=context.clock)
    actors = Actors(context.store, fetcher, context.signer, context.clock)
    return replace(context, fetcher=fetcher, actors=actors)


def _feed_builder(services: Services) -> FeedBuilder:
    config = services.config
    own = (services.urls.hub,) if config.feeds.hub else ()
    founded = services.local_actors.blog.actor.published
    return FeedBuilder(
        services.store,
        config.site,
        config.feeds,
        services.urls,
        founded=founded,
        icon=ICON,
        actor=services.local_actors.blog.actor.uri,
        hubs=(*own, *config.feeds.hubs),
    )


def _web_application(
    services: Services, fetcher: Fetcher, stopwatch: Stopwatch, shared: "Mapping[web.AppKey[Any], Any]"
) -> web.Application:
    """Return the web application; `shared` are parts that workers use, too."""
    config, store, urls = services.config, services.store, services.urls
    pages = Pages(timezone=config.site.timezone, language=config.site.language)
    frame = PageFrame(store, config, urls, pages)
    return make_app(
        config,
        services.clock,
        stopwatch,
        pages,
        {
            keys.INBOX_LIMITER: RateLimiter(
                max_concurrent_per_client=MAX_CONCURRENT_PER_CLIENT, name="inbox", stopwatch=stopwatch
            ),
            keys.ACTOR_FETCHES: ActorFetches(store),
            keys.OUTBOX: services.outbox,
            keys.BLOGROLL_FEEDS: BlogrollFeeds(
                store, config.site, urls, services.local_actors.blog.actor.published, ICON
            ),
            DELTAS: Deltas(),
            keys.DIALOG_LIMITER: RateLimiter(
                max_concurrent=16, per_second=0.2, burst=20, name="dialog", stopwatch=stopwatch
            ),
            keys.REMOTE_INTERACTION: RemoteInteraction(fetcher, schemes=schemes_of(config)),
            PAGE_BUILDER: PageBuilder(frame, store, config, urls, services.local_actors),
            BLOGROLL_PAGES: BlogrollPages(frame, store, config, urls, services.local_actors, services.clock),
            keys.FILES: services.files,
            PAGES: pages,
            UPLOADS: Uploads(store, services.files, urls, services.clock),
            EDITOR: Editor(store, services.publisher, config.site, services.clock),
            AUTHENTICATION: Authentication(
                store, config.site, services.clock, Passwords(), Passkeys(store, config.site, services.clock)
            ),
            keys.SIGN_IN_LIMITER: RateLimiter(per_second=0.2, burst=20, name="signin", stopwatch=stopwatch),
            keys.LOCAL_ACTORS: services.local_actors,
            keys.PUSH_LIMITER: RateLimiter(
                max_concurrent=16, per_second=5.0, burst=200, name="websub", stopwatch=stopwatch
            ),
            READINESS: Readiness(store, config.storage.media),
            keys.SEARCH_LIMITER: RateLimiter(
                max_concurrent=4, per_second=0.5, burst=20, name="search", stopwatch=stopwatch
            ),
            keys.LISTINGS: Listings(store, config.site, urls),
            RESPONSE_CACHE: ResponseCache(VersionWatch(store, services.clock), services.clock, stopwatch),
            keys.STORE: store,
            keys.HUB_LIMITER: RateLimiter(
                max_concurrent=32, per_second=1.0, burst=60, name="websub", stopwatch=stopwatch
            ),
            **shared,
        },
    )
