"""Whatever we sign verifies, and nothing else does."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from syndicate.errors import SignatureRejected
from syndicate.signatures import Dialect, Message, VerifyingKey, body_digest, parse_signature, sign
from syndicate.signatures.window import parse_http_date, render_http_date
from tests.signatures.senders import BODY, NOW, sent_to, with_header
from tests.signatures.verdicts import HOLDS, verdict

OURS = "https://blog.example/actor#main-key"
THEIR_INBOX = "https://m.example/inbox"
JSON = ("Content-Type", "application/activity+json")

both_dialects = pytest.mark.parametrize("dialect", list(Dialect))
some = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])

targets = st.text(st.sampled_from("abc/%20?&=.-~:@!"), max_size=30).map(lambda text: "/" + text)
hosts = st.sampled_from(["m.example", "m.example:8443", "M.example:443", "[2001:db8::1]", "xn--nxasmq6b.example"])


def signed(message: Message, dialect: Dialect, key: RSAPrivateKey, digest: str | None = None) -> Message:
    added = sign(message, dialect=dialect, key_id=OURS, key=key, now=NOW, digest=digest)
    return Message(method=message.method, url=message.url, headers=message.headers + added, body=message.body)


def delivery(dialect: Dialect, key: RSAPrivateKey) -> Message:
    return signed(Message(method="POST", url=THEIR_INBOX, headers=(JSON,), body=BODY), dialect, key)


@both_dialects
@some
@given(
    host=hosts,
    target=targets,
    body=st.binary(max_size=200),
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
    typed=st.booleans(),
)
def test_whatever_we_sign_verifies(
    ann: RSAPrivateKey,
    ann_public: VerifyingKey,
    dialect: Dialect,
    host: str,
    target: str,
    body: bytes,
    method: str,
    typed: bool,
) -> None:
    message = signed(
        Message(method=method, url=f"https://{host}{target}", headers=(JSON,) if typed else (), body=body),
        dialect,
        ann,
    )

    signature = parse_signature(message, now=NOW)

    signature.verify(ann_public)
    assert signature.dialect is dialect
    assert signature.key_id == OURS


@both_dialects
@some
@given(position=st.integers(0, len(BODY) - 1), change=st.integers(1, 255))
def test_no_byte_of_a_body_can_be_changed(
    ann: RSAPrivateKey, ann_public: VerifyingKey, dialect: Dialect, position: int, change: int
) -> None:
    body = bytearray(BODY)
    body[position] ^= change

    assert verdict(sent_to(delivery(dialect, ann), body=bytes(body)), ann_public) == "signature.digest"


@both_dialects
@some
@given(target=targets)
def test_no_other_target_can_be_reached(
    ann: RSAPrivateKey, ann_public: VerifyingKey, dialect: Dialect, target: str
) -> None:
    # A query may go unsigned in draft-cavage: Misskey, Pleroma and Friendica sign the path alone.
    assume(target.partition("?")[0] != "/inbox")

    message = sent_to(delivery(dialect, ann), url=f"https://m.example{target}")

    assert verdict(message, ann_public) == "signature.wrong"


@some
@given(offset=st.integers(-3600, 3600).filter(bool))
def test_no_other_date_can_be_claimed(ann: RSAPrivateKey, ann_public: VerifyingKey, offset: int) -> None:
    message = delivery(Dialect.CAVAGE, ann)
    moved = render_http_date(NOW + timedelta(seconds=offset))

    assert verdict(with_header(message, "date", moved), ann_public) == "signature.wrong"


@some
@given(offset=st.integers(-3600, 3600).filter(bool))
def test_no_other_creation_can_be_claimed(ann: RSAPrivateKey, ann_public: VerifyingKey, offset: int) -> None:
    message = delivery(Dialect.RFC9421, ann)
    created = int(NOW.timestamp())
    claimed = (message.header("signature-input") or "").replace(str(created), str(created + offset))

    assert verdict(with_header(message, "signature-input", claimed), ann_public) == "signature.wrong"


@both_dialects
@some
@given(position=st.integers(0, 255), change=st.integers(1, 255))
def test_no_byte_of_a_signature_can_be_changed(
    ann: RSAPrivateKey, ann_public: VerifyingKey, dialect: Dialect, position: int, change: int
) -> None:
    message = delivery(dialect, ann)
    text = message.header("signature") or ""
    before = text.split('signature="')[1][:-1] if dialect is Dialect.CAVAGE else text[len("sig1=:") : -1]
    value = bytearray(b64decode(before))
    value[position] ^= change

    changed = text.replace(before, b64encode(value).decode())

    assert verdict(with_header(message, "signature", changed), ann_public) == "signature.wrong"


@both_dialects
@some
@given(data=st.data())
def test_a_signature_header_with_another_character_says_the_same_or_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, dialect: Dialect, data: st.DataObject
) -> None:
    message = delivery(dialect, ann)
    name = data.draw(st.sampled_from(["signature", "signature-input"] if dialect is Dialect.RFC9421 else ["signature"]))
    text = message.header(name) or ""
    position = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters(codec="utf-8").filter(lambda drawn: drawn != text[position]))
    changed = with_header(message, name, text[:position] + character + text[position + 1 :])

    try:
        signature = parse_signature(changed, now=NOW)
        signature.verify(ann_public)
    except SignatureRejected:
        return
    original = parse_signature(message, now=NOW)
    assert (signature.value, signature.bases) == (original.value, original.bases)


@some
@given(text=st.text(max_size=200), other=st.text(max_size=200))
def test_no_header_raises_anything_but_a_refusal(ann_public: VerifyingKey, text: str, other: str) -> None:
    for headers in (
        (("Signature", text), ("Host", "blog.example"), ("Date", other), ("Digest", other)),
        (("Signature-Input", text), ("Signature", other)),
        (
            ("Signature-Input", 'a=("@method" "@target-uri");created=1;keyid="https://m.example/"' + text),
            ("Signature", other),
        ),
        (("Signature", f'keyId="https://m.example/",signature="AAAA",headers="{text}",{other}'),),
    ):
        message = Message(method="POST", url="https://blog.example/inbox", headers=headers, body=BODY)
        assert verdict(message, ann_public).startswith("signature.")


@some
@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - made aware below
def test_a_date_that_we_write_is_a_date_that_we_read(instant: datetime) -> None:
    whole = instant.replace(microsecond=0, tzinfo=UTC)

    assert parse_http_date(render_http_date(whole)) == whole.timestamp()


def test_a_cavage_delivery_of_ours_looks_as_mastodon_expects_it(ann: RSAPrivateKey) -> None:
    message = Message(method="POST", url=THEIR_INBOX, headers=(JSON,), body=BODY)

    headers = dict(sign(message, dialect=Dialect.CAVAGE, key_id=OURS, key=ann, now=NOW))

    assert list(headers) == ["Host", "Date", "Digest", "Signature"]
    assert headers["Host"] == "m.example"
    assert headers["Date"] == "Sun, 22 Nov 2026 20:00:00 GMT"
    assert headers["Digest"] == f"SHA-256={body_digest(BODY)}"
    assert headers["Signature"].startswith(
        f'keyId="{OURS}",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature="'
    )


def test_an_rfc_9421_delivery_of_ours_looks_as_mastodon_expects_it(ann: RSAPrivateKey) -> None:
    message = Message(method="POST", url=THEIR_INBOX, headers=(JSON,), body=BODY)

    headers = dict(sign(message, dialect=Dialect.RFC9421, key_id=OURS, key=ann, now=NOW))

    assert list(headers) == ["Host", "Date", "Content-Digest", "Signature-Input", "Signature"]
    assert headers["Content-Digest"] == f"sha-256=:{body_digest(BODY)}:"
    assert headers["Signature-Input"] == (
        f'sig1=("@method" "@target-uri" "content-digest" "content-type");created={int(NOW.timestamp())};keyid="{OURS}"'
    )


def test_a_get_of_ours_has_no_digest(ann: RSAPrivateKey) -> None:
    message = Message(method="GET", url="https://m.example:8443/users/ann?page=1", headers=())

    cavage = dict(sign(message, dialect=Dialect.CAVAGE, key_id=OURS, key=ann, now=NOW))
    rfc9421 = dict(sign(message, dialect=Dialect.RFC9421, key_id=OURS, key=ann, now=NOW))

    assert list(cavage) == ["Host", "Date", "Signature"]
    assert cavage["Host"] == "m.example:8443"
    assert 'headers="(request-target) host date"' in cavage["Signature"]
    assert rfc9421["Signature-Input"].startswith('sig1=("@method" "@target-uri");created=')


@both_dialects
def test_a_digest_that_is_passed_in_is_the_one_that_is_signed(
    ann: RSAPrivateKey, ann_public: VerifyingKey, dialect: Dialect
) -> None:
    message = Message(method="POST", url=THEIR_INBOX, headers=(JSON,), body=BODY)

    assert verdict(signed(message, dialect, ann, digest=body_digest(BODY)), ann_public) == HOLDS
    assert verdict(signed(message, dialect, ann, digest=body_digest(b"")), ann_public) == "signature.digest"
