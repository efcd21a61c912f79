"""Readers who comment by the form may be notified of an answer by one mail (double opt-in).

The address is kept for that mail alone. Nothing but one mail with a link goes to an address that was not confirmed, and
no more than two of them in a month, so that nobody can make the blog send mail to others.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum, auto
from secrets import token_urlsafe
from unicodedata import normalize

from syndicate.clock import Clock
from syndicate.model.comment import CommentSource
from syndicate.storage import Store, Tables
from syndicate.storage.answer_notices import AnswerNotice, PublicAnswer
from syndicate.storage.secret_values import own_secret
from syndicate.storage.site_settings import SiteSettings

SECRET = "answer notices secret"  # noqa: S105 - the name under which it is stored
MAX_UNCONFIRMED_PER_ADDRESS = 2
"""Mails that ask one address for a confirmation within a month without getting it."""
MAX_CONFIRMATIONS_PER_DAY = 50
CONFIRMATION_RETENTION = timedelta(days=30)
"""How long a digest of the address counts."""
UNCONFIRMED_RETENTION = timedelta(days=7)
NOTICE_RETENTION = timedelta(days=90)


class NoticeState(Enum):
    """How it stands with the notice of a link in a mail."""

    UNCONFIRMED = auto()
    CONFIRMED = auto()
    ENDED = auto()
    """The address is erased, or never was here."""


class NoticeRequests:
    def __init__(self, store: Store, settings: SiteSettings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock

    @property
    def are_offered(self) -> bool:
        """Whether a reader can be notified: there is a mail server."""
        return self._settings.config.mail.is_complete

    async def secret(self) -> str:
        """Return what the digests of addresses are made with."""
        return await own_secret(self._store, SECRET)

    async def add(self, tx: Tables, comment: str, address: str, secret: str) -> None:
        """Have a mail ask for the confirmation, in the transaction that saves the comment. Beyond a limit nothing is kept
        of the address."""
        now, digest = self._clock(), digest_of(address, secret)
        recent = now - CONFIRMATION_RETENTION
        if await tx.confirmation_mails.count_since(recent, digest=digest) >= MAX_UNCONFIRMED_PER_ADDRESS:
            return
        if await tx.confirmation_mails.count_since(now - timedelta(days=1)) >= MAX_CONFIRMATIONS_PER_DAY:
            return
        await tx.confirmation_mails.add(comment, digest, now)
        await tx.answer_notices.add(AnswerNotice(comment=comment, address=address, token=token_urlsafe(), created=now))

    async def state(self, token: str) -> NoticeState:
        found = await self._store.answer_notices.find_by_token(token)
        if found is None:
            return NoticeState.ENDED
        return NoticeState.UNCONFIRMED if found.confirmed is None else NoticeState.CONFIRMED

    async def confirm(self, token: str) -> None:
        """Confirm the address; an answer that stands there already is notified at once."""

        async def body(tx: Tables) -> None:
            found = await tx.answer_notices.find_by_token(token)
            if found is not None:
                await tx.answer_notices.confirm(found.comment, self._clock())
                await tx.confirmation_mails.delete(found.comment)

        await self._store.transaction(body)

    async def end(self, token: str) -> None:
        """Erase the address."""

        async def body(tx: Tables) -> None:
            found = await tx.answer_notices.find_by_token(token)
            if found is not None:
                await tx.answer_notices.delete(found.comment)

        await self._store.transaction(body)


async def prune(tx: Tables, now: datetime) -> None:
    """Erase the addresses that have been kept long enough."""
    await tx.answer_notices.prune(before=now - NOTICE_RETENTION, unconfirmed=now - UNCONFIRMED_RETENTION)
    await tx.confirmation_mails.prune(now - CONFIRMATION_RETENTION)


def digest_of(address: str, secret: str) -> str:
    """Return the same for all spellings that lead to one mailbox at most providers: upper case, dots, and `+tag`."""
    return hmac.new(secret.encode(), _plain_mailbox(address).encode(), hashlib.sha256).hexdigest()


def choose_answer(answers: Iterable[PublicAnswer], address: str) -> str | None:
    """Return the id of the first that the reader at this address did not write. Comments by the form have no proven
    author: one with the same name or the same mailbox is taken for the reader's own."""
    return next((one.comment for one in answers if not _is_by_asker(one, address)), None)


def _is_by_asker(answer: PublicAnswer, address: str) -> bool:
    has_mailbox = bool(answer.address) and _plain_mailbox(answer.address) == _plain_mailbox(address)
    return answer.source is CommentSource.FORM and (has_mailbox or _folded(answer.author) == _folded(answer.asker))


def _folded(name: str) -> str:
    return " ".join(normalize("NFKC", name).casefold().split())


def _plain_mailbox(address: str) -> str:
    mailbox, _, host = address.casefold().rpartition("@")
    return f"{mailbox.partition('+')[0].replace('.', '')}@{host}"
