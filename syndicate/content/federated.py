"""Adapt the HTML of our pages to how other servers display it. Safe HTML in, safe HTML out.

Misskey shows each newline between two blocks as a blank line. Mastodon shows attachments of a note and drops the
pictures in its text, which leaves empty paragraphs. A text may also be too long for a single delivery.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape

from syndicate.content.tags import BLOCKS, VOID, Tag, escaped, tokens
from syndicate.content.text import plain

_SPACES = re.compile("[ \t\r\n\f]+")
_EDGE = " \t\r\n\f"
_BOUNDARIES = BLOCKS | {"br", "td", "th"}
"""White space next to the start or end of these is not displayed."""
_CELLS = frozenset({"td", "th"})
_CONTENT_WITHOUT_TEXT = frozenset({"audio", "hr", "img", "math", "video"})


@dataclass(slots=True)
class _Element:
    tag: Tag
    children: "list[_Node]"

    @property
    def name(self) -> str:
        return self.tag.name

    def __str__(self) -> str:
        end = "" if self.name in VOID else str(Tag(name=self.name, closing=True))
        return f"{self.tag}{_html(self.children)}{end}"


_Node = _Element | str


def compact(html: str) -> str:
    """Return `html` without newlines, except in `pre`."""
    return _html(_compacted(_tree(html), at_start=True, at_end=True))


def without_pictures(html: str) -> str:
    """Return `html` without pictures, and without paragraphs, links and list items that contained nothing else. A
    caption becomes a paragraph.
    """
    nodes, _ = _pictureless(_tree(html))
    return _html(nodes)


def beginning(html: str, limit: int, size: Callable[[str], int]) -> str:
    """Return as many whole blocks from the start of `html` as fit into `limit`, as measured by `size`. A first block
    that is too large is cut as text at a word boundary.
    """
    kept: list[str] = []
    for block in _blocks(_tree(html)):
        limit -= size(block)
        if limit < 0:
            break
        kept.append(block)
    else:
        return html
    return "".join(kept) or _cut(block, limit + size(block), size)


def _tree(html: str) -> list[_Node]:
    root: list[_Node] = []
    open_elements: list[_Element] = []
    for token in tokens(html):
        siblings = open_elements[-1].children if open_elements else root
        if isinstance(token, str):
            siblings.append(escaped(token))
        elif not token.closing:
            element = _Element(token, [])
            siblings.append(element)
            if token.name not in VOID:
                open_elements.append(element)
        elif any(element.name == token.name for element in open_elements):
            while open_elements.pop().name != token.name:
                pass
    return root


def _html(nodes: list[_Node]) -> str:
    return "".join(map(str, nodes))


def _is_boundary(node: _Node) -> bool:
    return isinstance(node, _Element) and node.name in _BOUNDARIES


# newlines


def _compacted(nodes: list[_Node], *, at_start: bool, at_end: bool) -> list[_Node]:
    """Compact nodes. `at_start` and `at_end`: whether a block boundary precedes or follows the nodes."""
    kept: list[_Node] = []
    for index, node in enumerate(nodes):
        if isinstance(node, _Element):
            kept.append(_compacted_element(node))
            continue
        text = _SPACES.sub(_one_line, node)
        if _is_boundary(nodes[index - 1]) if index else at_start:
            text = text.lstrip(_EDGE)
        if _is_boundary(nodes[index + 1]) if index + 1 < len(nodes) else at_end:
            text = text.rstrip(_EDGE)
        if text:
            kept.append(text)
    return kept


def _compacted_element(element: _Element) -> _Element:
    values = tuple((name, _SPACES.sub(_one_line, value)) for name, value in element.tag.attributes)
    tag = replace(element.tag, attributes=values)
    if element.name == "pre":
        return _Element(tag, element.children)
    is_block = element.name in _BOUNDARIES
    return _Element(tag, _compacted(element.children, at_start=is_block, at_end=is_block))


def _one_line(spaces: re.Match[str]) -> str:
    return " " if "\n" in spaces[0] or "\r" in spaces[0] else spaces[0]


# pictures


def _pictureless(nodes: list[_Node]) -> tuple[list[_Node], bool]:
    """Return the nodes without pictures, and whether there were any."""
    kept: list[_Node] = []
    had_pictures = False
    for node in nodes:
        if isinstance(node, str):
            kept.append(node)
            continue
        children, lost = _pictureless(node.children)
        if node.name == "img" or (lost and node.name not in _CELLS and not any(map(_has_content, children))):
            had_pictures = True
            continue
        had_pictures = had_pictures or lost
        kept += _remaining(node, _without_breaks(children)) if lost else [node]
    return kept, had_pictures


def _remaining(element: _Element, children: list[_Node]) -> list[_Node]:
    """Return what remains of an element that lost a picture."""
    if element.name == "figure":
        return [part for child in children for part in _caption(child)]
    return [_Element(element.tag, children)]


def _caption(node: _Node) -> list[_Node]:
    if isinstance(node, str) or node.name != "figcaption":
        return [node]
    if any(map(_is_boundary, node.children)):
        return node.children
    return [_Element(Tag(name="p"), node.children)]


def _without_breaks(nodes: list[_Node]) -> list[_Node]:
    """Remove the line breaks between a picture and the adjacent text."""
    start, end = 0, len(nodes)
    while start < end and _is_break(nodes[start]):
        start += 1
    while start < end and _is_break(nodes[end - 1]):
        end -= 1
    return nodes[start:end]


def _is_break(node: _Node) -> bool:
    return not node.strip(_EDGE) if isinstance(node, str) else node.name == "br"


def _has_content(node: _Node) -> bool:
    if isinstance(node, str):
        return bool(node.replace("&nbsp;", " ").strip())
    return node.name in _CONTENT_WITHOUT_TEXT or any(map(_has_content, node.children))


# length


def _blocks(nodes: list[_Node]) -> Iterator[str]:
    """Return the top-level blocks; the inline nodes between two blocks form one."""
    between: list[_Node] = []
    for node in nodes:
        if not _is_boundary(node):
            between.append(node)
            continue
        if between:
            yield _html(between)
        between = []
        yield str(node)
    if between:
        yield _html(between)


def _cut(block: str, limit: int, size: Callable[[str], int]) -> str:
    """Return the first words of a block that fit, as a paragraph."""
    words = " ".join(plain(block).split())
    low, high = 0, min(len(words), max(limit, 0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(_paragraph(words[:middle])) <= limit else (low, middle - 1)
    at_space = words.rfind(" ", 0, low + 1)
    return _paragraph(words[: at_space if at_space > low // 2 else low].rstrip()) if low else ""


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"
