"""Time, as tests want it."""

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def pause(self, seconds: float) -> None:
        """Waiting takes no time but this clock's."""
        self.advance(seconds=seconds)
        await asyncio.sleep(0)
