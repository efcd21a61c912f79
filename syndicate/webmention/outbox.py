"""Enqueues Webmentions in the transaction of the change that causes them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from syndicate.activitypub.parse import authority_of
from syndicate.clock import Clock
from syndicate.model.comment import Comment
from syndicate.model.ids import IdsInOrder
from syndicate.model.post import Post
from syndicate.storage import Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind
from syndicate.storage.sent_webmentions import SentWebmention
from syndicate.urls import Urls
from syndicate.webmention.mentioned import addresses_in, addresses_mentioned

HOLD = timedelta(seconds=60)
"""How long a notification about a text waits: what is taken back by then was never known elsewhere."""


class WebmentionOutbox:
    """Notifies the pages to which the blogroll, the posts and the author's answers link."""

    def __init__(self, urls: Urls, clock: Clock) -> None:
        self._urls, self._clock = urls, clock
        self._ids = IdsInOrder()

    async def mention(self, tx: Tables, *, source: str, target: str) -> None:
        """Enqueue a Webmention: our page `source` links to `target`, or did until now."""
        await self._enqueue(tx, source, target, post=None, due=self._clock())

    async def post_changed(
        self, tx: Tables, before: Post | None, after: Post | None, *, announced: bool = True, minor: bool = False
    ) -> None:
        """Notify the pages that a post mentions, or mentioned before the change; None is a post that is not there.

        A new post that is not `announced`, a `minor` change, and what never federates are notified to nobody.
        """
        was, now = (post if post is not None and post.reaches_others else None for post in (before, after))
        post = now or was
        if post is None or (now is not None and (minor or not (was or announced))):
            return
        if now is None:
            for answer in await tx.comments.list_own_replies(post.id):
                await self.answer_changed(tx, answer, None, post)
        await self._links_changed(
            tx,
            post.id,
            source=self._urls.absolute(post.path),
            links=addresses_mentioned(now) if now else (),
            earlier=addresses_mentioned(was) if was else (),
            post=post.id,
        )

    async def target_found(self, tx: Tables, post: Post) -> None:
        """Notify no page of what a post answers, likes or boosts if that was found in the fediverse meanwhile."""
        reference, now = post.reference, self._clock()
        sent = await tx.sent_webmentions.list_about(post.id) if reference is not None and reference.object else {}
        known = sent.get(reference.address) if reference is not None else None
        if reference is None or known is None or now >= known.first + HOLD:
            return
        await tx.sent_webmentions.delete(post.id, reference.address)
        await self._take_back(tx, reference.address, known, post=post.id, now=now)

    async def answer_changed(self, tx: Tables, before: Comment | None, after: Comment | None, post: Post) -> None:
        """Notify the pages to which an answer of the author links, or linked before the change."""
        answer = after or before
        if answer is None or not post.federates:
            return
        await self._links_changed(
            tx,
            answer.id,
            source=answer.url,
            links=addresses_in(after.html) if after else (),
            earlier=addresses_in(before.html) if before else (),
            post=post.id,
        )

    async def _links_changed(
        self, tx: Tables, about: str, *, source: str, links: Collection[str], earlier: Collection[str], post: str
    ) -> None:
        """Notify the new links, and those that were notified before. `earlier` links that never were stay so: the post
        was not announced."""
        sent = await tx.sent_webmentions.list_about(about)
        wanted = [link for link in links if (link in sent or link not in earlier) and self._is_elsewhere(link)]
        now = self._clock()
        for target in (target for target in sent if target not in wanted):
            await tx.sent_webmentions.delete(about, target)
            await self._take_back(tx, target, sent[target], post=post, now=now)
        for target in wanted:
            known = sent.get(target) or SentWebmention(source=source, first=now)
            await self._enqueue(tx, known.source, target, post=post, due=now + HOLD)
            await tx.sent_webmentions.add(about, target, known)

    async def _take_back(self, tx: Tables, target: str, sent: SentWebmention, *, post: str, now: datetime) -> None:
        """Notify a page that a link is gone, unless it was never notified of it."""
        if now < sent.first + HOLD:
            await tx.deliveries.cancel_untried(DeliveryKind.WEBMENTION, object=sent.source, inbox=target, now=now)
        else:
            await self._enqueue(tx, sent.source, target, post=post, due=now)

    def _is_elsewhere(self, address: str) -> bool:
        return authority_of(address) not in ("", self._urls.host)

    async def _enqueue(self, tx: Tables, source: str, target: str, *, post: str | None, due: datetime) -> None:
        if not self._is_elsewhere(target):
            return
        now = self._clock()
        await tx.deliveries.enqueue(
            Delivery(
                activity=self._ids.new(now),
                kind=DeliveryKind.WEBMENTION,
                inbox=target,
                host=authority_of(target),
                object=source,
                post=post,
                due=due,
                changed=now,
            )
        )
