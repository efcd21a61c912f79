"""Cut the source of an HTML post into its top-level blocks: any string in, slices out that make up the same string.

The editor of the desk shows one block after another, and writes those that were not touched as they were. A cut therefore
decides nothing about the text: a block that it takes for two, or two for one, are still the same characters.
"""

from collections.abc import Iterator
from itertools import pairwise

from syndicate.content.nesting import ended_by_end, ended_by_start
from syndicate.content.tags import BLOCKS, VOID, Tag, placed_tokens

_BLOCKS = BLOCKS | {"audio", "iframe", "object", "video"}
_MAX_DEPTH = 100
"""Deeper elements are not followed; they belong to the block that they are in."""


def cut_into_blocks(html: str) -> tuple[str, ...]:
    """Return the top-level blocks of `html`, each with the white space behind it, the first also with that before it.

    Text outside of any block-level element is a block of its own, with the comments in it, and so is a comment between
    two blocks. Joined, they are `html`.
    """
    edges = [0, *_starts(html), len(html)]
    return tuple(html[start:end] for start, end in pairwise(edges) if start < end)


def _starts(html: str) -> Iterator[int]:
    """Yield where blocks begin. `loose`: the text so far stands in no block-level element."""
    open_elements: list[str] = []
    has_block, loose = False, False
    for token, start, _ in placed_tokens(html):
        if isinstance(token, Tag) and not token.closing:
            del open_elements[ended_by_start(open_elements, token.name) :]
        if not open_elements and _is_content(token):
            is_loose = loose if token is None else isinstance(token, str) or token.name not in _BLOCKS
            if has_block and not (is_loose and loose):
                yield start
            has_block, loose = True, is_loose
        if isinstance(token, Tag):
            _follow(open_elements, token)


def _is_content(token: Tag | str | None) -> bool:
    """Return whether something begins here: white space and end tags belong to what precedes them."""
    if isinstance(token, Tag):
        return not token.closing
    return token is None or not token.isspace()


def _follow(open_elements: list[str], tag: Tag) -> None:
    if tag.closing:
        del open_elements[ended_by_end(open_elements, tag.name) :]
    elif tag.name not in VOID and len(open_elements) < _MAX_DEPTH:
        open_elements.append(tag.name)
