"""Requests as other servers sign them, made without the code under test."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm

from syndicate.signatures import Message

NOW = datetime(2026, 11, 22, 20, 0, 0, tzinfo=UTC)
INBOX = "https://blog.example/inbox"
BODY = b'{"type":"Follow","actor":"https://m.example/users/ann"}'
KEY_ID = "https://m.example/users/ann#main-key"
MASTODON = "host date content-type digest (request-target)"

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


def http_date(instant: datetime = NOW) -> str:
    return format_datetime(instant, usegmt=True)


def seconds(offset: timedelta = timedelta()) -> int:
    return int((NOW + offset).timestamp())


def base64_sha256(body: bytes) -> str:
    return b64encode(sha256(body).digest()).decode()


def signed_bytes(key: PrivateKey, base: str, hash: HashAlgorithm) -> str:
    octets = base.encode()
    value = key.sign(octets) if isinstance(key, Ed25519PrivateKey) else key.sign(octets, PKCS1v15(), hash)
    return b64encode(value).decode()


def cavage(
    key: PrivateKey,
    *,
    covered: str | None = MASTODON,
    algorithm: str | None = "rsa-sha256",
    key_id: str = KEY_ID,
    method: str = "POST",
    url: str = INBOX,
    body: bytes = BODY,
    target: str | None = None,
    headers: Mapping[str, str | None] | None = None,
    created: str | None = None,
    expires: str | None = None,
    hash: HashAlgorithm | None = None,
    extra: str = "",
    prefix: str = "",
) -> Message:
    """A signed request. A value of None in `headers` leaves that header out; `target` is signed in place of the
    path and query of `url`."""
    fields: dict[str, str | None] = {
        "host": "blog.example",
        "date": http_date(),
        "content-type": "application/activity+json",
        "accept": "application/activity+json",
        "user-agent": "Mastodon/4.6.5 (http.rb/5.3.1; +https://m.example/)",
    }
    if method == "POST":
        fields |= {"digest": f"SHA-256={base64_sha256(body)}", "content-length": str(len(body))}
    fields |= headers or {}
    sent = {name: value for name, value in fields.items() if value is not None}
    pseudo = {
        "(request-target)": f"{method.lower()} {target or url.removeprefix('https://blog.example')}",
        "(created)": created or "",
        "(expires)": expires or "",
    }
    lines = [f"{name}: {(sent | pseudo).get(name, '')}" for name in (covered or "date").split()]
    parameters = [f'keyId="{key_id}"']
    if algorithm is not None:
        parameters.append(f'algorithm="{algorithm}"')
    if covered is not None:
        parameters.append(f'headers="{covered}"')
    if created is not None:
        parameters.append(f"created={created}")
    if expires is not None:
        parameters.append(f"expires={expires}")
    parameters.append(f'signature="{signed_bytes(key, chr(10).join(lines), hash or SHA256())}"')
    signature = ("signature", prefix + ",".join(parameters) + extra)
    return Message(method=method, url=url, headers=(*sent.items(), signature), body=body if method == "POST" else b"")


def rfc9421(
    key: PrivateKey,
    *,
    covered: str = '"@method" "@target-uri" "content-digest"',
    parameters: str | None = None,
    method: str = "POST",
    url: str = INBOX,
    body: bytes = BODY,
    headers: Mapping[str, str | None] | None = None,
    label: str = "sig1",
    hash: HashAlgorithm | None = None,
) -> Message:
    """A signed request; `parameters` stand behind the list of what is covered."""
    if parameters is None:
        parameters = f';created={seconds()};keyid="{KEY_ID}"'
    path, mark, query = url.removeprefix("https://blog.example").partition("?")
    fields: dict[str, str | None] = {"host": "blog.example", "date": http_date(), "content-type": "application/json"}
    if method == "POST":
        fields["content-digest"] = f"sha-256=:{base64_sha256(body)}:"
    fields |= headers or {}
    sent = {name: value for name, value in fields.items() if value is not None}
    values = sent | {
        "@method": method,
        "@target-uri": url,
        "@authority": "blog.example",
        "@scheme": "https",
        "@path": path,
        "@query": "?" + query,
        "@request-target": path + mark + query,
    }
    lines = [f'"{name}": {values.get(name, "")}' for name in covered.replace('"', "").split()]
    lines.append(f'"@signature-params": ({covered}){parameters}')
    value = signed_bytes(key, "\n".join(lines), hash or SHA256())
    added = (("signature-input", f"{label}=({covered}){parameters}"), ("signature", f"{label}=:{value}:"))
    return Message(method=method, url=url, headers=(*sent.items(), *added), body=body if method == "POST" else b"")


def with_header(message: Message, name: str, value: str) -> Message:
    """The same request with one header replaced, its signature left as it was."""
    kept = tuple((known, old) for known, old in message.headers if known.lower() != name)
    return Message(method=message.method, url=message.url, headers=(*kept, (name, value)), body=message.body)


def with_second_header(message: Message, name: str, value: str) -> Message:
    """The same request with one header more."""
    return Message(method=message.method, url=message.url, headers=(*message.headers, (name, value)), body=message.body)


def sent_to(
    message: Message, *, method: str | None = None, url: str | None = None, body: bytes | None = None
) -> Message:
    """The same headers on another request."""
    return Message(
        method=method or message.method,
        url=url or message.url,
        headers=message.headers,
        body=message.body if body is None else body,
    )
