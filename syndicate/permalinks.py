"""Patterns of permalinks, such as `/{year}/{month}/{day}/{slug}/`: checked when they are set, filled for new posts."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

DEFAULT = "/{year}/{month}/{day}/{slug}/"
TOKEN = re.compile(r"\{(year|month|day|slug)\}")
PATTERN = re.compile(r"(?:/[A-Za-z0-9._~{}-]+)+/?")
SERVED_SEGMENTS = frozenset(
    {"actor", "actors", "inbox", "activities", "stamps", "static", "admin", "websub", "nodeinfo", "healthz", "readyz"}
    | {"metrics", ".well-known", "webmention", "micropub", "indieauth", "preview", "notifications", "media", "feed"}
    | {"category", "tag", "author", "page", "search", "wp-content"}
)
"""First segments below which the program answers itself."""
MIN_SAMPLE = 5


def checked(pattern: str) -> str:
    """Return a pattern that can be used. Raises ValueError."""
    rest = TOKEN.sub("", pattern)
    if PATTERN.fullmatch(pattern) is None or "{" in rest or "}" in rest:
        raise ValueError(
            f'must be a path of {{year}}, {{month}}, {{day}} and {{slug}}, such as "{DEFAULT}" or "/{{slug}}/"'
        )
    if pattern.count("{slug}") != 1:
        raise ValueError("must hold {slug} once, since it tells posts apart")
    segments = pattern.split("/")
    if not {"..", "."}.isdisjoint(segments) or segments[1] in SERVED_SEGMENTS:
        raise ValueError("begins with an address of the program's own; please choose another")
    return pattern


def fill(pattern: str, published: datetime, slug: str, zone: ZoneInfo) -> str:
    """Return the path of a post, dated in the site's time zone."""
    local = published.astimezone(zone)
    values = {"year": f"{local:%Y}", "month": f"{local:%m}", "day": f"{local:%d}", "slug": quote(slug, safe="")}
    return TOKEN.sub(lambda token: values[token[1]], pattern)


def propose(posts: Iterable[tuple[str, datetime, str]], zone: ZoneInfo) -> str | None:
    """Return the pattern of most of these posts (path, date, slug); None if there are few, or most share none."""
    found = [_pattern_of(path, published, slug, zone) for path, published, slug in posts]
    if len(found) < MIN_SAMPLE:
        return None
    [(pattern, count)] = Counter(found).most_common(1)
    return pattern if 2 * count > len(found) else None


def _pattern_of(path: str, published: datetime, slug: str, zone: ZoneInfo) -> str | None:
    local = published.astimezone(zone)
    dates = {f"{local:%Y}": "{year}", f"{local:%m}": "{month}", f"{local:%d}": "{day}"}
    start, mark, rest = unquote(path).rpartition(f"/{slug}")
    if not mark or "/" in rest.rstrip("/"):
        return None
    segments, unused = [], list(dates.items())
    for segment in start.split("/"):
        token = next((name for value, name in unused if value == segment), None)
        unused = [(value, name) for value, name in unused if name != token]
        segments.append(token or segment)
    try:
        return checked(f"{'/'.join(segments)}/{{slug}}{rest}")
    except ValueError:
        return None
