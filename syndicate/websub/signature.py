"""`X-Hub-Signature`: an HMAC over a pushed document (WebSub §7.1). Pure."""

import hmac

HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})
"""The hashes of the standard. The weakness of SHA-1 is in its collisions, which do not help to forge an HMAC (RFC 6194
§3.3), and large hubs use nothing else.
"""
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
