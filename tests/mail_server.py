"""A mail server of this machine: it keeps what it is sent, refuses it while `answer` says so, and does not know the
recipient `unknown`. With TLS from the beginning, or when it is asked (STARTTLS), it shows a certificate that is made here."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class MailServer:
    host: str = "127.0.0.1"
    scheme: str = "smtp"
    port: int = 0
    answer: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    unknown: str = ""
    signed_in: list[tuple[str, object]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def sign_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        self.signed_in.append((mechanism, given))
        return AuthResult(success=True)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address == self.unknown:
            return f"550 5.1.1 <{address}>: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            parsed = message_from_bytes(content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
            self.raw.append(content)
            self.recipients += envelope.rcpt_tos
        return self.answer

    def text(self, index: int = -1) -> str:
        return str(self.mails[index].get_content())


@asynccontextmanager
async def mail_server(
    host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[MailServer]:
    kept = MailServer(host=host, scheme="smtps" if tls else "smtp")
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        return SMTP(
            kept,
            hostname="mail.example",
            tls_context=starttls,
            authenticator=kept.sign_in if tls or starttls else None,
            auth_require_tls=tls is None,
        )

    listening = await loop.create_server(connected, host, 0, ssl=tls)
    kept.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield kept
