"""Addressing: who may see an activity or object (ActivityPub §5.6, §6)."""

from enum import StrEnum
from typing import Any

from syndicate.activitypub.access import as_list, ids, types
from syndicate.activitypub.vocabulary import PUBLIC_NAMES


class Reach(StrEnum):
    """How far an object goes. The narrowest statement counts; no addressing at all is private."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


WIDTH = {Reach.PRIVATE: 0, Reach.UNLISTED: 1, Reach.PUBLIC: 2}
ADDRESSING = ("to", "cc", "bto", "bcc", "audience")
DIRECT_FLAGS = frozenset({"directmessage", "listmessage"})
"""Members by which Pleroma and its forks mark a direct message."""
DIRECT_TYPES = frozenset({"chatmessage", "encryptedmessage", "privatemessage"})
VISIBILITIES = frozenset({"direct", "followers", "followers_only", "list", "mutuals_only", "private", "specified"})
"""Values of `visibility` that are narrower than unlisted."""


def reach_of(document: dict[str, Any]) -> Reach:
    """Return the reach of a document: Public in `to` is public, Public in `cc` is unlisted, everything else is private,
    and so is a document that is marked private in any other way."""
    if is_marked_private(document):
        return Reach.PRIVATE
    if PUBLIC_NAMES.intersection(ids(document.get("to"))):
        return Reach.PUBLIC
    if PUBLIC_NAMES.intersection(ids(document.get("cc"))):
        return Reach.UNLISTED
    return Reach.PRIVATE


def reach(activity: dict[str, Any], object: dict[str, Any]) -> Reach:
    """Return the reach of an object that came in an activity. If only one of them is addressed, that counts for
    both."""
    if is_marked_private(activity) or is_marked_private(object):
        return Reach.PRIVATE
    addressed = [document for document in (activity, object) if is_addressed(document)]
    return min(map(reach_of, addressed), key=lambda reach: WIDTH[reach], default=Reach.PRIVATE)


def is_addressed(document: dict[str, Any]) -> bool:
    """Whether a document has addressing, be it empty."""
    return any(name in document for name in ADDRESSING)


def is_private_reaction(activity: dict[str, Any]) -> bool:
    """Whether a boost is not public. A boost without addressing is public."""
    return is_marked_private(activity) or (is_addressed(activity) and reach_of(activity) is Reach.PRIVATE)


def is_marked_private(document: dict[str, Any]) -> bool:
    """Whether a document is marked private in another way than by its addressing, under any prefix."""
    if DIRECT_TYPES.intersection(_bare(type) for type in types(document.get("type"))):
        return True
    for name, value in document.items():
        bare = _bare(name)
        if bare in DIRECT_FLAGS and value not in (None, False, "false", "", []):
            return True
        if bare == "visibility" and any(str(each).lower() in VISIBILITIES for each in as_list(value)):
            return True
    return False


def _bare(name: str) -> str:
    """Return a term without its prefix or the address of its vocabulary."""
    return name.replace("/", "#").replace(":", "#").rpartition("#")[2].lower()
