"""The types of settings whose values have a form of their own, such as an address or a time zone.

Their validators return the value as it is used, or raise a ValueError that says what it must be.
"""

import re
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator
from yarl import URL

from syndicate.permalinks import checked

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
HANDLE = re.compile(r"[a-z0-9_]{1,30}")
PICTURE = re.compile(r"https?://[^\s?#]+\.(jpe?g|png)", re.IGNORECASE)
MAIL_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\]{1,64}@[^\s@<>(),;:\"\\]{1,253}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _site_url(value: str) -> str:
    if value != "".join(value.split()):
        raise ValueError("must hold no blanks")
    url = URL(value)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("must be an address such as https://blog.example")
    if url.user or url.path not in ("", "/") or url.query_string or url.fragment:
        raise ValueError("must be only scheme and host (and a port), without a path")
    host = url.raw_host or ""
    if host.endswith("."):
        raise ValueError("must not end with a dot")
    if ":" not in host and not all(LABEL.fullmatch(label) for label in host.split(".")):
        raise ValueError(f"{host} is no name of a host: its parts are of a-z, 0-9 and -")
    return str(url.origin())


def _handle(value: str) -> str:
    if not HANDLE.fullmatch(value):
        raise ValueError("must be 1 to 30 of the characters a-z, 0-9 and _ (Mastodon refuses others)")
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no time zone that this machine knows, such as Europe/London") from error
    return value


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise ValueError("must be a language tag such as en-GB")
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError as error:
        raise ValueError(f"{value!r} is no address or network") from error


def _addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_network(value) for value in values)


def _actor_ids(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not value.startswith(("https://", "http://")):
            raise ValueError(f"{value!r} is not the address of an account, such as https://social.example/users/ann")
    return values


def _hubs(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_hub(value) for value in values)


def _hub(value: str) -> str:
    url = URL(value)
    if url.scheme not in ("http", "https") or not url.host or url.user or url.fragment:
        raise ValueError(f"{value!r} is no address of a hub, such as https://hub.example/")
    return str(url)


def _mail_address(value: str) -> str:
    """The host may have no dot, as those of a local network."""
    if value and not MAIL_ADDRESS.fullmatch(value):
        raise ValueError("must be a mail address, such as author@mail.example")
    return value


def _picture(value: str) -> str:
    if value and not PICTURE.fullmatch(value):
        raise ValueError("must be the address of a JPEG or PNG picture, such as https://blog.example/cover.jpg")
    return value


def _smtp(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_server = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_server = False
    if value and not is_server:
        raise ValueError("must be the address of a mail server, such as smtp://user:password@mail.example:587")
    return value


def _database(value: str) -> str:
    scheme, separator, _ = value.partition("://")
    if not value or (separator and scheme not in ("postgresql", "postgres")):
        raise ValueError("must be the path of a file, such as data/syndicate.db, or begin with postgresql://")
    return value


SiteUrl = Annotated[str, AfterValidator(_site_url)]
Handle = Annotated[str, AfterValidator(_handle)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Language = Annotated[str, AfterValidator(_language)]
PermalinkPattern = Annotated[str, AfterValidator(checked)]
Networks = Annotated[tuple[str, ...], AfterValidator(_addresses)]
ActorIds = Annotated[tuple[str, ...], AfterValidator(_actor_ids)]
HubUrls = Annotated[tuple[str, ...], AfterValidator(_hubs)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
PictureUrl = Annotated[str, AfterValidator(_picture)]
SmtpUrl = Annotated[str, AfterValidator(_smtp)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
