"""Fetches a feed once and parses the response.

The state of the last poll comes in, a `FeedResponse` goes out. Validators are sent back unchanged, cookies and referrers
never; an unchanged body is not parsed again, and parsing runs in a thread.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from syndicate.blogroll.schedule import (
    MAX_RETRY_AFTER,
    PollingHints,
    PollOutcome,
    max_age,
    may_be_conditional,
    outcome_of,
)
from syndicate.errors import AddressDenied, DocumentUnusable, RemoteError
from syndicate.feeds.foreign.feed import ForeignFeed
from syndicate.feeds.foreign.parse import parse_feed
from syndicate.storage.feed_polls import FeedPoll
from syndicate.transport.link import parse_links
from syndicate.transport.message import FEED, Headers, Redirects, Request, Response, Transport, retry_after
from syndicate.transport.url import shown
from syndicate.urls import join

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
MAX_VALIDATOR_LENGTH = 1024
PARSER_VERSION = b"1:"
"""Changed when the parser changes, so that every feed is parsed again."""


NO_HINTS = PollingHints()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedResponse:
    """The result of a poll. `feed` is set if there was new content; `reason` explains a failure. `moved` is the target of
    permanent redirects, or empty."""

    answer: PollOutcome
    reason: str = ""
    url: str = ""
    moved: str = ""
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    hints: PollingHints = NO_HINTS
    hubs: tuple[str, ...] = ()
    topic: str = ""
    feed: ForeignFeed | None = None


async def fetch_feed(transport: Transport, poll: FeedPoll, now: datetime) -> FeedResponse:
    """Fetch a feed once. Failures of the other server are returned, never raised."""
    request = Request(url=poll.url, headers=_headers(poll, now), budget=FEED, redirects=Redirects.ANY)
    try:
        response = await transport.fetch(request)
    except (AddressDenied, DocumentUnusable) as error:
        return FeedResponse(answer=PollOutcome.UNUSABLE, reason=shown(error))
    except RemoteError as error:
        return FeedResponse(answer=PollOutcome.UNAVAILABLE, reason=shown(error))
    return await parse_response(response, now, digest=poll.digest)


def _headers(poll: FeedPoll, now: datetime) -> Headers:
    headers = [("Accept", ACCEPT)]
    if may_be_conditional(poll.read, now):
        if poll.etag:
            headers.append(("If-None-Match", poll.etag))
        if poll.last_modified:
            headers.append(("If-Modified-Since", poll.last_modified))
    return tuple(headers)


async def parse_response(response: Response, now: datetime, *, digest: str = "") -> FeedResponse:
    """Parse a response; `digest` is that of the last parsed body."""
    answer = outcome_of(response.status)
    hints = PollingHints(
        max_age=max_age(response.headers, now),
        retry_after=timedelta(seconds=retry_after(response, now, limit=MAX_RETRY_AFTER.total_seconds()) or 0),
    )
    if answer is PollOutcome.UNCHANGED:
        return FeedResponse(answer=answer, moved=response.moved, etag=_validator(response, "ETag"), hints=hints)
    if answer is not PollOutcome.READ:
        return FeedResponse(answer=answer, reason=f"It answers {response.status}.", hints=hints)
    found = f"sha256:{sha256(PARSER_VERSION + response.body).hexdigest()}"
    etag, last_modified = (_validator(response, name) for name in ("ETag", "Last-Modified"))
    if found == digest:
        return FeedResponse(
            answer=PollOutcome.UNCHANGED,
            moved=response.moved,
            etag=etag,
            last_modified=last_modified,
            digest=found,
            hints=hints,
        )
    try:
        feed = await asyncio.to_thread(
            parse_feed, response.body, address=response.url, now=now, charset=_charset(response)
        )
    except DocumentUnusable as error:
        return FeedResponse(answer=PollOutcome.UNUSABLE, reason=shown(error), hints=hints)
    links = HubLinks.of(response)
    return FeedResponse(
        answer=answer,
        url=response.url,
        moved=response.moved,
        etag=etag,
        last_modified=last_modified,
        digest=found,
        hints=hints,
        hubs=links.hubs or feed.hubs,
        topic=links.topic or feed.self_url or response.url,
        feed=feed,
    )


def _validator(response: Response, name: str) -> str:
    """Return a validator that can be sent back unchanged, else an empty string."""
    value = response.headers.get(name, "")
    return value if len(value) <= MAX_VALIDATOR_LENGTH and value.isascii() and value.isprintable() else ""


def _charset(response: Response) -> str:
    _, _, parameters = response.headers.get("Content-Type", "")[:200].partition(";")
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "charset":
            return value.strip("\"' ")
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubLinks:
    """The `Link` headers, which take precedence over the links in the document (WebSub §4)."""

    hubs: tuple[str, ...] = ()
    topic: str = ""

    @classmethod
    def of(cls, response: Response) -> "HubLinks":
        found = [(join(response.url, link.target), link.rels) for link in parse_links(response.all("Link"))]
        hubs = [address for address, rels in found if "hub" in rels and address]
        topics = [address for address, rels in found if "self" in rels and address]
        return cls(hubs=tuple(hubs), topic=next(iter(topics), ""))
