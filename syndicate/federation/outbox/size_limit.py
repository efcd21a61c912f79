"""Shortens an activity with an embedded object to a size that every inbox accepts.

Misskey refuses a body of 64 KiB, and the delivery is lost. The complete object is served under its id.
"""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from syndicate.activitypub.vocabulary import OBJECT_CONTEXT
from syndicate.content.federated import beginning

MAX_BYTES = 64 * 1024 - 1
MIN_CONTENT_BYTES = 16 * 1024
MAX_ATTACHMENTS = 4
MAX_HASHTAGS = 20

Document = dict[str, Any]


def limit_size(activity: Document, url: str) -> Document:
    """Shorten an activity that is too large: first without the copy of its content under a language, then with the end
    of the content replaced by a link to `url`."""
    if _bytes_left(activity) >= 0:
        return activity
    activity = {**activity, "object": _without_content_map(activity["object"])}
    if _bytes_left(activity) >= 0:
        return activity
    ending = _ending(url)
    bare = {**activity, "object": {**activity["object"], "content": ending}}
    if _bytes_left(bare) < MIN_CONTENT_BYTES:
        bare["object"] = _without_excess(bare["object"])
    content = beginning(activity["object"]["content"], _bytes_left(bare), _size)
    return {**bare, "object": {**bare["object"], "content": content + ending}}


def _without_content_map(object: Document) -> Document:
    """Remove `contentMap`. An Article keeps its language in `nameMap`."""
    kept = {name: value for name, value in object.items() if name != "contentMap"}
    language = next(iter(object.get("contentMap", ())), "")
    if language and "name" in object:
        kept["nameMap"] = {language: object["name"]}
    return kept


def _without_excess(object: Document) -> Document:
    """Limit hashtags and attachments, since hundreds of them leave no space for the text."""
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


def _bytes_left(activity: Mapping[str, Any]) -> int:
    """Return how many bytes are left, negative if the activity is too large."""
    return MAX_BYTES - PROOF_BYTES - len(_serialized(activity))


def _size(text: str) -> int:
    """Return the bytes that a part of a text adds to a document."""
    return len(_serialized(text)) - 2


def _serialized(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


PROOF_BYTES = 640 + len(_serialized(OBJECT_CONTEXT))
"""The maximum that an integrity proof adds: its fields, with addresses of ours, and a copy of the context."""
