"""Constructs the parts of the author's interface."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from syndicate import __version__
from syndicate.federation.actors.outside_checks import OutsideCheck, check_outside
from syndicate.federation.outbox.quote_decisions import QuoteDecisions
from syndicate.importers.upload.run import ImportTools
from syndicate.indieauth.grants import IndieAuthGrants
from syndicate.maintenance.create_backup import create_backup
from syndicate.maintenance.import_worker import ImportWorker
from syndicate.services.commands import Services, open_services
from syndicate.transport.client import Client
from syndicate.web.admin.authentication import AUTHENTICATION, Authentication
from syndicate.web.admin.blogroll import BLOGROLL_EDITOR
from syndicate.web.admin.comment_actions import COMMENT_ACTIONS, CommentActions
from syndicate.web.admin.consent import INDIEAUTH_GRANTS
from syndicate.web.admin.downloads import DOWNLOADS, Downloads
from syndicate.web.admin.editor import EDITOR, Editor
from syndicate.web.admin.passkeys import Passkeys
from syndicate.web.admin.passwords import Passwords
from syndicate.web.admin.people import BLOCKING
from syndicate.web.admin.pictures import UPLOADS, Uploads
from syndicate.web.admin.quotes import QUOTE_DECISIONS
from syndicate.web.admin.sessions import SESSIONS, Sessions
from syndicate.web.admin.welcome import OUTSIDE_CHECKS
from syndicate.web.api.micropub_posts import MICROPUB_POSTS, MicropubPosts
from syndicate.web.http.feed_readers import FEED_READERS, FeedReaders
from syndicate.web.keys import IS_AUTHOR
from syndicate.web.reserved_paths import is_reserved
from syndicate.web.site.media_keys import MEDIA_KEYS, MediaKeys


def admin_parts(services: Services) -> "Mapping[web.AppKey[Any], Any]":
    """Return what the pages of the desk look up."""
    store, clock = services.store, services.clock
    sessions = Sessions(store, services.config, clock)
    return {
        AUTHENTICATION: Authentication(
            store, services.settings, clock, Passwords(), Passkeys(store, services.settings, clock)
        ),
        BLOCKING: services.blocking,
        BLOGROLL_EDITOR: services.blogroll_editor,
        COMMENT_ACTIONS: CommentActions(
            store, services.author_replies, services.authorizations, services.blocking, clock
        ),
        DOWNLOADS: Downloads(
            store, services.files, services.urls, services.settings, make_backup=partial(_make_backup, services)
        ),
        FEED_READERS: FeedReaders(store, clock),
        OUTSIDE_CHECKS: partial(_check_outside, services),
        EDITOR: Editor(store, services.publisher, services.settings, clock),
        INDIEAUTH_GRANTS: IndieAuthGrants(store, clock),
        IS_AUTHOR: sessions.is_author,
        SESSIONS: sessions,
        MICROPUB_POSTS: MicropubPosts(store, services.publisher, services.settings, services.urls, clock),
        MEDIA_KEYS: MediaKeys(services.media_secret, store, services.urls, clock),
        QUOTE_DECISIONS: QuoteDecisions(store, services.authorizations),
        UPLOADS: Uploads(store, services.files, services.publisher, services.urls, clock),
    }


def import_worker(services: Services) -> ImportWorker:
    """Return the worker that imports what the author uploads."""
    return ImportWorker(
        services.store, services.clock, services.config.storage.transfers, partial(_import_tools, services)
    )


@asynccontextmanager
async def _import_tools(services: Services) -> AsyncIterator[ImportTools]:
    async with open_services(services.config, clock=services.clock) as own:
        yield ImportTools(
            store=own.store,
            importer=own.post_importer,
            files=own.files,
            urls=own.urls,
            site=own.settings.site,
            clock=own.clock,
            blogroll=own.blogroll_editor,
            blocking=own.blocking,
            is_reserved=is_reserved,
        )


async def _check_outside(services: Services) -> list[OutsideCheck]:
    """Look at the blog from outside; its public address may be a private one during a trial."""
    transport = Client(
        user_agent=f"Syndicate/{__version__} (+{services.config.site.url}/)", allow_private_addresses=True
    )
    try:
        return await check_outside(transport, services.config.site, services.local_actors.blog.actor)
    finally:
        await transport.close()


async def _make_backup(services: Services, file: Path) -> None:
    await create_backup(services.store, services.config, services.clock, file, media=True, progress=lambda _: None)
