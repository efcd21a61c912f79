"""What our hub has to tell of: the feeds of this blog, by their addresses."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDocument:
    """A feed as it is served. `version` changes when there is something to tell, and not with mere counts."""

    body: bytes
    media_type: str
    version: str


class Topics(Protocol):
    """Knows the feeds of this blog. A topic is the address that a feed calls `self`, to the letter."""

    async def has(self, topic: str) -> bool:
        """Whether this is a feed of ours. Cheap: anybody may ask."""
        ...

    async def version(self, topic: str) -> str | None:
        """What the document's version is now; None where there is no such feed. Cheap while nothing has changed."""
        ...

    async def document(self, topic: str) -> TopicDocument | None:
        """The feed as it is now."""
        ...
