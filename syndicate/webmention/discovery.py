"""Finds the Webmention endpoint of a page (Webmention §3.1.2). Pure.

The headers and the body of a page come in, an address goes out. The first `Link` header counts, else the first `<link>` or `<a>` of the document. An empty address is the page itself.
"""

from collections.abc import Iterable

from yarl import URL

from syndicate.content.tags import Tag, tokens
from syndicate.errors import AddressDenied
from syndicate.transport.link import parse_links
from syndicate.transport.url import read_url
from syndicate.webmention.text import decoded

REL = "webmention"


def find_endpoint(links: Iterable[str], body: bytes, media_type: str, *, address: str) -> str | None:
    """Return the endpoint of the page at `address` (after redirects); None if it accepts no webmentions."""
    target = next((link.target for link in parse_links(links) if REL in link.rels), None)
    if target is None and "html" in media_type.lower():
        target = _in_page(decoded(body, media_type))
    if target is None:
        return None
    try:
        return str(read_url(str(URL(address).join(URL(target)))).with_fragment(None))
    except (AddressDenied, ValueError):
        return None


def _in_page(html: str) -> str | None:
    """Return the first endpoint in a document; elements without `href` are skipped, an empty one counts."""
    for token in tokens(html):
        if not isinstance(token, Tag) or token.closing or token.name not in ("link", "a"):
            continue
        if REL in token.value("rel").lower().split() and any(name == "href" for name, _ in token.attributes):
            return token.value("href").strip()
    return None
