"""Sends readers the mails about answers: the one that asks for the confirmation, and then the notice itself, once.

No text that somebody typed into the form is in a mail to an address that was not confirmed. With the notice, when no
mail can be made for it, and when its mail server says that there is no such recipient, the address is erased. Addresses
are in no log.
"""

from datetime import datetime
from email.message import EmailMessage
from typing import ClassVar

import structlog

from syndicate.clock import Clock
from syndicate.comments.notice_requests import choose_answer
from syndicate.content.text import excerpt, plain
from syndicate.errors import MailFailed, MailUnusable, RecipientRefused
from syndicate.model.comment import Comment, CommentState
from syndicate.model.post import Post
from syndicate.notifications.mailer import BACKOFF
from syndicate.notifications.message import Envelope, new_mail
from syndicate.notifications.smtp import MailServer
from syndicate.storage import Store
from syndicate.storage.answer_notices import AnswerNotice
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.workers.queue import Row, SingleRowWorker

log = structlog.get_logger()

WAITING_OR_SHOWN = (CommentState.PENDING, CommentState.APPROVED)
CONFIRMATION = _(
    "Somebody, probably you, has commented on {post} at {blog}, and gave this address to be notified once when the"
    " comment is answered.\n\nTo confirm that, open this page and press the button:\n{page}\n\n"
    "If it was not you, do nothing: no further mail comes, and your address is erased after a week, or at once on the"
    " same page."
)
NOTICE = _(
    "{author} has answered your comment on {post} at {blog}:\n\n{text}\n\nRead it here:\n{place}\n\n"
    "This is the only mail about it. Your address was erased when it was sent."
)


class AnswerNoticeMailer(SingleRowWorker[AnswerNotice]):
    name: ClassVar[str] = "answer notices"
    table: ClassVar[str] = "answer_notices"

    def __init__(self, store: Store, settings: SiteSettings, urls: Urls, clock: Clock) -> None:
        self._store, self._settings, self._urls = store, settings, urls
        super().__init__(store.leased_rows, clock)

    async def next_due(self, now: datetime) -> datetime | None:  # noqa: ARG002 - other queues need it
        return await self._store.answer_notices.next_due() if self._settings.config.mail.is_complete else None

    async def claim_one(self, now: datetime, until: datetime) -> AnswerNotice | None:
        return await self._store.transaction(lambda tx: tx.answer_notices.claim(now, until))

    def rows(self, task: AnswerNotice) -> list[Row]:
        return [(task.comment,)]

    async def perform(self, task: AnswerNotice) -> None:
        comment = await self._store.comments.find(task.comment)
        post = await self._store.posts.find(comment.post) if comment is not None else None
        if comment is None or post is None:
            return
        try:
            message = await (
                self._confirmation(task, comment, post) if task.confirmed is None else self._notice(task, post)
            )
            if message is None:
                await self._settle(task)
                return
            await MailServer.at(self._settings.config.mail.smtp).send(message, task.address)
        except (MailUnusable, RecipientRefused):
            log.info("answer notice refused", comment=task.comment)
            await self._erase(task)
        except MailFailed:
            await self._postpone(task)
        else:
            log.info("answer notice sent", comment=task.comment, is_confirmation=task.confirmed is None)
            await (self._settle(task) if task.confirmed is None else self._erase(task))

    async def fail(self, task: AnswerNotice, error: Exception) -> None:
        await super().fail(task, error)
        await self._postpone(task)

    async def _postpone(self, task: AnswerNotice) -> None:
        log.warning("answer notice failed", comment=task.comment, attempts=task.attempts)
        if BACKOFF.is_exhausted(task.attempts):
            await self._erase(task)
        else:
            await self._settle(task, due=self._clock() + BACKOFF.delay(task.attempts))

    async def _settle(self, task: AnswerNotice, *, due: datetime | None = None) -> None:
        await self._store.transaction(lambda tx: tx.answer_notices.settle(task, due=due))

    async def _erase(self, task: AnswerNotice) -> None:
        await self._store.transaction(lambda tx: tx.answer_notices.delete(task.comment))

    # the mails

    async def _confirmation(self, task: AnswerNotice, comment: Comment, post: Post) -> EmailMessage | None:
        """Return None for a comment that the author has put away in the meantime."""
        if comment.state not in WAITING_OR_SHOWN or not post.is_public:
            return None
        words = {**self._words(post), "page": self._urls.answer_notice(task.token)}
        subject = _("Please confirm: a mail when you are answered at {blog}", **words)
        return self._mail(task, subject, CONFIRMATION.format(**words))

    async def _notice(self, task: AnswerNotice, post: Post) -> EmailMessage | None:
        """Return None if there is no answer that readers see."""
        id = choose_answer(await self._store.answer_notices.list_answers(task.comment), task.address)
        answer = await self._store.comments.find(id) if id is not None else None
        if answer is None:
            return None
        words = {
            **self._words(post),
            "author": answer.author.name or _("Somebody"),
            "text": excerpt(plain(answer.html)),
            "place": f"{self._urls.absolute(post.path)}#{answer.anchor}",
        }
        return self._mail(task, _("An answer to your comment on {post}", **words), NOTICE.format(**words))

    def _words(self, post: Post) -> dict[str, str]:
        return {"post": f"“{post.heading}”", "blog": self._settings.site.name}

    def _mail(self, task: AnswerNotice, subject: str, text: str) -> EmailMessage:
        page = self._urls.answer_notice(task.token)
        envelope = Envelope(
            blog=self._settings.site.name,
            sender=self._settings.config.mail.sender,
            recipient=task.address,
            base=self._settings.site.url,
            off=self._urls.path_of(page) or "",
        )
        end = _("No mail, and erase my address: {page}", page=page)
        id = f"{task.comment}-{'confirm' if task.confirmed is None else 'answer'}"
        return new_mail(id, self._clock(), subject, f"{text}\n\n-- \n{end}\n", envelope)
