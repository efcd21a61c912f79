"""Reads authorization requests (IndieAuth §5.2, RFC 6749 §4.1, RFC 7636), and makes their responses. Pure.

The fields of a request come in, an `AuthorizationRequest` goes out, or IndieAuthRefused. Nothing here knows who the
program is: whether an address on another origin belongs to it, `clients` finds out.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from syndicate.errors import AddressDenied, IndieAuthRefused
from syndicate.storage.access_tokens import Scope
from syndicate.transport.url import literal_address, read_url, same_origin

INVALID = "invalid_request"
METHOD = "S256"
MAX_STATE_LENGTH = 2048
MAX_SCOPE_LENGTH = 1000
EARLIER_NAMES = {"post": Scope.CREATE}
"""Scopes as programs from before the standard call them."""
FIELDS = ("response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method", "scope")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_APP_ADDRESS = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:[\x21-\x7e]*")
"""An address that an app on the device opens: its scheme is a name in reverse (RFC 8252 §7.1), so never `javascript:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a program asks for. `scopes` are those that exist here, `unknown` are others, as text."""

    client_id: str
    redirect_uri: str
    state: str
    challenge: str
    scopes: tuple[Scope, ...] = ()
    unknown: str = ""

    @property
    def is_on_own_origin(self) -> bool:
        """Whether the answer goes to the origin of the program, which then need not list the address."""
        return _is_same_origin(self.client_id, self.redirect_uri)

    def answer(self, **fields: str) -> str:
        """Return the address to which the author is sent with the answer."""
        return answer_address(self.redirect_uri, {**fields, "state": self.state})


def read_request(fields: Iterable[tuple[str, str]], *, allow_private: bool) -> AuthorizationRequest:
    """Return an authorization request. Raises IndieAuthRefused.

    `allow_private` lets programs on this machine and in its network in, for trials.
    """
    given = _single(fields)
    client_id = read_client_id(given.get("client_id", ""), allow_private=allow_private)
    redirect_uri = read_redirect_uri(given.get("redirect_uri", ""))
    if given.get("response_type") != "code":
        raise IndieAuthRefused("unsupported_response_type", "response_type has to be code.")
    if not given.get("state") or len(given["state"]) > MAX_STATE_LENGTH:
        raise IndieAuthRefused(INVALID, f"state is missing, or longer than {MAX_STATE_LENGTH} characters.")
    if given.get("code_challenge_method") != METHOD or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise IndieAuthRefused(
            INVALID,
            f"PKCE is required: code_challenge has to be the SHA-256 hash of the verifier in base64url, 43 characters, "
            f"and code_challenge_method has to be {METHOD}.",
        )
    scopes, unknown = _scopes(given.get("scope", ""))
    return AuthorizationRequest(
        client_id=client_id,
        redirect_uri=redirect_uri,
        state=given["state"],
        challenge=given["code_challenge"],
        scopes=scopes,
        unknown=unknown,
    )


def address_for_error(fields: Iterable[tuple[str, str]], code: str, *, issuer: str, allow_private: bool) -> str:
    """Return the address at which a program learns that its request was refused; an empty text if that may be of
    somebody else."""
    given = dict(fields)
    try:
        client_id = read_client_id(given.get("client_id", ""), allow_private=allow_private)
        redirect_uri = read_redirect_uri(given.get("redirect_uri", ""))
    except IndieAuthRefused:
        return ""
    if not _is_same_origin(client_id, redirect_uri):
        return ""
    return answer_address(redirect_uri, {"error": code, "state": given.get("state", ""), "iss": issuer})


def answer_address(redirect_uri: str, fields: Mapping[str, str]) -> str:
    """Return an address with these fields, which are not empty, after those that it has."""
    parts = urlsplit(redirect_uri)
    more = urlencode({name: value for name, value in fields.items() if value})
    return parts._replace(query=f"{parts.query}&{more}" if parts.query else more).geturl()


def read_client_id(text: str, *, allow_private: bool) -> str:
    """Return the address of a program in canonical form (IndieAuth §3.3). Raises IndieAuthRefused."""
    if not text:
        raise IndieAuthRefused(INVALID, "client_id is missing.")
    try:
        url = read_url(text)
    except AddressDenied as error:
        raise IndieAuthRefused(INVALID, f"client_id is not an address that can be used: {error}.") from error
    host = url.raw_host or ""
    if "#" in text or {".", ".."} & set(urlsplit(text).path.lower().replace("%2e", ".").split("/")):
        raise IndieAuthRefused(INVALID, "client_id has a fragment, or a path with single or double dots.")
    if not allow_private and (literal_address(host) or host == "localhost" or host.endswith(".localhost")):
        raise IndieAuthRefused(
            INVALID, "client_id has to name a host on the internet: programs on this machine cannot be told apart."
        )
    if not allow_private and url.scheme != "https":
        raise IndieAuthRefused(INVALID, "client_id has to begin with https://.")
    return str(url)


def read_redirect_uri(text: str) -> str:
    """Return the address to which the author goes back, as it was given. Raises IndieAuthRefused."""
    if not text:
        raise IndieAuthRefused(INVALID, "redirect_uri is missing.")
    if "#" in text:
        raise IndieAuthRefused(INVALID, "redirect_uri has a fragment.")
    if _APP_ADDRESS.fullmatch(text) and len(text) <= MAX_STATE_LENGTH:
        return text
    try:
        url = read_url(text)
    except AddressDenied as error:
        raise IndieAuthRefused(INVALID, f"redirect_uri is not an address that can be used: {error}.") from error
    return text if text.isascii() else str(url)


def is_verified(challenge: str, verifier: str) -> bool:
    """Return whether a verifier is the one of a challenge (RFC 7636 §4.6)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def current_names(words: Iterable[str]) -> frozenset[str]:
    """Return scopes by the names that they have now."""
    return frozenset(EARLIER_NAMES.get(word, word) for word in words)


def _is_same_origin(client_id: str, redirect_uri: str) -> bool:
    try:
        return same_origin(client_id, redirect_uri)
    except AddressDenied:
        return False


def _single(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the fields that count. Raises IndieAuthRefused if one is given twice (RFC 6749 §3.1)."""
    found: dict[str, str] = {}
    for name, value in fields:
        if name in FIELDS and name in found:
            raise IndieAuthRefused(INVALID, f"{name} is given twice.")
        found[name] = value
    return found


def _scopes(text: str) -> tuple[tuple[Scope, ...], str]:
    """Return the scopes that exist, in their order, and the others as text. Raises IndieAuthRefused."""
    words = set(text[: MAX_SCOPE_LENGTH + 1].split())
    if len(text) > MAX_SCOPE_LENGTH:
        raise IndieAuthRefused("invalid_scope", f"scope is longer than {MAX_SCOPE_LENGTH} characters.")
    asked = current_names(words)
    known = tuple(scope for scope in Scope if scope.value in asked)
    unknown = sorted(words - {scope.value for scope in Scope} - set(EARLIER_NAMES))
    if words and not known:
        raise IndieAuthRefused("invalid_scope", f"The scopes of this blog are {', '.join(Scope)}.")
    return known, " ".join(unknown)
