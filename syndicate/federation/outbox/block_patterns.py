"""What can be blocked: a domain, the id of an actor, or the handle of an account that is not known yet."""

import re

from syndicate.content.addresses import ascii_host
from syndicate.errors import InputError
from syndicate.storage import Store
from syndicate.translation import _
from syndicate.urls import split

DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
ACCOUNT = re.compile(r"@?([A-Za-z0-9_.-]{1,200})@([A-Za-z0-9.-]{1,253})")


def domain_of(text: str) -> str:
    """Return a domain in canonical form. Raises InputError."""
    host = ascii_host(text.strip().rstrip("."))
    if not DOMAIN.fullmatch(host):
        raise InputError(_("{text}: please give a domain such as spam.example, or an account", text=text))
    return host


async def pattern_of(store: Store, text: str, *, may_be_unknown: bool = False) -> str:
    """Return what to block: a domain, also given as the address of a server, or the id of an actor, given by address or
    by a known handle. The handle or address of an account that is not known here only if it `may_be_unknown`.

    Raises InputError.
    """
    if "://" in text:
        return await _at_address(store, text.strip(), may_be_unknown=may_be_unknown)
    if "@" not in text:
        return domain_of(text)
    handle = f"@{text.strip().lstrip('@')}"
    actor = await store.remote_actors.find_by_handle(handle)
    is_account = ACCOUNT.fullmatch(handle) is not None
    if actor is None and may_be_unknown and is_account:
        return handle.lower()
    if actor is None and await store.blocks.find(handle.lower()) is not None:
        return handle.lower()
    if actor is None:
        raise InputError(
            _(
                "{handle}: this account is not known here; please give its domain to block the whole server",
                handle=handle,
            )
        )
    return actor.uri


async def _at_address(store: Store, address: str, *, may_be_unknown: bool) -> str:
    known = await store.remote_actors.find_by_address(address)
    if known is not None:
        return known.uri
    parts = split(address)
    if parts.netloc and parts.path in ("", "/") and not parts.query:  # the address of a server, not of an account
        return domain_of(parts.hostname or "")
    if may_be_unknown or await store.blocks.find(address) is not None:
        return address
    raise InputError(
        _(
            "{address}: no account here has this address; please give its handle (@ann@social.example), or its "
            "domain to block the whole server",
            address=address,
        )
    )
