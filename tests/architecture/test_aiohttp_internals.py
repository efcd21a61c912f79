"""aiohttp's private parts are used in one file, so that an upgrade means reading one file."""

import ast
import inspect
import re
import tomllib
from functools import cache
from pathlib import Path

import aiohttp
import aiohttp.abc
import aiohttp.web

from syndicate.web.http import aiohttp_internals

ROOT = Path(__file__).parents[2]
INTERNALS = Path(aiohttp_internals.__file__)
PUBLIC_MODULES = (aiohttp, aiohttp.abc, aiohttp.web)
"""The modules that aiohttp documents."""
PRIVATE = re.compile(r"_[a-z]")


def classes_of(*modules: object) -> dict[str, type]:
    return {name: it for module in modules for name, it in vars(module).items() if inspect.isclass(it)}


@cache
def private_names(aiohttp_class: type) -> set[str]:
    """The private attributes of a class of aiohttp and its bases, also those that only its methods set."""
    bases = [it for it in aiohttp_class.__mro__ if it.__module__.startswith("aiohttp")]
    set_by_methods = {name for it in bases for name in re.findall(r"(?<=self\.)_[a-z]\w*", inspect.getsource(it))}
    return set_by_methods | {name for it in bases for name in vars(it) if PRIVATE.match(name)}


CLASSES = classes_of(*PUBLIC_MODULES)
EVERY_PRIVATE_NAME = set().union(*map(private_names, CLASSES.values()))


def private_uses(path: Path) -> set[str]:
    """What a file uses of aiohttp's undocumented modules and private names."""
    text = path.read_text()
    if "aiohttp" not in text:
        return set()
    nodes = list(ast.walk(ast.parse(text)))
    imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    found = {it for it in imported if it.startswith("aiohttp")} - {module.__name__ for module in PUBLIC_MODULES}
    found |= {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg and PRIVATE.match(node.arg)}
    found |= {name for name in attributes(nodes, of_self=False) if name in EVERY_PRIVATE_NAME}
    return found.union(*(inherited(node) for node in nodes if isinstance(node, ast.ClassDef)))


def inherited(node: ast.ClassDef) -> set[str]:
    """The private attributes that a class uses of those that it inherits from aiohttp."""
    known = CLASSES | classes_of(aiohttp_internals)
    names = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
    used = attributes(list(ast.walk(node)), of_self=True)
    return {name for base in names & known.keys() for name in private_names(known[base]) & used}


def attributes(nodes: list[ast.AST], *, of_self: bool) -> set[str]:
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and PRIVATE.match(node.attr)
        and (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")) == of_self
    }


def test_private_parts_of_aiohttp_are_used_in_one_file() -> None:
    sources = [path for path in (ROOT / "syndicate").rglob("*.py") if path != INTERNALS]
    assert {path.name: uses for path in sources if (uses := private_uses(path))} == {}
    assert {"aiohttp.http_parser", "_paused", "_drain_helper", "_real_headers"} <= private_uses(INTERNALS)


def test_aiohttp_is_pinned_to_a_minor_release() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (pinned,) = (it for it in dependencies if it.startswith("aiohttp>"))
    floor, ceiling = re.findall(r"(\d+)\.(\d+)", pinned)
    assert (int(ceiling[0]), int(ceiling[1])) == (int(floor[0]), int(floor[1]) + 1)
