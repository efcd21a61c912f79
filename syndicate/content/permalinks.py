"""Read the addresses that a header gives: paths from the root, percent-encoded, or nothing."""

import re

from syndicate.content.text import canonical_path
from syndicate.urls import split

MAX_LENGTH = 1_000
_TOKEN = re.compile(r":[A-Za-z_]+|[{}<>]")


def has_tokens(address: str) -> bool:
    """Whether an address is a pattern (`/:year/:title/`)."""
    return bool(_TOKEN.search(address))


def path_of(address: str, *, hosts: frozenset[str] = frozenset()) -> str | None:
    """Return the path of an address from the root, as it is stored; None for one on another host, or for none.

    `hosts` are those of the blog, here and before.
    """
    parts = split(address.strip())
    if parts.scheme not in ("", "http", "https") or (parts.netloc and bare_host(parts.netloc) not in hosts):
        return None
    path = re.sub("/{2,}", "/", f"/{parts.path.strip()}")
    if path == "/" or len(path) > MAX_LENGTH or any(part in (".", "..") for part in path.split("/")):
        return None
    return canonical_path(path)


def bare_host(host: str) -> str:
    return host.lower().removeprefix("www.")


def spellings(path: str) -> tuple[str, ...]:
    """Return the other addresses at which web servers answer with the page at a path."""
    if path.endswith("/index.html"):
        return (path.removesuffix("index.html"),)
    if path.endswith("/"):
        return (f"{path}index.html",) if path != "/" else ()
    return (path.removesuffix(".html"),) if path.endswith(".html") else (f"{path}.html",)
