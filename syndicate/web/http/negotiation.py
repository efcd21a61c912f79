"""Content negotiation between HTML and ActivityStreams by `Accept` (RFC 9110 §12.5.1)."""

from functools import lru_cache

MAX_ACCEPT_LENGTH = 4096
ACTIVITY_TYPES = frozenset({"application/activity+json", "application/ld+json"})
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})


@lru_cache(maxsize=512)
def _qualities(accept: str) -> tuple[float, float, bool]:
    """Return the quality values of ActivityStreams and of HTML, and whether ActivityStreams is listed first."""
    activity = page = 0.0
    first = ""
    for item in accept.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = _quality(parameters)
        if name in ACTIVITY_TYPES:
            activity = max(activity, quality)
            first = first or "activity"
        elif name in PAGE_TYPES:
            page = max(page, quality)
            first = first or "page"
    return activity, page, first == "activity"


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def accepts_activity(accept: str) -> bool:
    """Return whether ActivityStreams is named in `Accept`; `*/*` does not count."""
    return len(accept) < MAX_ACCEPT_LENGTH and _qualities(accept)[0] > 0


def prefers_activity(accept: str) -> bool:
    """Return whether ActivityStreams is preferred to HTML. With equal quality the type listed first wins."""
    if len(accept) >= MAX_ACCEPT_LENGTH:
        return False
    activity, page, first = _qualities(accept)
    return activity > 0 and (activity > page or (activity == page and first))
