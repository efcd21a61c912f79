"""How long to wait after a failure, and after how many to give up. Pure."""

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """The waits after one, two, three … failures in a row, each multiplied by a random factor of `jitter`, so that what
    failed together does not come again together.

    It counts nothing: the caller has the number of failures, for this process or, in a row of the database, for all.
    """

    steps: tuple[timedelta, ...]
    jitter: tuple[float, float] = (1.0, 1.0)

    def delay(
        self, failures: int, chance: random.Random | None = None, *, at_least: timedelta = timedelta()
    ) -> timedelta:
        """Return the wait after this many failures, which is the last one if there were more. `at_least` is a wait that
        was asked for (Retry-After)."""
        step = self.steps[min(max(failures, 1), len(self.steps)) - 1]
        return max(step * chance.uniform(*self.jitter) if chance else step, at_least)

    @property
    def max_attempts(self) -> int:
        """The number of attempts if the last wait does not repeat."""
        return len(self.steps) + 1

    def is_exhausted(self, failures: int) -> bool:
        """Whether every wait was used."""
        return failures > len(self.steps)


def growing(initial: timedelta, *, factor: int = 2, maximum: timedelta) -> tuple[timedelta, ...]:
    """Return waits that grow by a factor, up to a maximum."""
    steps = [initial]
    while steps[-1] < maximum:
        steps.append(min(steps[-1] * factor, maximum))
    return tuple(steps)
