"""`X-Hub-Signature`: that a feed comes from who knows the secret (WebSub §7.1). Pure."""

import hmac

HASHES = frozenset({"sha256", "sha384", "sha512"})
"""What we believe. The standard knows SHA-1 too, which nobody should believe any more."""
HEADER = "X-Hub-Signature"


def sign(body: bytes, secret: str) -> str:
    return f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"


def is_signed(body: bytes, secret: str, signature: str) -> bool:
    """Whether `signature`, a header as it came, is one of `body` by who knows the secret."""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in HASHES:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace"))
