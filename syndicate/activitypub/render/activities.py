"""Renders activities."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from syndicate.activitypub.render.parts import Document
from syndicate.activitypub.vocabulary import AS2
from syndicate.clock import to_wire


def activity(
    type: str,
    *,
    id: str,
    actor: str,
    object: Any,
    published: datetime | None = None,
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    context: Any = AS2,
) -> Document:
    """Render an activity. An embedded object leaves its `@context` to the activity."""
    document: Document = {"@context": context, "id": id, "type": type, "actor": actor}
    if published is not None:
        document["published"] = to_wire(published)
    if to:
        document["to"] = list(to)
    if cc:
        document["cc"] = list(cc)
    document["object"] = _inner(object)
    return document


def _inner(object: Any) -> Any:
    if not isinstance(object, Mapping):
        return object
    return {key: value for key, value in object.items() if key != "@context"}


def follow_as_received(id: str, actor: str, object: str) -> Document:
    """Render a Follow as embedded in our Accept: Mastodon, GoToSocial and Pixelfed compare these three members."""
    return {"id": id, "type": "Follow", "actor": actor, "object": object}
