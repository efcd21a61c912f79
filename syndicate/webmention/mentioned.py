"""Which addresses on other sites a post or an answer mentions: their pages are notified. Pure."""

from collections.abc import Iterable

from syndicate.content.tags import Tag, tokens
from syndicate.model.post import Post

MAX_TARGETS = 100
"""Of a longer list of links only the first are notified."""
NAMES = frozenset({"mention", "hashtag"})
"""The classes of links to accounts and hashtags, which are notified by ActivityPub."""


def addresses_mentioned(post: Post) -> tuple[str, ...]:
    """Return the addresses that a post mentions, each once."""
    return addresses_in(post.html)


def addresses_in(html: str) -> tuple[str, ...]:
    """Return the addresses to which a rendered text links, each once."""
    return tuple(dict.fromkeys(_links(html)))[:MAX_TARGETS]


def _links(html: str) -> Iterable[str]:
    for token in tokens(html):
        if isinstance(token, Tag) and token.name == "a" and not token.closing:
            address = token.value("href").strip()
            if address.startswith(("https://", "http://")) and NAMES.isdisjoint(token.value("class").split()):
                yield address
