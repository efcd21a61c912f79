"""Time, as tests want it."""

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = self._began = self._latest = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def catch_up(self) -> None:
        """Go on to the machine's time, unless it is later here."""
        self.now = max(self.now, datetime.now(UTC))

    def stopwatch(self) -> float:
        """The seconds for which it has gone on; nothing sets these back."""
        self._latest = max(self._latest, self.now)
        return (self._latest - self._began).total_seconds()

    async def pause(self, seconds: float) -> None:
        """Waiting takes no time but this clock's."""
        self.advance(seconds=seconds)
        await asyncio.sleep(0)
