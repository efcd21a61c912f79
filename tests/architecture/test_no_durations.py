"""No test depends on how long something takes: all waiting is done by `tests/waiting.py`."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
APART = ("waiting.py", "peers/pasture/", "peers/pubby/", "peers/node_modules/", "peers/.installed/")
"""The place itself, programs that run outside of the tests, and what others wrote."""
CLOCKS = {"time.sleep", "time.monotonic", "time.perf_counter", "time.time", "time.process_time"}
LIMITS = {"asyncio.timeout", "asyncio.wait_for", "asyncio.timeout_at"}


def files() -> list[Path]:
    return [file for file in sorted(TESTS.rglob("*.py")) if not file.relative_to(TESTS).as_posix().startswith(APART)]


def is_number(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def impatience(source: str) -> list[str]:
    """What in a test goes by time, a line each."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        rests = name.endswith("sleep") and not (is_number(node.args[0]) and ast.literal_eval(node.args[0]) == 0)
        limited = any(keyword.arg == "timeout" and is_number(keyword.value) for keyword in node.keywords)
        if name in CLOCKS | LIMITS or rests or limited:
            found.append(f"{node.lineno}: {ast.unparse(node)[:80]}")
    return found


@pytest.mark.parametrize("file", files(), ids=lambda file: file.relative_to(TESTS).as_posix())
def test_a_test_waits_for_effects_and_measures_nothing(file: Path) -> None:
    assert impatience(file.read_text(encoding="utf-8")) == [], "wait with tests/waiting.py"
