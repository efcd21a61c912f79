"""Construct the senders of deliveries."""

from collections.abc import Mapping

from syndicate.delivery.worker import Sender
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.outbox.gone_followers import GoneFollowers
from syndicate.federation.outbox.key_introduction import Introductions
from syndicate.federation.outbox.sender import ActivitySender
from syndicate.publishing.topics import FeedTopics
from syndicate.services.commands import Services
from syndicate.storage.deliveries import DeliveryKind
from syndicate.transport.message import Transport
from syndicate.transport.signed import SigningThreads
from syndicate.webmention.sender import WebmentionSender
from syndicate.websub.intent_verification import IntentVerificationSender
from syndicate.websub.senders import PingSender, PushSender
from syndicate.websub.subscriber import SubscriptionRequestSender


def activity_sender(
    services: Services, transport: Transport, actors: Actors, threads: SigningThreads
) -> ActivitySender:
    store, clock = services.store, services.clock
    return ActivitySender(
        store,
        transport,
        services.local_actors,
        threads,
        clock,
        Introductions(store, services.outbox, clock),
        gone=GoneFollowers(store, actors, clock).check,
    )


def senders_by_kind(
    services: Services, transport: Transport, activities: ActivitySender, topics: FeedTopics
) -> Mapping[DeliveryKind, Sender]:
    """Return the sender of each kind of delivery."""
    store, clock = services.store, services.clock
    return {
        DeliveryKind.ACTIVITY: activities,
        DeliveryKind.WEBSUB: PushSender(store, transport, topics, clock, hub=services.urls.hub),
        DeliveryKind.INTENT: IntentVerificationSender(store, transport, topics, clock),
        DeliveryKind.PING: PingSender(transport, clock),
        DeliveryKind.REQUEST: SubscriptionRequestSender(store, transport, services.urls, clock, services.subscriber),
        DeliveryKind.WEBMENTION: WebmentionSender(transport, clock),
    }
