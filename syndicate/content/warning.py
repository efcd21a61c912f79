"""Fold text behind its content warning on pages and in feeds, and separate the two where only a line is shown."""

import re
from html import escape, unescape

_OPENING = '<details class="warning"><summary>'
_ENDING = "</details>"
_BOLD = re.compile(r"<p><strong>([^<]+)</strong></p>(?=.)", re.DOTALL)


def behind(warning: str, html: str) -> str:
    """Return safe HTML folded behind a plain-text warning, or unchanged if there is none."""
    return f"{_OPENING}{escape(warning)}</summary>{html}{_ENDING}" if warning else html


def apart(html: str) -> tuple[str, str]:
    """Return the warning and the content behind it, or an empty warning and all of the HTML."""
    if not (html.startswith(_OPENING) and html.endswith(_ENDING)):
        return "", html
    warning, _, rest = html.removeprefix(_OPENING).removesuffix(_ENDING).partition("</summary>")
    return unescape(warning), rest


def folded(html: str) -> str:
    """Return a comment that an early version stored, which wrote a warning as a bold paragraph above the open text.

    Nothing tells such a warning from a bold first paragraph, and folding the latter loses nothing.
    """
    bold = _BOLD.match(html)
    return behind(unescape(bold[1]), html[bold.end() :]) if bold else html
