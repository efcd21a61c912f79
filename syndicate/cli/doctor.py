"""`syndicate doctor`: find problems of this blog and say what to do about them."""

import shutil
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import click

from syndicate import __version__
from syndicate.cli.doctor_webmentions import webmention_advice, webmention_problems
from syndicate.cli.private_files import wrong_modes
from syndicate.cli.session import CommandSession
from syndicate.clock import from_text
from syndicate.errors import MailFailed
from syndicate.federation.actors.outside_checks import check_outside
from syndicate.notifications.smtp import MailServer
from syndicate.services.commands import Services
from syndicate.storage.key_values import LAST_BACKUP
from syndicate.storage.media import MediaState
from syndicate.translation import _, ngettext
from syndicate.transport.client import Client
from syndicate.web.site.bundle import why_missing

FAILING_AFTER = timedelta(days=3)
MAX_BLOGROLL_LINES = 20
MIN_FREE_BYTES = 200 * 1024 * 1024
MAX_LISTED = 20


@click.command()
@click.pass_obj
def doctor(session: CommandSession) -> None:
    """Check the settings, keys, database, disk, posts folder, and whether the blog can be reached.

    Exits with status 1 if there are problems; advice does not count.
    """

    async def work(services: Services) -> list[str]:
        click.echo(_("settings: {path}: OK", path=session.path))
        click.echo(_("key: {file}: OK", file=services.config.storage.keys / "blog.pem"))
        for advice in await _advice(services):
            click.echo(f"· {advice}")
        return [problem async for problem in _problems(services)]

    problems = session.run(work)
    for problem in problems:
        click.echo(f"! {problem}")
    click.echo(_("No problems found.") if not problems else _("Problems found: {count}.", count=len(problems)))
    sys.exit(1 if problems else 0)


async def _advice(services: Services) -> list[str]:
    """Return hints that are not problems."""
    advice = services.store.database.advice()
    advice.append(_age_of_backup(await services.store.key_values.find(LAST_BACKUP), services.clock()))
    if held := await services.store.held_deliveries.count():
        advice.append(
            _(
                "{count} deliveries are held since a backup was restored; `syndicate deliveries --resume` sends them",
                count=held.deliveries + held.activities,
            )
        )
    if reason := why_missing():
        advice.append(_("there is no rich editor at the desk, where HTML is a plain text: {reason}", reason=reason))
    if not services.config.storage.posts.is_dir():
        advice.append(
            _(
                "{posts}: the posts folder does not exist (fine if you do not use it)",
                posts=services.config.storage.posts,
            )
        )
    passed_over = services.posts_folder.passed_over()
    advice += [f"{path}: skipped: {reason}" for path, reason in passed_over[:MAX_LISTED]]
    if len(passed_over) > MAX_LISTED:
        advice.append(_("and {count} more files skipped", count=len(passed_over) - MAX_LISTED))
    wanted = await services.store.media.count(MediaState.WANTED)
    if wanted:
        advice.append(_("{count} pictures are waiting for the server to download them", count=wanted))
    if subscriptions := await services.store.subscriptions.count():
        advice.append(f"{subscriptions} WebSub subscriptions; `syndicate subscriptions` lists them")
    return advice + await webmention_advice(services)


def _age_of_backup(last: str | None, now: datetime) -> str:
    if last is None:
        return _("no backup was made yet; `syndicate backup FILE` makes one")
    made = from_text(last)
    days = (now - made).days
    age = _("today") if days < 1 else ngettext("{count} day ago", "{count} days ago", days)
    return _("the last backup was made {age} ({made:%Y-%m-%d %H:%M} UTC)", age=age, made=made)


async def _problems(services: Services) -> AsyncIterator[str]:
    storage = services.config.storage
    for problem in await services.store.database.check():
        yield _("database: {problem}; restore a backup", problem=problem)
    for line in wrong_modes(services.config):
        yield line
    where = storage.media if storage.media.exists() else Path()
    if shutil.disk_usage(where).free < MIN_FREE_BYTES:
        yield _("the disk is nearly full: less than 200 MB are free")
    if storage.posts.is_dir():
        for line in await services.posts_folder.not_published():
            yield line
        for name in await services.posts_folder.vanished():
            yield _(
                "{file}: the file is gone but its post is not; `syndicate delete` deletes posts",
                file=storage.posts / name,
            )
    failed = await services.store.media.list_failed()
    for file in failed[:MAX_LISTED]:
        yield _(
            "picture could not be downloaded: {source_url}: {reason}", source_url=file.source_url, reason=file.reason
        )
    if len(failed) > MAX_LISTED:
        yield _("and {count} more pictures", count=len(failed) - MAX_LISTED)
    async for problem in _blogroll(services):
        yield problem
    async for problem in mail_problems(services):
        yield problem
    async for problem in _reachability(services):
        yield problem


async def mail_problems(services: Services) -> AsyncIterator[str]:
    """Ask the mail server whether it would take a mail, and name one that it did not take. No mail is sent."""
    mail = services.settings.config.mail
    if not mail.is_complete:
        missing = [key for key, value in (("smtp", mail.smtp), ("from", mail.sender), ("to", mail.to)) if not value]
        if len(missing) < 3:
            yield _("mail: mail.{name} is missing, so no mails are sent", name=missing[0])
        return
    try:
        await MailServer.at(mail.smtp).check(mail.sender, mail.to)
    except MailFailed as error:
        yield f"mail: {error}"
    last = await services.store.mails.find_last()
    if last is not None and last.due is None:
        yield _("mail: the last one was given up: {problem}", problem=last.problem)
    if failing := await services.store.answer_notices.count_failing():
        yield ngettext(
            "mail: {count} to a reader who waits for an answer could not be sent yet",
            "mail: {count} to readers who wait for an answer could not be sent yet",
            failing,
        )


async def _blogroll(services: Services) -> AsyncIterator[str]:
    """Return a line for each blog that is gone, has moved, or has not answered for days."""
    lines = [
        _(
            "{name} ({address}): {state}: {reason} `syndicate blogroll edit ADDRESS --seen` dismisses this",
            name=entry.name,
            address=entry.feed_url or entry.handle,
            state=entry.state.value,
            reason=entry.reason,
        )
        for entry in await services.store.blogroll.list_failing()
    ]
    lines += [
        _(
            "{name} ({address}): failing since {since:%Y-%m-%d}: {reason}",
            name=failing.name,
            address=failing.address,
            since=failing.since,
            reason=failing.reason,
        )
        for failing in await services.store.feed_polls.list_failing(services.clock() - FAILING_AFTER)
    ]
    for line in lines[:MAX_BLOGROLL_LINES]:
        yield f"blogroll: {line}"
    if len(lines) > MAX_BLOGROLL_LINES:
        yield _(
            "and {count} more entries of the blogroll; `syndicate blogroll` shows them",
            count=len(lines) - MAX_BLOGROLL_LINES,
        )


async def _reachability(services: Services) -> AsyncIterator[str]:
    """Check that other servers find the blog at its public address, which may be a private one during a trial."""
    transport = Client(user_agent=f"Syndicate/{__version__} doctor", allow_private_addresses=True)
    try:
        checks = await check_outside(transport, services.config.site, services.local_actors.blog.actor)
        is_reached = not any(check.is_unreached for check in checks)
        mentions = [problem async for problem in webmention_problems(services, transport)] if is_reached else []
    finally:
        await transport.close()
    for check in checks:
        if check.is_unreached:
            yield _(
                "{url}: cannot be reached from here: {problem}; is `syndicate serve` running?",
                url=check.url,
                problem=check.problem,
            )
        elif check.problem:
            yield f"{check.url}: {check.problem}"
    for problem in mentions:
        yield problem
