"""Makes mails of notifications and sends them, one after another.

A mail is a row before it is sent, so that nothing is lost by a restart, and several processes send it once. A mail
server that fails is tried again later, for about three days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import structlog

from syndicate.clock import Clock
from syndicate.errors import MailFailed, MailUnusable
from syndicate.limits.backoff import Backoff
from syndicate.model.ids import new_id
from syndicate.notifications.message import Envelope, render_mail
from syndicate.notifications.options import SECRET, MailMode, kinds_on, mail_due, mail_mode, off_token
from syndicate.notifications.smtp import MailServer
from syndicate.notifications.words import NotificationText, words_of
from syndicate.storage import Store, Tables
from syndicate.storage.notifications import NotificationKind, StoredMail
from syndicate.storage.site_settings import SiteSettings
from syndicate.workers.queue import QueueWorker, Row

log = structlog.get_logger()

BACKOFF = Backoff(
    tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360)) + 4 * (timedelta(hours=16),)
)


class Mailer(QueueWorker[StoredMail]):
    name: ClassVar[str] = "mails"
    table: ClassVar[str] = "mails"

    def __init__(self, store: Store, settings: SiteSettings, clock: Clock) -> None:
        self._store, self._settings = store, settings
        super().__init__(store.leased_rows, clock)

    async def next_due(self, now: datetime) -> datetime | None:  # noqa: ARG002 - other queues need it
        oldest = await self._store.notifications.oldest_unmailed()
        made = None if oldest is None else mail_due(mail_mode(self._settings), oldest, self._settings.site.zone)
        known = [due for due in (made, await self._store.mails.next_due()) if due is not None]
        return min(known, default=None)

    async def claim(self, now: datetime, until: datetime) -> Sequence[StoredMail]:
        mode = mail_mode(self._settings)
        oldest = await self._store.notifications.oldest_unmailed()
        if oldest is not None and mail_due(mode, oldest, self._settings.site.zone) <= now:
            await self._store.transaction(lambda tx: self._make(tx, mode, now))
        return await self._store.transaction(lambda tx: tx.mails.claim(now, until))

    async def _make(self, tx: Tables, mode: MailMode, now: datetime) -> None:
        """Make a mail of what has come. What comes while mails are off is never mailed."""
        id = new_id(now)
        wanted = frozenset() if mode is MailMode.OFF else kinds_on(self._settings) | {NotificationKind.TEST}
        if await tx.notifications.assign(id, wanted, now):
            await tx.mails.add(id, now)

    def rows(self, task: StoredMail) -> Sequence[Row]:
        return [(task.id,)]

    async def perform(self, task: StoredMail) -> None:
        mail = self._settings.config.mail
        items = await self._items(task)
        if items and mail.is_complete:
            try:
                message = render_mail(task.id, task.created, items, await self._envelope())
                await MailServer.at(mail.smtp).send(message, mail.to)
            except MailUnusable as error:
                await self._abandon(task, str(error))
                return
            except MailFailed as error:
                await self._postpone(task, str(error))
                return
            log.info("mail sent", mail=task.id, items=len(items))
        await self._store.transaction(lambda tx: tx.mails.complete(task.id, self._clock()))

    async def fail(self, task: StoredMail, error: Exception) -> None:
        await super().fail(task, error)
        await self._postpone(task, type(error).__name__)

    async def _postpone(self, task: StoredMail, problem: str) -> None:
        if BACKOFF.is_exhausted(task.attempts):
            await self._abandon(task, problem)
            return
        due = self._clock() + BACKOFF.delay(task.attempts)
        log.warning("mail failed", mail=task.id, problem=problem)
        await self._store.transaction(lambda tx: tx.mails.retry(task.id, problem, due))

    async def _abandon(self, task: StoredMail, problem: str) -> None:
        log.warning("mail abandoned", mail=task.id, problem=problem)
        await self._store.transaction(lambda tx: tx.mails.retry(task.id, problem, None))

    async def _items(self, task: StoredMail) -> list[NotificationText]:
        """Return what still waits; what was decided or erased since is left out."""
        found = [await words_of(self._store, one) for one in await self._store.notifications.list_of_mail(task.id)]
        return [words for words in found if words is not None and words.waits]

    async def _envelope(self) -> Envelope:
        site, mail = self._settings.site, self._settings.config.mail
        secret = await self._store.key_values.find(SECRET) or ""
        return Envelope(
            blog=site.name,
            sender=mail.sender,
            recipient=mail.to,
            base=site.url,
            off=f"/notifications/{off_token(secret)}/off",
        )
