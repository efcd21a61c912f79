"""Normalize a feed once, before it is rendered in any format.

In comes a feed with arbitrary text from people and other servers; out comes one that every format can represent:
clean text, ASCII addresses, whole seconds, unique ids and dates. An entry that cannot be repaired is skipped and
listed; it never makes the whole feed fail.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape

from syndicate.feeds._address import ascii_url, ascii_url_or_nothing
from syndicate.feeds._text import clean_html, clean_id, excerpt, excerpt_of_pictures, language_tag, media_type, one_line
from syndicate.feeds.document import (
    Conversation,
    Feed,
    FeedAuthor,
    FeedCategory,
    FeedEnclosure,
    FeedEntry,
    FeedPicture,
    InReplyTo,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizedFeed:
    """A feed that can be rendered. `updated` is never None; every entry has HTML and a summary."""

    feed: Feed
    updated: datetime
    skipped: tuple[str, ...]


def normalize(feed: Feed, normalize_one: Callable[[FeedEntry], FeedEntry | None]) -> NormalizedFeed:
    """Normalize a feed; `normalize_one` normalizes an entry, as `normalize_entry` does.

    Raises ValueError if the feed's own address, home page or date is unusable: those come from the settings, not from
    a post.
    """
    entries, skipped = _entries(feed.entries, normalize_one)
    founded = _whole_second(feed.updated or feed.founded)
    updated = max([founded, *(max(entry.updated, entry.published) for entry in entries)])
    home_url = ascii_url(feed.home_url)
    title = one_line(feed.title) or home_url
    normalized = replace(
        feed,
        id=clean_id(feed.id),
        title=title,
        subtitle=one_line(feed.subtitle),
        home_url=home_url,
        self_url=ascii_url(feed.self_url),
        language=language_tag(feed.language),
        updated=updated,
        author=_author(feed.author) or FeedAuthor(name=title, url=home_url),
        icon_url=ascii_url_or_nothing(feed.icon_url),
        picture=_picture(feed.picture),
        licence_url=ascii_url_or_nothing(feed.licence_url),
        hubs=tuple(hub for hub in map(ascii_url_or_nothing, feed.hubs) if hub),
        first=ascii_url_or_nothing(feed.first),
        previous=ascii_url_or_nothing(feed.previous),
        next=ascii_url_or_nothing(feed.next),
        last=ascii_url_or_nothing(feed.last),
        prev_archive=ascii_url_or_nothing(feed.prev_archive),
        next_archive=ascii_url_or_nothing(feed.next_archive),
        current=ascii_url_or_nothing(feed.current),
        ttl_minutes=feed.ttl_minutes if feed.ttl_minutes and feed.ttl_minutes > 0 else None,
        account=one_line(feed.account),
        actor=ascii_url_or_nothing(feed.actor),
        stylesheet=feed.stylesheet,
        blogroll_url=ascii_url_or_nothing(feed.blogroll_url),
        podcast=replace(
            feed.podcast,
            email=one_line(feed.podcast.email),
            category=one_line(feed.podcast.category),
            picture_url=ascii_url_or_nothing(feed.podcast.picture_url),
        ),
        has_episodes=any(entry.episode for entry in entries),
        entries=entries,
    )
    return NormalizedFeed(feed=normalized, updated=updated, skipped=skipped)


def normalize_entry(entry: FeedEntry) -> FeedEntry | None:
    """Return the normalized entry; None if it cannot be repaired."""
    try:
        return _entry(entry)
    except (ValueError, OverflowError):  # OverflowError: a date at the end of the calendar
        return None


def _entries(
    entries: tuple[FeedEntry, ...], normalize_one: Callable[[FeedEntry], FeedEntry | None]
) -> tuple[tuple[FeedEntry, ...], tuple[str, ...]]:
    kept: dict[str, FeedEntry] = {}
    skipped: list[str] = []
    for entry in entries:
        normalized = normalize_one(entry)
        if normalized is None or normalized.id in kept:
            skipped.append(entry.id)
        else:
            kept[normalized.id] = normalized
    return _with_distinct_dates(tuple(kept.values())), tuple(skipped)


def _entry(entry: FeedEntry) -> FeedEntry:
    entry_id = clean_id(entry.id)
    if not entry_id.strip():
        raise ValueError("an entry without an id")
    published = _whole_second(entry.published)
    title = one_line(entry.title)
    picture = _picture(entry.picture)
    html = clean_html(entry.html)
    words = excerpt(html) or excerpt_of_pictures(html)
    summary = one_line(entry.summary) or words or title or (picture.alt if picture else "") or f"{published:%F}"
    return replace(
        entry,
        id=entry_id,
        url=ascii_url(entry.url),
        title=title,
        html=html if html.strip() else f"<p>{escape(summary, quote=False)}</p>",
        summary=summary,
        published=published,
        updated=_whole_second(entry.updated),
        authors=tuple(author for author in map(_author, entry.authors) if author),
        categories=_categories(entry.categories),
        enclosures=_enclosures(entry.enclosures),
        picture=picture,
        language=language_tag(entry.language),
        comments_url=ascii_url_or_nothing(entry.comments_url),
        comments_feed_url=ascii_url_or_nothing(entry.comments_feed_url),
        comments_atom_url=ascii_url_or_nothing(entry.comments_atom_url),
        comment_count=None if entry.comment_count is None else max(entry.comment_count, 0),
        comments_updated=_whole_second(entry.comments_updated) if entry.comments_updated else None,
        in_reply_to=_in_reply_to(entry.in_reply_to),
        conversation=_conversation(entry.conversation),
    )


def _whole_second(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a date without a time zone")
    return instant.astimezone(UTC).replace(microsecond=0)


def _with_distinct_dates(entries: tuple[FeedEntry, ...]) -> tuple[FeedEntry, ...]:
    """Distinguish entries changed in the same second by milliseconds: the lower in the feed, the earlier.

    RFC 4287 §4.2.15 lets readers take two entries with the same date for the same change, and validators warn.
    """
    if len({entry.updated for entry in entries}) == len(entries):
        return entries
    before: Counter[datetime] = Counter()
    distinct = []
    for entry in reversed(entries):
        rank = before[entry.updated]
        before[entry.updated] += 1
        step = timedelta(milliseconds=rank % 1_000, microseconds=rank // 1_000)
        distinct.append(replace(entry, updated=entry.updated + step) if rank else entry)
    return tuple(reversed(distinct))


def _author(author: FeedAuthor) -> FeedAuthor | None:
    name = one_line(author.name)
    return FeedAuthor(name=name, url=ascii_url_or_nothing(author.url)) if name else None


def _categories(categories: tuple[FeedCategory, ...]) -> tuple[FeedCategory, ...]:
    names = dict.fromkeys(one_line(category.name) for category in categories)
    return tuple(FeedCategory(name=name) for name in names if name)


def _enclosures(enclosures: tuple[FeedEnclosure, ...]) -> tuple[FeedEnclosure, ...]:
    kept: dict[str, FeedEnclosure] = {}
    for enclosure in enclosures:
        url = ascii_url_or_nothing(enclosure.url)
        if url:
            known_type = media_type(enclosure.media_type) or "application/octet-stream"
            sizes = {"length": max(enclosure.length, 0), "duration": max(enclosure.duration, 0)}
            kept.setdefault(url, FeedEnclosure(url=url, media_type=known_type, **sizes))
    return tuple(kept.values())


def _picture(picture: FeedPicture | None) -> FeedPicture | None:
    url = ascii_url_or_nothing(picture.url) if picture else ""
    if picture is None or not url:
        return None
    return FeedPicture(
        url=url,
        alt=one_line(picture.alt),
        media_type=media_type(picture.media_type),
        width=max(picture.width, 0),
        height=max(picture.height, 0),
    )


def _conversation(conversation: Conversation | None) -> Conversation | None:
    if conversation is None:
        return None
    id, replies = ascii_url_or_nothing(conversation.id), ascii_url_or_nothing(conversation.replies)
    if not id or not replies:
        return None
    return Conversation(id=id, replies=replies, reply_url=ascii_url_or_nothing(conversation.reply_url))


def _in_reply_to(answered: InReplyTo | None) -> InReplyTo | None:
    ref = clean_id(answered.ref) if answered else ""
    if answered is None or not ref.strip():
        return None
    return InReplyTo(ref=ref, href=ascii_url_or_nothing(answered.href))
