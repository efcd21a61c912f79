"""HTTP Message Signatures (RFC 9421): the RFC's own example, the fediverse's use of it, and its abuse."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.signatures import Dialect, Message, VerifyingKey, load_public_key, parse_signature
from syndicate.signatures.keys import Algorithm
from syndicate.signatures.rfc9421 import signature_base
from syndicate.signatures.structured import parse_byte_sequences, parse_inner_lists
from tests.signatures.senders import (
    BODY,
    INBOX,
    KEY_ID,
    NOW,
    rfc9421,
    seconds,
    sent_to,
    with_header,
    with_second_header,
)
from tests.signatures.verdicts import HOLDS, verdict

TARGET = '"@method" "@target-uri" "content-digest"'
KEYID = f';keyid="{KEY_ID}"'

# RFC 9421 appendix B.1.4 and B.2.
RFC_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----"""
RFC_REQUEST = Message(
    method="POST",
    url="https://example.com/foo?param=Value&Pet=dog",
    headers=(
        ("Host", "example.com"),
        ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("Content-Type", "application/json"),
        (
            "Content-Digest",
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        ),
        ("Content-Length", "18"),
    ),
    body=b'{"hello": "world"}',
)


def test_the_example_of_appendix_b26_verifies() -> None:
    inputs = parse_inner_lists(
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        limit=1,
    )
    values = parse_byte_sequences(
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
    )

    base = signature_base(RFC_REQUEST, inputs["sig-b26"])

    assert base.decode().splitlines() == [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
    ]
    assert load_public_key(RFC_KEY).verifies(values["sig-b26"], base, Algorithm.ED25519)


def test_the_derived_components_of_the_example_request() -> None:
    names = '"@method" "@target-uri" "@authority" "@scheme" "@request-target" "@path" "@query"'
    description = parse_inner_lists(f"x=({names})", limit=1)["x"]

    assert signature_base(RFC_REQUEST, description).decode().splitlines()[:-1] == [
        '"@method": POST',
        '"@target-uri": https://example.com/foo?param=Value&Pet=dog',
        '"@authority": example.com',
        '"@scheme": https',
        '"@request-target": /foo?param=Value&Pet=dog',
        '"@path": /foo',
        '"@query": ?param=Value&Pet=dog',
    ]


def test_an_absent_query_is_a_question_mark() -> None:
    message = Message(method="GET", url="HTTPS://EXAMPLE.com:443", headers=())
    description = parse_inner_lists('x=("@query" "@path" "@authority")', limit=1)["x"]

    assert signature_base(message, description).decode().splitlines()[:-1] == [
        '"@query": ?',
        '"@path": /',
        '"@authority": example.com',
    ]


def test_the_parameters_are_signed_in_their_canonical_spelling() -> None:
    text = 'x=(  "date"   "host";sf );created=0042; tag="a\\"b";flag;n=:AAAA:'

    description = parse_inner_lists(text, limit=1)["x"]

    assert str(description) == '("date" "host";sf);created=42;tag="a\\"b";flag;n=:AAAA:'


@pytest.mark.parametrize(
    "covered",
    [
        pytest.param(TARGET, id="mastodon"),
        pytest.param('"@method" "@target-uri" "@authority" "host" "date" "content-digest"', id="fedify"),
        pytest.param('"@method" "@target-uri" "content-digest" "content-type"', id="like-ours"),
        pytest.param('"@method" "@authority" "@path" "content-digest"', id="authority-and-path"),
        pytest.param('"@method" "@authority" "@request-target" "content-digest"', id="authority-and-request-target"),
    ],
)
@pytest.mark.parametrize("alg", ["", ';alg="rsa-v1_5-sha256"'])
def test_a_delivery_signed_as_other_servers_do_holds(
    ann: RSAPrivateKey, ann_public: VerifyingKey, covered: str, alg: str
) -> None:
    message = rfc9421(ann, covered=covered, parameters=f";created={seconds()}{KEYID}{alg}")

    signature = parse_signature(message, now=NOW)

    signature.verify(ann_public)
    assert signature.dialect is Dialect.RFC9421
    assert signature.key_id == KEY_ID
    assert signature.covered == tuple(covered.replace('"', "").split())


@pytest.mark.parametrize("alg", ["", ';alg="ed25519"'])
def test_an_ed25519_key_signs_as_well(edna: Ed25519PrivateKey, edna_public: VerifyingKey, alg: str) -> None:
    message = rfc9421(edna, parameters=f";created={seconds()}{KEYID}{alg}")

    assert verdict(message, edna_public) == HOLDS


def test_a_signed_get_holds(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = rfc9421(ann, method="GET", covered='"@method" "@target-uri"', url=f"{INBOX}?page=1")

    assert verdict(message, ann_public) == HOLDS
    assert verdict(sent_to(message, url=f"{INBOX}?page=2"), ann_public) == "signature.wrong"
    assert verdict(sent_to(message, method="POST", body=BODY), ann_public) == "signature.coverage"


@pytest.mark.parametrize(
    "covered",
    [
        pytest.param('"@target-uri" "content-digest"', id="no-method"),
        pytest.param('"@method" "content-digest"', id="no-target"),
        pytest.param('"@method" "@path" "content-digest"', id="no-authority"),
        pytest.param('"@method" "@authority" "content-digest"', id="no-path"),
        pytest.param('"@method" "@target-uri"', id="no-digest"),
        pytest.param("", id="nothing"),
        pytest.param(f'{TARGET} "x-absent"', id="absent-header"),
        pytest.param(f'{TARGET} "@status"', id="of-a-response"),
        pytest.param(f'{TARGET} "@query-param";name="a"', id="query-parameter"),
        pytest.param(f'{TARGET} "@unheard-of"', id="unknown-component"),
        pytest.param(f'{TARGET} "date";sf', id="component-with-parameter"),
        pytest.param(f'{TARGET} "Date"', id="upper-case"),
        pytest.param('"@method";req "@target-uri" "content-digest"', id="method-of-another-request"),
        pytest.param('"@method" "@target-uri" "content-digest";key="sha-256"', id="part-of-the-digest"),
    ],
)
def test_a_signature_that_covers_too_little_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, covered: str
) -> None:
    assert verdict(rfc9421(ann, covered=covered), ann_public) == "signature.coverage"


def test_a_query_must_be_covered_beside_authority_and_path(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    url, covered = f"{INBOX}?page=1", '"@method" "@authority" "@path" "content-digest"'

    assert verdict(rfc9421(ann, url=url, covered=covered), ann_public) == "signature.coverage"
    assert verdict(rfc9421(ann, url=url, covered=f'{covered} "@query"'), ann_public) == HOLDS


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(KEYID, "signature.coverage", id="no-created"),
        pytest.param(f";created={seconds()}", "signature.syntax", id="no-keyid"),
        pytest.param(f';created="{seconds()}"{KEYID}', "signature.syntax", id="created-is-a-string"),
        pytest.param(f";created{KEYID}", "signature.syntax", id="created-is-true"),
        pytest.param(f";created={seconds()}.5{KEYID}", "signature.syntax", id="created-is-a-decimal"),
        pytest.param(f";created={'9' * 16}{KEYID}", "signature.syntax", id="created-is-no-integer"),
        pytest.param(f";created={'9' * 15}{KEYID}", "signature.time", id="created-never"),
        pytest.param(f";created=-{'9' * 15}{KEYID}", "signature.time", id="created-before-all"),
        pytest.param(f";created={seconds()};expires={'9' * 15}{KEYID}", HOLDS, id="expires-never"),
        pytest.param(f";created={seconds()};expires=-{'9' * 15}{KEYID}", "signature.time", id="expired-before-all"),
        pytest.param(f";created={seconds()};keyid=token", "signature.syntax", id="keyid-is-a-token"),
        pytest.param(f";created={seconds()};keyid", "signature.syntax", id="keyid-is-true"),
        pytest.param(f';created={seconds()};keyid="ann"', "signature.syntax", id="keyid-is-no-address"),
        pytest.param(f";created={seconds()}{KEYID}{KEYID}", "signature.syntax", id="keyid-twice"),
        pytest.param(f';created={seconds()}{KEYID};alg="hmac-sha256"', "signature.algorithm", id="hmac"),
        pytest.param(f';created={seconds()}{KEYID};alg="none"', "signature.algorithm", id="none"),
        pytest.param(f';created={seconds()}{KEYID};alg="ecdsa-p256-sha256"', "signature.algorithm", id="ecdsa"),
        pytest.param(f';created={seconds()}{KEYID};alg="ed25519"', "signature.algorithm", id="contradicts-the-key"),
        pytest.param(f';created={seconds()}{KEYID};nonce="n";tag="fediverse"', HOLDS, id="nonce-and-tag"),
    ],
)
def test_the_parameters_of_a_signature(
    ann: RSAPrivateKey, ann_public: VerifyingKey, parameters: str, expected: str
) -> None:
    assert verdict(rfc9421(ann, parameters=parameters), ann_public) == expected


@pytest.mark.parametrize(
    ("created", "expires", "expected"),
    [
        (timedelta(minutes=-64), None, HOLDS),
        (timedelta(minutes=64), None, HOLDS),
        (timedelta(minutes=-66), None, "signature.time"),
        (timedelta(minutes=66), None, "signature.time"),
        (timedelta(minutes=-4), timedelta(minutes=1), HOLDS),
        (timedelta(minutes=-4), timedelta(minutes=-1), "signature.time"),
        (timedelta(hours=-11), timedelta(hours=1), HOLDS),
        (timedelta(hours=-13), timedelta(hours=1), "signature.time"),
    ],
)
def test_the_window_of_created_and_expires(
    ann: RSAPrivateKey,
    ann_public: VerifyingKey,
    created: timedelta,
    expires: timedelta | None,
    expected: str,
) -> None:
    ending = "" if expires is None else f";expires={seconds(expires)}"
    message = rfc9421(ann, parameters=f";created={seconds(created)}{ending}{KEYID}")

    assert verdict(message, ann_public) == expected


def test_no_signature_is_good_for_more_than_twelve_hours(ann: RSAPrivateKey) -> None:
    message = rfc9421(ann, parameters=f";created={seconds()};expires={seconds(timedelta(days=30))}{KEYID}")

    assert parse_signature(message, now=NOW).until == NOW + timedelta(hours=12)


def test_a_body_changed_after_signing_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(sent_to(rfc9421(ann), body=BODY + b" "), ann_public) == "signature.digest"


def test_a_cavage_digest_does_not_stand_in_for_a_content_digest(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = rfc9421(ann, headers={"content-digest": "md5=:AAAA:", "digest": "SHA-256=AAAA"})

    assert verdict(message, ann_public) == "signature.digest"


def test_the_authority_is_ours_whatever_the_request_claims(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    covered = '"@method" "@authority" "@path" "content-digest"'
    message = rfc9421(ann, covered=covered)
    elsewhere = sent_to(message, url="https://other.example/inbox")

    assert verdict(with_header(message, "host", "evil.example"), ann_public) == HOLDS
    assert verdict(elsewhere, ann_public) == "signature.wrong"


def test_a_signature_by_another_key_is_wrong(mallory: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(rfc9421(mallory), ann_public) == "signature.wrong"


def test_of_several_labels_the_first_that_covers_enough_counts(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    proxy = rfc9421(ann, covered='"@authority"', label="proxy")
    sender = rfc9421(ann, label="sig1")
    both = with_header(
        with_header(sender, "signature-input", ", ".join((proxy.headers[-2][1], sender.headers[-2][1]))),
        "signature",
        ", ".join((sender.headers[-1][1], proxy.headers[-1][1])),
    )

    assert verdict(both, ann_public) == HOLDS
    assert verdict(proxy, ann_public) == "signature.coverage"


def test_more_than_three_labels_are_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = rfc9421(ann)

    assert verdict(_labelled(message, "a", "b", "sig1"), ann_public) == HOLDS
    assert verdict(_labelled(message, "sig1", "a", "b", "c"), ann_public) == "signature.syntax"


def test_each_label_has_its_signature_and_each_signature_its_label(
    ann: RSAPrivateKey, ann_public: VerifyingKey
) -> None:
    message = rfc9421(ann)
    two = _labelled(message, "sig1", "sig2")

    assert verdict(two, ann_public) == HOLDS
    assert verdict(with_header(two, "signature", message.headers[-1][1]), ann_public) == "signature.syntax"
    assert verdict(with_header(two, "signature-input", message.headers[-2][1]), ann_public) == "signature.syntax"


def _labelled(message: Message, *labels: str) -> Message:
    """With the same signature under each of these labels."""
    for name, value in message.headers[-2:]:
        message = with_header(message, name.lower(), ",".join(value.replace("sig1", label, 1) for label in labels))
    return message


def test_headers_and_labels_given_twice_are_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = rfc9421(ann)
    (_, description), (_, value) = message.headers[-2:]

    for twice in (
        with_second_header(message, "Signature-Input", description),
        with_second_header(message, "Signature", value),
        with_header(message, "signature-input", f"{description}, {description}"),
        with_header(message, "signature", f"{value}, {value}"),
        rfc9421(ann, covered=f'{TARGET} "@method"'),
    ):
        assert verdict(twice, ann_public) == "signature.syntax"


def test_an_input_without_signature_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = rfc9421(ann)
    bare = Message(method="POST", url=INBOX, headers=message.headers[:-1], body=BODY)

    assert verdict(bare, ann_public) == "signature.missing"
    assert verdict(with_header(message, "signature", "sig2=:AAAA:"), ann_public) == "signature.syntax"
    assert verdict(with_header(message, "signature", "sig1=::"), ann_public) == "signature.syntax"


@pytest.mark.parametrize(
    "description",
    [
        "",
        "sig1",
        "sig1=",
        "sig1=(",
        "sig1=()",
        'sig1="@method"',
        "sig1=(@method)",
        'sig1=("@method"',
        'sig1=("@method""@target-uri")',
        'sig1=("@method";a"@target-uri")',
        'sig1=("@method\\n")',
        'sig1=("@méthod")',
        'sig1=("@method");',
        'sig1=("@method");created=',
        'sig1=("@method");Created=1',
        'sig1=("@method"),',
        'sig1=("@method") sig2=("@method")',
        "SIG1=()",
        "(" * 50_000,
        "sig1=(" + " " * 50_000,
        'sig1=("' + "\\\\" * 50_000,
        "sig1=()" + ";" * 50_000,
        "sig1=()" + ";a" * 50_000,
    ],
)
def test_an_input_that_cannot_be_read_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, description: str
) -> None:
    message = with_header(rfc9421(ann), "signature-input", description)

    assert verdict(message, ann_public) == "signature.syntax"


@pytest.mark.parametrize("value", ["", "sig1", "sig1=AAAA", "sig1=:AAAA", "sig1=:AA:", "sig1=:AB==:", "sig1=:AAAA:,"])
def test_a_signature_that_cannot_be_read_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey, value: str) -> None:
    assert verdict(with_header(rfc9421(ann), "signature", value), ann_public) == "signature.syntax"


def test_a_signature_of_2021_is_too_old() -> None:
    message = with_header(
        with_header(
            RFC_REQUEST,
            "signature-input",
            f'sig-b26=("@method" "@target-uri" "content-digest");created=1618884473{KEYID}',
        ),
        "signature",
        "sig-b26=:AAAA:",
    )

    assert verdict(message, load_public_key(RFC_KEY)) == "signature.time"
    assert verdict(message, load_public_key(RFC_KEY), now=datetime(2021, 4, 20, 2, 8, tzinfo=UTC)) == "signature.wrong"
