"""New ids: UUIDv7 (RFC 9562 §5.7), so that ids sort by the time of their making."""

import secrets
from datetime import datetime
from uuid import UUID


def new_id(now: datetime) -> str:
    """A UUIDv7 of this millisecond, as text."""
    milliseconds = int(now.timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(UUID(int=value))
