"""Constructs what commands need: the store, the local actors, the publisher; and the network, if they ask for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from syndicate import __version__
from syndicate.activitypub.documents import parse_document
from syndicate.blogroll.feed_reader import FeedReader
from syndicate.blogroll.following import BlogrollEditor
from syndicate.clock import Clock, utc_now
from syndicate.config import Config
from syndicate.federation.actors.founding import forget
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.webfinger import Schemes
from syndicate.federation.outbox.author_replies import AuthorReplies
from syndicate.federation.outbox.authorizations import Authorizations
from syndicate.federation.outbox.blocking import BlockEnforcer
from syndicate.federation.outbox.outbox import Outbox
from syndicate.importers.post_importer import PostImporter
from syndicate.importers.posts_folder import PostsFolder
from syndicate.media import MediaFiles
from syndicate.notifications import options as notifications
from syndicate.publishing import Publisher
from syndicate.publishing.addresses import PostAddresses
from syndicate.publishing.composer import PostComposer
from syndicate.publishing.post_writer import PostWriter
from syndicate.publishing.renderer import Renderer
from syndicate.storage import Store
from syndicate.storage.key_values import MEDIA_SECRET
from syndicate.storage.secret_values import own_secret
from syndicate.storage.site_settings import SiteSettings
from syndicate.transport.client import Client
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.message import Transport
from syndicate.transport.signed import Signer
from syndicate.urls import Urls
from syndicate.web.reserved_paths import is_reserved
from syndicate.webmention.outbox import WebmentionOutbox
from syndicate.websub.subscriber import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a command needs."""

    config: Config
    clock: Clock
    store: Store
    settings: SiteSettings
    local_actors: LocalActors
    urls: Urls
    files: MediaFiles
    media_secret: str
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


@asynccontextmanager
async def open_services(config: Config, *, clock: Clock = utc_now, keep_keys: bool = True) -> AsyncIterator[Services]:
    """Open the store, created where absent, and the local actors.

    Without `keep_keys`, which only `init` sets, an empty database beside existing keys is not taken for a new blog.

    Raises StorageError, ConfigurationError, KeyUnusable.
    """
    store = await Store.open(config.storage.database, clock)
    try:
        settings = await SiteSettings.open(store, config)
        local_actors = await LocalActors.open(settings, store, clock, keep_keys=keep_keys)
        await own_secret(store, notifications.SECRET)
        urls = Urls(config.site.url)
        files = MediaFiles(config.storage.media, config.storage.originals)
        outbox = Outbox(local_actors, urls, clock, settings)
        renderer = Renderer(store, files, urls, clock)
        addresses = PostAddresses(store, urls, settings, is_reserved)
        composer = PostComposer(renderer, outbox, urls, settings, clock, addresses, store.citations)
        webmentions = WebmentionOutbox(urls, clock)
        publisher = Publisher(store, renderer, composer, PostWriter(outbox, webmentions, urls, clock), clock)
        post_importer = PostImporter(store, publisher, composer, urls)

        async def received(feed: str, body: bytes, media_type: str) -> None:
            await feed_reader.received(feed, body, media_type)

        subscriber = Subscriber(store, urls, clock, received=received)
        feed_reader = FeedReader(store, clock, subscriber)
        yield Services(
            config=config,
            clock=clock,
            store=store,
            settings=settings,
            local_actors=local_actors,
            urls=urls,
            files=files,
            media_secret=await own_secret(store, MEDIA_SECRET),
            outbox=outbox,
            author_replies=AuthorReplies(store, outbox, settings, urls, clock, on_change=webmentions.answer_changed),
            authorizations=Authorizations(outbox, urls, clock),
            blocking=BlockEnforcer(store, local_actors, outbox),
            composer=composer,
            publisher=publisher,
            post_importer=post_importer,
            posts_folder=PostsFolder(store, post_importer, config.storage.posts, settings, clock),
            blogroll_editor=BlogrollEditor(
                store,
                outbox,
                clock,
                subscriber,
                mentions=webmentions if config.blogroll.webmention else None,
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
