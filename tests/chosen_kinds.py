"""On which kind of database each test runs: all of them on both would take twice as long."""

import zlib
from collections import defaultdict
from collections.abc import Sequence

KINDS = ("sqlite", "postgresql")


def chosen(tests: Sequence[tuple[str, str]]) -> list[bool]:
    """Return for each (function, kind of database) whether it runs; the kind is empty for a test without a database.

    What runs on one kind alone always runs. Of what could run on both, the tests of the storage run on both, and each
    other one on one, half of them on either: both kinds have one text of SQL. Further inputs of a test run on SQLite,
    since they differ in what comes from the network.
    """
    kinds_of: defaultdict[str, set[str]] = defaultdict(set)
    for function, kind in tests:
        kinds_of[function].add(kind)
    seen: set[tuple[str, str]] = set()
    runs = []
    for function, kind in tests:
        is_further = (function, kind) in seen
        seen.add((function, kind))
        is_on_both = kinds_of[function] == set(KINDS) and not function.startswith("tests/storage/")
        own = "sqlite" if is_further else KINDS[zlib.crc32(function.encode()) % 2]
        runs.append(not is_on_both or kind == own)
    return runs
