"""Constructs a server on top of the services: the network, the workers and the web application."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from aiohttp import web

from syndicate.activitypub.documents import parse_document
from syndicate.activitypub.parse import authority_of, origin
from syndicate.blogroll.announcer import BlogrollAnnouncer
from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.poller import Poller
from syndicate.clock import Stopwatch
from syndicate.delivery.worker import DeliveryWorker
from syndicate.federation.actors.authentication import AuthorizedFetch
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.sanitizer_thread import SanitizerThread
from syndicate.federation.actors.software import SoftwareWorker
from syndicate.federation.actors.throttled_transport import Pause, ThrottledTransport
from syndicate.federation.inbox.context import InboxContext
from syndicate.federation.inbox.inbox import Inbox
from syndicate.federation.inbox.shown_form import ShownForm
from syndicate.federation.inbox.worker import InboxWorker
from syndicate.federation.outbox.account_move import AccountMove
from syndicate.federation.outbox.key_rotation import KeyRotation
from syndicate.federation.sync.followers_sync import SynchronizationWorker
from syndicate.federation.sync.refetch_worker import BackfillWorker
from syndicate.federation.sync.reply_crawler import ReplyCrawler
from syndicate.maintenance.account_upkeep import AccountRequestRunner
from syndicate.maintenance.deletion_log import DeletionLog
from syndicate.maintenance.import_worker import ImportWorker
from syndicate.maintenance.numbers import NumbersCount
from syndicate.maintenance.rerendering import Rerendering
from syndicate.maintenance.retention import Retention
from syndicate.maintenance.scheduler import Scheduler
from syndicate.maintenance.transfers import TransferCleanup
from syndicate.notifications.answer_notices import AnswerNoticeMailer
from syndicate.notifications.checks import NotificationChecks
from syndicate.notifications.mailer import Mailer
from syndicate.publishing.archive import ArchiveBuilder
from syndicate.publishing.citations import CitationFinder
from syndicate.publishing.media_fetch import MediaFetcher
from syndicate.publishing.mentions import MentionResolver
from syndicate.publishing.topics import FeedTopics
from syndicate.services.commands import Services, open_network, schemes_of
from syndicate.services.feeds import FeedParts, feed_parts
from syndicate.services.imports import import_worker
from syndicate.services.senders import activity_sender, senders_by_kind
from syndicate.services.web_application import web_application
from syndicate.telemetry.metrics import Metrics
from syndicate.transport.client import Client
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.message import Transport
from syndicate.transport.signed import Signer, SigningThreads
from syndicate.web import keys
from syndicate.web.author_requests import AUTHOR_APP, AuthorApp
from syndicate.webmention.verification import WebmentionVerifier
from syndicate.websub.publisher import PushWorker
from syndicate.workers.worker import Wakeable, Worker, WorkerRole, regular


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """All parts of a server, constructed and not yet running."""

    services: Services
    transport: Transport
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
    imports: ImportWorker
    webmentions: WebmentionVerifier
    mailer: Mailer
    answer_notices: AnswerNoticeMailer
    retention: Retention
    rerendering: Rerendering
    regular_jobs: tuple[Worker, ...]
    close: Callable[[], Awaitable[None]]

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The background workers: those woken by commits, which are named here, and the regular jobs."""
        queues: dict[str, Wakeable] = {
            "inbox": self.inbox_worker,
            "delivery": self.deliveries,
            "pictures": self.pictures,
            "push": self.pushes,
            "mentions": self.mentions,
            "synchronization": self.synchronization,
            "poller": self.poller,
            "imports": self.imports,
            "webmentions": self.webmentions,
            "mails": self.mailer,
            "answer notices": self.answer_notices,
            **({"backfill": self.backfill} if self.services.config.comments.backfill else {}),
        }
        maintenance: dict[str, Wakeable] = {
            "archive": self.archive_builder,
            **({"blogroll account": self.blogroll_announcer} if self.services.local_actors.blogroll else {}),
        }
        return (
            *(Worker(name=name, role=WorkerRole.WORKERS, run=it.run, wake=it.wake) for name, it in queues.items()),
            *(
                Worker(name=name, role=WorkerRole.MAINTENANCE, run=it.run, wake=it.wake)
                for name, it in maintenance.items()
            ),
            Worker(name="software", role=WorkerRole.WORKERS, run=self.software.run),
            Worker(name="posts folder", role=WorkerRole.MAINTENANCE, run=self.services.posts_folder.run),
            *self.regular_jobs,
        )


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
    threads, sanitizer_thread, metrics = SigningThreads(), SanitizerThread(), Metrics()
    activities = activity_sender(services, transport, actors, threads)
    fetcher.on_unauthorized(activities.introduce_fetching_actor)
    context = _inbox_context(services, fetcher, signer, actors, sanitizer_thread)
    inbox = Inbox(store, actors, context, clock)
    feeds = feed_parts(services, transport, actors, metrics)
    senders = senders_by_kind(services, transport, activities, feeds.topics)
    rotation = KeyRotation(store, services.local_actors, services.outbox, clock)
    moving = _account_move(services, fetcher, signer, actors)
    retention = _retention(services)
    rerendering = Rerendering(store, services.publisher, ShownForm(services.local_actors, services.urls))
    citations = CitationFinder(store, transport, fetcher, signer, actors, services.urls, clock)
    return Server(
        services=services,
        transport=transport,
        actors=actors,
        inbox=inbox,
        inbox_worker=InboxWorker(store, inbox, clock),
        deliveries=DeliveryWorker(store, senders, clock, host_of=authority_of),
        pictures=_media_fetcher(services, transport),
        mentions=_mention_resolver(services, transport, actors, citations),
        synchronization=SynchronizationWorker(context, clock),
        software=SoftwareWorker(store, fetcher, clock, schemes=schemes_of(config)),
        archive_builder=ArchiveBuilder(store, clock, length=config.feeds.length),
        app=web_application(
            services, fetcher, stopwatch, _shared_parts(services, transport, actors, inbox, feeds, metrics)
        ),
        rotation=rotation,
        moving=moving,
        poller=feeds.poller,
        blogroll_announcer=BlogrollAnnouncer(store, services.local_actors, services.outbox, clock),
        backfill=BackfillWorker(store, ReplyCrawler(_throttled_context(context, transport, pause)), metrics, clock),
        topics=feeds.topics,
        pushes=feeds.pushes,
        metrics=metrics,
        imports=import_worker(services),
        webmentions=WebmentionVerifier(
            store, transport, services.urls, clock, moderation=lambda: services.settings.comments.moderation
        ),
        mailer=Mailer(store, services.settings, clock),
        answer_notices=AnswerNoticeMailer(store, services.settings, services.urls, clock),
        retention=retention,
        rerendering=rerendering,
        regular_jobs=_regular_jobs(services, rotation, moving, retention, rerendering),
        close=partial(_close, transport, threads, sanitizer_thread),
    )


def _shared_parts(
    services: Services, transport: Transport, actors: Actors, inbox: Inbox, feeds: FeedParts, metrics: Metrics
) -> dict[web.AppKey[Any], Any]:
    """Return the parts that both the workers and the web application use."""
    return {
        AUTHOR_APP: AuthorApp(partial(_author_app, services, transport, feeds.finder)),
        keys.FEEDS: feeds.builder,
        keys.AUTHORIZED_FETCH: AuthorizedFetch(services.store, actors),
        keys.HUB: feeds.hub,
        keys.INBOX: inbox,
        keys.METRICS: metrics,
        keys.SUBSCRIBER: services.subscriber,
    }


def _author_app(
    services: Services, transport: Transport, finder: FeedFinder, whole: web.Application
) -> web.Application:
    from syndicate.services.author_app import author_app

    return author_app(services, transport, finder, whole)


def _regular_jobs(
    services: Services, rotation: KeyRotation, moving: AccountMove, retention: Retention, rerendering: Rerendering
) -> tuple[Worker, ...]:
    """Return the jobs that run at intervals, in one process at a time. A new job is one line here."""
    transfers = TransferCleanup(services.store, services.config.storage.transfers, services.clock)
    return (
        regular("scheduler", Scheduler(services.store, services.publisher, services.clock).run),
        regular("rerendering", rerendering.run),
        regular("deletion log", DeletionLog.of(services.config, services.store).run),
        regular("retention", retention.run),
        regular("transfers", transfers.run, role=WorkerRole.EVERY),
        regular("numbers", NumbersCount(services.store, services.clock).run),
        regular("notifications", NotificationChecks(services.store, services.clock).run),
        regular("account upkeep", AccountRequestRunner(rotation, moving, services.settings).run),
    )


async def _close(transport: Transport, threads: SigningThreads, sanitizer_thread: SanitizerThread) -> None:
    """End the threads, and close the connections of our own client."""
    threads.close()
    sanitizer_thread.close()
    if isinstance(transport, Client):
        await transport.close()


# federation


def _inbox_context(
    services: Services, fetcher: Fetcher, signer: Signer, actors: Actors, sanitizer_thread: SanitizerThread
) -> InboxContext:
    return InboxContext(
        store=services.store,
        actors=actors,
        fetcher=fetcher,
        signer=signer,
        local_actors=services.local_actors,
        outbox=services.outbox,
        authorizations=services.authorizations,
        urls=services.urls,
        clock=services.clock,
        settings=services.settings,
        sanitizer_thread=sanitizer_thread,
        shown=ShownForm(services.local_actors, services.urls),
    )


def _throttled_context(context: InboxContext, transport: Transport, pause: Pause) -> InboxContext:
    """Return the same context with a throttled transport, for requests that no delivery caused."""
    throttled = ThrottledTransport(transport, context.store, context.clock, pause)
    fetcher = Fetcher(throttled, parse=parse_document, clock=context.clock)
    actors = Actors(context.store, fetcher, context.signer, context.clock)
    return replace(context, fetcher=fetcher, actors=actors)


def _account_move(services: Services, fetcher: Fetcher, signer: Signer, actors: Actors) -> AccountMove:
    return AccountMove(
        services.store,
        services.local_actors,
        services.outbox,
        actors,
        fetcher,
        signer,
        services.clock,
        schemes=schemes_of(services.config),
    )


def _mention_resolver(
    services: Services, transport: Transport, actors: Actors, citations: CitationFinder
) -> MentionResolver:
    return MentionResolver(
        services.store,
        transport,
        actors,
        services.clock,
        schemes=schemes_of(services.config),
        citations=citations,
        rerender=services.publisher.rerender,
        answer_anew=services.author_replies.add_mentions,
    )


# files


def _media_fetcher(services: Services, transport: Transport) -> MediaFetcher:
    return MediaFetcher(
        services.store,
        transport,
        services.files,
        services.clock,
        own_origin=origin(services.config.site.url),
        rerender=services.publisher.rerender,
    )


def _retention(services: Services) -> Retention:
    quiet_after = timedelta(days=services.config.blogroll.quiet_after)
    return Retention(
        services.store, services.files, services.urls, services.subscriber, services.clock, quiet_after=quiet_after
    )
