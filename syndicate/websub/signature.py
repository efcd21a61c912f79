"""`X-Hub-Signature`: an HMAC over a pushed document (WebSub §7.1). Pure."""

import hmac

HASHES = frozenset({"sha256", "sha384", "sha512"})
"""The accepted hashes. The standard also has SHA-1, which is no longer secure."""
HEADER = "X-Hub-Signature"


def sign(body: bytes, secret: str) -> str:
    """Return the header value for `body`."""
    return f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"


def is_signed(body: bytes, secret: str, signature: str) -> bool:
    """Whether the header value `signature` is a valid HMAC of `body` with the secret."""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in HASHES:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace"))
