"""What is promised about the parts themselves: a gap is never silent, and what is fetched is what was pinned."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers import installation
from tests.waiting import LONGEST

ROOT = Path(__file__).parents[2]
ADMIN_UI = ROOT / "admin_ui"


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


@pytest.mark.parametrize("home", [installation.HERE, ADMIN_UI], ids=["peers", "admin_ui"])
def test_every_package_is_pinned_by_its_hash_and_none_by_an_address(home: Path) -> None:
    lock = json.loads((home / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert [name for name, package in packages.items() if "integrity" not in package or "resolved" in package] == []


@pytest.mark.parametrize("name", ["pubby", "pasture", "programs"])
def test_every_requirement_is_pinned_to_a_version(name: str) -> None:
    lines = (installation.HERE / f"requirements-{name}.txt").read_text().splitlines()
    requirements = [line for line in lines if line and not line.startswith("#")]
    assert requirements
    assert [line for line in requirements if "==" not in line] == []


# the rich editor, which is built when Syndicate is installed


def test_all_packages_of_the_editor_have_one_version() -> None:
    asked = json.loads((ADMIN_UI / "package.json").read_text())["dependencies"]
    assert len({version for name, version in asked.items() if name.startswith("@tiptap/")}) == 1
    assert [version for version in asked.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_syndicate_is_installed_without_the_editor_where_it_cannot_be_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ADMIN_UI, tmp_path / "admin_ui", ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "syndicate" / "web" / "admin" / "static").mkdir(parents=True)
    build = installation.script(tmp_path / "admin_ui" / "build.py")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ADMIN_UI", "auto")
    assert "npm was not found" in build.ensure_built()
    assert "npm was not found" in build.REASON.read_text()
    assert not build.is_current()
    monkeypatch.setenv("ADMIN_UI", "no")
    assert build.ensure_built() == ""
    monkeypatch.setenv("ADMIN_UI", "yes")
    with pytest.raises(build.Unavailable):
        build.ensure_built()
    monkeypatch.delenv("ADMIN_UI")
    monkeypatch.setenv("CI", "true")
    assert build.mode() == "yes"
