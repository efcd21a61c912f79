"""Render RSS 2.0, following the RSS Advisory Board's profile and the modules in common use.

In comes a normalized feed; out goes a frame or an item as bytes: full text in `content:encoded` after a plain
excerpt, authors as `dc:creator` (RSS's own `author` is a mail address, which is never published), and what RSS has no
element for as `atom:link` and in modules.
"""

import re
from collections.abc import Iterator
from email.utils import format_datetime

from syndicate.feeds import _feedgen
from syndicate.feeds._xml import Element
from syndicate.feeds.document import Feed, FeedEnclosure, FeedEntry, FeedPicture

_COMMENT_COUNTS = re.compile(rb"<slash:comments>\d+</slash:comments>")
_IMAGE_TYPES = {"image/gif": "gif", "image/jpeg": "jpg", "image/png": "png"}
_IMAGE_ADDRESS = re.compile(r"\.(gif|jpe?g|png)$", re.IGNORECASE)
_IMAGE_WIDTH, _IMAGE_HEIGHT = 144, 400
"""The largest values that RSS 2.0 allows for a channel's image."""


def frame(feed: Feed) -> tuple[bytes, bytes]:
    """Render everything except the items."""
    return _feedgen.rss_frame(feed, [*_channel(feed)])


def item(entry: FeedEntry, feed: Feed) -> bytes:
    return _feedgen.rss_item(entry, feed, [*_item(entry, feed)])


def without_counts(item: bytes) -> bytes:
    """Return an item without the counts that change with every comment."""
    return _COMMENT_COUNTS.sub(b"", item)


def _channel(feed: Feed) -> Iterator[Element]:
    assert feed.updated is not None
    yield Element("lastBuildDate", format_datetime(feed.updated.replace(microsecond=0)))
    # No rel=alternate: SimplePie, the parser of FreshRSS, would take it for the site instead of <link>.
    yield from (_link("hub", hub) for hub in feed.hubs)
    yield from (_link(rel, href, "application/rss+xml") for rel, href in feed.onward())
    if feed.is_archive:
        yield Element("fh:archive")
    if feed.licence_url:
        yield Element("creativeCommons:license", feed.licence_url)
    yield Element("sy:updatePeriod", "hourly")
    yield Element("sy:updateFrequency", "1")
    if feed.blogroll_url:
        yield Element("source:blogroll", feed.blogroll_url)
    if feed.has_episodes:
        yield from _podcast(feed)
    yield from _image(feed)


def _podcast(feed: Feed) -> Iterator[Element]:
    """Yield what Apple's and other podcast directories require of a feed with episodes."""
    podcast = feed.podcast
    yield Element("itunes:author", feed.author.name)
    yield Element("itunes:explicit", _yes_or_no(podcast.explicit))
    if podcast.email:
        owner = (Element("itunes:name", feed.author.name), Element("itunes:email", podcast.email))
        yield Element("itunes:owner", children=owner)
    if podcast.picture_url:
        yield Element("itunes:image", attributes={"href": podcast.picture_url})
    if podcast.category:
        yield Element("itunes:category", attributes={"text": podcast.category})


def _yes_or_no(claim: bool) -> str:
    return "true" if claim else "false"


def _link(rel: str, href: str, type: str = "") -> Element:
    return Element("atom:link", attributes={"rel": rel, "type": type, "href": href})


def _image(feed: Feed) -> Iterator[Element]:
    """Yield the image. RSS allows GIF, JPEG and PNG; the image's title is the channel's."""
    icon = FeedPicture(url=feed.icon_url) if feed.icon_url else None
    picture = next((one for one in (feed.picture, icon) if one and _suits_channel(one)), None)
    if picture is None:
        return
    sizes = [
        Element(name, str(size))
        for name, size, most in (("width", picture.width, _IMAGE_WIDTH), ("height", picture.height, _IMAGE_HEIGHT))
        if 0 < size <= most
    ]
    yield Element(
        "image",
        children=(Element("url", picture.url), Element("title", feed.title), Element("link", feed.home_url), *sizes),
    )


def _suits_channel(picture: FeedPicture) -> bool:
    if picture.media_type:
        return picture.media_type in _IMAGE_TYPES
    return bool(_IMAGE_ADDRESS.search(picture.url.partition("?")[0]))


def _item(entry: FeedEntry, feed: Feed) -> Iterator[Element]:
    # Unlike Atom's, an item does not inherit the author of its feed.
    yield from (Element("dc:creator", author.name) for author in entry.authors or (feed.author,))
    if entry.comments_feed_url:
        yield Element("wfw:commentRss", entry.comments_feed_url)
    if entry.comment_count is not None:
        yield Element("slash:comments", str(entry.comment_count))
    if entry.in_reply_to:
        yield Element("thr:in-reply-to", attributes={"ref": entry.in_reply_to.ref, "href": entry.in_reply_to.href})
    if entry.picture:
        yield from _picture(entry.picture)
    yield from (_further(enclosure) for enclosure in entry.enclosures[1:])
    if entry.episode:
        yield from _episode(entry, entry.episode, feed)


def _episode(entry: FeedEntry, episode: FeedEnclosure, feed: Feed) -> Iterator[Element]:
    """Yield what podcast apps show, and where the episode is discussed (Podcasting 2.0, `socialInteract`)."""
    if entry.title:
        yield Element("itunes:title", entry.title)
    yield Element("itunes:author", (entry.authors or (feed.author,))[0].name)
    yield Element("itunes:summary", entry.summary)
    yield Element("itunes:explicit", _yes_or_no(feed.podcast.explicit))
    if episode.duration:
        yield Element("itunes:duration", str(episode.duration))
    if entry.picture and _suits_channel(entry.picture):
        yield Element("itunes:image", attributes={"href": entry.picture.url})
    if entry.conversation:
        yield Element(
            "podcast:socialInteract",
            attributes={
                "protocol": "activitypub",
                "uri": entry.conversation.id,
                "accountId": feed.account,
                "accountUrl": feed.home_url,
            },
        )


def _picture(picture: FeedPicture) -> Iterator[Element]:
    """Yield the thumbnail alone: as `media:content` readers would show the picture twice, since the text begins with
    it.
    """
    sizes = {"width": picture.width or "", "height": picture.height or ""}
    yield Element("media:thumbnail", attributes={"url": picture.url, **sizes})


def _further(enclosure: FeedEnclosure) -> Element:
    """Return a further enclosure as Media RSS: RSS allows one enclosure per item."""
    return Element(
        "media:content",
        attributes={"url": enclosure.url, "type": enclosure.media_type, "fileSize": enclosure.length or ""},
    )
