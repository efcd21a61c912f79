"""The topics of the hub: the feeds of this blog, by their addresses."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDocument:
    """A feed as it is served. `version` is its version without comment counts."""

    body: bytes
    media_type: str
    version: str


class Topics(Protocol):
    """The feeds of this blog. A topic is exactly the `self` address of a feed."""

    async def has(self, topic: str) -> bool:
        """Whether this is a feed of ours. Cheap, since anybody can call it."""
        ...

    async def version(self, topic: str) -> str | None:
        """Return the current version; None if there is no such feed. Cheap while nothing has changed."""
        ...

    async def document(self, topic: str) -> TopicDocument | None:
        """Return the current feed; None if there is no such feed."""
        ...
