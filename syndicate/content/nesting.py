"""Which open elements of HTML a tag ends, also where their end tags are missing (HTML standard, §13.1.2.4)."""

from collections.abc import Sequence

from syndicate.content.tags import BLOCKS

CELLS = frozenset({"td", "th", "caption"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ROWS = frozenset({"tr", "thead", "tbody", "tfoot"})
_TABLE = frozenset({"table"})
_LISTS = frozenset({"ul", "ol", "dl"})

_P = frozenset({"p"})
_INSIDE_CELL = CELLS | _TABLE

_ENDED_BY_START: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    **dict.fromkeys(BLOCKS, (_P, _INSIDE_CELL)),
    **{heading: (_P | _HEADINGS, _INSIDE_CELL | _LISTS | {"blockquote", "div", "li"}) for heading in _HEADINGS},
    "a": (frozenset({"a"}), _INSIDE_CELL),
    "li": (frozenset({"li", "p"}), _INSIDE_CELL | _LISTS),
    "dt": (frozenset({"dt", "dd", "p"}), _INSIDE_CELL | _LISTS),
    "dd": (frozenset({"dt", "dd", "p"}), _INSIDE_CELL | _LISTS),
    "td": (CELLS, _ROWS | _TABLE),
    "th": (CELLS, _ROWS | _TABLE),
    "tr": (CELLS | {"tr"}, _TABLE),
    "thead": (CELLS | _ROWS, _TABLE),
    "tbody": (CELLS | _ROWS, _TABLE),
    "tfoot": (CELLS | _ROWS, _TABLE),
}
"""What a start tag implicitly closes, and the elements at which the search stops (§13.1.2.4)."""


def ended_by_start(open_elements: Sequence[str], name: str) -> int:
    """Return the index of the first of the open elements that end where an element of this name begins; their number
    if none does."""
    if name not in _ENDED_BY_START:
        return len(open_elements)
    ended, barrier = _ENDED_BY_START[name]
    found = len(open_elements)
    for index in range(len(open_elements) - 1, -1, -1):
        if open_elements[index] in ended:
            found = index
        elif open_elements[index] in barrier:
            break
    return found


def ended_by_end(open_elements: Sequence[str], name: str) -> int:
    """Return the index of the first of the open elements that an end tag ends; their number if it ends none."""
    barrier = frozenset() if name in CELLS | _ROWS | _TABLE else _INSIDE_CELL
    for index in range(len(open_elements) - 1, -1, -1):
        if open_elements[index] == name:
            return index
        if open_elements[index] in barrier:
            break
    return len(open_elements)
