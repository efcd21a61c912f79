"""For whom something is meant (ActivityPub §5.6, §6)."""

from enum import StrEnum
from typing import Any

from syndicate.activitypub.access import ids
from syndicate.activitypub.vocabulary import PUBLIC_NAMES


class Reach(StrEnum):
    """The narrower wins; no addressing at all is private."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


WIDTH = {Reach.PRIVATE: 0, Reach.UNLISTED: 1, Reach.PUBLIC: 2}


def reach_of(document: dict[str, Any]) -> Reach:
    """Public in `to` is public, Public in `cc` unlisted, and everything else private."""
    if PUBLIC_NAMES.intersection(ids(document.get("to"))):
        return Reach.PUBLIC
    if PUBLIC_NAMES.intersection(ids(document.get("cc"))):
        return Reach.UNLISTED
    return Reach.PRIVATE


def reach(activity: dict[str, Any], object: dict[str, Any]) -> Reach:
    """How far an object goes that came in an activity: an activity without any addressing leaves it to the object."""
    of_object = reach_of(object)
    if not any(name in activity for name in ("to", "cc", "bto", "bcc", "audience")):
        return of_object
    return min(of_object, reach_of(activity), key=lambda reach: WIDTH[reach])
