"""Constructs the application for the author and her programs. Import it when it is needed: it is a third of the code."""

from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from syndicate import __version__
from syndicate.blogroll.finder import FeedFinder
from syndicate.federation.actors.outside_checks import OutsideCheck, check_outside
from syndicate.federation.outbox.quote_decisions import QuoteDecisions
from syndicate.indieauth.clients import IndieAuthClients
from syndicate.indieauth.grants import IndieAuthGrants
from syndicate.maintenance.create_backup import create_backup
from syndicate.services.commands import Services
from syndicate.transport.client import Client
from syndicate.transport.message import Transport
from syndicate.web.admin.authentication import AUTHENTICATION, Authentication
from syndicate.web.admin.blogroll import BLOGROLL_EDITOR
from syndicate.web.admin.comment_actions import COMMENT_ACTIONS, CommentActions
from syndicate.web.admin.consent import INDIEAUTH_CLIENTS, INDIEAUTH_GRANTS
from syndicate.web.admin.downloads import DOWNLOADS, Downloads
from syndicate.web.admin.editor import EDITOR, Editor
from syndicate.web.admin.lookup import FINDER
from syndicate.web.admin.passkeys import Passkeys
from syndicate.web.admin.passwords import Passwords
from syndicate.web.admin.people import BLOCKING
from syndicate.web.admin.pictures import UPLOADS, Uploads
from syndicate.web.admin.quotes import QUOTE_DECISIONS
from syndicate.web.admin.welcome import OUTSIDE_CHECKS
from syndicate.web.api.micropub_posts import MICROPUB_POSTS, MicropubPosts
from syndicate.web.author_app import make_author_app


def author_app(services: Services, transport: Transport, finder: FeedFinder, whole: web.Application) -> web.Application:
    """Return the application for the author, which has the services of the `whole` one, too."""
    store, clock = services.store, services.clock
    parts: dict[web.AppKey[Any], Any] = {
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
        FINDER: finder,
        OUTSIDE_CHECKS: partial(_check_outside, services),
        EDITOR: Editor(store, services.publisher, services.settings, clock),
        INDIEAUTH_CLIENTS: IndieAuthClients(transport),
        INDIEAUTH_GRANTS: IndieAuthGrants(store, clock),
        MICROPUB_POSTS: MicropubPosts(store, services.publisher, services.settings, services.urls, clock),
        QUOTE_DECISIONS: QuoteDecisions(store, services.authorizations),
        UPLOADS: Uploads(store, services.files, services.publisher, services.urls, clock),
    }
    return make_author_app(whole, parts)


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
