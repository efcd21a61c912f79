"""Parse the list of follows that Mastodon and compatible software export: CSV, one account per line."""

import csv
import re
from dataclasses import dataclass

from syndicate.errors import NotAnExport
from syndicate.feeds._text import one_line
from syndicate.translation import _

MAX_BYTES = 16 * 1024 * 1024
MAX_ACCOUNTS = 20_000
_MAX_LEFT_OUT = 1_000
_ACCOUNT = re.compile(r"@?([A-Za-z0-9_.-]{1,200})@([A-Za-z0-9.-]{1,253}\.[A-Za-z0-9-]{1,63}(?::\d{1,5})?)")
_HEADING = "account address"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingList:
    """The parsed list. `handles` are unique, in the form `@user@host`; `left_out` are the invalid entries."""

    handles: tuple[str, ...]
    left_out: tuple[str, ...]


def parse(data: bytes) -> FollowingList:
    """Parse a list. Raises NotAnExport if it contains no account."""
    if len(data) > MAX_BYTES:
        raise NotAnExport(
            _("The file is larger than {size} MB; that is not a list of accounts.", size=MAX_BYTES // 1024 // 1024)
        )
    handles: dict[str, None] = {}
    left_out: list[str] = []
    try:
        rows = csv.reader(data.decode("utf-8-sig", errors="replace").replace("\0", "").splitlines())
        for row in rows:
            first = one_line(row[0]) if row else ""
            if not first or first.lower() == _HEADING:
                continue
            account = _ACCOUNT.fullmatch(first)
            if account is not None and len(handles) < MAX_ACCOUNTS:
                handles[f"@{account[1]}@{account[2].lower()}"] = None
            elif len(left_out) < _MAX_LEFT_OUT:
                left_out.append(first[:200])
    except csv.Error as error:
        raise NotAnExport(_("The file is not CSV: {error}.", error=error)) from error
    if not handles:
        raise NotAnExport(_("The file lists no accounts: each line must begin with one, such as ann@social.example."))
    return FollowingList(handles=tuple(handles), left_out=tuple(left_out))
