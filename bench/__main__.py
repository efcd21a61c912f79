"""`python -m bench`: measure, show a table, and keep it in `bench/results.json`. Takes up to three minutes.

Words after it choose: `python -m bench reading memory start idle polling replying`. The status is 0 whenever all could be measured,
whatever the figures say, and 1 when something could not.
"""

import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import blogs, editing, load, polling, reading, replying, results, standing
from bench.results import Result, Verdict
from bench.servers import ServerFailed

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="syndicate-bench-") as temporary:
        directory = Path(temporary)
        small = blogs.small(directory)
        groups: dict[str, tuple[str, Callable[[], list[Result]]]] = {
            "reading": ("G1–G4", lambda: reading.measure(small, directory)),
            "editing": ("G15", lambda: editing.measure(blogs.large(), directory)),
            "memory": ("G16", lambda: standing.measure_memory(small, blogs.large())),
            "start": ("G17", lambda: standing.measure_start(small, blogs.large())),
            "idle": ("G18", lambda: standing.measure_idleness(small)),
            "polling": ("G19", lambda: polling.measure(directory)),
            "replying": ("G20", lambda: replying.measure(directory)),
        }
        chosen = sys.argv[1:] or list(groups)
        if unknown := [name for name in chosen if name not in groups]:
            print(f"There is no {', '.join(unknown)}; there are {', '.join(groups)}.", file=sys.stderr)
            return 1
        found = [result for name in chosen for result in _attempt(name, *groups[name])]
    print(results.table(found))
    results.write(RESULTS, _about(), found)
    return int(any(result.verdict is Verdict.FAILED for result in found))


def _attempt(name: str, goal: str, measure: Callable[[], list[Result]]) -> list[Result]:
    started = time.monotonic()
    try:
        found = measure()
    except (ServerFailed, load.LoadFailed, OSError, subprocess.SubprocessError) as error:
        found = [results.failed(goal, name, str(error))]
    print(f"{goal} {name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    return found


def _about() -> dict[str, str]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "load": load.client(),
    }


if __name__ == "__main__":
    sys.exit(main())
