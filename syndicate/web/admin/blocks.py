"""Who is blocked: the lists of people and servers, blocking and unblocking, and the lists as files."""

from urllib.parse import urlencode

from aiohttp import web

from syndicate.errors import InputError
from syndicate.federation.outbox.block_patterns import pattern_of
from syndicate.storage.admin_people import BlockRow
from syndicate.storage.blocks import Block
from syndicate.translation import _
from syndicate.web.admin.files import send_text
from syndicate.web.admin.forms import Form
from syndicate.web.admin.lookup import look_up
from syndicate.web.admin.pages.frame import Tab
from syndicate.web.admin.pages.people import BlocksPage
from syndicate.web.admin.people import BLOCKING, MAX_WORDS_LENGTH
from syndicate.web.admin.rendering import local_path, respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import CLOCK, CONFIG, STORE

BLOCKS = "/admin/people/blocks/"
BLOCKS_PER_PAGE = 100
MAX_REASON_LENGTH = 500
EXPORT_BATCH_SIZE = 1000
TABS = {"actor": _("People"), "domain": _("Servers")}
NOTHING_GIVEN = _("Please give a person, such as @somebody@spam.example, or a server, such as spam.example.")
NO_ACCOUNT = _(
    "{address}: no account is known or found at this address; please give its name, such as @somebody@spam.example."
)
OURSELVES = _("This is the blog itself.")


async def get_blocks(request: web.Request) -> web.StreamResponse:
    return respond(request, await _page(request, Form()))


async def post_block(request: web.Request) -> web.StreamResponse:
    """Block a person or a server."""
    form, store = request[FORM], request.app[STORE]
    try:
        pattern = await _pattern(request, form.get("who").strip())
    except InputError as error:
        wrong = form.with_errors(who=str(error))
        return respond_to_form(request, await _page(request, wrong), wrong)
    known = await store.blocks.find(pattern)
    reason = form.get("reason").strip()[:MAX_REASON_LENGTH] or (known.reason if known else "")
    await request.app[BLOCKING].block(Block(pattern=pattern, reason=reason, created=request.app[CLOCK]()))
    return see_other(local_path(form.get("next") or BLOCKS), "blocked")


async def post_unblock(request: web.Request) -> web.StreamResponse:
    form = request[FORM]
    is_ended = await request.app[BLOCKING].unblock(form.get("pattern"))
    return see_other(local_path(form.get("next") or BLOCKS), "unblocked" if is_ended else "not-blocked")


async def get_csv(request: web.Request) -> web.StreamResponse:
    """Send the blocked people, or the blocked servers, as Mastodon exports and imports them: without a heading."""
    kind = "actor" if request.match_info["kind"] == "people" else "domain"
    lines: list[str] = []
    after = ""
    while page := await request.app[STORE].admin_people.list_blocks(kind, "", after=after, limit=EXPORT_BATCH_SIZE):
        lines += [(row.handle or row.pattern).lstrip("@") for row in page]
        after = page[-1].pattern
    return send_text(f"blocked-{request.match_info['kind']}.csv", "".join(f"{line}\n" for line in lines))


async def _pattern(request: web.Request, who: str) -> str:
    """Return what to block; an account that is not known yet by its handle, or by what its
    address leads to. Raises InputError."""
    if not who:
        raise InputError(NOTHING_GIVEN)
    site = request.app[CONFIG].site
    handle = f"@{who.lstrip('@')}".lower()
    if who.lower() == site.host or who.startswith(site.url) or handle == f"@{site.account}".lower():
        raise InputError(OURSELVES)
    store = request.app[STORE]
    pattern = await pattern_of(store, who, may_be_unknown=True)
    if "://" not in pattern or await store.remote_actors.find(pattern) is not None:
        return pattern
    found = await look_up(request, pattern)
    if found.actor is None:
        raise InputError(NO_ACCOUNT.format(address=pattern))
    return found.actor.uri


async def _page(request: web.Request, form: Form) -> BlocksPage:
    table, query = request.app[STORE].admin_people, request.query
    kind = query.get("kind", "") if query.get("kind") in TABS else "actor"
    words, after = query.get("q", "").strip()[:MAX_WORDS_LENGTH], query.get("after", "").replace("\x00", "")
    found: list[BlockRow] = await table.list_blocks(kind, words, after=after, limit=BLOCKS_PER_PAGE + 1)
    counts, rows = await table.count_blocks(), found[:BLOCKS_PER_PAGE]
    return BlocksPage(
        form=form,
        tabs=tuple(
            Tab(label=label, href=_address(kind=name), count=counts.get(name, 0), is_current=name == kind)
            for name, label in TABS.items()
        ),
        kind=kind,
        words=words,
        blocks=tuple(rows),
        next=_address(kind=kind, q=words, after=after),
        newest=_address(kind=kind, q=words) if after else "",
        older=_address(kind=kind, q=words, after=rows[-1].pattern) if len(found) > len(rows) else "",
    )


def _address(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{BLOCKS}?{urlencode(given)}"
