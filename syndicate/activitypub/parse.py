"""Documents of other servers → values of ours.

Every function takes a JSON object that `documents.parse_document` has let through, and raises MalformedActivity
where something that it must have is missing. Nothing here believes anything: whose word counts is decided above.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from syndicate.activitypub.access import as_id, as_link, as_list, as_object, as_page, as_text, types
from syndicate.activitypub.vocabulary import ACTOR_TYPES
from syndicate.errors import MalformedActivity
from syndicate.model.activity import Activity
from syndicate.model.actor import PublicKey, RemoteActor

LONGEST_ID = 2048
LONGEST_NAME = 2048
LONGEST_SUMMARY = 20_000
LONGEST_CONTENT = 50_000
"""Of ten thousand words, the longest comment that anybody reads."""
MOST_ATTACHED = 16
MOST_KEYS = 10
MOST_OPTIONS = 20
LONGEST_OPTION = 300
EARLIEST_YEAR = 1970


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that came with a note. `alt` is its description."""

    url: str
    alt: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteNote:
    """Something that somebody wrote elsewhere. `html` is as it came: unsafe. `url` is where people read it, empty where
    that is not said; `published` is None where it is missing or unreadable; `options` are those of a poll."""

    id: str
    type: str
    author: str
    in_reply_to: str
    name: str
    html: str
    summary: str
    url: str
    published: datetime | None
    updated: datetime | None
    attached: tuple[Attached, ...]
    mentions: tuple[str, ...]
    hashtags: tuple[str, ...]
    options: tuple[str, ...]
    raw: dict[str, Any]

    @property
    def is_short(self) -> bool:
        """Whether it is a note or a poll, whose summary is a content warning; of articles and the like it is an excerpt."""
        return self.type in ("", "Note", "Question", "ChatMessage")

    @property
    def is_sensitive(self) -> bool:
        return self.raw.get("sensitive") is True


def origin(address: str) -> str:
    """`scheme://host[:port]` of an id, with what all spell alike folded; empty where it is no web address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    host = parts.hostname.rstrip(".")
    default = port is None or (parts.scheme, port) in (("http", 80), ("https", 443))
    return f"{parts.scheme}://{host}" if default else f"{parts.scheme}://{host}:{port}"


def host_of(address: str) -> str:
    """The host of an id, without port; empty where it is no web address."""
    return (urlsplit(address).hostname or "").rstrip(".") if origin(address) else ""


def authority_of(address: str) -> str:
    """Host and, where it is not the default, port."""
    return origin(address).partition("://")[2]


def parse_activity(document: dict[str, Any]) -> Activity:
    """The frame of an activity (AS2 §4.2). Id and actor are empty where they are missing: whoever signed is then the
    actor. Raises MalformedActivity."""
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
        object=as_id(document.get("object"))[:LONGEST_ID],
        raw=document,
    )


def require_id(value: Any, reason: str) -> str:
    """A web address that can be an id. Raises MalformedActivity."""
    if not isinstance(value, str) or len(value) > LONGEST_ID or not origin(value):
        raise MalformedActivity(reason, "not an address")
    if not value.isprintable() or any(character in ' <>"\\^`{|}' for character in value):
        raise MalformedActivity(reason, "not an address")
    return value


def parse_note(document: dict[str, Any]) -> RemoteNote:
    """Something written: a Note, Article, Page, … (AS2 vocabulary §3.3). Raises MalformedActivity."""
    return RemoteNote(
        id=require_id(document.get("id"), "object.id"),
        type=next(types(document.get("type")), ""),
        author=require_id(as_id(document.get("attributedTo")), "object.author"),
        in_reply_to=as_id(document.get("inReplyTo"))[:LONGEST_ID],
        name=as_text(document.get("name"))[:LONGEST_NAME],
        html=_beginning(_content(document)),
        summary=as_text(document.get("summary"))[:LONGEST_SUMMARY],
        url=as_page(document.get("url"))[:LONGEST_ID],
        published=instant(document.get("published")),
        updated=instant(document.get("updated")),
        attached=tuple(
            _attached(item) for item in as_list(document.get("attachment"))[:MOST_ATTACHED] if isinstance(item, dict)
        ),
        mentions=_tagged(document, "Mention", "href"),
        hashtags=_tagged(document, "Hashtag", "name"),
        options=_options(document),
        raw=document,
    )


def _options(document: dict[str, Any]) -> tuple[str, ...]:
    """What can be chosen in a poll (AS2 vocabulary §3.3, Question)."""
    choices = [*as_list(document.get("oneOf")), *as_list(document.get("anyOf"))][:MOST_OPTIONS]
    names = (as_text(choice.get("name"))[:LONGEST_OPTION] for choice in choices if isinstance(choice, dict))
    return tuple(name for name in names if name.strip())


def _content(document: dict[str, Any]) -> str:
    content = as_text(document.get("content"))
    if content:
        return content
    languages = document.get("contentMap")
    if isinstance(languages, dict):
        return next((text for text in languages.values() if isinstance(text, str)), "")
    return ""


def _beginning(html: str) -> str:
    """HTML that is not too long; of longer one the beginning, with an ellipsis that stands in no tag."""
    if len(html) <= LONGEST_CONTENT:
        return html
    cut = html[:LONGEST_CONTENT]
    return (cut if cut.rfind(">") >= cut.rfind("<") else cut[: cut.rfind("<")]) + "…"


def _attached(item: dict[str, Any]) -> Attached:
    kind = next(types(item.get("type")), "").lower()  # an Image, an Audio or a Video that does not say which kind of it
    return Attached(
        url=as_link(item.get("url"))[:LONGEST_ID],
        alt=(as_text(item.get("summary")) or as_text(item.get("name")))[:1500],
        media_type=as_text(item.get("mediaType"))[:100] or f"{kind}/*",
    )


def _tagged(document: dict[str, Any], type: str, member: str) -> tuple[str, ...]:
    tags = [tag for tag in as_list(document.get("tag")) if isinstance(tag, dict) and type in types(tag.get("type"))]
    return tuple(as_text(tag.get(member))[:LONGEST_ID] for tag in tags)


def instant(value: Any) -> datetime | None:
    """An `xsd:dateTime`, with or without offset; None where it is missing, unreadable or before there were computers."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        instant = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year >= EARLIEST_YEAR else None


def parse_actor(document: dict[str, Any], *, fetched: datetime) -> RemoteActor:
    """An actor (ActivityPub §4.1). Its inbox may lie on another host than its id (WordPress.com does so), its keys and its
    shared inbox may not. Raises MalformedActivity.

    Its handle is what the document claims; whether WebFinger confirms that is for others to find out.
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
        name=(as_text(document.get("name")) or user)[:LONGEST_NAME],
        url=own_page(id, url)[:LONGEST_ID],
        inbox=inbox,
        shared_inbox=shared if origin(shared) == origin(id) else "",
        followers=as_id(document.get("followers"))[:LONGEST_ID],
        icon=_icon(document),
        summary=as_text(document.get("summary"))[:LONGEST_SUMMARY],
        published=instant(document.get("published")),
        keys=parse_keys(document, id),
        fetched=fetched,
    )


def own_page(id: str, url: str) -> str:
    """Where people read something whose page is said to be at `url`: there, if that is on its own host. What has a page
    elsewhere is linked by its id, which leads to it; what has none is not linked, for its id leads to JSON."""
    if not url:
        return ""
    return url if origin(url) and host_of(url) == host_of(id) else id


def _username(document: dict[str, Any]) -> str:
    """What stands before the `@host` of a handle; empty where it would pretend to another host."""
    user = as_text(document.get("preferredUsername"))[:200]
    return "" if any(character in "@/\\" or character.isspace() for character in user) else user


def _icon(document: dict[str, Any]) -> str:
    icon = document.get("icon")
    address = as_link(as_object(icon).get("url")) or as_link(icon)
    return address[:LONGEST_ID] if origin(address) else ""


def parse_keys(document: dict[str, Any], owner: str) -> tuple[PublicKey, ...]:
    """The keys that a document lists as its own: `publicKey` in PEM, and Multikeys (FEP-521a) as they are.

    A key id that is listed twice is nobody's, and one on another origin is none of the owner's: whoever could list
    another server's key ids would silence those who sign with them.
    """
    found: dict[str, PublicKey] = {}
    twice: set[str] = set()
    for item in [*as_list(document.get("publicKey")), *as_list(document.get("assertionMethod"))][: 2 * MOST_KEYS]:
        if not isinstance(item, dict):
            continue
        claimed = as_id(item.get("owner")) or as_id(item.get("controller"))
        key = PublicKey(
            id=as_id(item)[:LONGEST_ID],
            owner=owner,
            pem=as_text(item.get("publicKeyPem"))[:16_384] or as_text(item.get("publicKeyMultibase"))[:4096],
        )
        if claimed != owner or not key.pem or origin(key.id) != origin(owner):
            continue
        if key.id in found:
            twice.add(key.id)
        found[key.id] = key
    return tuple(key for id, key in found.items() if id not in twice)[:MOST_KEYS]


def key_owner(document: dict[str, Any], key_id: str) -> str:
    """Whose key a fetched document is about: it may be an actor, GoToSocial's stub of one, or a bare key.

    Returns the owner's id, or empty. Whether the owner agrees is still to be asked (FEP-fe34).
    """
    if as_text(document.get("publicKeyPem")) or as_text(document.get("publicKeyMultibase")):
        return (as_id(document.get("owner")) or as_id(document.get("controller"))) if as_id(document) == key_id else ""
    return as_id(document)
