"""The measurements: what this house costs, always beside a reference that runs in the same minute.

Absolute figures say more about the machine and its other guests than about the program. So every goal is a ratio,
every ratio is the median of interleaved rounds, and the judge is CPU time per request of the server's process; the
clock on the wall is only told along. Run it as `python -m bench`; no test depends on it.
"""
