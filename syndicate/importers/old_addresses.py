"""Addresses of the old blog, as posts of an export refer to it.

Posts, pages and files keep their paths here; lists are at the root, whatever directory the old blog was in.
"""

import re
from urllib.parse import SplitResult

from syndicate.content.text import canonical_path
from syndicate.urls import Urls, split

UPLOADS = "/wp-content/uploads/"
PHOTON = re.compile(r"(?:https?:)?//i[0-9]\.wp\.com/([^/?#]+/[^?#]+)(?:\?[^#]*)?", re.IGNORECASE)
"""WordPress.com's copies of pictures: the host and path of the original are the path of the copy."""
HOSTED_FILES = re.compile(r"(https?://[\w-]+\.files\.wordpress\.com/[^?#]+)\?[^#]*", re.IGNORECASE)
"""A file at WordPress.com, with the size in the query."""


def original_address(address: str) -> str:
    """Return the address of the picture that a copy at WordPress.com was made of, or the address itself."""
    if found := PHOTON.fullmatch(address):
        return f"https://{found[1]}"
    if found := HOSTED_FILES.fullmatch(address):
        return found[1]
    return address


class OldAddresses:
    """`bases` are the hosts of the old blog; `prefix` is the path of its home page without the slash at the end."""

    def __init__(self, urls: Urls) -> None:
        self._urls = urls
        self.bases: set[str] = set()
        self.prefix = ""
        self._paths: set[str] = set()

    def add_base(self, address: str) -> None:
        parts = split(address)
        if parts.netloc:
            bare = parts.netloc.lower().removeprefix("www.")
            self.bases.update({bare, f"www.{bare}"})
            self.prefix = self.prefix or canonical_path(parts.path.rstrip("/"))

    def add_path(self, path: str | None) -> None:
        """Add the path of a post."""
        if path:
            self._paths.add(path)

    def is_old(self, address: str) -> bool:
        return split(address).netloc.lower() in self.bases

    def ours(self, address: str) -> str | None:
        """Return an address within the old blog as one here; None for any other."""
        original = original_address(address)
        parts = split(original)
        below = self.below(parts.path) if not parts.netloc or self.is_old(original) else None
        if below and Urls.is_list(below) and canonical_path(parts.path) not in self._paths:
            return self._urls.absolute(_spelled(parts, below))
        return self.kept(original) or (original if original != address else None)

    def kept(self, address: str) -> str | None:
        """Return the same for a thing that keeps its path."""
        parts = split(address)
        path = parts.path or "/"
        is_inside = not self.prefix or self.below(path) or UPLOADS in path or "=" in parts.query
        if not self.is_old(address) or not (is_inside or f"{self.prefix}{canonical_path(path)}" in self._paths):
            return None
        return self._urls.absolute(_spelled(parts, path))

    def below(self, path: str) -> str | None:
        """Return a path relative to the directory of the old blog; None for one outside of it."""
        if not self.prefix or not f"{canonical_path(path)}/".startswith(f"{self.prefix}/"):
            return None
        return canonical_path(path).removeprefix(self.prefix) or "/"

    def path_of(self, link: str) -> str | None:
        """Return the path of a post; None if it has none of its own (drafts, plain permalinks)."""
        parts = split(link)
        if parts.query or parts.path in ("", "/") or parts.path == f"{self.prefix}/":
            return None
        return canonical_path(parts.path)


def _spelled(parts: SplitResult, path: str) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return path + query + (f"#{parts.fragment}" if parts.fragment else "")
