"""Passkeys (WebAuthn): what the browser is asked for, and the verification of what it answers.

A passkey belongs to the host name of the site; there is none on a bare address. The user is always verified (by a
fingerprint, say), so that a passkey alone is two factors.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from syndicate.clock import Clock
from syndicate.storage import Store
from syndicate.storage.admin_account import Passkey
from syndicate.storage.site_settings import SiteSettings

CHALLENGE_TIMEOUT = timedelta(minutes=5)
CHALLENGE_BYTES = 32
MAX_NAME_LENGTH = 60
USER_ID = b"author"


def relying_party(url: str) -> str:
    """Return the host that passkeys belong to, or an empty string where browsers make none: on a bare address, and
    without TLS except on localhost."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host if parts.scheme == "https" or host == "localhost" else ""
    return ""


class Passkeys:
    """webauthn is imported on use: it takes a while to load, and commands do without it."""

    def __init__(self, store: Store, settings: SiteSettings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self.host = relying_party(settings.site.url)

    async def creation_options(self) -> str:
        """Return what `navigator.credentials.create` is called with, as JSON."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        known = await self._store.admin_account.list_passkeys()
        options = generate_registration_options(
            rp_id=self.host,
            rp_name=self._settings.site.name,
            user_name=self._settings.site.account,
            user_id=USER_ID,
            challenge=await self._new_challenge("create"),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=_decoded(passkey.id)) for passkey in known],
        )
        return options_to_json(options)

    async def request_options(self) -> str:
        """Return what `navigator.credentials.get` is called with, as JSON."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        options = generate_authentication_options(
            rp_id=self.host,
            challenge=await self._new_challenge("get"),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    async def verify_new(self, credential: str, name: str) -> Passkey | None:
        """Return the passkey that a browser has made, or None if it does not verify."""
        from webauthn import verify_registration_response
        from webauthn.helpers.exceptions import WebAuthnException

        challenge = await self._use_challenge(credential, "create")
        if challenge is None:
            return None
        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self._settings.site.url,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            return None
        return Passkey(
            id=_encoded(verified.credential_id),
            name=name.strip()[:MAX_NAME_LENGTH],
            public_key=_encoded(verified.credential_public_key),
            sign_count=verified.sign_count,
            created=self._clock(),
        )

    async def verify_use(self, credential: str) -> tuple[Passkey, int] | None:
        """Return the passkey that signed, and its new counter; None if it is unknown or does not verify."""
        from webauthn import verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        challenge = await self._use_challenge(credential, "get")
        passkey = None if challenge is None else await self._store.admin_account.find_passkey(_id_of(credential))
        if challenge is None or passkey is None:
            return None
        try:
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self._settings.site.url,
                credential_public_key=_decoded(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            return None
        return passkey, verified.new_sign_count

    async def _new_challenge(self, purpose: str) -> bytes:
        challenge, now = secrets.token_bytes(CHALLENGE_BYTES), self._clock()
        await self._store.transaction(
            lambda tx: tx.admin_sessions.save_challenge(_encoded(challenge), purpose, now + CHALLENGE_TIMEOUT, now)
        )
        return challenge

    async def _use_challenge(self, credential: str, purpose: str) -> bytes | None:
        """Return the challenge that a credential answers, which can be used once; None if it is none of ours."""
        challenge, now = _challenge_of(credential), self._clock()
        if challenge is None:
            return None
        is_ours = await self._store.transaction(
            lambda tx: tx.admin_sessions.use_challenge(_encoded(challenge), purpose, now)
        )
        return challenge if is_ours else None


def _challenge_of(credential: str) -> bytes | None:
    try:
        client_data = json.loads(_decoded(json.loads(credential)["response"]["clientDataJSON"]))
        return _decoded(client_data["challenge"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _id_of(credential: str) -> str:
    """Return the id of a credential whose challenge could be read."""
    return str(json.loads(credential).get("id", ""))


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
