"""Signatures of draft-cavage-http-signatures-12, as servers send them and as attackers bend them."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA512

from syndicate.signatures import Dialect, Message, VerifyingKey, parse_signature
from tests.signatures.senders import (
    BODY,
    INBOX,
    KEY_ID,
    MASTODON,
    NOW,
    base64_sha256,
    cavage,
    http_date,
    seconds,
    sent_to,
    with_header,
    with_second_header,
)
from tests.signatures.verdicts import HOLDS, verdict

CREATED = "(request-target) host (created) digest"


@pytest.mark.parametrize(
    ("covered", "algorithm", "key_id"),
    [
        pytest.param(MASTODON, "rsa-sha256", KEY_ID, id="mastodon"),
        pytest.param("host date digest content-type (request-target)", "rsa-sha256", KEY_ID, id="mastodon-older"),
        pytest.param("(request-target) host date digest content-type", "rsa-sha256", KEY_ID, id="like-ours"),
        pytest.param(
            "(request-target) host date digest", "hs2019", "https://g.example/users/ann/main-key", id="gotosocial"
        ),
        pytest.param("(request-target) date host digest", "rsa-sha256", KEY_ID, id="misskey"),
        pytest.param("(request-target) content-length date digest host", "rsa-sha256", KEY_ID, id="pleroma"),
        pytest.param("(request-target) content-type date digest host", "hs2019", KEY_ID, id="lemmy"),
        pytest.param("(request-target) date host digest", "rsa-sha256", KEY_ID, id="friendica"),
        pytest.param("(request-target) host date digest", None, KEY_ID, id="without-algorithm"),
        pytest.param("(request-target) host date digest", "RSA-SHA256", KEY_ID, id="shouted-algorithm"),
    ],
)
def test_a_delivery_signed_as_other_servers_do_holds(
    ann: RSAPrivateKey, ann_public: VerifyingKey, covered: str, algorithm: str | None, key_id: str
) -> None:
    message = cavage(ann, covered=covered, algorithm=algorithm, key_id=key_id)

    signature = parse_signature(message, now=NOW)

    signature.verify(ann_public)
    assert signature.dialect is Dialect.CAVAGE
    assert signature.key_id == key_id
    assert signature.covered == tuple(covered.split())


@pytest.mark.parametrize("covered", ["host date (request-target)", "(request-target) date host accept"])
def test_a_signed_get_as_mastodon_and_misskey_send_it_holds(
    ann: RSAPrivateKey, ann_public: VerifyingKey, covered: str
) -> None:
    assert verdict(cavage(ann, method="GET", covered=covered), ann_public) == HOLDS


def test_mastodon_signs_the_synchronization_header_too(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(
        ann,
        covered=f"collection-synchronization {MASTODON}",
        headers={"collection-synchronization": 'collectionId="https://m.example/users/ann/followers", digest="00"'},
    )

    assert verdict(message, ann_public) == HOLDS
    assert verdict(with_header(message, "collection-synchronization", "other"), ann_public) == "signature.wrong"


@pytest.mark.parametrize("target", ["/actor?page=1", "/actor"], ids=["mastodon", "misskey"])
def test_the_query_may_be_signed_or_left_out(ann: RSAPrivateKey, ann_public: VerifyingKey, target: str) -> None:
    message = cavage(ann, method="GET", covered="(request-target) host date", url=f"{INBOX}?page=1", target=target)
    message = sent_to(message, url="https://blog.example/actor?page=1")

    assert verdict(message, ann_public) == HOLDS


def test_another_query_than_the_signed_one_is_wrong(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann, method="GET", covered="(request-target) host date", url=f"{INBOX}?page=1")

    assert verdict(sent_to(message, url=f"{INBOX}?page=2"), ann_public) == "signature.wrong"


def test_a_literal_signature_in_front_is_stripped(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(cavage(ann, prefix="Signature "), ann_public) == HOLDS


def test_spaces_and_unknown_parameters_between_parameters_are_let_be(
    ann: RSAPrivateKey, ann_public: VerifyingKey
) -> None:
    message = cavage(ann, extra=" , opaque=\"anything, even 'this'\"\t,x = 1")

    assert verdict(message, ann_public) == HOLDS


def test_the_algorithm_hs2019_is_that_of_the_key(edna: Ed25519PrivateKey, edna_public: VerifyingKey) -> None:
    assert verdict(cavage(edna, algorithm="hs2019"), edna_public) == HOLDS
    assert verdict(cavage(edna, algorithm="ed25519"), edna_public) == HOLDS


def test_rsa_sha512_is_taken_by_its_name(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(cavage(ann, algorithm="rsa-sha512", hash=SHA512()), ann_public) == HOLDS


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "none", "", "rsa-sha1", "ecdsa-sha256", "rsa-pss-sha512"])
def test_an_algorithm_that_we_do_not_take_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, algorithm: str
) -> None:
    assert verdict(cavage(ann, algorithm=algorithm), ann_public) == "signature.algorithm"


def test_an_algorithm_that_the_key_contradicts_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, edna: Ed25519PrivateKey, edna_public: VerifyingKey
) -> None:
    assert verdict(cavage(ann, algorithm="ed25519"), ann_public) == "signature.algorithm"
    assert verdict(cavage(edna, algorithm="rsa-sha256"), edna_public) == "signature.algorithm"


def test_a_signature_by_another_key_is_wrong(mallory: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(cavage(mallory), ann_public) == "signature.wrong"


def test_an_rsa_signature_is_wrong_for_an_ed25519_key(ann: RSAPrivateKey, edna_public: VerifyingKey) -> None:
    assert verdict(cavage(ann, algorithm="hs2019"), edna_public) == "signature.wrong"


def test_a_request_without_signature_is_refused(ann_public: VerifyingKey) -> None:
    message = Message(method="POST", url=INBOX, headers=(("Host", "blog.example"),), body=BODY)

    assert verdict(message, ann_public) == "signature.missing"


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "Signature ",
        ",",
        "garbage",
        'keyId="https://m.example/a#k"',
        'signature="AAAA"',
        f'keyId="{KEY_ID}",headers="(request-target) host date digest",signature=""',
        f'keyId="{KEY_ID}",headers="(request-target) host date digest",signature="not base64!"',
        f'keyId="{KEY_ID}",headers="(request-target) host date digest",signature="AAA"',
        f'keyId="{KEY_ID}",headers="(request-target) host date digest",signature="AAAB=="',
        f'keyId="{KEY_ID}",headers="(request-target) host date digest",signature="AB=="',
        f'keyId="{KEY_ID}",headers="(request-target) host date digest",signature="AAAA',
        f'keyId="{KEY_ID}",headers="(request-target) host date digest",signature="AAAA",',
        f'keyId="{KEY_ID}" headers="(request-target) host date digest" signature="AAAA"',
        f'keyId="{KEY_ID}",headers="(request-target) host date digest",signature="ÄÖ"',
        f'keyId="{KEY_ID}",headers="(request-target) host date date digest",signature="AAAA"',
    ],
)
def test_a_signature_that_cannot_be_read_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, signature: str
) -> None:
    assert verdict(with_header(cavage(ann), "signature", signature), ann_public) == "signature.syntax"


@pytest.mark.parametrize(
    "extra",
    [
        ',keyId="https://evil.example/#k"',
        ',KEYID="https://evil.example/#k"',
        ',Signature="AAAA"',
        ',headers="date"',
        ',Headers="date"',
        ',Expires="1"',
    ],
)
def test_a_parameter_given_twice_or_in_another_case_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, extra: str
) -> None:
    assert verdict(cavage(ann, extra=extra), ann_public) == "signature.syntax"


def test_two_signature_headers_are_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann)

    assert verdict(with_second_header(message, "Signature", "x"), ann_public) == "signature.syntax"


@pytest.mark.parametrize(
    "key_id",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "/users/ann#main-key",
        "acct:ann@m.example",
        "https://ann:secret@m.example/users/ann",
        "https://m.example@evil.example/",
        "https:///users/ann",
        "https://m.example\\@evil.example/",
        "https://m.example/users/ann key",
        "https://m%2eexample/users/ann",
        "https://mé.example/users/ann",
        "https://m.example:port/users/ann",
        "https://m.example/" + "a" * 2048,
        "",
    ],
)
def test_a_key_id_that_is_no_plain_address_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, key_id: str
) -> None:
    assert verdict(cavage(ann, key_id=key_id), ann_public) == "signature.syntax"


@pytest.mark.parametrize(
    "covered",
    [
        pytest.param("host date digest", id="no-target"),
        pytest.param("(request-target) date digest", id="no-host"),
        pytest.param("(request-target) host digest", id="no-time"),
        pytest.param("(request-target) host date", id="no-digest"),
        pytest.param("", id="nothing"),
        pytest.param(None, id="the-default"),
        pytest.param("(request-target) host date digest x-absent", id="absent-header"),
        pytest.param("(request-target) host date digest (opaque)", id="unknown-component"),
        pytest.param("(request-target) host date digest (status)", id="unknown-status"),
    ],
)
def test_a_signature_that_covers_too_little_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, covered: str | None
) -> None:
    assert verdict(cavage(ann, covered=covered), ann_public) == "signature.coverage"


@pytest.mark.parametrize("covered", ["host date", "(request-target) date", "(request-target) host"])
def test_a_signed_get_that_covers_too_little_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, covered: str
) -> None:
    assert verdict(cavage(ann, method="GET", covered=covered), ann_public) == "signature.coverage"


def test_a_signed_get_repeated_as_a_post_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann, method="GET", covered="(request-target) host date")

    assert verdict(sent_to(message, method="POST", body=BODY), ann_public) == "signature.coverage"


def test_a_body_on_a_get_must_be_covered_as_well(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann, method="GET", covered="(request-target) host date")

    assert verdict(sent_to(message, body=BODY), ann_public) == "signature.coverage"


def test_a_signed_content_length_must_have_arrived(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann, covered="(request-target) content-length date digest host")
    chunked = Message(
        method="POST",
        url=INBOX,
        headers=tuple((name, value) for name, value in message.headers if name != "content-length"),
        body=BODY,
    )

    assert verdict(message, ann_public) == HOLDS
    assert verdict(chunked, ann_public) == "signature.coverage"


def test_a_signature_for_another_path_is_wrong(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(cavage(ann, target="/outbox"), ann_public) == "signature.wrong"


def test_a_signature_for_another_method_is_wrong(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(sent_to(cavage(ann), method="PUT"), ann_public) == "signature.wrong"


@pytest.mark.parametrize(
    "host", ["evil.example", "blog.example.evil.example", "blog.example:8443", "blog.example:80", ""]
)
def test_a_signature_for_another_host_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey, host: str) -> None:
    assert verdict(cavage(ann, headers={"host": host}), ann_public) == "signature.coverage"


@pytest.mark.parametrize("host", ["blog.example", "blog.example:443", "Blog.Example"])
def test_the_host_may_be_signed_with_its_default_port(ann: RSAPrivateKey, ann_public: VerifyingKey, host: str) -> None:
    assert verdict(cavage(ann, headers={"host": host}), ann_public) == HOLDS


def test_two_hosts_are_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = with_second_header(cavage(ann), "Host", "blog.example")

    assert verdict(message, ann_public) == "signature.coverage"


@pytest.mark.parametrize("minutes", [-64, -50, 0, 50, 64])
def test_a_date_within_65_minutes_holds(ann: RSAPrivateKey, ann_public: VerifyingKey, minutes: int) -> None:
    message = cavage(ann, headers={"date": http_date(NOW + timedelta(minutes=minutes))})

    assert verdict(message, ann_public) == HOLDS


@pytest.mark.parametrize("minutes", [-70, -66, 66, 70, 60 * 24 * 365])
def test_a_date_further_away_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey, minutes: int) -> None:
    message = cavage(ann, headers={"date": http_date(NOW + timedelta(minutes=minutes))})

    assert verdict(message, ann_public) == "signature.time"


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "",
        "2026-11-22T20:00:00Z",
        "Sun, 31 Feb 2026 20:00:00 GMT",
        "Sun, 22 Nov 2026 25:00:00 GMT",
        "Sun, 22 Nov 0000 20:00:00 GMT",
        "Sun, 22 Nov 2026 20:00:00 +0200",
        "Sun, ٢٢ Nov 2026 20:00:00 GMT",
        "Sun, 22 Nov 2026 20:00:00 GMT, Sun, 22 Nov 2026 20:00:00 GMT",
    ],
)
def test_a_date_that_cannot_be_read_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey, date: str) -> None:
    assert verdict(cavage(ann, headers={"date": date}), ann_public) == "signature.time"


def test_a_missing_date_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(cavage(ann, headers={"date": None}), ann_public) == "signature.time"


@pytest.mark.parametrize("algorithm", ["hs2019", None])
def test_created_and_expires_stand_in_for_a_date(
    ann: RSAPrivateKey, ann_public: VerifyingKey, algorithm: str | None
) -> None:
    message = cavage(
        ann,
        covered=f"{CREATED} (expires)",
        algorithm=algorithm,
        headers={"date": None},
        created=str(seconds()),
        expires=str(seconds(timedelta(minutes=5))),
    )

    assert verdict(message, ann_public) == HOLDS


def test_created_and_expires_may_stand_in_quotes(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann, covered=CREATED, algorithm="hs2019", created=str(seconds()))
    _, signature = message.headers[-1]
    quoted = signature.replace(f"created={seconds()}", f'created="{seconds()}"')

    assert verdict(with_header(message, "signature", quoted), ann_public) == HOLDS


@pytest.mark.parametrize(
    ("created", "expires", "expected"),
    [
        pytest.param(timedelta(minutes=-64), None, HOLDS, id="like-a-date"),
        pytest.param(timedelta(minutes=-66), None, "signature.time", id="too-old"),
        pytest.param(timedelta(minutes=66), None, "signature.time", id="in-the-future"),
        pytest.param(timedelta(hours=-3), timedelta(hours=1), HOLDS, id="still-good"),
        pytest.param(timedelta(hours=-2), timedelta(minutes=-59), HOLDS, id="expired-within-the-skew"),
        pytest.param(timedelta(hours=-2), timedelta(minutes=-61), "signature.time", id="expired"),
        pytest.param(timedelta(hours=-14), timedelta(days=365), "signature.time", id="older-than-any-may-be"),
    ],
)
def test_the_window_of_created_and_expires(
    ann: RSAPrivateKey,
    ann_public: VerifyingKey,
    created: timedelta,
    expires: timedelta | None,
    expected: str,
) -> None:
    message = cavage(
        ann,
        covered=CREATED if expires is None else f"{CREATED} (expires)",
        algorithm="hs2019",
        created=str(seconds(created)),
        expires=None if expires is None else str(seconds(expires)),
    )

    assert verdict(message, ann_public) == expected


def test_an_expires_that_is_not_covered_extends_nothing(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    old = cavage(ann, covered=CREATED, algorithm="hs2019", created=str(seconds(timedelta(hours=-2))))
    _, signature = old.headers[-1]
    extended = with_header(old, "signature", f"{signature},expires={seconds(timedelta(hours=2))}")

    assert verdict(extended, ann_public) == "signature.time"


def test_a_created_that_is_not_covered_renews_nothing(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    old = cavage(ann, algorithm="hs2019", headers={"date": http_date(NOW - timedelta(hours=2))})
    _, signature = old.headers[-1]

    renewed = with_header(old, "signature", f"{signature},created={seconds()}")

    assert verdict(renewed, ann_public) == "signature.time"


def test_created_is_no_business_of_rsa_sha256(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann, covered=CREATED, algorithm="rsa-sha256", created=str(seconds()))

    assert verdict(message, ann_public) == "signature.algorithm"


@pytest.mark.parametrize("created", [None, "soon", "1e9", "nan", "-1", "9" * 13, "1.", "1_000"])
def test_a_created_that_is_missing_or_no_number_is_refused(
    ann: RSAPrivateKey, ann_public: VerifyingKey, created: str | None
) -> None:
    message = cavage(ann, covered=CREATED, algorithm="hs2019", created=created)

    assert verdict(message, ann_public) == "signature.syntax"


def test_a_created_in_the_far_future_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann, covered=CREATED, algorithm="hs2019", created="9" * 12)

    assert verdict(message, ann_public) == "signature.time"


def test_a_body_changed_after_signing_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(sent_to(cavage(ann), body=BODY + b" "), ann_public) == "signature.digest"


def test_a_body_and_digest_changed_after_signing_are_wrong(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = sent_to(cavage(ann), body=b"{}")

    assert verdict(with_header(message, "digest", f"SHA-256={base64_sha256(b'{}')}"), ann_public) == "signature.wrong"


def test_a_delivery_without_digest_is_refused(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    assert verdict(cavage(ann, headers={"digest": None}), ann_public) == "signature.coverage"


def test_a_digest_signed_on_a_get_is_compared_as_well(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    covered = "(request-target) host date digest"
    empty = {"digest": f"SHA-256={base64_sha256(b'')}"}
    other = {"digest": f"SHA-256={base64_sha256(BODY)}"}

    assert verdict(cavage(ann, method="GET", covered=covered, headers=empty), ann_public) == HOLDS
    assert verdict(cavage(ann, method="GET", covered=covered, headers=other), ann_public) == "signature.digest"


def test_a_line_feed_in_a_header_speaks_for_no_other_header(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = cavage(ann, headers={"content-type": "text/plain\ndigest: SHA-256=AAAA"})

    assert verdict(message, ann_public) == "signature.syntax"


def test_headers_with_octets_that_are_no_utf8_can_be_signed(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    message = with_header(cavage(ann), "content-type", "\udcff")
    unheard_of = with_header(cavage(ann), "content-type", "\ud800")

    assert verdict(message, ann_public) == "signature.wrong"
    assert verdict(unheard_of, ann_public) == "signature.syntax"


def test_the_fingerprint_knows_a_replay_and_until_when_to_remember_it(ann: RSAPrivateKey) -> None:
    first = parse_signature(cavage(ann), now=NOW)
    replay = parse_signature(cavage(ann), now=NOW + timedelta(minutes=30))
    other = parse_signature(cavage(ann, body=b"{}"), now=NOW)

    assert first.fingerprint == replay.fingerprint != other.fingerprint
    assert len(first.fingerprint) == 64
    assert first.until == NOW + timedelta(minutes=65)


def test_endless_parameters_and_headers_are_read_in_one_go(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    names = " ".join(f"x-{number}" for number in range(20_000))
    parameters = "," + ",".join(f'p{number}="{number}"' for number in range(20_000))

    assert verdict(cavage(ann, covered=f"{MASTODON} {names}"), ann_public) == "signature.coverage"
    assert verdict(cavage(ann, extra=parameters), ann_public) == HOLDS
    assert verdict(cavage(ann, extra="," + " " * 100_000), ann_public) == "signature.syntax"
