"""The tests run on what a deployment installs: what `make lock` wrote down, to the version."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
DEPLOYED, TESTED = (ROOT / name for name in ("requirements.lock", "requirements-dev.lock"))


def locked(file: Path) -> Iterator[Requirement]:
    """What a lock names for a machine like this one."""
    for line in file.read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                yield requirement


def versions(file: Path) -> dict[str, str]:
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in locked(file)}


def test_installed_is_what_is_locked() -> None:
    wanted = versions(TESTED)
    assert {name: version(name) for name in wanted} == wanted, "run `make test`, which installs what is locked"


def test_the_tests_run_on_what_a_deployment_installs() -> None:
    deployed, tested = versions(DEPLOYED), versions(TESTED)
    assert {name: tested.get(name) for name in deployed} == deployed, "run `make lock`"


def test_the_locks_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = [one for some in project["optional-dependencies"].values() for one in some]
    asked = [Requirement(one) for one in (*project["dependencies"], *optional)]
    wrong = [
        str(one)
        for one in asked
        if one.name != "syndicate" and (one.marker is None or one.marker.evaluate())
        if not one.specifier.contains(versions(TESTED).get(canonicalize_name(one.name), "0"))
    ]
    assert wrong == [], "run `make lock`"


@pytest.mark.parametrize("file", [DEPLOYED, TESTED], ids=lambda file: file.name)
def test_a_lock_names_no_address_and_no_place_to_fetch_from(file: Path) -> None:
    assert re.findall(r"(?i)https?:|file:|--(?:extra-)?index|--find-links|pypi", file.read_text()) == []


def test_what_a_deployment_installs_is_pinned_by_hash() -> None:
    entries = re.findall(r"(?m)^\S.*(?:\n[ ]+.*)*", DEPLOYED.read_text())
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
