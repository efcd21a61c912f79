"""Digests in both spellings."""

from base64 import b64encode
from hashlib import sha256, sha512

import pytest

from syndicate.errors import SignatureRejected
from syndicate.signatures import Message, body_digest
from syndicate.signatures.digest import content_digest_header, digest_header, verify_digests

BODY = b'{"hello": "world"}'
SHA256 = b64encode(sha256(BODY).digest()).decode()
SHA512 = b64encode(sha512(BODY).digest()).decode()
OTHER = b64encode(sha256(b"other").digest()).decode()


def _request(*headers: tuple[str, str]) -> Message:
    return Message(method="POST", url="https://blog.example/inbox", headers=headers, body=BODY)


def digest_refusal(message: Message, **more: str) -> str | None:
    try:
        verify_digests(message, **more)
    except SignatureRejected as error:
        return error.reason
    return None


def test_the_digest_of_rfc_9530_comes_out() -> None:
    assert content_digest_header(b'{"hello": "world"}\n') == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert digest_header(BODY) == f"SHA-256={SHA256}"


def test_a_digest_is_computed_once_for_many_deliveries() -> None:
    known = body_digest(BODY)

    assert digest_header(BODY, digest=known) == digest_header(BODY)
    assert content_digest_header(BODY, digest=known) == content_digest_header(BODY)


@pytest.mark.parametrize(
    "value",
    [
        f"SHA-256={SHA256}",
        f"sha-256={SHA256}",
        f"SHA-512={SHA512}",
        f"SHA-512={SHA512},SHA-256={SHA256}",
        f"sha-512={SHA512} , SHA-256={SHA256}",
        f"MD5=AAAA,SHA-256={SHA256}",
        f"unixsum=30637,garbage,SHA-256={SHA256}",
    ],
)
def test_a_digest_that_matches_is_taken_whatever_its_case_and_company(value: str) -> None:
    assert digest_refusal(_request(("Digest", value))) is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "garbage",
        "MD5=AAAA",
        SHA256,
        f"SHA-256={OTHER}",
        f"SHA-256={SHA256[:-1]}",
        f"SHA-256={SHA256}=",
        f"SHA-256={SHA256.lower()}",
        f"SHA-256=:{SHA256}:",
        f"SHA-256={SHA256},SHA-256={OTHER}",
        f"SHA-256={SHA256},SHA-512={SHA256}",
        f"SHA-512=AAAA,SHA-256={SHA256}",
    ],
)
def test_a_digest_that_is_not_of_the_body_is_refused(value: str) -> None:
    assert digest_refusal(_request(("Digest", value))) == "signature.digest"


@pytest.mark.parametrize(
    "value", [f"sha-256=:{SHA256}:", f"sha-512=:{SHA512}:", f"sha-512=:{SHA512}:, sha-256=:{SHA256}:"]
)
def test_a_content_digest_that_matches_is_taken(value: str) -> None:
    assert digest_refusal(_request(("Content-Digest", value)), covered="content-digest") is None


@pytest.mark.parametrize("value", [f"sha-256={SHA256}", f"sha-256=:{OTHER}:", "sha-256=:", "sha-256=::", "md5=:AAAA:"])
def test_a_content_digest_that_is_not_of_the_body_is_refused(value: str) -> None:
    assert digest_refusal(_request(("Content-Digest", value)), covered="content-digest") == "signature.digest"


def test_the_digest_that_is_covered_must_be_one_that_we_know() -> None:
    message = _request(("Digest", "MD5=AAAA"), ("Content-Digest", f"sha-256=:{SHA256}:"))

    with pytest.raises(SignatureRejected):
        verify_digests(message, covered="digest")
    verify_digests(message, covered="content-digest")


def test_two_headers_that_speak_of_two_bodies_are_refused() -> None:
    message = _request(("Digest", f"SHA-256={SHA256}"), ("Content-Digest", f"sha-256=:{OTHER}:"))

    with pytest.raises(SignatureRejected):
        verify_digests(message, covered="digest")
