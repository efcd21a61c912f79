"""Mail over TLS: from the beginning (smtps) and by STARTTLS, with a certificate that was made here."""

import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from syndicate.errors import MailFailed
from syndicate.notifications.smtp import MailServer
from tests import mail_server as running

HERE = "127.0.0.1"
ELSEWHERE = "127.0.0.2"
"""Loopback as well, but not the name of this machine: a password needs TLS."""
MESSAGE = EmailMessage()
RECIPIENT = "author@example.org"
MESSAGE["From"], MESSAGE["To"], MESSAGE["Subject"] = "blog@blog.example", RECIPIENT, "A comment waits"
MESSAGE.set_content("It says something.")


def certificate_for(address: str, file: Path) -> ssl.SSLContext:
    """Return what a server needs that shows a certificate of this address, which is in the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password) + made.public_bytes(pem))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for the other address, which this machine trusts."""
    file = tmp_path / "trusted.pem"
    context = certificate_for(ELSEWHERE, file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


def signed(address: str) -> MailServer:
    return MailServer.at(address.replace("://", "://ada:pass%20word@"))


@pytest.mark.parametrize("kind", ["tls", "starttls"])
async def test_a_mail_and_the_password_go_over_tls(trusted: ssl.SSLContext, kind: str) -> None:
    async with running.mail_server(ELSEWHERE, **{kind: trusted}) as mails:
        server = signed(mails.address)
        await server.check("blog@blog.example", RECIPIENT)
        assert mails.mails == []
        await server.send(MESSAGE, RECIPIENT)
        assert mails.text().strip() == "It says something."
        assert len(mails.signed_in) == 2


@pytest.mark.parametrize("kind", ["tls", "starttls"])
async def test_a_certificate_that_is_not_of_this_server_is_refused(
    trusted: ssl.SSLContext, tmp_path: Path, kind: str
) -> None:
    unknown = certificate_for(HERE, tmp_path / "unknown.pem")
    for host, context, reason in ((HERE, unknown, "self-signed"), (HERE, trusted, "IP address mismatch")):
        async with running.mail_server(host, **{kind: context}) as mails:
            for attempt in (
                signed(mails.address).send(MESSAGE, RECIPIENT),
                signed(mails.address).check("a@b.example", "c@d.example"),
            ):
                with pytest.raises(MailFailed, match="certificate is not valid") as failed:
                    await attempt
                assert reason in str(failed.value)
                assert "so nothing was sent" in str(failed.value)
            assert (mails.mails, mails.signed_in) == ([], [])


async def test_a_password_is_not_sent_where_no_tls_is_offered(trusted: ssl.SSLContext) -> None:
    async with running.mail_server(ELSEWHERE) as mails:
        with pytest.raises(MailFailed, match="offers no TLS, so the password was not sent"):
            await signed(mails.address).send(MESSAGE, RECIPIENT)
        with pytest.raises(MailFailed, match="does not speak TLS from the beginning"):
            await signed(mails.address.replace("smtp:", "smtps:")).send(MESSAGE, RECIPIENT)
        assert (mails.mails, mails.signed_in) == ([], [])
