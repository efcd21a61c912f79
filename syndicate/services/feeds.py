"""Constructs what builds, pushes and reads feeds."""

from dataclasses import dataclass

from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.poller import Poller
from syndicate.federation.actors.remote_actors import Actors
from syndicate.publishing.feeds import FeedBuilder
from syndicate.publishing.listings import Listings
from syndicate.publishing.topics import FeedTopics
from syndicate.services.commands import Services, schemes_of
from syndicate.storage.version_watch import VersionWatch
from syndicate.telemetry.metrics import Metrics
from syndicate.transport.message import Transport
from syndicate.websub.hub import Hub
from syndicate.websub.publisher import PushTargets, PushWorker

ICON = "/favicon.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedParts:
    """The parts of a server that build our feeds and push them to subscribers, and those that read the blogroll's."""

    builder: FeedBuilder
    topics: FeedTopics
    pushes: PushWorker
    hub: Hub
    finder: FeedFinder
    poller: Poller


def feed_parts(services: Services, transport: Transport, actors: Actors, metrics: Metrics) -> FeedParts:
    """Return the parts of a server that have to do with feeds."""
    builder = _feed_builder(services)
    topics = _feed_topics(services, builder)
    pushes = _push_worker(services, topics)
    finder = FeedFinder(transport, actors, services.clock, schemes=schemes_of(services.config))
    return FeedParts(
        builder=builder,
        topics=topics,
        pushes=pushes,
        hub=_hub(services, topics, pushes),
        finder=finder,
        poller=_poller(services, transport, finder, metrics),
    )


def _feed_builder(services: Services) -> FeedBuilder:
    config = services.config
    own = (services.urls.hub,) if config.feeds.hub else ()
    founded = services.local_actors.blog.actor.published
    return FeedBuilder(
        services.store,
        services.settings,
        config.feeds,
        services.urls,
        founded=founded,
        icon=ICON,
        actor=services.local_actors.blog.actor.uri,
        hubs=(*own, *config.feeds.hubs),
    )


def _feed_topics(services: Services, feeds: FeedBuilder) -> FeedTopics:
    store, urls, settings = services.store, services.urls, services.settings
    watch = VersionWatch(store, services.clock, settings)
    return FeedTopics(store, feeds, Listings(store, settings, urls), urls, watch)


def _push_worker(services: Services, topics: FeedTopics) -> PushWorker:
    config = services.config.feeds
    targets = PushTargets(subscribers=config.hub, hubs=config.hubs, feeds=topics.site)
    return PushWorker(services.store, topics, services.clock, targets)


def _hub(services: Services, topics: FeedTopics, pushes: PushWorker) -> Hub:
    private = services.config.federation.allow_private_addresses
    return Hub(services.store, topics, services.clock, allow_private=private, on_publish=pushes.wake)


def _poller(services: Services, transport: Transport, finder: FeedFinder, metrics: Metrics) -> Poller:
    reader, editor = services.feed_reader, services.blogroll_editor
    return Poller(services.store, transport, reader, editor, finder, metrics, services.clock)
