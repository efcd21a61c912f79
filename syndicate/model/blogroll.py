"""What the author reads."""

from dataclasses import dataclass
from enum import StrEnum


class FollowState(StrEnum):
    """How far our Follow of an entry's actor has come."""

    NONE = "none"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollEntry:
    """One blog or account. `url` is its home page; `feed_url` and `actor` are empty where it has none.

    `rel` is XFN (words separated by spaces). `hidden` entries are shown to the author alone.
    """

    id: str
    name: str
    tagline: str = ""
    url: str = ""
    feed_url: str = ""
    actor: str = ""
    handle: str = ""
    category: str = ""
    position: int = 0
    language: str = ""
    rel: str = ""
    notes: str = ""
    picture: str = ""
    hidden: bool = False
    follow: FollowState = FollowState.NONE
