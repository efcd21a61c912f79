"""Looks at the comments that we show where they were written: are they still there, and who answered them?

Many public answers are never sent to us: those to a comment by somebody who does not know of us, and those that were
written before we knew the comment. The comment's own document names the collections of its `replies` (FEP-7458) and
of its conversation (`context`, FEP-7888 and FEP-f228). What these list are hints: each answer is fetched from its
own origin, and judged like one that was sent. Nothing but comments that are shown is looked at.
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
from syndicate.federation.actors.throttled_transport import PASSED_OVER_FOR
from syndicate.federation.inbox import replies
from syndicate.federation.inbox.context import Context, Decision
from syndicate.model.activity import Outcome, Verdict
from syndicate.model.comment import Comment, CommentState

log = structlog.get_logger()

MEMBERS = ("replies", "context", "conversation")
"""Where a note names the conversation that it is part of."""
PARTS = frozenset({"items", "orderedItems", "first", "next"})
MOST_PAGES = 5
"""Pages that are asked for in one visit, of all collections together."""
MOST_LISTED = 500
MOST_FETCHED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlResult:
    """What a visit has led to. `found` counts comments that are new here."""

    outcome: str
    found: int = 0


class ReplyCrawler:
    """Visits one comment at a time. `context` has the way out on which other servers are spared."""

    def __init__(self, context: Context) -> None:
        self._context, self._store = context, context.store

    async def visit(self, comment: Comment) -> CrawlResult:
        """Read a comment again where it was written, and fetch the answers that it names.

        Raises RemoteUnavailable when its server cannot be asked now: nothing is changed then.
        """
        if not await self._is_known(comment):
            return CrawlResult(outcome="passed")
        try:
            document = await self._context.object(comment.uri)
        except RemoteGone as error:
            await self._apply(comment.uri, replies.forget(comment.uri, self._context, for_good=error.status == 410))
            return CrawlResult(outcome="gone")
        except PERMANENT_REMOTE_ERRORS as error:
            log.debug("comment not read again", comment=comment.uri, problem=str(error))
            return CrawlResult(outcome="unreadable")
        if "Tombstone" in types(document.get("type")):
            await self._apply(comment.uri, replies.forget(comment.uri, self._context))
            return CrawlResult(outcome="gone")
        if as_id(document) == comment.uri:
            author = as_id(document.get("attributedTo"))
            await self._apply(comment.uri, await replies.take(document, reach_of(document), author, self._context))
        if await self._store.comments.find_by_uri(comment.uri) is None:
            return CrawlResult(outcome="withdrawn")
        return CrawlResult(outcome="read", found=await self._look_around(comment, document))

    async def _is_known(self, comment: Comment) -> bool:
        """Whether it is to be looked at: shown, under a post that others may see, by nobody who is blocked."""
        post = await self._store.posts.find(comment.post)
        blocked = await self._store.blocks.covers(comment.uri, host_of(comment.uri))
        blocked = blocked or await self._store.blocks.covers(comment.author.uri, host_of(comment.author.uri))
        return comment.state is CommentState.APPROVED and post is not None and post.federates and not blocked

    async def _look_around(self, comment: Comment, document: dict[str, Any]) -> int:
        found, fetched, seen = 0, 0, {comment.uri}
        async for item in self._listed(comment, document):
            uri = as_id(item)
            if uri in seen or not await self._is_new(uri):
                seen.add(uri)
                continue
            seen.add(uri)
            if fetched >= MOST_FETCHED:
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
        return not await self._store.refetch_queue.is_ignored(uri, self._context.clock() - PASSED_OVER_FOR)

    async def _fetch(self, uri: str, told: dict[str, Any]) -> bool:
        """Take one answer in; whether it is new here."""
        try:
            verdict = await self._apply(uri, await replies.fetch(uri, told, {}, self._context))
        except RemoteUnavailable as error:
            log.debug("answer not fetched now", answer=uri, problem=str(error))
            return False
        if verdict.outcome in (Outcome.DONE, Outcome.HELD):
            return True
        now = self._context.clock()
        await self._store.transaction(lambda tx: tx.refetch_queue.ignore(uri, now))
        return False

    async def _apply(self, uri: str, decision: Decision) -> Verdict:
        verdict = decision if isinstance(decision, Verdict) else await self._store.transaction(decision)
        if verdict.reason != "object.not-newer":
            log.info("answer looked at", answer=uri, outcome=verdict.outcome.value, reason=verdict.reason)
        return verdict

    async def _listed(self, comment: Comment, document: dict[str, Any]) -> AsyncIterator[Any]:
        """What the comment's collections list, page after page, as far as they lie on its own origin."""
        home, pages, items = origin(comment.uri), set[str](), 0
        for member in MEMBERS:
            ahead = document.get(member)
            while ahead is not None and items < MOST_LISTED:
                page, address = as_object(ahead), as_id(ahead)
                if not PARTS.intersection(page):  # an id, or a collection that is only named
                    if origin(address) != home or address in pages or len(pages) >= MOST_PAGES:
                        break
                    pages.add(address)
                    page = await self._page(address, home)
                for item in listed(page)[: MOST_LISTED - items]:
                    items += 1
                    yield item
                ahead = following(page)

    async def _page(self, address: str, home: str) -> dict[str, Any]:
        """A collection or page of one; empty where there is none to be had."""
        try:
            found, page = await self._context.fetcher.fetch_collection(address, sign=self._context.signer.sign_get)
        except RemoteError as error:
            log.debug("collection not read", address=address, problem=str(error))
            return {}
        return page if origin(found) == home and is_collection(page) else {}
