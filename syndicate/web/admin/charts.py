"""Charts as SVG that is made on the server: shapes with classes, whose colours come from the style sheet. Pure.

A chart is stretched to the width of its place, so it holds no text; its title and description are for those who do not
see it, and a table beneath has every value.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 400.0, 100.0
GAP = 0.25
"""The part of the width of a bar that stays empty."""
MIN_BAR_HEIGHT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartValue:
    """A value with its label."""

    label: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A bar, in the units of the chart."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`line` and `area` are paths; `bars` are rectangles; a chart has one or the other. `top` is the value of its upper
    edge, `bottom` that of the lower one."""

    id: str
    title: str
    description: str
    values: tuple[ChartValue, ...]
    line: str = ""
    area: str = ""
    bars: tuple[Rectangle, ...] = ()
    top: int = 0
    bottom: int = 0

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH:g} {HEIGHT:g}"


def line_chart(id: str, title: str, description: str, values: Sequence[ChartValue]) -> Chart:
    """Return values over time as a line, between the lowest and the highest of them."""
    numbers = [value.number for value in values] or [0]
    top, bottom = max(numbers), min(numbers)
    if top == bottom:
        bottom = min(bottom, 0)
    span, step = max(top - bottom, 1), WIDTH / max(len(numbers) - 1, 1)
    if len(numbers) == 1:
        numbers = numbers * 2
        step = WIDTH
    points = [(at * step, HEIGHT - (number - bottom) / span * HEIGHT) for at, number in enumerate(numbers)]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    area = f"{line} L{WIDTH:.1f} {HEIGHT:.1f} L0.0 {HEIGHT:.1f} Z"
    return Chart(
        id=id,
        title=title,
        description=description,
        values=tuple(values),
        line=line,
        area=area,
        top=top,
        bottom=bottom,
    )


def bar_chart(id: str, title: str, description: str, values: Sequence[ChartValue]) -> Chart:
    """Return values as bars from zero on; one that is not zero is always seen."""
    top = max((value.number for value in values), default=0)
    step = WIDTH / max(len(values), 1)
    bars = tuple(_bar(at, value.number, top, step) for at, value in enumerate(values) if value.number > 0)
    return Chart(id=id, title=title, description=description, values=tuple(values), bars=bars, top=top)


def _bar(at: int, number: int, top: int, step: float) -> Rectangle:
    height = max(number / top * HEIGHT, MIN_BAR_HEIGHT)
    return Rectangle(
        x=round(at * step + step * GAP / 2, 2),
        y=round(HEIGHT - height, 2),
        width=round(step * (1 - GAP), 2),
        height=round(height, 2),
    )
