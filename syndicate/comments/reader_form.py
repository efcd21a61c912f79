"""The comment form for readers without an account: what they typed, what is wrong with it, and what is shown of it. Pure.

A form in a page is the same for all readers, so that the page can be cached. Its first submission leads to a preview,
which carries a token of its own: the time and an id, signed. Only a preview can be sent, and not at once.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from syndicate.content.sanitize import SafeHtml, for_stranger
from syndicate.content.text import clean, clean_name, plain
from syndicate.errors import AddressDenied
from syndicate.model.ids import new_id
from syndicate.translation import _
from syndicate.transport.url import read_url

MAX_NAME_LENGTH = 80
MAX_SITE_LENGTH = 500
MAX_MAIL_LENGTH = 254
MAX_TEXT_LENGTH = 10_000
MIN_READING_TIME = timedelta(seconds=2)
"""How long a person takes at least from the preview to sending it."""
TOKEN_LIFETIME = timedelta(hours=24)
NO_NAME = _("Please enter a name. It need not be your real one.")
LONG_NAME = _("Please use at most 80 characters.")
NO_SITE = _("This is not the address of a website. It begins with https://, or you can leave it empty.")
NO_MAIL = _(
    "This is not a mail address such as ann@mail.example, where letters, digits and . _ % + - may stand before the @. You can"
    " leave it empty."
)
NO_TEXT = _("Please write something.")
LONG_TEXT = _("This is too long: please use at most 10,000 characters.")
TRAP_FILLED = _("Please leave the field that says so empty. Programs fill it in.")
_MAIL_ADDRESS = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}", re.IGNORECASE | re.ASCII
)
"""A mailbox in the public mail system, written as nearly all are: what else is allowed (RFC 5322 §3.4.1) can be read as
another address, as encoded words can (RFC 2047), and not every mail server sends to letters beyond ASCII."""
_PARAGRAPHS = re.compile(r"\n\s*\n")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedComment:
    """What a reader typed. `mail` is for the notice of an answer alone, and never shown; `trap` is a field that people do
    not see, and programs fill in."""

    name: str = ""
    site: str = ""
    mail: str = field(default="", repr=False)
    text: str = ""
    trap: str = ""

    @property
    def author(self) -> str:
        return clean_name(self.name)

    @property
    def site_address(self) -> str:
        """The address of the site; one that was typed without `https://` gets it."""
        typed = self.site.strip()
        return typed if not typed or "://" in typed else f"https://{typed}"

    @property
    def mail_address(self) -> str:
        return self.mail.strip()

    @property
    def html(self) -> SafeHtml:
        """The text as it is shown: paragraphs, and addresses as links that search engines do not follow."""
        parts = _PARAGRAPHS.split(clean(self.text.replace("\r\n", "\n")).strip())
        return for_stranger("".join(f"<p>{_linked(part.strip())}</p>" for part in parts))

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by field; nothing if it can be sent."""
        found = {
            "name": NO_NAME if not self.author else LONG_NAME if len(self.name.strip()) > MAX_NAME_LENGTH else "",
            "site": "" if _is_site(self.site_address) else NO_SITE,
            "mail": "" if _is_mail(self.mail_address) else NO_MAIL,
            "text": NO_TEXT if not plain(self.html) else LONG_TEXT if len(self.text) > MAX_TEXT_LENGTH else "",
            "trap": TRAP_FILLED if self.trap else "",
        }
        return {name: text for name, text in found.items() if text}


def _is_site(address: str) -> bool:
    if not address:
        return True
    try:
        return len(address) <= MAX_SITE_LENGTH and "." in (read_url(address).host or "")
    except AddressDenied:
        return False


def _is_mail(address: str) -> bool:
    return not address or (len(address) <= MAX_MAIL_LENGTH and _MAIL_ADDRESS.fullmatch(address) is not None)


def _linked(text: str) -> str:
    """Return plain text as HTML, with its line ends, and its addresses as links."""
    parts, position = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        parts += [escape(text[position : found.start()], quote=False), f'<a href="{address}">{address}</a>']
        position = found.end()
    parts.append(escape(text[position:], quote=False))
    return "".join(parts).replace("\n", "<br>")


@dataclass(frozen=True, slots=True)
class PreviewTokens:
    """Tokens that prove when a preview was made, for which post. `secret` is that of the blog."""

    secret: bytes

    def issue(self, post: str, now: datetime) -> str:
        id, at = new_id(now), int(now.timestamp())
        return f"{id}.{at}.{self._signature(id, at, post)}"

    def read(self, token: str, post: str, now: datetime) -> str | None:
        """Return the id in a token; None for one of another post, of another time, or that is none."""
        id, _separator, rest = token.partition(".")
        at, _separator, signature = rest.partition(".")
        if not at.isascii() or not at.isdecimal() or len(at) > 12:
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(id, int(at), post).encode()):
            return None
        age = now - datetime.fromtimestamp(int(at), UTC)
        return id if MIN_READING_TIME <= age <= TOKEN_LIFETIME else None

    def _signature(self, id: str, at: int, post: str) -> str:
        return hmac.new(self.secret, f"{id}.{at}.{post}".encode(), hashlib.sha256).hexdigest()
