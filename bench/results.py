"""What was measured, against what was to be reached; as a table for people, as JSON for comparing runs.

A goal has a value that must hold and one to stretch for. Where more is better (`at_least`) both are floors, else
ceilings.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class Verdict(StrEnum):
    BEYOND = "beyond"
    """The stretch is reached."""
    MET = "met"
    MISSED = "MISSED"
    SKIPPED = "skipped"
    """The machine lacks what it would be measured with."""
    FAILED = "FAILED"
    """It could not be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`value` is what the goal speaks of, most often a ratio; `measured` and `reference` say in words what it was
    made of. `why` tells why there is no value."""

    goal: str
    what: str
    measured: str = ""
    reference: str = ""
    value: float | None = None
    unit: str = "×"
    must: float = 0.0
    stretch: float | None = None
    at_least: bool = True
    verdict: Verdict
    why: str = ""


def judged(
    goal: str,
    what: str,
    value: float,
    *,
    must: float,
    stretch: float | None = None,
    at_least: bool = True,
    unit: str = "×",
    measured: str = "",
    reference: str = "",
) -> Result:
    """A result with its verdict."""

    def holds(bound: float | None) -> bool:
        return bound is not None and (value >= bound if at_least else value <= bound)

    verdict = Verdict.MISSED if not holds(must) else Verdict.BEYOND if holds(stretch) else Verdict.MET
    return Result(
        goal=goal,
        what=what,
        measured=measured,
        reference=reference,
        value=value,
        unit=unit,
        must=must,
        stretch=stretch,
        at_least=at_least,
        verdict=verdict,
    )


def skipped(goal: str, what: str, why: str) -> Result:
    return Result(goal=goal, what=what, verdict=Verdict.SKIPPED, why=why)


def failed(goal: str, what: str, why: str) -> Result:
    return Result(goal=goal, what=what, verdict=Verdict.FAILED, why=why)


HEADINGS = ("goal", "what", "measured", "reference", "value", "must", "stretch", "verdict")


def table(results: Sequence[Result]) -> str:
    """All results, one per line."""
    rows = [HEADINGS, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    rule = "  ".join("─" * width for width in widths)
    reasons = [f"{result.goal} {result.what}: {result.why}" for result in results if result.why]
    return "\n".join([lines[0], rule, *lines[1:], *([""] if reasons else []), *reasons])


def _row(result: Result) -> tuple[str, ...]:
    sign = "≥" if result.at_least else "≤"
    return (
        result.goal,
        result.what,
        result.measured,
        result.reference,
        "" if result.value is None else f"{result.value:.2f} {result.unit}",
        "" if result.value is None else f"{sign} {result.must:g}",
        "" if result.stretch is None else f"{sign} {result.stretch:g}",
        result.verdict.value,
    )


def write(path: Path, about: dict[str, str], results: Sequence[Result]) -> None:
    """Keep a run as JSON; `about` says where and when it ran."""
    document = {"about": about, "results": [asdict(result) for result in results]}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
