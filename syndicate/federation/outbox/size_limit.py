"""An activity with its object embedded → as it is sent: small enough for every inbox.

Misskey refuses a body of 64 KiB and does not try again. The whole object can be had under its id.
"""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from syndicate.content.federated import beginning

MAX_BYTES = 64 * 1024 - 1
PROOF_BYTES = 1024
"""What an integrity proof and its context add, at most."""
ROOM_FOR_CONTENT = 16 * 1024
MAX_ATTACHMENTS = 4
MAX_HASHTAGS = 20

Document = dict[str, Any]


def fitted(activity: Document, url: str) -> Document:
    """The activity without what makes it too large: first the copy of its content under a language, then the end of the
    content, in whose place the address `url` stands."""
    if _room(activity) >= 0:
        return activity
    activity = {**activity, "object": _without_content_map(activity["object"])}
    if _room(activity) >= 0:
        return activity
    ending = _ending(url)
    bare = {**activity, "object": {**activity["object"], "content": ending}}
    if _room(bare) < ROOM_FOR_CONTENT:
        bare["object"] = _without_excess(bare["object"])
    content = beginning(activity["object"]["content"], _room(bare), _size)
    return {**bare, "object": {**bare["object"], "content": content + ending}}


def _without_content_map(object: Document) -> Document:
    """An Article keeps its language by the map of its name."""
    kept = {name: value for name, value in object.items() if name != "contentMap"}
    language = next(iter(object.get("contentMap", ())), "")
    if language and "name" in object:
        kept["nameMap"] = {language: object["name"]}
    return kept


def _without_excess(object: Document) -> Document:
    """An object with hundreds of hashtags or pictures leaves no room for words."""
    is_hashtag = [tag.get("type") == "Hashtag" for tag in object["tag"]]
    others = [tag for tag, hashtag in zip(object["tag"], is_hashtag, strict=True) if not hashtag]
    hashtags = [tag for tag, hashtag in zip(object["tag"], is_hashtag, strict=True) if hashtag]
    return {
        **object,
        "tag": [*hashtags[:MAX_HASHTAGS], *others],
        "attachment": object["attachment"][:MAX_ATTACHMENTS],
    }


def _ending(url: str) -> str:
    shown = escape(url)
    return f'<p>… read on: <a href="{shown}">{shown}</a></p>'


def _room(activity: Mapping[str, Any]) -> int:
    """How many bytes are left, negative where it is too large."""
    return MAX_BYTES - PROOF_BYTES - len(_written(activity))


def _size(text: str) -> int:
    """What a part of a text adds to a document."""
    return len(_written(text)) - 2


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
