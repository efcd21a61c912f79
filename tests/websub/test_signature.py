"""`X-Hub-Signature` is made and checked."""

import hmac

import pytest

from syndicate.websub.signature import is_signed, sign

BODY, SECRET = b"<feed/>", "a secret"


def of(method: str, body: bytes = BODY, secret: str = SECRET) -> str:
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


def test_our_own_signatures_verify() -> None:
    assert sign(BODY, SECRET) == of("sha256")
    assert is_signed(BODY, SECRET, sign(BODY, SECRET))


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_the_methods_of_the_standard_are_accepted(method: str) -> None:
    assert is_signed(BODY, SECRET, of(method))
    assert is_signed(BODY, SECRET, f" {of(method).upper()} ")


@pytest.mark.parametrize(
    "signature",
    [
        *("", "sha256", "sha256=", "=", "sha256=é", "sha256=" + "0" * 64, "none=" + "0" * 64),
        *(of("md5"), of("sha1", secret="another"), of("sha256", body=b"<feed/> "), of("sha256", secret="another")),
        *(of("sha256").replace("sha256", "sha512"), of("sha256")[:-1], of("sha256") + "0"),
    ],
)
def test_nothing_else_is(signature: str) -> None:
    assert not is_signed(BODY, SECRET, signature)
