"""What is promised about the parts themselves: a gap is never silent, and what is fetched is what was pinned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers import installation
from tests.waiting import LONGEST

ROOT = Path(__file__).parents[2]


@pytest.fixture
def nothing(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine without npm, Node and newsboat."""
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_CURRENT_TEST")}
    return {**kept, "PATH": str(tmp_path)}


def run(environment: dict[str, str]) -> tuple[int, str]:
    """One test that needs Fedify, in a run of its own."""
    test = "tests/peers/test_fedify.py::test_fedify_finds_the_blog_and_its_handle"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    return done.returncode, done.stdout


def test_a_part_that_cannot_be_had_is_skipped_and_named_at_the_end(nothing: dict[str, str]) -> None:
    status, said = run(nothing)
    assert (status, "skipped: fedify (no npm)" in said) == (0, True), said


def test_in_continuous_integration_it_fails(nothing: dict[str, str]) -> None:
    status, said = run({**nothing, "CI": "true"})
    assert (status, "fedify: no npm" in said) == (1, True), said


def test_every_package_is_pinned_by_its_hash_and_none_by_an_address() -> None:
    lock = json.loads((installation.HERE / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert [name for name, package in packages.items() if "integrity" not in package or "resolved" in package] == []


@pytest.mark.parametrize("name", ["pubby", "pasture"])
def test_every_requirement_is_pinned_to_a_version(name: str) -> None:
    lines = (installation.HERE / f"requirements-{name}.txt").read_text().splitlines()
    requirements = [line for line in lines if line and not line.startswith("#")]
    assert requirements
    assert [line for line in requirements if "==" not in line] == []
