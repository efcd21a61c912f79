"""The only place that constructs: a configuration becomes a house, and a house runs.

`furnish` makes what commands need: store, identity, publisher. `build` adds the network, the workers and the doors.
`supervise` runs them as siblings: a bug in one ends them all, visibly, and whoever runs the server restarts it.
"""

import asyncio
import contextlib
import fcntl
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal

import structlog
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
from syndicate.errors import DatabaseInUse, StorageError, SyndicateError
from syndicate.federation.actors.authentication import AuthorizedFetch
from syndicate.federation.actors.founding import ActorFetches, forget
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.remote_interaction import RemoteInteraction
from syndicate.federation.actors.sanitizer_thread import SanitizerThread
from syndicate.federation.actors.software import SoftwareWorker
from syndicate.federation.actors.throttled_transport import PASSED_OVER_FOR, Pause, ThrottledTransport
from syndicate.federation.actors.webfinger import Schemes
from syndicate.federation.inbox.context import Context
from syndicate.federation.inbox.inbox import Inbox
from syndicate.federation.inbox.replies import REJECTIONS_COUNT_FOR
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
from syndicate.importers.posts_folder import PostsFolder
from syndicate.maintenance.chores import Chores
from syndicate.media import MediaFiles
from syndicate.publishing import Publisher
from syndicate.publishing.archive import ArchiveBuilder
from syndicate.publishing.feeds import FeedBuilder
from syndicate.publishing.listings import Listings
from syndicate.publishing.media_fetch import MediaFetcher
from syndicate.publishing.mentions import MentionResolver
from syndicate.publishing.renderer import RENDERER, Renderer
from syndicate.publishing.topics import FeedTopics
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import DeliveryKind
from syndicate.storage.inbox_queue import Refusal
from syndicate.storage.leases import RENEW_INTERVAL
from syndicate.storage.version_watch import VersionWatch
from syndicate.telemetry.metrics import Metrics
from syndicate.transport.client import Client
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.message import Transport
from syndicate.transport.signed import Signer, SigningThreads
from syndicate.urls import Urls
from syndicate.web import keys
from syndicate.web.health import READINESS, Readiness
from syndicate.web.http.access_log import AccessLog
from syndicate.web.http.deltas import Deltas
from syndicate.web.http.rate_limits import AT_ONCE_PER_CLIENT, RateLimiter
from syndicate.web.http.response_cache import ResponseCache
from syndicate.web.http.server import REFUSALS, listening, make_app
from syndicate.web.site.page_builder import PageBuilder
from syndicate.web.site.rendering import Pages
from syndicate.webmention.sender import WebmentionOutbox, WebmentionSender
from syndicate.websub.hub import Hub
from syndicate.websub.intent_verification import IntentSender
from syndicate.websub.publisher import PushTargets, PushWorker
from syndicate.websub.senders import DROPPED_AFTER, PingSender, PushSender
from syndicate.websub.subscriber import Subscriber, SubscriptionRequestSender
from syndicate.workers.loop import isolated, restart_on_storage_error

log = structlog.get_logger()

Part = Literal["all", "web", "workers"]
TICK = 1.0
"""Seconds between looks for what other processes have committed, should their hint have been lost."""
TIDY = 3600.0
REFUSALS_WRITTEN = 1.0
KEEP_RAW = timedelta(days=30)
KEEP_ARRIVALS = timedelta(days=90)
KEEP_DELIVERIES = timedelta(days=180)
KEEP_OTHER_DELIVERIES = timedelta(days=7)
KEEP_HOSTS = timedelta(days=30)
KEEP_REQUESTS = timedelta(hours=2)
KEEP_UNDONE = timedelta(days=7)
KEEP_REPLY_REQUESTS = timedelta(days=90)
KEEP_MENTIONS = timedelta(days=90)
KEEP_ACTORS = timedelta(days=90)
KEEP_OTHERS_TOMBSTONES = timedelta(days=180)
KEEP_OVERDUE = timedelta(days=30)
MOST_HOSTS = 50_000
ICON = "/favicon.png"
RETYPESET = 50
TIDIED = 1000
"""What is forgotten in one transaction, while the inbox waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a command works with."""

    config: Config
    clock: Clock
    store: Store
    local_actors: LocalActors
    urls: Urls
    files: MediaFiles
    outbox: Outbox
    answers: AuthorReplies
    approvals: Authorizations
    blocking: BlockEnforcer
    publisher: Publisher
    posts_folder: PostsFolder
    following: BlogrollEditor
    reader: FeedReader
    subscriber: Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The whole of it, built and not yet running."""

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
    close: Callable[[], Any]


@asynccontextmanager
async def open_services(config: Config, *, clock: Clock = utc_now, keep_keys: bool = True) -> AsyncIterator[Services]:
    """Open the store (made where absent) and the blog's identities. Without `keep_keys`, which commands leave to `init`, a
    database that knows no blog beside keys that exist is not taken for a new one.

    Raises StorageError, ConfigurationError, KeyUnusable.
    """
    store = await Store.open(config.storage.database, clock)
    try:
        local_actors = await LocalActors.open(config, store, clock, keep_keys=keep_keys)
        urls = Urls(config.site.url)
        files = MediaFiles(config.storage.media, config.storage.originals)
        outbox = Outbox(local_actors, urls, clock, config.comments.moderation)
        renderer = Renderer(store, files, urls, clock)
        publisher = Publisher(store, renderer, outbox, urls, config.site, clock)

        async def received(feed: str, body: bytes, media_type: str) -> None:
            await reader.received(feed, body, media_type)

        subscriber = Subscriber(store, urls, clock, received=received)
        reader = FeedReader(store, clock, subscriber)
        yield Services(
            config=config,
            clock=clock,
            store=store,
            local_actors=local_actors,
            urls=urls,
            files=files,
            outbox=outbox,
            answers=AuthorReplies(store, outbox, config.site, urls, clock),
            approvals=Authorizations(outbox, urls, clock),
            blocking=BlockEnforcer(store, local_actors, outbox),
            publisher=publisher,
            posts_folder=PostsFolder(store, publisher, config.storage.posts, config.site.zone, clock),
            following=BlogrollEditor(
                store,
                outbox,
                clock,
                subscriber,
                mentions=WebmentionOutbox(clock) if config.blogroll.webmention else None,
                page=urls.absolute("/blogroll/"),
            ),
            reader=reader,
            subscriber=subscriber,
        )
    finally:
        await store.close()


async def begin_again(config: Config) -> bool:
    """Let a blog that nobody can know yet forget its address and handle; False where somebody may. Raises StorageError."""
    store = await Store.open(config.storage.database, utc_now)
    try:
        return await forget(store)
    finally:
        await store.close()


def open_network(services: Services, transport: Transport | None = None) -> tuple[Transport, Fetcher, Signer, Actors]:
    """The way out of the house."""
    config = services.config
    transport = transport or Client(
        user_agent=f"Syndicate/{__version__} (+{config.site.url}/)",
        allow_private_addresses=config.federation.allow_private_addresses,
    )
    fetcher = Fetcher(transport, parse=parse_document, clock=services.clock)
    signer = Signer(lambda: services.local_actors.fetching.signing_key, services.clock)
    return transport, fetcher, signer, Actors(services.store, fetcher, signer, services.clock)


def schemes_of(config: Config) -> Schemes:
    """How servers are spoken to whose name is all that is known; peers of the same machine need not have certificates."""
    return ("https", "http") if config.federation.allow_private_addresses else ("https",)


def build_server(
    services: Services,
    *,
    transport: Transport | None = None,
    pause: Pause = asyncio.sleep,
    stopwatch: Stopwatch = time.monotonic,
) -> Server:
    """Everything that a server is made of. `transport` replaces the way out, `pause` waiting and `stopwatch` the seconds
    after which somebody may ask again, for tests."""
    config, store, clock = services.config, services.store, services.clock
    transport, fetcher, signer, actors = open_network(services, transport)
    context = Context(
        store=store,
        actors=actors,
        fetcher=fetcher,
        signer=signer,
        local_actors=services.local_actors,
        outbox=services.outbox,
        approvals=services.approvals,
        urls=services.urls,
        clock=clock,
        moderation=config.comments.moderation,
        aside=(aside := SanitizerThread()),
        shown=ShownForm(services.local_actors, services.urls),
    )
    inbox = Inbox(store, actors, context, clock)
    threads = SigningThreads()
    feeds = _feed_desk(services)
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
        answer_anew=services.answers.made_anew,
    )
    metrics = Metrics()
    backfill = BackfillWorker(store, ReplyCrawler(_sparing(context, transport, pause)), metrics, clock)

    poller = Poller(
        store,
        transport,
        services.reader,
        services.following,
        FeedFinder(transport, actors, clock, schemes=schemes_of(config)),
        metrics,
        clock,
    )

    async def close() -> None:
        threads.close()
        aside.close()
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
        app=_make_doors(
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
                    look=pushes.wake,
                ),
                keys.INBOX: inbox,
                keys.METRICS: metrics,
                keys.SUBSCRIBER: services.subscriber,
            },
        ),
        rotation=KeyRotation(store, services.local_actors, services.outbox, clock),
        moving=AccountMove(
            store, services.local_actors, services.outbox, actors, fetcher, signer, clock, schemes=schemes_of(config)
        ),
        poller=poller,
        blogroll_announcer=BlogrollAnnouncer(store, services.local_actors, services.outbox, clock),
        backfill=backfill,
        topics=topics,
        pushes=pushes,
        metrics=metrics,
        close=close,
    )


def _sparing(context: Context, transport: Transport, pause: Pause) -> Context:
    """The same, on a way out of its own for what nobody sent us."""
    sparing = ThrottledTransport(transport, context.store, context.clock, pause)
    fetcher = Fetcher(sparing, parse=parse_document, clock=context.clock)
    actors = Actors(context.store, fetcher, context.signer, context.clock)
    return replace(context, fetcher=fetcher, actors=actors)


def _feed_desk(services: Services) -> FeedBuilder:
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


def _make_doors(
    services: Services, fetcher: Fetcher, stopwatch: Stopwatch, rooms: "Mapping[web.AppKey[Any], Any]"
) -> web.Application:
    """The doors; `rooms` are the services that others work with, too."""
    config, store, urls = services.config, services.store, services.urls
    pages = Pages(timezone=config.site.timezone, language=config.site.language)
    return make_app(
        config,
        services.clock,
        stopwatch,
        pages,
        {
            keys.ADMISSION: RateLimiter(at_once_per_client=AT_ONCE_PER_CLIENT, of="inbox", stopwatch=stopwatch),
            keys.ACTOR_FETCHES: ActorFetches(store),
            keys.OUTBOX: services.outbox,
            keys.BLOGROLL_FEEDS: BlogrollFeeds(
                store, config.site, urls, services.local_actors.blog.actor.published, ICON
            ),
            keys.DELTAS: Deltas(),
            keys.DIALOGS: RateLimiter(at_once=16, per_second=0.2, burst=20, of="dialog", stopwatch=stopwatch),
            keys.REMOTE_INTERACTION: RemoteInteraction(fetcher, schemes=schemes_of(config)),
            keys.PAGE_BUILDER: PageBuilder(store, config, urls, pages, services.local_actors, services.clock),
            keys.FILES: services.files,
            keys.LOCAL_ACTORS: services.local_actors,
            keys.PUSHED: RateLimiter(at_once=16, per_second=5.0, burst=200, of="websub", stopwatch=stopwatch),
            READINESS: Readiness(store, config.storage.media),
            keys.SEARCHES: RateLimiter(at_once=4, per_second=0.5, burst=20, of="search", stopwatch=stopwatch),
            keys.SELECTIONS: Listings(store, config.site, urls),
            keys.RESPONSE_CACHE: ResponseCache(VersionWatch(store, services.clock), services.clock, stopwatch),
            keys.STORE: store,
            keys.SUBSCRIBERS: RateLimiter(at_once=32, per_second=1.0, burst=60, of="websub", stopwatch=stopwatch),
            **rooms,
        },
    )


# running


class StopRequested(Exception):
    """Somebody asked the server to stop."""


@contextlib.contextmanager
def sole_server(config: Config) -> Any:
    """One server per SQLite file: a second is refused. Raises DatabaseInUse."""
    if config.storage.is_postgresql:
        yield
        return
    path = Path(f"{config.storage.database}-server")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DatabaseInUse(f"{config.storage.database}: another `syndicate serve` works on it") from error
        yield


async def supervise(server: Server, *, part: Part = "all", ready: Callable[[int], None] | None = None) -> None:
    """Run until SIGTERM or SIGINT, or until something breaks. `ready` is told the port."""
    services = server.services
    await services.store.database.listen()
    if part != "web" and not services.config.storage.is_postgresql:  # no other process works on the file
        await services.store.transaction(lambda tx: tx.leases.release_rows())
    services.store.database.on_commit(lambda: _wake(server))
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_signals(), name="signals")
            if part != "workers":
                tasks.create_task(_web(server, ready), name="http")
            else:
                _advise(services)
            if part != "web":
                tasks.create_task(server.inbox_worker.run(), name="inbox")
                tasks.create_task(server.deliveries.run(), name="delivery")
                tasks.create_task(server.pictures.run(), name="pictures")
                tasks.create_task(server.pushes.run(), name="push")
                tasks.create_task(server.mentions.run(), name="mentions")
                tasks.create_task(server.synchronization.run(), name="synchronization")
                tasks.create_task(server.software.run(), name="software")
                tasks.create_task(server.poller.run(), name="poller")
                if services.config.comments.backfill:
                    tasks.create_task(server.backfill.run(), name="backfill")
                tasks.create_task(restart_on_storage_error("leases", lambda: _renew_leases(services)), name="leases")
                tasks.create_task(_chores(server), name="chores")
            tasks.create_task(_watch_database(services), name="database watch")
            tasks.create_task(restart_on_storage_error("ticker", lambda: _ticker(server)), name="ticker")
    except BaseExceptionGroup as ended:
        reason = _reason(ended)
        if not isinstance(reason, StopRequested):
            raise reason from None
        log.info("server stopped")
    finally:
        await server.close()


def _reason(ended: BaseExceptionGroup[BaseException]) -> BaseException:
    """Why the group ended: an error of the house by itself, so that it is told in one line, else all there is."""
    stops, others = ended.split(StopRequested)
    if others is None:
        assert stops is not None
        return stops.exceptions[0]
    known = others.subgroup(SyndicateError)
    return known.exceptions[0] if known is not None and known.exceptions == others.exceptions else others


def _wake(server: Server) -> None:
    server.inbox_worker.wake()
    server.deliveries.wake()
    server.pictures.wake()
    server.mentions.wake()
    server.synchronization.wake()
    server.poller.wake()
    server.blogroll_announcer.wake()
    server.archive_builder.wake()
    server.backfill.wake()
    server.pushes.wake()


async def _chores(server: Server) -> None:
    """What one process at a time does. Only one works on a SQLite file, so there no lease is needed."""
    services = server.services
    works: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "bookkeeping": server.archive_builder.run,
        "library": services.posts_folder.run,
        "calendar": lambda: restart_on_storage_error("calendar", lambda: _calendar(services)),
        "caretaker": lambda: restart_on_storage_error("caretaker", lambda: _caretaker(services)),
        "own affairs": lambda: restart_on_storage_error("own affairs", lambda: _own_affairs(server)),
    }
    if services.local_actors.blogroll is not None:
        works["crier"] = server.blogroll_announcer.run
    if services.config.storage.is_postgresql:
        await restart_on_storage_error("chores", Chores(services.store, services.clock, works).run)
        return
    async with asyncio.TaskGroup() as tasks:
        for name, work in works.items():
            tasks.create_task(work(), name=name)


async def _renew_leases(services: Services) -> None:
    """Keep the rows that are being worked on from being taken for those of a process that has ended."""
    while True:
        await asyncio.sleep(RENEW_INTERVAL.total_seconds())
        await services.store.renew_leases()


async def _signals() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
    raise StopRequested


def _advise(services: Services) -> None:
    for advice in services.store.database.advice():
        log.warning("advice", text=advice)


async def _web(server: Server, ready: Callable[[int], None] | None) -> None:
    config = server.services.config
    access_log = AccessLog(config.server, server.metrics)
    async with listening(server.app, config, access_log) as port:
        if ready is not None:  # before any line of the log: it is what somebody waits to read
            ready(port)
        log.info("server ready", address=f"http://{config.server.host}:{port}", site=config.site.url)
        _advise(server.services)
        try:
            await restart_on_storage_error("refusals", lambda: _write_refusals(server))
        finally:
            access_log.flush()


async def _write_refusals(server: Server) -> None:
    """Put refused requests on their list, many at a time."""
    refusals, store = server.app[REFUSALS], server.services.store
    while True:
        await asyncio.sleep(REFUSALS_WRITTEN)
        if refusals:
            await write_refusals(store, [refusals.popleft() for _ in range(len(refusals))])


async def write_refusals(store: Store, batch: Sequence[Refusal]) -> None:
    """All in one transaction; one that cannot be written costs nobody but itself."""

    async def body(tx: Tables, some: Sequence[Refusal]) -> None:
        for refusal in some:
            await tx.arrivals.refuse(refusal)
        await tx.arrivals.prune_refusals()

    try:
        await store.transaction(partial(body, some=batch))
    except StorageError:
        raise
    except Exception:
        log.exception("refusals not written together", number=len(batch))
        for refusal in batch:
            with isolated("refusal", id=refusal.id):
                await store.transaction(partial(body, some=[refusal]))


async def _ticker(server: Server) -> None:
    """Notice commits of other processes whose hint was lost, those too that were made while the database was away."""
    database = server.services.store.database
    version: int | None = None
    while True:
        await asyncio.sleep(TICK)
        await database.poll()
        if (newest := database.version()) != version:
            await server.services.local_actors.renew()
            _wake(server)
            version = newest


async def _watch_database(services: Services) -> None:
    """End when the database's file is no longer the one that was opened: what is acknowledged now would be lost. Raises
    DatabaseReplaced."""
    while True:
        await asyncio.sleep(TICK)
        services.store.database.require_own_file()


async def _own_affairs(server: Server) -> None:
    """Tell others what has changed about the blog's accounts; change keys, and move, as asked for."""
    await server.rotation.tell_changes()
    while True:
        await server.rotation.step()
        await server.moving.step()
        await asyncio.sleep(TICK)


async def _calendar(services: Services) -> None:
    """Publish what was scheduled, when its time comes."""
    changed = asyncio.Event()
    services.store.database.on_commit(changed.set)
    while True:
        changed.clear()
        now = services.clock()
        await services.publisher.release_due()
        due = await services.store.posts.next_scheduled(after=now)
        seconds = TIDY if due is None else max((due - services.clock()).total_seconds(), 0.05)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, 60.0)):
                await changed.wait()
                await asyncio.sleep(TICK)


async def _caretaker(services: Services) -> None:
    """Typeset anew what an older renderer made; forget what has become too old."""
    await rerender(services)
    with isolated("making comments anew"):
        await ShownForm(services.local_actors, services.urls).make_anew(services.store)
    while True:
        with isolated("tidying up"):
            await tidy(services)
        await asyncio.sleep(TIDY)


async def rerender(services: Services) -> None:
    """Make again what an older renderer made; a post that cannot be stays as it is until the next start."""
    after = ""
    while ids := await services.store.posts.rendered_before(RENDERER, after=after, limit=RETYPESET):
        for id in ids:
            with isolated("typesetting", post=id):
                await services.publisher.rerender(id)
        after = ids[-1]


async def tidy(services: Services) -> None:
    """Forget what has become too old, and what nobody refers to; end what has lasted long enough."""
    await services.store.transaction(partial(_tidy, services))
    for name in await services.store.transaction(lambda tx: tx.media.remove_unused(TIDIED)):
        if await services.store.media.named(name) is None:
            services.files.remove(name)
    await _forget_others(services)


async def _forget_others(services: Services) -> None:
    """Forget strangers, and what they took away, a slice at a time."""
    now, store = services.clock(), services.store
    after: str | None = ""
    while after is not None:
        look = partial(_forget_actors, before=now - KEEP_ACTORS, after=after)
        after = await store.transaction(look)
    while await store.transaction(
        lambda tx: tx.tombstones.prune_of_others(now - KEEP_OTHERS_TOMBSTONES, ours=services.urls.base, limit=TIDIED)
    ):
        pass


async def _forget_actors(tx: Tables, *, before: datetime, after: str) -> str | None:
    return await tx.remote_actors.prune(fetched_before=before, after=after, limit=TIDIED)


async def _tidy(services: Services, tx: Tables) -> None:
    now = services.clock()
    await tx.arrivals.prune(raw_before=now - KEEP_RAW, before=now - KEEP_ARRIVALS)
    await tx.arrivals.prune_refusals()
    await tx.deliveries.prune(now - KEEP_DELIVERIES, others=now - KEEP_OTHER_DELIVERIES)
    await tx.outbox.prune(now - KEEP_DELIVERIES)
    await tx.tombstones.prune_undone(now - KEEP_UNDONE)
    await tx.stamps.prune_requests(now - KEEP_REPLY_REQUESTS)
    await tx.received_notes.prune(now - KEEP_MENTIONS)
    await tx.comments.prune_rejections(now - REJECTIONS_COUNT_FOR)
    await _tell_quiet(tx, services)
    await tx.visits.prune(overdue=now - KEEP_OVERDUE, passed_over=now - PASSED_OVER_FOR, now=now)
    await tx.synchronizations.prune(now - KEEP_HOSTS)
    await tx.earlier_keys.prune_introductions(now - KEEP_HOSTS)
    await tx.hosts.prune(before=now - KEEP_HOSTS, kept=MOST_HOSTS)
    await tx.subscriptions.prune(ended=now, failing_since=now - DROPPED_AFTER, asked=now - KEEP_REQUESTS)
    await services.subscriber.tidy(tx)


async def _tell_quiet(tx: Tables, services: Services) -> None:
    """Nothing happens when a blog falls quiet, and yet the blogroll says so."""
    until = services.clock() - timedelta(days=services.config.blogroll.quiet_after)
    if await tx.blogroll.fell_quiet(after=until - 2 * timedelta(seconds=TIDY), until=until):
        await tx.editions.move("river")
