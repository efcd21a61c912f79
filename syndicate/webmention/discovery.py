"""Where a page takes webmentions (Webmention §3.1.2). Pure.

The first `Link` header counts, else the first `<link>` or `<a>` of the document. An empty address is the page itself.
"""

import re
from collections.abc import Iterable

from yarl import URL

from syndicate.content.tags import Tag, tokens
from syndicate.errors import AddressDenied
from syndicate.transport.link import parse_links
from syndicate.transport.url import read_url

REL = "webmention"
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]{1,40})", re.IGNORECASE)


def find_endpoint(links: Iterable[str], body: bytes, media_type: str, *, address: str) -> str | None:
    """The endpoint of the page that was found at `address`, after redirects; None where it takes no webmentions."""
    target = next((link.target for link in parse_links(links) if REL in link.rels), None)
    if target is None and "html" in media_type.lower():
        target = _in_page(_text(body, media_type))
    if target is None:
        return None
    try:
        return str(read_url(str(URL(address).join(URL(target)))).with_fragment(None))
    except (AddressDenied, ValueError):
        return None


def _in_page(html: str) -> str | None:
    """An element without an address is passed over, one with an empty address is not."""
    for token in tokens(html):
        if not isinstance(token, Tag) or token.closing or token.name not in ("link", "a"):
            continue
        if REL in token.value("rel").lower().split() and any(name == "href" for name, _ in token.attributes):
            return token.value("href").strip()
    return None


def _text(body: bytes, media_type: str) -> str:
    found = _CHARSET.search(media_type)
    try:
        return body.decode(found[1] if found else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
