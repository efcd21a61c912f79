"""The start page: what waits for the author."""

from datetime import timedelta

from aiohttp import web

from syndicate.clock import from_text
from syndicate.delivery.circuit import is_failing
from syndicate.model.post import PostState
from syndicate.storage.key_values import LAST_BACKUP
from syndicate.web.admin.authentication import AUTHENTICATION
from syndicate.web.admin.pages.start import StartPage, WelcomeSteps
from syndicate.web.admin.rendering import respond
from syndicate.web.keys import CLOCK, SETTINGS, STORE

MAX_BACKUP_AGE = timedelta(days=7)
WELCOME_PERIOD = timedelta(days=14)
"""How long a blog counts as new."""


async def get_start(request: web.Request) -> web.StreamResponse:
    store = request.app[STORE]
    counts = await store.admin_posts.count_by_state()
    last = await store.key_values.find(LAST_BACKUP)
    quiet_before = request.app[CLOCK]() - timedelta(days=request.app[SETTINGS].config.blogroll.quiet_after)
    blogs = await store.blogroll.count_for_author(quiet_before)
    age = request.app[CLOCK]() - from_text(last) if last else None
    page = StartPage(
        drafts=counts.get(PostState.DRAFT, 0),
        scheduled=counts.get(PostState.SCHEDULED, 0),
        failing=tuple(sorted({host.server for host in await store.hosts.list_failing() if is_failing(host)})),
        backup_days=None if age is None else age.days,
        is_backup_due=age is None or age > MAX_BACKUP_AGE,
        quiet_feeds=blogs["quiet"],
        failing_feeds=blogs["failing"],
        welcome=await _welcome(request),
    )
    return respond(request, page)


async def _welcome(request: web.Request) -> WelcomeSteps | None:
    """Return what is to be done with a new blog, or None if all of it is, or the blog is not new any more."""
    store, settings = request.app[STORE], request.app[SETTINGS]
    account = await request.app[AUTHENTICATION].find_account()
    if account is None or request.app[CLOCK]() - account.created > WELCOME_PERIOD:
        return None
    welcome = WelcomeSteps(
        has_name=bool(settings.site.title and settings.site.author),
        has_post=await store.totals.get("posts") > 0,
        has_import=bool(await store.imports.list_newest(1)),
    )
    return None if welcome.is_done else welcome
