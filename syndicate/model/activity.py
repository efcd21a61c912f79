"""Activities received from other servers, and their verdicts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of a received activity: a closed list (FEDERATION.md explains each)."""

    WAITING = "waiting"
    """Recorded, not processed yet."""
    DONE = "done"
    """It had its effect."""
    HELD = "held"
    """Pending: it waits for a decision of the author."""
    IGNORED = "ignored"
    """Understood, and irrelevant to this blog."""
    UNSUPPORTED = "unsupported"
    """A type without a handler."""
    REFUSED = "refused"
    """Against a rule; the reason names it."""
    PRIVATE = "private"
    """Not public, so it is never shown."""
    FAILED = "failed"
    """Given up after several tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An outcome and the reason for it, a word of a closed list (`comment.closed`, `follow.accepted`, …)."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An authenticated activity. `id` is empty where its server gave it none; `object` is the id of its object, or
    empty; `raw` is the whole document.

    `forwarded` is true when the HTTP signature was not by `actor`: nothing in `raw` may then be believed.
    """

    id: str
    type: str
    actor: str
    object: str
    raw: dict[str, Any]
    forwarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedActivity:
    """An activity in the inbox queue. `fingerprint` is that of the signature of its request."""

    id: str
    activity: Activity
    received: datetime
    fingerprint: str = ""
    attempts: int = 0
    verdict: Verdict = field(default_factory=lambda: Verdict(outcome=Outcome.WAITING, reason="arrival.waiting"))
