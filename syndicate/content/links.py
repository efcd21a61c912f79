"""Make links of bare web addresses in text of other people. The author's Markdown has the same rule (`content.markdown`).

Before sanitizing: HTML in, HTML out, one pass over its tokens. Text in links, code or preformatted text stays as it is.
"""

from collections.abc import Iterator
from html import escape, unescape

from linkify_it import LinkifyIt

from syndicate.content.tags import escaped, prose_tokens

WEB_ADDRESSES_ONLY = {"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False}


def without_other_schemes(finder: LinkifyIt) -> LinkifyIt:
    """Return a finder that finds nothing but addresses with `http` or `https`."""
    for scheme in ("ftp:", "//", "mailto:"):
        finder.add(scheme, None)
    return finder


_FINDER = without_other_schemes(LinkifyIt(options=WEB_ADDRESSES_ONLY))


def linked(html: str) -> str:
    """Return HTML with its bare web addresses as links."""
    if "://" not in html:
        return html
    return "".join(
        "".join(_pieces(token)) if is_prose and isinstance(token, str) and "://" in token else _written(token)
        for token, is_prose in prose_tokens(html)
    )


def _written(token: object) -> str:
    return escaped(token) if isinstance(token, str) else str(token)


def _pieces(token: str) -> Iterator[str]:
    text, end = unescape(token), 0
    for found in _FINDER.match(text) or ():
        if not found.url.isprintable():  # no address has control or bidi characters
            continue
        yield escape(text[end : found.index], quote=False)
        yield f'<a href="{escape(found.url)}">{escape(found.text, quote=False)}</a>'
        end = found.last_index
    yield escape(text[end:], quote=False)
