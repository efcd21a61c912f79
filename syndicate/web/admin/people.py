"""Who follows the blog: the list, removing a follower, and the list as a file."""

from collections.abc import Sequence
from urllib.parse import urlencode

from aiohttp import web

from syndicate.activitypub.parse import authority_of, host_of
from syndicate.clock import to_text
from syndicate.errors import NotFound
from syndicate.exporters.lists import FOLLOWERS, as_csv
from syndicate.federation.actors.local_actors import BLOG
from syndicate.federation.outbox.blocking import BlockEnforcer
from syndicate.model.actor import LocalActor, Role
from syndicate.storage.admin_people import FollowerRow
from syndicate.web.admin.files import send_text
from syndicate.web.admin.pages.frame import Tab
from syndicate.web.admin.pages.people import FollowerCard, PeoplePage
from syndicate.web.admin.rendering import local_path, respond, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import CONFIG, LOCAL_ACTORS, STORE

PEOPLE = "/admin/people/"
FOLLOWERS_PER_PAGE = 50
MAX_WORDS_LENGTH = 300
EXPORT_BATCH_SIZE = 1000
BLOCKING = web.AppKey("blocking", BlockEnforcer)


async def get_people(request: web.Request) -> web.StreamResponse:
    store, query = request.app[STORE], request.query
    account = _account(request, query.get("of", BLOG))
    words = query.get("q", "").strip()[:MAX_WORDS_LENGTH]
    found = await _find(request, account, words) if words else await _newest(request, account)
    rows = found[:FOLLOWERS_PER_PAGE]
    asked = {"of": query.get("of", ""), "q": words}
    last = rows[-1] if len(found) > len(rows) else None
    page = PeoplePage(
        account=account.id,
        handle=account.handle,
        host=request.app[CONFIG].site.host,
        total=await store.followers.count(account.id),
        accounts=await _tabs(request, account),
        words=words,
        followers=tuple(await _cards(request, rows)),
        blocked=sum((await store.admin_people.count_blocks()).values()),
        next=str(request.rel_url),
        newest=_address(**asked) if query.get("before") else "",
        older=_address(**asked, before=_cursor(last, words)) if last else "",
    )
    return respond(request, page)


async def post_remove(request: web.Request) -> web.StreamResponse:
    """Remove a follower."""
    form = request[FORM]
    is_removed = await request.app[BLOCKING].remove_follower(_account(request, form.get("of")), form.get("actor"))
    return see_other(local_path(form.get("next") or PEOPLE), "follower-removed" if is_removed else "no-follower")


async def get_csv(request: web.Request) -> web.StreamResponse:
    """Send the followers of the blog as Mastodon exports them."""
    found: list[tuple[str, ...]] = []
    before = None
    while page := await request.app[STORE].admin_people.list_followers(BLOG, before=before, limit=EXPORT_BATCH_SIZE):
        found += [(row.handle.lstrip("@") or row.actor,) for row in page]
        before = (page[-1].since_text, page[-1].actor)
    return send_text("followers.csv", as_csv(FOLLOWERS, found))


# what is shown


async def _newest(request: web.Request, account: LocalActor) -> list[FollowerRow]:
    since, _, actor = request.query.get("before", "").partition("~")
    before = (since, actor) if since and "\x00" not in since + actor else None
    return await request.app[STORE].admin_people.list_followers(account.id, before=before, limit=FOLLOWERS_PER_PAGE + 1)


async def _find(request: web.Request, account: LocalActor, words: str) -> list[FollowerRow]:
    """Return the follower with this handle or address, or those on this server in the order of their ids."""
    store = request.app[STORE]
    if "@" in words or "://" in words:
        table = store.remote_actors
        actor = await (
            table.find_by_address(words) if "://" in words else table.find_by_handle(f"@{words.lstrip('@')}")
        )
        return await store.admin_people.list_these(account.id, [actor.uri] if actor else [words])
    ids = await store.followers.list_on_server(
        account.id, f"https://{words.lower()}", after=request.query.get("before", ""), limit=FOLLOWERS_PER_PAGE + 1
    )
    return await store.admin_people.list_these(account.id, ids)


async def _cards(request: web.Request, rows: Sequence[FollowerRow]) -> list[FollowerCard]:
    servers = {row.actor: authority_of(row.inbox) for row in rows}
    software = await request.app[STORE].hosts.list_software(set(servers.values()))
    return [
        FollowerCard(
            actor=row.actor,
            name=row.name or row.handle or row.actor,
            handle=row.handle,
            url=row.url or row.actor,
            avatar=row.avatar,
            server=host_of(row.actor),
            software=software.get(servers[row.actor], ""),
            since=row.since,
        )
        for row in rows
    ]


async def _tabs(request: web.Request, current: LocalActor) -> tuple[Tab, ...]:
    """Return the accounts of the blog that can be followed, if there are several."""
    actors = [it.actor for it in request.app[LOCAL_ACTORS] if it.actor.role is not Role.SERVER]
    counts = [await request.app[STORE].followers.count(actor.id) for actor in actors] if len(actors) > 1 else []
    return tuple(
        Tab(label=f"@{actor.handle}", href=_address(of=actor.id), count=count, is_current=actor.id == current.id)
        for actor, count in zip(actors, counts, strict=False)
    )


def _account(request: web.Request, id: str) -> LocalActor:
    """Raises NotFound."""
    identity = request.app[LOCAL_ACTORS].of_id(id or BLOG)
    if identity is None or identity.actor.role is Role.SERVER:
        raise NotFound(request.path[:200])
    return identity.actor


def _cursor(row: FollowerRow, words: str) -> str:
    return row.actor if words else f"{to_text(row.since)}~{row.actor}"


def _address(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{PEOPLE}?{urlencode(given)}" if given else PEOPLE
