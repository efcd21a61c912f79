"""Refetches shown comments from their origin, and fetches replies to them that were never delivered.

Many public replies are never sent to us: those to a comment by somebody whose server does not know us, and those
written before we had the comment. The comment's document names the collections of its `replies` (FEP-7458) and of its
conversation (`context`, FEP-7888 and FEP-f228). Their items are hints: each reply is fetched from its own origin, and
decided about like one that was delivered. Only shown comments are refetched.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import structlog

from syndicate.activitypub.access import as_id, as_object, types
from syndicate.activitypub.addressing import reach_of
from syndicate.activitypub.collections import following, is_collection, listed
from syndicate.activitypub.parse import host_of, origin
from syndicate.errors import PERMANENT_REMOTE_ERRORS, RemoteError, RemoteGone, RemoteUnavailable
from syndicate.federation.actors.throttled_transport import IRRELEVANT_RETENTION
from syndicate.federation.inbox import deletions, replies
from syndicate.federation.inbox.context import Decision, InboxContext
from syndicate.model.activity import Outcome, Verdict
from syndicate.model.comment import Comment, CommentState

log = structlog.get_logger()

MEMBERS = ("replies", "context", "conversation")
"""The members in which a note names its conversation."""
PARTS = frozenset({"items", "orderedItems", "first", "next"})
MAX_PAGES = 5
"""Pages that are fetched in one crawl, of all collections together."""
MAX_ITEMS = 500
MAX_FETCHED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlResult:
    """The result of one crawl. `found` counts new comments."""

    outcome: str
    found: int = 0


class ReplyCrawler:
    """Crawls one comment at a time. `context` has the throttled transport."""

    def __init__(self, context: InboxContext) -> None:
        self._context, self._store = context, context.store

    async def crawl(self, comment: Comment) -> CrawlResult:
        """Refetch a comment, and fetch the replies that it lists.

        Raises RemoteUnavailable if its server cannot be asked now; then nothing is changed.
        """
        if not await self._may_be_crawled(comment):
            return CrawlResult(outcome="passed")
        try:
            document = await self._context.object(comment.uri)
        except RemoteGone as error:
            await self._apply(comment.uri, deletions.forget(comment.uri, self._context, for_good=error.status == 410))
            return CrawlResult(outcome="gone")
        except PERMANENT_REMOTE_ERRORS as error:
            log.debug("comment refetch failed", comment=comment.uri, problem=str(error))
            return CrawlResult(outcome="unreadable")
        if "Tombstone" in types(document.get("type")):
            await self._apply(comment.uri, deletions.forget(comment.uri, self._context))
            return CrawlResult(outcome="gone")
        if as_id(document) == comment.uri:
            author = as_id(document.get("attributedTo"))
            await self._apply(comment.uri, await replies.take(document, reach_of(document), author, self._context))
        if await self._store.comments.find_by_uri(comment.uri) is None:
            return CrawlResult(outcome="withdrawn")
        return CrawlResult(outcome="read", found=await self._fetch_replies(comment, document))

    async def _may_be_crawled(self, comment: Comment) -> bool:
        """Whether a comment may be crawled: shown, under a federated post, and not by a blocked actor."""
        post = await self._store.posts.find(comment.post)
        blocked = await self._store.blocks.covers(comment.uri, host_of(comment.uri))
        blocked = blocked or await self._store.blocks.covers(comment.author.uri, host_of(comment.author.uri))
        return comment.state is CommentState.APPROVED and post is not None and post.federates and not blocked

    async def _fetch_replies(self, comment: Comment, document: dict[str, Any]) -> int:
        found, fetched, seen = 0, 0, {comment.uri}
        async for item in self._items(comment, document):
            uri = as_id(item)
            if uri in seen or not await self._is_new(uri):
                seen.add(uri)
                continue
            seen.add(uri)
            if fetched >= MAX_FETCHED:
                break
            fetched += 1
            found += await self._fetch(uri, as_object(item))
        return found

    async def _is_new(self, uri: str) -> bool:
        if not origin(uri) or origin(uri) == origin(self._context.urls.base):
            return False
        if (
            await self._store.comments.find_by_uri(uri) is not None
            or await self._store.tombstones.find(uri) is not None
        ):
            return False
        return not await self._store.refetch_queue.is_ignored(uri, self._context.clock() - IRRELEVANT_RETENTION)

    async def _fetch(self, uri: str, hint: dict[str, Any]) -> bool:
        """Fetch one reply; return whether it is new."""
        try:
            verdict = await self._apply(uri, await replies.fetch(uri, hint, {}, self._context))
        except RemoteUnavailable as error:
            log.debug("reply fetch postponed", reply=uri, problem=str(error))
            return False
        if verdict.outcome in (Outcome.DONE, Outcome.HELD):
            return True
        now = self._context.clock()
        await self._store.transaction(lambda tx: tx.refetch_queue.ignore(uri, now))
        return False

    async def _apply(self, uri: str, decision: Decision) -> Verdict:
        verdict = decision if isinstance(decision, Verdict) else await self._store.transaction(decision)
        if verdict.reason != "object.not-newer":
            log.info("reply processed", reply=uri, outcome=verdict.outcome.value, reason=verdict.reason)
        return verdict

    async def _items(self, comment: Comment, document: dict[str, Any]) -> AsyncIterator[Any]:
        """Yield the items of the comment's collections, page by page, as far as they are on its own origin."""
        own_origin, pages, items = origin(comment.uri), set[str](), 0
        for member in MEMBERS:
            next_page = document.get(member)
            while next_page is not None and items < MAX_ITEMS:
                page, address = as_object(next_page), as_id(next_page)
                if not PARTS.intersection(page):  # an id, or a collection that is only named
                    if origin(address) != own_origin or address in pages or len(pages) >= MAX_PAGES:
                        break
                    pages.add(address)
                    page = await self._page(address, own_origin)
                for item in listed(page)[: MAX_ITEMS - items]:
                    items += 1
                    yield item
                next_page = following(page)

    async def _page(self, address: str, own_origin: str) -> dict[str, Any]:
        """Fetch a collection or page; empty if there is none."""
        try:
            found, page = await self._context.fetcher.fetch_collection(address, sign=self._context.signer.sign_get)
        except RemoteError as error:
            log.debug("collection fetch failed", address=address, problem=str(error))
            return {}
        return page if origin(found) == own_origin and is_collection(page) else {}
