"""The start page: what waits for the author."""

from datetime import timedelta

from aiohttp import web

from syndicate.clock import from_text
from syndicate.delivery.circuit import is_failing
from syndicate.model.post import PostState
from syndicate.storage.key_values import LAST_BACKUP
from syndicate.web.admin.pages.start import StartPage
from syndicate.web.admin.rendering import respond
from syndicate.web.keys import CLOCK, STORE

MAX_BACKUP_AGE = timedelta(days=7)


async def get_start(request: web.Request) -> web.StreamResponse:
    store = request.app[STORE]
    counts = await store.admin_posts.count_by_state()
    last = await store.key_values.find(LAST_BACKUP)
    age = request.app[CLOCK]() - from_text(last) if last else None
    page = StartPage(
        drafts=counts.get(PostState.DRAFT, 0),
        scheduled=counts.get(PostState.SCHEDULED, 0),
        failing=tuple(sorted(host.host for host in await store.hosts.list_failing() if is_failing(host))),
        backup_days=None if age is None else age.days,
        is_backup_due=age is None or age > MAX_BACKUP_AGE,
    )
    return respond(request, page)
