"""Line ends of a text that goes through a form: browsers send CRLF whatever the text had (HTML standard, §4.10.22.4)."""

import re
from collections.abc import Iterable
from itertools import takewhile

_LINE_END = re.compile("\r\n|\r|\n")
_UNIT = re.compile("\r\n|.", re.DOTALL)


def as_edited(text: str) -> str:
    """Return a text as it is in a form and is compared: lines end in LF, and NUL is what parsers of HTML make of it."""
    return _LINE_END.sub("\n", text).replace("\0", "\N{REPLACEMENT CHARACTER}")


def with_line_ends_of(before: str, edited: str) -> str:
    """Return an edited text with the characters of `before` where it is the same, and elsewhere the line ends that
    `before` has most."""
    if as_edited(before) == before:
        return edited
    units = _UNIT.findall(before)
    shown = [as_edited(unit) for unit in units]
    start = _count_equal(zip(shown, edited, strict=False))
    rest = min(len(shown), len(edited)) - start
    end = min(rest, _count_equal(zip(reversed(shown), reversed(edited), strict=False)))
    ends = _LINE_END.findall(before) or ["\n"]
    usual = max(ends, key=ends.count)
    middle = edited[start : len(edited) - end].replace("\n", usual)
    return "".join([*units[:start], middle, *units[len(units) - end :]])


def _count_equal(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
