"""What the program decides about a signed request, in one word."""

from datetime import datetime

from syndicate.errors import SignatureRejected
from syndicate.signatures import Message, VerifyingKey, parse_signature
from tests.signatures.senders import NOW

HOLDS = "holds"


def verdict(message: Message, key: VerifyingKey, *, now: datetime = NOW) -> str:
    """`holds`, or the reason of the refusal."""
    try:
        parse_signature(message, now=now).verify(key)
    except SignatureRejected as refusal:
        return refusal.reason
    return HOLDS
