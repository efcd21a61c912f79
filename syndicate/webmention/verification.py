"""Verifies received Webmentions: fetches the source, looks for the link, and makes a comment of the page.

A page that is gone, or does not link to the post any more, takes its comment away (Webmention §3.2.4). Requests go
through the guard, and each is bounded in time and size.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import ClassVar

from syndicate.activitypub.parse import host_of, origin
from syndicate.clock import Clock
from syndicate.comments import records
from syndicate.comments.admission import AdmitOutcome, admit, moderate
from syndicate.comments.draft import CommentDraft, ModerationDecision, Target, not_in_future
from syndicate.comments.policy import Moderation
from syndicate.comments.targets import find_target
from syndicate.errors import AddressDenied, DocumentUnusable, RemoteGone, RemoteRefused, RemoteUnavailable
from syndicate.limits.backoff import Backoff
from syndicate.model.activity import Outcome, Verdict
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.model.post import Post
from syndicate.storage import Store, Tables
from syndicate.storage.received_webmentions import ReceivedWebmention
from syndicate.transport.message import PAGE, Redirects, Request, Response, Transport, require_success
from syndicate.urls import Urls
from syndicate.webmention.links import links_in
from syndicate.webmention.source_page import FORM_VERSION, SourcePage, read_page
from syndicate.webmention.text import decoded
from syndicate.workers.queue import Row, SingleRowWorker

ACCEPT = (("Accept", "text/html, application/xhtml+xml;q=0.9, application/json;q=0.5, text/plain;q=0.5, */*;q=0.1"),)
RETRY_SCHEDULE = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=12))
BACKOFF = Backoff(RETRY_SCHEDULE)
MAX_LINKS = 20_000
MAX_CANDIDATES = 50
"""How many different addresses of this blog are looked up that a page links to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkingPage:
    """A page that was fetched from `address`: `links` are those of its links that lead to the post, as absolute
    addresses, and `parent` is the comment under it that one of them names."""

    address: str
    text: str
    media_type: str
    links: frozenset[str]
    parent: Comment | None = None


class WebmentionVerifier(SingleRowWorker[ReceivedWebmention]):
    """`moderation` returns the blog's rule for comments."""

    name: ClassVar[str] = "webmentions"
    table: ClassVar[str] = "received_webmentions"
    max_concurrent: ClassVar[int] = 4

    def __init__(
        self, store: Store, transport: Transport, urls: Urls, clock: Clock, *, moderation: Callable[[], Moderation]
    ) -> None:
        super().__init__(store.leased_rows, clock)
        self._store, self._transport, self._urls, self._moderation = store, transport, urls, moderation

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.received_webmentions.next_due(now)

    async def claim_one(self, now: datetime, until: datetime) -> ReceivedWebmention | None:
        return await self._store.transaction(lambda tx: tx.received_webmentions.claim(now, until))

    def rows(self, task: ReceivedWebmention) -> Sequence[Row]:
        return [(task.id,)]

    async def perform(self, task: ReceivedWebmention) -> None:
        post = await self._store.posts.find(task.post)
        if post is None or not post.is_public:
            await self._settle(task, ignored("reply.no-such-post"))
            return
        reply = await self._reply(task.source, post)
        if reply is not None:
            await self._settle(task, ignored("webmention.is-reply"), comment=reply.id)
            return
        try:
            response = await self._fetch(task)
        except RemoteUnavailable as error:
            await self._try_later(task, error)
        except RemoteGone:
            await self._take_away(task, refused("webmention.gone"))
        except AddressDenied:
            await self._settle(task, refused("webmention.address"))
        except (RemoteRefused, DocumentUnusable):
            await self._settle(task, refused("webmention.unreadable"))
        else:
            await self._take(task, post, response)

    async def _fetch(self, task: ReceivedWebmention) -> Response:
        """Fetch the source. Raises RemoteError."""
        request = Request(url=task.source, headers=ACCEPT, budget=PAGE, redirects=Redirects.ANY)
        response = await self._transport.fetch(request)
        require_success(response, self._clock())
        return response

    async def _take(self, task: ReceivedWebmention, post: Post, response: Response) -> None:
        """Decide about the page that was fetched."""
        author = origin(response.url)
        if self._urls.path_of(response.url) is not None:
            await self._take_away(task, refused("webmention.own"))
            return
        if await self._store.blocks.covers(author, host_of(response.url)):
            await self._settle(task, refused("sender.blocked"))
            return
        page = await self._linking_page(response, post)
        if not page.links:
            await self._take_away(task, refused("webmention.no-link"))
            return
        reply = await self._reply(response.url, post)
        if reply is not None:
            await self._settle(task, ignored("webmention.is-reply"), comment=reply.id)
            return
        task = await self._as_known(task, response.url)
        shown = await asyncio.to_thread(read_page, page.text, page.media_type, page.links, address=page.address)
        earlier = await self._store.comments.find(task.comment)
        if task.comment and earlier is None:
            await self._settle(task, ignored("webmention.deleted"), comment=task.comment)
        else:
            draft = self._draft(shown, author, Target(post=post, parent=page.parent), earlier)
            await self._save(task, page.address.partition("#")[0], draft, earlier)

    async def _linking_page(self, response: Response, post: Post) -> LinkingPage:
        media_type = response.headers.get("Content-Type", "")
        text = decoded(response.body, media_type)
        found = await asyncio.to_thread(self._own_addresses, text, media_type, response.url)
        links: set[str] = set()
        parent = None
        for address in found:
            target = await find_target(self._store, self._urls, address)
            if target is not None and target.post.id == post.id:
                links.add(address)
                parent = parent or target.parent
        is_answerable = parent is not None and parent.state is CommentState.APPROVED
        return LinkingPage(
            address=response.url,
            text=text,
            media_type=media_type,
            links=frozenset(links),
            parent=parent if is_answerable else None,
        )

    def _own_addresses(self, text: str, media_type: str, address: str) -> list[str]:
        links = islice(links_in(text, media_type, address=address), MAX_LINKS)
        own = dict.fromkeys(link for link in links if self._urls.path_of(link) is not None)
        return list(own)[:MAX_CANDIDATES]

    def _draft(self, page: SourcePage, author: str, target: Target, earlier: Comment | None) -> CommentDraft:
        now = self._clock().replace(microsecond=0)
        published = not_in_future(page.published, now)
        is_same_author = earlier is not None and earlier.author.uri == author
        newer = max(now, earlier.updated + timedelta(seconds=1)) if earlier else published
        return CommentDraft(
            source=CommentSource.WEBMENTION,
            kind=page.kind,
            author=Author(name=page.author, uri=author, url=page.author_url),
            html=page.html,
            target=target,
            raw_html=page.raw_html,
            sanitizer=FORM_VERSION,
            published=published,
            updated=max(newer, published),
            uri=earlier.uri if earlier and is_same_author else f"urn:uuid:{new_id(now)}",
            url=page.url,
            earlier=earlier if is_same_author else None,
        )

    async def _save(self, task: ReceivedWebmention, page: str, draft: CommentDraft, earlier: Comment | None) -> None:
        """Save the comment and what became of the Webmention, also for the address `page` of the source after redirects: it is
        one comment under both. A source that belongs to another site now becomes a comment of its own."""
        if earlier is not None and draft.earlier is not None and _is_same(draft, earlier):
            await self._settle(
                task, Verdict(outcome=_outcome(earlier.state), reason="webmention.unchanged"), comment=earlier.id
            )
            return
        decision = await moderate(self._store.comment_records, draft, self._moderation(), self._clock())

        async def save(tx: Tables) -> None:
            if earlier is not None and draft.earlier is None:
                await records.delete(tx, earlier)
            outcome = await admit(tx, draft, decision, self._clock())
            saved = await tx.comments.find_by_uri(draft.uri)
            verdict = _admitted(outcome, decision)
            comment = saved.id if saved else ""
            await tx.received_webmentions.settle(task, verdict, comment=comment)
            if comment and page != task.source:
                alias = replace(task, id=new_id(self._clock()), source=page, comment=comment, verdict=verdict)
                await tx.received_webmentions.add_settled(alias)

        await self._store.transaction(save)

    async def _as_known(self, task: ReceivedWebmention, address: str) -> ReceivedWebmention:
        """Return the Webmention with the comment that the page at `address`, where its redirects end, became before."""
        if task.comment or address == task.source:
            return task
        known = await self._store.received_webmentions.find(address, task.post)
        return task if known is None else replace(task, comment=known.comment)

    async def _take_away(self, task: ReceivedWebmention, verdict: Verdict) -> None:
        """Delete the comment of a page that does not link to the post any more."""

        async def body(tx: Tables) -> None:
            comment = await tx.comments.find(task.comment)
            if comment is not None and comment.source is CommentSource.WEBMENTION:
                await records.delete(tx, comment)
            await tx.received_webmentions.settle(task, verdict, comment="")

        await self._store.transaction(body)

    async def _reply(self, address: str, post: Post) -> Comment | None:
        """Return the reply that came by ActivityPub, or the imported comment, whose page has this address."""
        comment = await self._store.comments.find_by_address(address)
        is_known = comment is not None and comment.source in (CommentSource.REPLY, CommentSource.IMPORT)
        return comment if comment is not None and is_known and comment.post == post.id else None

    async def _try_later(self, task: ReceivedWebmention, error: RemoteUnavailable) -> None:
        if BACKOFF.is_exhausted(task.attempts + 1):
            verdict = Verdict(outcome=Outcome.FAILED, reason="webmention.unavailable")
            await self._settle(task, verdict, comment=task.comment)
            return
        wait = timedelta(seconds=error.wait or 0)
        due = self._clock() + BACKOFF.delay(task.attempts + 1, at_least=wait)
        await self._store.transaction(lambda tx: tx.received_webmentions.retry(task.id, due=due))

    async def _settle(self, task: ReceivedWebmention, verdict: Verdict, *, comment: str | None = None) -> None:
        kept = task.comment if comment is None else comment
        await self._store.transaction(lambda tx: tx.received_webmentions.settle(task, verdict, comment=kept))

    async def fail(self, task: ReceivedWebmention, error: Exception) -> None:
        await super().fail(task, error)
        await self._settle(task, Verdict(outcome=Outcome.FAILED, reason="webmention.error"))


def _is_same(draft: CommentDraft, earlier: Comment) -> bool:
    shown = (draft.kind, draft.html, draft.author.name, draft.author.url, draft.url)
    return shown == (earlier.kind, earlier.html, earlier.author.name, earlier.author.url, earlier.url)


def _admitted(outcome: AdmitOutcome, decision: ModerationDecision) -> Verdict:
    if outcome is AdmitOutcome.SAVED:
        return Verdict(outcome=Outcome.DONE if decision.is_shown else Outcome.HELD, reason=decision.reason)
    return ignored("reply.no-such-post" if outcome is AdmitOutcome.NO_POST else "object.not-newer")


def _outcome(state: CommentState) -> Outcome:
    return Outcome.HELD if state is CommentState.PENDING else Outcome.DONE


def ignored(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.IGNORED, reason=reason)


def refused(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.REFUSED, reason=reason)
