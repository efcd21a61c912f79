"""WebFinger client: looks up an account on its server (RFC 7033)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from syndicate.activitypub.documents import parse_document
from syndicate.errors import AddressUnusable, MalformedActivity, RemoteRefused, RemoteUnavailable
from syndicate.translation import _
from syndicate.transport.message import WEBFINGER, Redirects, Request, Transport
from syndicate.urls import split

T = TypeVar("T")
Schemes = tuple[str, ...]
"""`https`, and `http` after it where peers without certificates may be asked."""

MAX_ACCOUNT_LENGTH = 500
JRD = (("Accept", "application/jrd+json, application/json"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The host and the resource to query: `acct:ann@m.example` or an address."""

    host: str
    resource: str


def account_of(text: str) -> Account:
    """Parse `@ann@m.example`, `ann@m.example`, `acct:…`, the address of a profile, or only a server's name.

    Raises AddressUnusable.
    """
    text = text.strip()
    if len(text) > MAX_ACCOUNT_LENGTH or not text or any(letter.isspace() for letter in text):
        raise AddressUnusable(
            _("{text!r} is no name in the fediverse; one looks like @ann@social.example", text=text[:40])
        )
    if "://" in text:
        parts = split(text)
        if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
            raise AddressUnusable(_("{text!r} is no address of a profile", text=text[:40]))
        return Account(host=parts.netloc, resource=text)
    user, at, host = text.removeprefix("acct:").lstrip("@").rpartition("@")
    if "/" in host or not host or (at and not user):
        raise AddressUnusable(
            _("{text!r} is no name in the fediverse; one looks like @ann@social.example", text=text[:40])
        )
    return Account(host=host, resource=f"acct:{user}@{host}" if at else f"https://{host}/")


async def in_turn(schemes: Schemes, ask: Callable[[str], Awaitable[T]]) -> T:
    """Call `ask` with each scheme until the server answers, and return the answer.

    Raises the error of the last try.
    """
    *first, last = schemes
    for scheme in first:
        try:
            return await ask(scheme)
        except RemoteUnavailable:
            continue
    return await ask(last)


async def links_of(account: Account, transport: Transport, *, schemes: Schemes) -> list[dict[str, Any]]:
    """Fetch the links of an account. Raises AddressUnusable for an unreadable answer, RemoteError."""
    resource = quote(account.resource, safe=":@/")
    address = f"{account.host}/.well-known/webfinger?resource={resource}"
    response = await in_turn(
        schemes,
        lambda scheme: transport.fetch(
            Request(url=f"{scheme}://{address}", headers=JRD, budget=WEBFINGER, redirects=Redirects.WEBFINGER)
        ),
    )
    if not 200 <= response.status < 300:
        raise RemoteRefused(f"{account.host} answers {response.status}", status=response.status)
    try:
        document = parse_document(response.body)
    except MalformedActivity as error:
        raise AddressUnusable(_("{host} gave an unreadable answer", host=account.host)) from error
    links = document.get("links")
    return [link for link in links if isinstance(link, dict)] if isinstance(links, list) else []


def actor_in(links: list[dict[str, Any]]) -> str:
    """Return the id of the account's actor; empty if there is none."""
    found = (link["href"] for link in links if link.get("rel") == "self" and isinstance(link.get("href"), str))
    return next(found, "")
