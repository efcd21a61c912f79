"""Parses documents of other servers into values.

Every function takes a JSON object that `documents.parse_document` has accepted, and raises MalformedActivity if a
required member is missing. Authenticity is not decided here, but by the callers.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from syndicate.activitypub.access import as_id, as_link, as_list, as_object, as_page, as_text, types
from syndicate.activitypub.vocabulary import ACTOR_TYPES
from syndicate.errors import MalformedActivity
from syndicate.model.activity import Activity
from syndicate.model.actor import PublicKey, RemoteActor

MAX_ID_LENGTH = 2048
MAX_REMEMBERED = 1024
"""How many ids the origin is remembered of: an activity names the same few again and again."""
MAX_NAME_LENGTH = 2048
MAX_SUMMARY_LENGTH = 20_000
MAX_CONTENT_LENGTH = 50_000
"""About ten thousand words."""
MAX_ATTACHMENTS = 16
MAX_KEYS = 10
MAX_EMOJI = 50
MAX_OPTIONS = 20
MAX_OPTION_LENGTH = 300
MIN_YEAR = 1970
HANDLE = re.compile(r"(?:acct:)?@?([\w.-]+)@([\w-]+(?:\.[\w-]+)+(?::[0-9]{1,5})?)")
MAX_HANDLE_LENGTH = 300
LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a note. `alt` is its description."""

    url: str
    alt: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteNote:
    """A text of another server. `html` is as received: unsafe, and of type `media_type` if that is given; `language` is
    its tag (BCP 47), or empty. `url` is its page, empty if there is none; `published` is None if it is missing or
    unreadable; `options` are those of a poll."""

    id: str
    type: str
    author: str
    in_reply_to: str
    name: str
    html: str
    media_type: str
    language: str
    summary: str
    url: str
    published: datetime | None
    updated: datetime | None
    attached: tuple[Attachment, ...]
    mentions: tuple[str, ...]
    hashtags: tuple[str, ...]
    options: tuple[str, ...]
    raw: dict[str, Any]

    @property
    def is_short(self) -> bool:
        """Whether it is a note or a poll, whose summary is a content warning; that of an article is an excerpt."""
        return self.type in ("", "Note", "Question", "ChatMessage")

    @property
    def is_sensitive(self) -> bool:
        return self.raw.get("sensitive") is True


def origin(address: str) -> str:
    """Return `scheme://host[:port]` of an id, normalized; empty if it is no web address."""
    return _origin_and_host(address)[0]


def host_of(address: str) -> str:
    """Return the host of an id, without port; empty if it is no web address."""
    return _origin_and_host(address)[1]


def _origin_and_host(address: str) -> tuple[str, str]:
    """Return both, remembered for what is no longer than an id."""
    return (_remembered if len(address) <= MAX_ID_LENGTH else _parsed)(address)


def _parsed(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "", ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return "", ""
    host = parts.hostname.rstrip(".")
    default = port is None or (parts.scheme, port) in (("http", 80), ("https", 443))
    return (f"{parts.scheme}://{host}" if default else f"{parts.scheme}://{host}:{port}"), host


_remembered = lru_cache(maxsize=MAX_REMEMBERED)(_parsed)


def authority_of(address: str) -> str:
    """Return the host and, if it is not the default, the port."""
    return origin(address).partition("://")[2]


def parse_activity(document: dict[str, Any]) -> Activity:
    """Parse the envelope of an activity (AS2 §4.2). A missing id or actor is empty: the signer is then the actor.
    Raises MalformedActivity."""
    type = as_text(document.get("type")) or next(types(document.get("type")), "")
    if not type:
        raise MalformedActivity("activity.type")
    actor = document.get("actor")
    if len(as_list(actor)) > 1:
        raise MalformedActivity("activity.actor", "more than one")
    return Activity(
        id=require_id(document["id"], "activity.id") if document.get("id") is not None else "",
        type=type[:100],
        actor=require_id(as_id(actor), "activity.actor") if actor is not None else "",
        object=as_id(document.get("object"))[:MAX_ID_LENGTH],
        raw=document,
    )


def require_id(value: Any, reason: str) -> str:
    """Return a web address that can be an id. Raises MalformedActivity."""
    if not isinstance(value, str) or len(value) > MAX_ID_LENGTH or not origin(value):
        raise MalformedActivity(reason, "not an address")
    if not value.isprintable() or any(character in ' <>"\\^`{|}' for character in value):
        raise MalformedActivity(reason, "not an address")
    return value


def parse_note(document: dict[str, Any]) -> RemoteNote:
    """Parse a Note, Article, Page, … (AS2 vocabulary §3.3). Raises MalformedActivity."""
    return RemoteNote(
        id=require_id(document.get("id"), "object.id"),
        type=next(types(document.get("type")), ""),
        author=require_id(as_id(document.get("attributedTo")), "object.author"),
        in_reply_to=as_id(document.get("inReplyTo"))[:MAX_ID_LENGTH],
        name=_name(document),
        html=_beginning(_content(document)),
        media_type=as_text(document.get("mediaType"))[:100],
        language=_language(document),
        summary=as_text(document.get("summary"))[:MAX_SUMMARY_LENGTH],
        url=as_page(document.get("url"))[:MAX_ID_LENGTH],
        published=timestamp(document.get("published")),
        updated=timestamp(document.get("updated")),
        attached=tuple(
            _attached(item) for item in as_list(document.get("attachment"))[:MAX_ATTACHMENTS] if isinstance(item, dict)
        ),
        mentions=_tagged(document, "Mention", "href"),
        hashtags=_tagged(document, "Hashtag", "name"),
        options=_options(document),
        raw=document,
    )


def _name(document: dict[str, Any]) -> str:
    """Return the name of an object or actor without its custom emoji (FEP-9098), whose short codes nobody can read."""
    name = as_text(document.get("name"))[:MAX_NAME_LENGTH]
    for code in _tagged(document, "Emoji", "name")[:MAX_EMOJI]:
        if len(code.strip(":")) > 0:
            name = name.replace(f":{code.strip(':')}:", "")
    return name.strip()


def _options(document: dict[str, Any]) -> tuple[str, ...]:
    """Return the options of a poll (AS2 vocabulary §3.3, Question)."""
    choices = [*as_list(document.get("oneOf")), *as_list(document.get("anyOf"))][:MAX_OPTIONS]
    names = (as_text(choice.get("name"))[:MAX_OPTION_LENGTH] for choice in choices if isinstance(choice, dict))
    return tuple(name for name in names if name.strip())


def _content(document: dict[str, Any]) -> str:
    content = as_text(document.get("content"))
    if content:
        return content
    languages = document.get("contentMap")
    if isinstance(languages, dict):
        return next((text for text in languages.values() if isinstance(text, str)), "")
    return ""


def _language(document: dict[str, Any]) -> str:
    """Return the language of the content: the key in `contentMap` that has it, else the only key there or in
    `nameMap`."""
    content = _content(document)
    languages = as_object(document.get("contentMap"))
    same = [tag for tag, text in languages.items() if text == content]
    for tags in (same[:1], list(languages), list(as_object(document.get("nameMap")))):
        if len(tags) == 1 and LANGUAGE.fullmatch(tags[0]):
            return "" if tags[0].lower() == "und" else tags[0]
    return ""


def _beginning(html: str) -> str:
    """Return HTML cut to the maximum length, with an ellipsis that is inside no tag."""
    if len(html) <= MAX_CONTENT_LENGTH:
        return html
    cut = html[:MAX_CONTENT_LENGTH]
    return (cut if cut.rfind(">") >= cut.rfind("<") else cut[: cut.rfind("<")]) + "…"


def _attached(item: dict[str, Any]) -> Attachment:
    kind = next(types(item.get("type")), "").lower()  # an Image, Audio or Video without media type
    return Attachment(
        url=as_link(item.get("url"))[:MAX_ID_LENGTH],
        alt=(as_text(item.get("summary")) or as_text(item.get("name")))[:1500],
        media_type=as_text(item.get("mediaType"))[:100] or f"{kind}/*",
    )


def _tagged(document: dict[str, Any], type: str, member: str) -> tuple[str, ...]:
    tags = [tag for tag in as_list(document.get("tag")) if isinstance(tag, dict) and type in types(tag.get("type"))]
    return tuple(as_text(tag.get(member))[:MAX_ID_LENGTH] for tag in tags)


def timestamp(value: Any) -> datetime | None:
    """Parse an `xsd:dateTime` with or without offset; None if it is missing, unreadable or before 1970."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        timestamp = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return timestamp if timestamp.year >= MIN_YEAR else None


def parse_actor(document: dict[str, Any], *, fetched: datetime) -> RemoteActor:
    """Parse an actor (ActivityPub §4.1). Its inbox may be on another host than its id (as at WordPress.com), its keys
    and its shared inbox may not. Raises MalformedActivity.

    Its handle is on the host of its id; one elsewhere, which the document claims, has to be confirmed by WebFinger.
    """
    id = require_id(document.get("id"), "actor.id")
    type = next((type for type in types(document.get("type")) if type in ACTOR_TYPES), "")
    if not type:
        raise MalformedActivity("actor.type")
    inbox = require_id(as_id(document.get("inbox")), "actor.inbox")
    if origin(inbox) != origin(id) and not inbox.startswith(("https:", f"{urlsplit(id).scheme}:")):
        raise MalformedActivity("actor.inbox", "on another host, without https")
    shared = as_id(as_object(document.get("endpoints")).get("sharedInbox"))
    url = as_page(document.get("url"))
    user = _username(document)
    return RemoteActor(
        uri=id,
        type=type,
        handle=f"@{user}@{authority_of(id)}" if user else "",
        claimed_handle=_claimed_handle(document, id),
        name=_name(document) or user[:MAX_NAME_LENGTH],
        url=own_page(id, url)[:MAX_ID_LENGTH],
        inbox=inbox,
        shared_inbox=shared if origin(shared) == origin(id) else "",
        followers=as_id(document.get("followers"))[:MAX_ID_LENGTH],
        icon=_icon(document),
        summary=as_text(document.get("summary"))[:MAX_SUMMARY_LENGTH],
        published=timestamp(document.get("published")),
        keys=parse_keys(document, id),
        fetched=fetched,
    )


def own_page(id: str, url: str) -> str:
    """Return the page of an object whose page is said to be at `url`: that, if it is on the host of the object, else
    its id, which redirects there. Empty without a page, since the id then leads to JSON."""
    if not url:
        return ""
    return url if origin(url) and host_of(url) == host_of(id) else id


def _claimed_handle(document: dict[str, Any], id: str) -> str:
    """Return the handle in `webfinger` (FEP-2c59), with a host of its own or another user; empty if it says nothing
    new."""
    found = HANDLE.fullmatch(as_text(document.get("webfinger")).strip()[:MAX_HANDLE_LENGTH])
    if found is None:
        return ""
    user, host = found[1], found[2].lower()
    return "" if (user, host) == (_username(document), authority_of(id)) else f"@{user}@{host}"


def _username(document: dict[str, Any]) -> str:
    """Return the user part of a handle; empty if it would pretend to be on another host."""
    user = as_text(document.get("preferredUsername"))[:200]
    return "" if any(character in "@/\\" or character.isspace() for character in user) else user


def _icon(document: dict[str, Any]) -> str:
    icon = document.get("icon")
    address = as_link(as_object(icon).get("url")) or as_link(icon)
    return address[:MAX_ID_LENGTH] if origin(address) else ""


def parse_keys(document: dict[str, Any], owner: str) -> tuple[PublicKey, ...]:
    """Return the keys that a document lists as its own: `publicKey` in PEM, and Multikeys (FEP-521a) as they are.

    A key id that is listed twice is ignored, and so is one on another origin: an actor that could claim the key ids of
    another server would block those who sign with them.
    """
    found: dict[str, PublicKey] = {}
    twice: set[str] = set()
    for item in [*as_list(document.get("publicKey")), *as_list(document.get("assertionMethod"))][: 2 * MAX_KEYS]:
        if not isinstance(item, dict):
            continue
        claimed = as_id(item.get("owner")) or as_id(item.get("controller"))
        key = PublicKey(
            id=as_id(item)[:MAX_ID_LENGTH],
            owner=owner,
            pem=as_text(item.get("publicKeyPem"))[:16_384] or as_text(item.get("publicKeyMultibase"))[:4096],
        )
        if claimed != owner or not key.pem or origin(key.id) != origin(owner):
            continue
        if key.id in found:
            twice.add(key.id)
        found[key.id] = key
    return tuple(key for id, key in found.items() if id not in twice)[:MAX_KEYS]


def key_owner(document: dict[str, Any], key_id: str) -> str:
    """Return the owner of the key in a fetched document: an actor, GoToSocial's stub of one, or a bare key.

    Empty if there is none. The owner's own document still has to confirm the key (FEP-fe34).
    """
    if as_text(document.get("publicKeyPem")) or as_text(document.get("publicKeyMultibase")):
        return (as_id(document.get("owner")) or as_id(document.get("controller"))) if as_id(document) == key_id else ""
    return as_id(document)
