"""Sends mail by the author's mail server (SMTP, RFC 5321), whose address is `smtp://user:password@host:587`.

`smtps://` speaks TLS from the beginning, `smtp://` as soon as the server offers it (STARTTLS, RFC 3207). A password is
only sent over TLS, or to this machine.
"""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from syndicate.errors import MailFailed, RecipientRefused

TIMEOUT_SECONDS = 30.0
PORTS = {"smtp": 587, "smtps": 465}
FINAL_CODE = 500
"""From here on an answer of a mail server is final (RFC 5321 §4.2.1)."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    host: str
    port: int
    has_tls: bool
    user: str = ""
    password: str = ""

    @classmethod
    def at(cls, address: str) -> "MailServer":
        """Raises ValueError."""
        parts: SplitResult = urlsplit(address)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("must be an address such as smtp://user:password@mail.example:587")
        return cls(
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            has_tls=parts.scheme == "smtps",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Send a mail to one recipient, whatever its headers say. Raises MailFailed, RecipientRefused."""
        try:
            async with self._client() as client:
                await self._sign_in(client)
                await client.send_message(message, recipients=[recipient])
        except aiosmtplib.SMTPRecipientsRefused as error:
            is_final = all(one.code >= FINAL_CODE for one in error.recipients)
            raise (RecipientRefused if is_final else MailFailed)(self._explained(error)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailFailed(self._explained(error)) from error

    async def check(self, sender: str, recipient: str) -> None:
        """Go as far as the server's consent to a mail, and send none. Raises MailFailed."""
        try:
            async with self._client() as client:
                await self._sign_in(client)
                await client.mail(sender)
                await client.rcpt(recipient)
                await client.rset()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailFailed(self._explained(error)) from error

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(hostname=self.host, port=self.port, use_tls=self.has_tls, timeout=TIMEOUT_SECONDS)

    async def _sign_in(self, client: aiosmtplib.SMTP) -> None:
        if not self.user:
            return
        if client.get_transport_info("ssl_object") is None and self.host not in LOCAL:
            raise MailFailed(f"{self.host} offers no TLS, so the password was not sent")
        await client.login(self.user, self.password)

    def _explained(self, error: Exception) -> str:
        text = _tls_problem(error) or str(error)
        if self.password:
            text = text.replace(self.password, "…")
        return f"{self.host}:{self.port}: {text or type(error).__name__}"


def _tls_problem(error: BaseException | None) -> str:
    """Return what is wrong with the TLS of the server, in words; an empty string where something else is wrong."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    match error:
        case None:
            return ""
        case ssl.SSLCertVerificationError():
            return f"its certificate is not valid ({error.verify_message.rstrip('.')}), so nothing was sent"
        case _ if error.reason == "WRONG_VERSION_NUMBER":
            return "it does not speak TLS from the beginning here; an address with smtp:// begins without it"
        case _:
            return f"its TLS failed ({error.reason or error})"
