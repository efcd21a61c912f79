"""Puts a load on a server and says how much came through: by `wrk` where it is installed, else by our own client."""

import json
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from bench.servers import Server

CONNECTIONS = 32
WRK = shutil.which("wrk")


class LoadFailed(Exception):
    """The server did not answer as it should have; the figures would mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is asked for."""

    name: str
    server: Server
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`cpu` is microseconds of the server's process per request; `rate` requests per second of the wall."""

    cpu: float
    rate: float


def client() -> str:
    """What drives the load, in words."""
    return "wrk" if WRK else "bench.client"


def drive(target: Target, seconds: float) -> Round:
    """Load one server for some seconds. Raises LoadFailed."""
    before = target.server.cpu_seconds()
    requests, taken = (_wrk if WRK else _own)(target, seconds)
    spent = target.server.cpu_seconds() - before
    if not requests:
        raise LoadFailed(f"{target.name}: no answers")
    return Round(cpu=spent / requests * 1e6, rate=requests / taken)


def interleaved(targets: list[Target], *, rounds: int, seconds: float) -> dict[str, list[Round]]:
    """Load each in turn, again and again: whatever else the machine does then falls on all of them. By name."""
    for target in targets:
        drive(target, seconds / 4)
    found: dict[str, list[Round]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            found[target.name].append(drive(target, seconds))
    return found


def ratio(rounds: list[Round], reference: list[Round]) -> float:
    """How fast it is compared to the reference: the median over pairs of neighbours."""
    return statistics.median(theirs.cpu / ours.cpu for ours, theirs in zip(rounds, reference, strict=True))


def told(rounds: list[Round]) -> str:
    """The medians, in words."""
    cpu = statistics.median(each.cpu for each in rounds)
    rate = statistics.median(each.rate for each in rounds)
    return f"{cpu:5.1f} µs, {rate / 1000:.1f} k/s"


UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def _wrk(target: Target, seconds: float) -> tuple[int, float]:
    assert WRK is not None
    # wrk counts whole seconds only
    command = [WRK, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}"]
    for name, value in target.headers.items():
        command += ["-H", f"{name}: {value}"]
    told = _output([*command, f"http://127.0.0.1:{target.server.port}{target.path}"])
    if "Non-2xx" in told or "Socket errors" in told:
        raise LoadFailed(f"{target.name}: {told.strip()}")
    found = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)", told)
    if found is None:
        raise LoadFailed(f"{target.name}: wrk said {told!r}")
    return int(found[1]), float(found[2]) * UNITS[found[3]]


def _own(target: Target, seconds: float) -> tuple[int, float]:
    headers = [f"{name}:{value}" for name, value in target.headers.items()]
    arguments = ["127.0.0.1", str(target.server.port), target.path, str(CONNECTIONS), str(seconds), *headers]
    done = json.loads(_output([sys.executable, "-m", "bench.client", *arguments]))
    if done["failures"]:
        raise LoadFailed(f"{target.name}: {done['failures']} answers were errors")
    return done["requests"], done["seconds"]


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
