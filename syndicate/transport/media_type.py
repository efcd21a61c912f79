"""Recognizes ActivityStreams by the `Content-Type` alone (RFC 9110 §8.3, ActivityPub §3.2).

The check is strict: an uploaded file, served as `application/json` or `text/plain`, must never pass for an actor.
"""

import re

AS2 = "application/activity+json"
AS2_PROFILE = "https://www.w3.org/ns/activitystreams"
ACCEPT_AS2 = f'{AS2}, application/ld+json; profile="{AS2_PROFILE}"'

_ESSENCE = re.compile(r"[ \t]*([\w!#$&^.+-]+/[\w!#$&^.+-]+)[ \t]*", re.ASCII)
_PARAMETER = re.compile(r';[ \t]*(?:([\w!#$%&\'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^";\s]*)))?[ \t]*', re.ASCII)


def is_activity_streams(content_type: str) -> bool:
    """Whether this is `application/activity+json` with any parameters, or `application/ld+json` with the AS2 profile."""
    essence = _ESSENCE.match(content_type)
    if essence is None:
        return False
    parameters = _parameters(content_type, essence.end())
    if parameters is None:
        return False
    match essence[1].lower():
        case "application/activity+json":
            return True
        case "application/ld+json":
            return AS2_PROFILE in parameters.get("profile", "").split()
        case _:
            return False


def _parameters(text: str, position: int) -> dict[str, str] | None:
    """Return the parameters by lower-case name, the first of each; None if the text is malformed."""
    parameters: dict[str, str] = {}
    while position < len(text):
        found = _PARAMETER.match(text, position)
        if found is None:
            return None
        name, quoted, plain = found.groups()
        if name:
            parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain)
        position = found.end()
    return parameters
