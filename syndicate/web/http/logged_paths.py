"""What logs show of the address of a request: neither what readers search for nor what gives its holder access.

A link with a secret works for everybody who has it, and logs are read, copied and kept by others than its recipient.
"""

import re
from functools import lru_cache

MASK = "-"
SECRETS_FOLLOW = ("/comments/notice/", "/preview/", "/notifications/", "/admin/setup/")
"""The next part of such a path is a secret."""
PRIVATE_QUERIES = ("/indieauth/authorize", "/admin/apps/allow")
PRIVATE_FIELDS = ("s", "next", "access_token")
"""Fields of a query, on any page. `next` is an address with a query of its own."""

_START = r"^(?:https?://[^/?]*)?/*"
"""Clients may send a whole address (RFC 9112 §3.2.2)."""


def _one_of(texts: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, texts))


_PRIVATE = re.compile(
    rf"(/search/|{_START}(?:{_one_of(SECRETS_FOLLOW)}))[^/?]+"
    rf"|({_START}(?:{_one_of(PRIVATE_QUERIES)})/?\?).+"
    rf"|([?&](?:{_one_of(PRIVATE_FIELDS)})=)[^&]+",
    re.DOTALL,
)


@lru_cache(maxsize=2048)
def masked(address: str) -> str:
    """Return the path of a request, with or without its query, as a log may show it."""
    return _PRIVATE.sub(_masked_part, address)


def _masked_part(found: re.Match[str]) -> str:
    return f"{found[found.lastindex or 0]}{MASK}"
