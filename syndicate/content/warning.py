"""What stands behind a content warning: folded on pages and in feeds, and absent wherever there is only a line."""

from html import escape, unescape

_OPENING = '<details class="warning"><summary>'
_ENDING = "</details>"


def behind(warning: str, html: str) -> str:
    """Safe HTML, folded behind a warning in plain text; as it is, without one."""
    return f"{_OPENING}{escape(warning)}</summary>{html}{_ENDING}" if warning else html


def apart(html: str) -> tuple[str, str]:
    """The warning and what stands behind it; no warning, and all of it, where it stands behind none."""
    if not (html.startswith(_OPENING) and html.endswith(_ENDING)):
        return "", html
    warning, _, rest = html.removeprefix(_OPENING).removesuffix(_ENDING).partition("</summary>")
    return unescape(warning), rest
