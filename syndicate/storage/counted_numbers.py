"""What was counted last for the author's page of numbers, as one stored value."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from syndicate.clock import from_text, to_text
from syndicate.storage.numbers import PostReactions
from syndicate.storage.store import Store

COUNTED = "numbers"
"""The name of the stored value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedNumbers:
    """What was counted at an instant. `servers` and `software` are those of the followers, the largest first; months are
    `2026-11`."""

    at: datetime
    followers: int = 0
    servers: Mapping[str, int] = field(default_factory=dict)
    other_servers: int = 0
    software: Mapping[str, int] = field(default_factory=dict)
    comments: Mapping[str, int] = field(default_factory=dict)
    likes: Mapping[str, int] = field(default_factory=dict)
    boosts: Mapping[str, int] = field(default_factory=dict)
    posts: tuple[PostReactions, ...] = ()
    deliveries: Mapping[str, int] = field(default_factory=dict)


async def last_numbers(store: Store) -> CountedNumbers | None:
    """Return what was counted last, or None before the first time."""
    text = await store.key_values.find(COUNTED)
    return parse_numbers(text) if text else None


def render_numbers(numbers: CountedNumbers) -> str:
    return json.dumps(asdict(numbers) | {"at": to_text(numbers.at)})


def parse_numbers(text: str) -> CountedNumbers:
    values: dict[str, Any] = json.loads(text)
    posts = tuple(PostReactions(**post) for post in values.pop("posts"))
    return CountedNumbers(**(values | {"at": from_text(values["at"]), "posts": posts}))
