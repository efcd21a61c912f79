"""`syndicate doctor`: what is wrong with this blog, and what to do about it."""

import shutil
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import click

from syndicate import __version__
from syndicate.cli.private_files import wrong_modes
from syndicate.cli.session import Session
from syndicate.errors import RemoteError
from syndicate.services import Services
from syndicate.storage.media import MediaState
from syndicate.transport.client import Client
from syndicate.transport.message import PAGE, WEBFINGER, Redirects, Request

FAILING = timedelta(days=3)
SHOWN = 20
LEAST_FREE = 200 * 1024 * 1024
MOST_NAMED = 20


@click.command()
@click.pass_obj
def doctor(session: Session) -> None:
    """Look for what is wrong: settings, keys, database, disk, posts folder, and how the blog is seen from outside.

    Status 1 when something is wrong; mere advice leaves it at 0.
    """

    async def work(services: Services) -> list[str]:
        click.echo(f"settings: {session.path}: fine")
        click.echo(f"key: {services.config.storage.keys / 'blog.pem'}: fits")
        for advice in await _advice(services):
            click.echo(f"· {advice}")
        return [complaint async for complaint in _complaints(services)]

    complaints = session.run(work)
    for complaint in complaints:
        click.echo(f"! {complaint}")
    click.echo("Nothing is wrong." if not complaints else f"{len(complaints)} to look at.")
    sys.exit(1 if complaints else 0)


async def _advice(services: Services) -> list[str]:
    """What is good to know, and no fault."""
    advice = services.store.database.advice()
    if not services.config.storage.posts.is_dir():
        advice.append(f"{services.config.storage.posts}: the posts folder is absent (fine, if you do not use it)")
    passed_over = services.posts_folder.passed_over()
    advice += [f"{path}: passed over: {reason}" for path, reason in passed_over[:MOST_NAMED]]
    if len(passed_over) > MOST_NAMED:
        advice.append(f"and {len(passed_over) - MOST_NAMED} more files passed over")
    wanted = await services.store.media.count(MediaState.WANTED)
    if wanted:
        advice.append(f"{wanted} pictures are still to be fetched by the server")
    if subscriptions := await services.store.subscriptions.count():
        advice.append(f"{subscriptions} subscriptions by WebSub; `syndicate subscriptions` lists them")
    return advice


async def _complaints(services: Services) -> AsyncIterator[str]:
    storage = services.config.storage
    for problem in await services.store.database.check():
        yield f"database: {problem}; restore a backup"
    for line in wrong_modes(services.config):
        yield line
    where = storage.media if storage.media.exists() else Path()
    if shutil.disk_usage(where).free < LEAST_FREE:
        yield "the disk is nearly full: less than 200 MB are free"
    if storage.posts.is_dir():
        for line in await services.posts_folder.not_published():
            yield line
        for name in await services.posts_folder.vanished():
            yield f"{storage.posts / name}: is gone, its post is not; `syndicate delete` deletes posts"
    failed = await services.store.media.list_failed()
    for file in failed[:MOST_NAMED]:
        yield f"picture not had: {file.source_url}: {file.reason}"
    if len(failed) > MOST_NAMED:
        yield f"and {len(failed) - MOST_NAMED} more pictures"
    async for complaint in _blogroll(services):
        yield complaint
    async for complaint in _seen_from_outside(services):
        yield complaint


async def _blogroll(services: Services) -> AsyncIterator[str]:
    """Those that have died or moved, and those that have not answered for days."""
    lines = [
        f"{entry.name} ({entry.feed_url or entry.handle}): {entry.state.value}: {entry.reason} "
        "`syndicate blogroll edit ADDRESS --seen` if that is all right"
        for entry in await services.store.blogroll.list_failing()
    ]
    lines += [
        f"{failing.name} ({failing.address}): failing since {failing.since:%Y-%m-%d}: {failing.reason}"
        for failing in await services.store.feed_polls.list_failing(services.clock() - FAILING)
    ]
    for line in lines[:SHOWN]:
        yield f"blogroll: {line}"
    if len(lines) > SHOWN:
        yield f"and {len(lines) - SHOWN} more of the blogroll; `syndicate blogroll` shows them"


async def _seen_from_outside(services: Services) -> AsyncIterator[str]:
    """The author's own address may be private, while she tries things out."""
    transport = Client(user_agent=f"Syndicate/{__version__} doctor", allow_private_addresses=True)
    site = services.config.site
    resource = f"{site.url}/.well-known/webfinger?resource=acct:{site.account}"
    try:
        for url, budget in ((f"{site.url}/", PAGE), (resource, WEBFINGER)):
            try:
                response = await transport.fetch(Request(url=url, budget=budget, redirects=Redirects.NONE))
            except RemoteError as error:
                yield f"{url}: cannot be reached from here: {str(error).removeprefix(f'{url}: ')}; is `syndicate serve` running?"
                return
            if response.status != 200:
                yield f"{url}: answers {response.status}; other servers need 200 here"
    finally:
        await transport.close()
