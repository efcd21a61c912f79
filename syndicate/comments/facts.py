"""Gathers what the moderation policy has to know about a comment, and no more: counting is most of the cost of one."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from syndicate.activitypub.parse import host_of
from syndicate.comments.draft import CommentDraft
from syndicate.comments.policy import CommentFacts, Moderation, decide
from syndicate.model.comment import CommentSource
from syndicate.storage.comment_records import CommentRecords

REJECTION_RETENTION = timedelta(days=90)
LINK = re.compile(r"<a\s[^>]*>")
TAG_LINK = re.compile(r'class="[^"]*\b(?:mention|hashtag)\b')


async def gather(table: CommentRecords, draft: CommentDraft, moderation: Moderation, now: datetime) -> CommentFacts:
    """Return the facts that the rule `moderation` needs for a comment."""
    author = draft.author.uri
    if draft.source is CommentSource.FORM:
        return CommentFacts()
    match moderation:
        case "all":
            return CommentFacts()
        case "off":
            return CommentFacts(burst=await table.count_received_since(author, now - timedelta(minutes=10)))
        case "first-time":
            record = await table.get_author_record(author, since=now - REJECTION_RETENTION)
            known = CommentFacts(
                links=count_links(draft.html, declared_tags=draft.declared_tags),
                mentions=draft.mentions_elsewhere,
                approved=record.approved,
                rejected=record.rejected,
            )
            if not decide(known, moderation).is_shown:
                return known
            return replace(known, **await _counts(table, draft, now))
        case _:
            assert_never(moderation)


async def _counts(table: CommentRecords, draft: CommentDraft, now: datetime) -> dict[str, Any]:
    """Return the facts that are counted over recent comments."""
    author, hour = draft.author.uri, now - timedelta(hours=1)
    if draft.html and await table.is_duplicate(draft.html, author_uri=author, since=now - timedelta(days=1)):
        return {"repeated": True}
    from_host, on_post = await table.count_recent(host=host_of(author), post=draft.target.post.id, since=hour)
    return {"recent": await table.count_received_since(author, hour), "from_host": from_host, "on_post": on_post}


def count_links(html: str, *, declared_tags: int) -> int:
    """Count the links in a sanitized text without those to mentioned accounts and hashtags, of which at most
    `declared_tags` are believed."""
    links = LINK.findall(html)
    tag_links = sum(1 for link in links if TAG_LINK.search(link))
    return len(links) - min(tag_links, declared_tags)
