"""Benchmarks: the cost of each kind of request as a ratio to a reference that runs in the same minute.

Absolute figures say more about the machine and its other guests than about the program. So every goal is a ratio,
every ratio is the median of interleaved rounds, and what counts is CPU time per request of the server's process; wall-clock
time is only reported beside it. Run it as `python -m bench`; no test depends on it.
"""
