"""Which addresses on other sites a post or an answer mentions: their pages are notified. Pure."""

from collections.abc import Iterable

from syndicate.content.tags import Tag, tokens
from syndicate.media.kinds import MEDIA_TYPES
from syndicate.model.post import Post

MAX_TARGETS = 100
"""Of a longer list of links only the first are notified."""
NAMES = frozenset({"mention", "hashtag"})
"""The classes of links to accounts and hashtags, which are notified by ActivityPub."""


def addresses_mentioned(post: Post) -> tuple[str, ...]:
    """Return the addresses that a post mentions, each once: first the page that it answers, likes or boosts. An object
    of the fediverse is notified by ActivityPub instead."""
    reference = post.reference
    answered = (reference.address,) if reference is not None and not reference.object else ()
    return tuple(dict.fromkeys((*answered, *addresses_in(post.html))))[:MAX_TARGETS]


def addresses_in(html: str) -> tuple[str, ...]:
    """Return the addresses of pages to which a rendered text links, each once. A picture that could not be fetched is a
    link, too; a file has nobody to notify."""
    return tuple(dict.fromkeys(_links(html)))[:MAX_TARGETS]


def _links(html: str) -> Iterable[str]:
    for token in tokens(html):
        if isinstance(token, Tag) and token.name == "a" and not token.closing:
            address = token.value("href").strip()
            if not address.startswith(("https://", "http://")) or _is_file(address):
                continue
            if NAMES.isdisjoint(token.value("class").split()):
                yield address


def _is_file(address: str) -> bool:
    path = address.partition("?")[0].partition("#")[0].lower()
    return path.endswith(tuple(f".{extension}" for extension in MEDIA_TYPES))
