"""What people can set, say and be told stands in the documents."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from syndicate import errors
from syndicate.cli.main import main
from syndicate.config import Config
from syndicate.content import header_fields
from syndicate.content.not_public import name_of
from syndicate.errors import Refused
from syndicate.federation.inbox.dispatch import HANDLERS
from syndicate.model.activity import Outcome
from syndicate.model.blogroll import FollowState

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
FEDERATION = ROOT / "FEDERATION.md"
ENVIRONMENT = "SYNDICATE_{}__{}"


def settings() -> list[tuple[str, str]]:
    """(section, key) of everything that can be set."""
    sections = {
        name: field.annotation
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    return [(section, key) for section, model in sections.items() for key in spelled(model)]


def spelled(model: type[BaseModel]) -> list[str]:
    """The keys of a section as they are written in the file."""
    return [field.alias or key for key, field in model.model_fields.items()]


def commands(group: click.Group = main, path: str = "syndicate") -> Iterator[tuple[str, click.Command]]:
    """Every command, by what is typed."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
            if not command.invoke_without_command:
                continue
        yield f"{path} {name}", command


VERDICTS = frozenset(
    {"done", "held", "ignored", "private", "refused", "_held", "_shown", "Verdict", "ModerationDecision"}
)
REFUSALS = frozenset(
    name for name, error in vars(errors).items() if isinstance(error, type) and issubclass(error, Refused)
)
REASONED = VERDICTS | REFUSALS | {"require_id"}
"""Calls that give an arrival or a request its reason."""
WORD = re.compile(r"[a-z]+\.[a-z][a-z-]*")
ANSWERS = {f"follow.{state.value}" for state in (FollowState.ACCEPTED, FollowState.REJECTED)}


def reasons() -> set[str]:
    """Every reason that the program can give, but for the author's own decisions."""
    found = set(ANSWERS)
    for file in sorted((ROOT / "syndicate").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "RateLimiter":
                bounds = {str(keyword.arg): keyword.value for keyword in node.keywords}
                kind = ast.literal_eval(bounds["name"])
                found |= {f"{kind}.flood"} | (
                    {f"{kind}.busy"} if any(name.startswith("max_concurrent") for name in bounds) else set()
                )
            if isinstance(node, ast.Call) and _name(node.func) in REASONED:
                given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "reason")]
                words = {
                    str(part.value) for value in given for part in ast.walk(value) if isinstance(part, ast.Constant)
                }
                found |= {word for word in words if WORD.fullmatch(word)}
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


REASONS = reasons()


@pytest.mark.parametrize(("section", "key"), settings(), ids=lambda part: part)
def test_every_setting_is_explained(section: str, key: str) -> None:
    assert f"`{section}.{key}`" in CONFIGURATION
    assert f"`{ENVIRONMENT.format(section.upper(), key.upper())}`" in CONFIGURATION


def test_no_setting_is_explained_that_there_is_not() -> None:
    sections = {section for section, _ in settings()}
    explained = re.findall(r"^\| `([a-z]+)\.([a-z_]+)` \|", CONFIGURATION, re.MULTILINE)
    assert [pair for pair in explained if pair not in settings() and pair[0] in sections] == []


@pytest.mark.parametrize(("typed", "command"), list(commands()), ids=lambda part: part if isinstance(part, str) else "")
def test_every_command_is_explained_with_its_options(typed: str, command: click.Command) -> None:
    lines = [line for line in CONFIGURATION.splitlines() if re.match(rf"\| `{typed}[ `]", line)]
    assert lines, f"docs/configuration.md has no line that begins with `{typed}`"
    for parameter in command.params:
        for spelled in parameter.opts:
            if spelled.startswith("--") and spelled != "--json":
                assert any(spelled in line for line in lines), spelled


@pytest.mark.parametrize("command", [command for _, command in commands()], ids=lambda command: str(command.name))
def test_every_command_says_what_it_does(command: click.Command) -> None:
    assert command.help


def test_every_field_of_the_front_matter_is_explained() -> None:
    explained = re.findall(r"^\| `([a-z_]+)` \|", CONFIGURATION, re.MULTILINE)
    assert set(header_fields.OWN) == {name_of(field) for field in explained}


def test_every_activity_that_is_acted_upon_is_named_for_other_servers() -> None:
    assert [type for type in HANDLERS if f"`{type}`" not in FEDERATION.read_text(encoding="utf-8")] == []


def test_every_outcome_is_explained_to_other_servers() -> None:
    text = FEDERATION.read_text(encoding="utf-8")
    assert [outcome for outcome in Outcome if f"`{outcome.value}`" not in text] == []


def test_every_reason_is_explained_to_other_servers() -> None:
    text = FEDERATION.read_text(encoding="utf-8")
    assert sorted(reason for reason in REASONS if f"`{reason}`" not in text) == []


def test_no_reason_is_explained_that_is_never_given() -> None:
    families = {reason.partition(".")[0] for reason in REASONS}
    explained = set(re.findall(r"`([a-z]+\.[a-z][a-z-]*)`", FEDERATION.read_text(encoding="utf-8")))
    assert {reason for reason in explained if reason.partition(".")[0] in families} - REASONS == set()
