"""`syndicate backup`, `restore` and `migrate-database`: a blog in one file, back from it, and into PostgreSQL."""

import asyncio
from contextlib import ExitStack, suppress
from pathlib import Path

import click

from syndicate.cli.progress import progress
from syndicate.cli.session import CommandSession
from syndicate.clock import utc_now
from syndicate.config import Config, load
from syndicate.errors import ConfigurationError, InputError, StorageError
from syndicate.maintenance import backup as backups
from syndicate.maintenance.backup import Backup
from syndicate.maintenance.create_backup import create_backup
from syndicate.maintenance.deletion_log import DeletionLog, ReplayedDeletions, replay
from syndicate.maintenance.restore import Staged, require_free, staged
from syndicate.services.commands import Services, open_services
from syndicate.storage import Store, Tables
from syndicate.storage.engine.table_copy import TableSum
from syndicate.storage.held_deliveries import HeldCounts
from syndicate.storage.transfer import copy_to_postgresql
from syndicate.supervisor import sole_server
from syndicate.translation import _


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without-media", is_flag=True, help="Leave out pictures and other media.")
@click.pass_obj
def backup(session: CommandSession, file: Path, without_media: bool) -> None:
    """Write the whole blog into one FILE: database, keys, settings, posts folder and media. The server may go on.

    Keep the file where nobody else can read it: it holds keys and passwords.
    """

    if file.exists():
        raise InputError(_("{file}: already exists; please choose another name", file=file))

    async def work(services: Services) -> Backup:
        with progress("files") as advance:
            return await create_backup(
                services.store, services.config, services.clock, file, media=not without_media, progress=advance
            )

    written = session.run(work)
    for name in written.vanished:
        click.echo(_("was deleted meanwhile: {name}", name=name))
    without = "" if written.has_media else ", without media"
    click.echo(
        _(
            "{file}: {count} files, {size:.1f} MiB, read back and checked{without}",
            file=file,
            count=len(written.files),
            size=written.size / 1024**2,
            without=without,
        )
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the blog that is here.")
@click.pass_obj
def restore(session: CommandSession, file: Path, force: bool) -> None:
    """Put the blog back that is in the backup FILE. Stop the server first.

    Everything is checked before anything changes. What was deleted after the backup is deleted again, as far as
    data/deletions.log knows it. Deliveries that were open wait for `syndicate deliveries --resume`.
    """
    session.log_errors_only()
    held = backups.check(file)
    require_free(session.path, held, force=force)
    with ExitStack() as stack:
        ready = stack.enter_context(staged(file, held, session.path))
        if Path(ready.config.storage.database).exists():
            stack.enter_context(sole_server(ready.config))
        replayed, waiting = asyncio.run(_restore(ready, force=force))
    click.echo(
        _(
            "{parent}: restored from the backup of {made:%Y-%m-%d %H:%M} UTC",
            parent=session.path.absolute().parent,
            made=held.made,
        )
    )
    if not _is_named(ready.config):
        click.echo(
            _(
                "next: set storage.database in {path} to where SYNDICATE_STORAGE__DATABASE says it is now",
                path=session.path,
            )
        )
    if replayed.posts or replayed.comments:
        click.echo(
            _("deleted again: {posts} posts, {comments} comments", posts=replayed.posts, comments=replayed.comments)
        )
    for path in ready.kept:
        click.echo(_("kept as it is, though the backup has another version: {path}", path=path))
    if waiting:
        click.echo(
            _(
                "held: {deliveries} deliveries and {activities} announcements that were open then; `syndicate "
                "deliveries --resume` sends them",
                deliveries=waiting.deliveries,
                activities=waiting.activities,
            )
        )
    click.echo(
        _(
            "All sessions and access tokens have ended: sign in at the desk again with the password of then, and let "
            "apps sign in again. Recovery codes that were used since are valid again; please make new ones."
        )
    )
    if not held.has_media:
        click.echo(_("The backup holds no media; put data/media and data/originals back, too."))


def _is_named(config: Config) -> bool:
    """Return whether the settings file alone names the database in use."""
    try:
        return load(config.file, {}).storage.database == config.storage.database
    except ConfigurationError:  # the environment completes the file
        return True


async def _restore(ready: Staged, *, force: bool) -> tuple[ReplayedDeletions, HeldCounts]:
    """Prepare the copy of the database, then put everything in its place."""
    await _complete_deletion_log(ready.config)
    async with open_services(ready.staged_config) as services:
        await services.store.transaction(_end_what_may_have_ended)
        waiting = await services.store.held_deliveries.count()
        replayed = await replay(
            ready.config.storage.deletions, services.store, services.publisher, ours=ready.config.site.url
        )
    try:
        if ready.config.storage.is_postgresql:
            await copy_to_postgresql(
                str(ready.database), ready.config.storage.database, utc_now, replace=force, before_commit=ready.place
            )
        else:
            ready.place()
    except BaseException:
        ready.put_back()
        raise
    return replayed, waiting


async def _end_what_may_have_ended(tx: Tables) -> None:
    """Hold or delete what may have been sent, used up or revoked since the backup: that is not known here."""
    await tx.held_deliveries.hold_all()
    await tx.answer_notices.delete_all()
    await tx.end_all_access()


async def _complete_deletion_log(config: Config) -> None:
    """Log what the database that is replaced was the last to know, if it can be read."""
    storage = config.storage
    if not storage.is_postgresql and not await asyncio.to_thread(Path(storage.database).exists):
        return
    with suppress(StorageError):
        store = await Store.open(storage.database, utc_now)
        try:
            await DeletionLog.of(config, store).append_new()
        finally:
            await store.close()


@click.command("migrate-database")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.pass_obj
def migrate_database(session: CommandSession, source: str, target: str) -> None:
    """Copy all rows of a SQLite file into an empty PostgreSQL database: FROM is the file, TO is postgresql://…

    Every table is counted and summed up on both sides; where they differ, nothing is changed.
    """
    session.log_errors_only()
    if "://" in source or not Path(source).is_file():
        raise InputError(_("{source}: is not a SQLite file", source=source))
    if not target.startswith(("postgresql://", "postgres://")):
        raise InputError(_("{target}: must begin with postgresql://", target=target))
    config = session.config()
    storage = config.storage.model_copy(update={"database": source})
    with sole_server(config.model_copy(update={"storage": storage})):
        sums = asyncio.run(copy_to_postgresql(source, target, utc_now))
    _print_sums(sums, config, target)


def _print_sums(sums: list[TableSum], config: Config, target: str) -> None:
    width = max(len(it.table) for it in sums)
    for it in sums:
        click.echo(f"{it.table:<{width}}  {it.rows:>9,} rows  {it.checksum}")
    total = sum(it.rows for it in sums)
    click.echo(_("{total:,} rows in {count} tables are the same in both databases.", total=total, count=len(sums)))
    if config.storage.database != target:
        click.echo(
            _("Next: set storage.database in {file} to the new address, and start the server.", file=config.file)
        )
