"""New ids: UUIDv7 (RFC 9562 §5.7), so that ids sort by creation time."""

import secrets
from datetime import datetime
from uuid import UUID


def new_id(now: datetime) -> str:
    """Return a UUIDv7 of this millisecond, as text."""
    return _uuid7(_milliseconds(now) << 12 | secrets.randbits(12))


class IdsInOrder:
    """Creates ids that sort in the order of creation, also within a millisecond and when the clock is set back
    (RFC 9562 §6.2): activities that arrive in one burst are processed in order."""

    def __init__(self) -> None:
        self._latest = 0

    def new(self, now: datetime) -> str:
        self._latest = max(_milliseconds(now) << 12, self._latest + 1)
        return _uuid7(self._latest)


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000) & 0xFFFF_FFFF_FFFF


def _uuid7(time: int) -> str:
    """`time` is 48 bits of milliseconds and 12 bits within them; the rest is random."""
    value = time >> 12 << 80 | 0x7 << 76 | (time & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(UUID(int=value))
