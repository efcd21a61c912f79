"""What the peers need and this repository does not have: fetched when a test asks for it, and kept.

In comes nothing; out comes the program to run a peer with, or Unavailable with the reason why there is none. Each part
is complete or absent: a mark with a fingerprint of what was asked for is written last. Several runs of the tests
may ask at once.
"""

import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.waiting import LONGEST

HERE = Path(__file__).parent
INSTALLED = HERE / ".installed"
NODE = 22
"""The oldest major version that Fedify runs on."""
LONGEST_DOWNLOAD = 1800.0
"""Seconds after which what is fetched counts as never to come."""


class Unavailable(Exception):
    """A part that cannot be had on this machine; the message says why."""


def node() -> Path:
    """A Node that runs Fedify, beside which Fedify is installed. Raises Unavailable."""
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("no npm")
    with _once("node_modules", HERE / "node_modules", [HERE / "package-lock.json"]) as missing:
        if missing:
            # the Node comes as a package like the others: no script of a package has to run
            _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci")
    packaged = sorted((HERE / "node_modules").glob("node-*/bin/node"))
    found = shutil.which("node")
    for candidate in [*packaged, *([Path(found)] if found else [])]:
        if _major_version(candidate) >= NODE:
            return candidate
    raise Unavailable(f"no Node ≥ {NODE}")


def python(name: str) -> Path:
    """The interpreter of an environment with what `requirements-<name>.txt` lists. Raises Unavailable."""
    requirements = HERE / f"requirements-{name}.txt"
    environment = INSTALLED / name
    interpreter = environment / "bin" / "python"
    with _once(name, environment, [requirements], platform.python_version()) as missing:
        if missing:
            _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(environment)], "venv")
            # all is pinned, nothing is resolved; and what is not imported need not be compiled
            pip = [sys.executable, "-m", "pip", "--python", str(interpreter), "install", "--no-deps", "--no-compile"]
            _run([*pip, "--quiet", "-r", str(requirements)], "pip install")
    return interpreter


def program(name: str) -> Path:
    """A program of the distribution. Raises Unavailable."""
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"no {name}")
    return Path(found)


def simplepie() -> Path:
    """A PHP beside which SimplePie is installed. Raises Unavailable."""
    php = program("php")
    if not Path("/usr/share/php/simplepie/autoloader.php").exists():
        raise Unavailable("no SimplePie (libphp-simplepie)")
    return php


def rich_editor() -> Path:
    """The rich editor of the desk, built from its sources. Raises Unavailable."""
    build = script(HERE.parents[1] / "admin_ui" / "build.py")
    try:
        reason = "" if build.is_current() else build.ensure_built()
    except build.Unavailable as error:
        raise Unavailable(str(error)) from error
    if reason or not build.is_current():
        raise Unavailable(reason or "it was not built")
    return Path(build.OUTPUT)


def script(path: Path) -> Any:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def _once(name: str, place: Path, described_by: list[Path], *more: str) -> Iterator[bool]:
    """Whether a part has to be installed; it counts as installed when the block ends well."""
    fingerprint = hashlib.sha256("".join([*(path.read_text() for path in described_by), *more]).encode()).hexdigest()
    INSTALLED.mkdir(exist_ok=True)
    mark = place / ".complete"
    with (INSTALLED / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = not mark.exists() or mark.read_text() != fingerprint
        yield missing
        if missing:
            mark.write_text(fingerprint)


def _run(command: list[str], what: str) -> None:
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=LONGEST_DOWNLOAD, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{what} did not end") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(f"{what} failed: {lines[-1] if lines else done.returncode}")


def _major_version(node: Path) -> int:
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=LONGEST, check=False
        ).stdout
        return int(answer.strip().removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def must_be_complete() -> bool:
    """In continuous integration a part that cannot be had is a failure, not a gap."""
    return os.environ.get("CI", "").lower() == "true"
