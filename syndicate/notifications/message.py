"""Mails of notifications: plain text, with links to the desk, and one click to end them (RFC 8058)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy, default
from email.utils import format_datetime

from syndicate.errors import MailUnusable
from syndicate.notifications.words import NotificationText
from syndicate.translation import _


class WholeHeader(UnstructuredHeader, BaseHeader):
    """A header that stays on one line. The library would encode an address that is too long for a line (RFC 2047), which
    mail programs do not decode in this header."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _policy() -> Policy:
    registry = HeaderRegistry()
    registry.map_to_type("List-Unsubscribe", WholeHeader)
    return default.clone(header_factory=registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Sender and recipient. `base` is the address of the blog, `off` the path that ends the mails."""

    blog: str
    sender: str
    recipient: str
    base: str
    off: str


def render_mail(id: str, created: datetime, items: Sequence[NotificationText], envelope: Envelope) -> EmailMessage:
    """Return the mail about what waits."""
    subject = items[0].title if len(items) == 1 else _("{count} news of your blog", count=len(items))
    return new_mail(id, created, subject, _body(items, envelope), envelope)


def new_mail(id: str, created: datetime, subject: str, text: str, envelope: Envelope) -> EmailMessage:
    """Return a mail that can be ended by one click. The same mail, sent again after a failure, has the same id.

    Raises MailUnusable.
    """
    message = EmailMessage(policy=_policy())
    message["From"] = _address(envelope.sender, name=_one_line(envelope.blog))
    message["To"] = _address(envelope.recipient)
    message["Subject"] = _one_line(subject)
    message["Date"] = format_datetime(created)
    message["Message-ID"] = f"<{id}@{envelope.base.partition('://')[2].partition(':')[0]}>"
    message["List-Unsubscribe"] = f"<{envelope.base}{envelope.off}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _address(address: str, *, name: str = "") -> Address:
    """Raises MailUnusable if the library cannot read an address, or reads another one from it."""
    try:
        parsed = Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError, HeaderParseError):
        parsed = None
    if parsed is None or parsed.addr_spec != address:
        raise MailUnusable("the sender or recipient of a mail is not an address that mail can be sent to")
    return parsed


def _body(items: Sequence[NotificationText], envelope: Envelope) -> str:
    parts = [
        "\n".join(line for line in (item.title, item.text, f"{envelope.base}{item.path}") if line) for item in items
    ]
    end = _("No more mails of this kind: {address}", address=f"{envelope.base}{envelope.off}")
    return "\n\n".join([*parts, f"-- \n{end}"]) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
