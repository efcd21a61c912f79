"""Make HTML well-formed and limit its size before it is parsed: any string in, balanced tags of a known set out.

An HTML parser copies unclosed formatting elements: a few thousand unclosed `<b>` before a few thousand `<p>` become
millions of elements. Here every start tag gets an end tag, depth and number are limited, and unknown elements are
unwrapped, so that the parser of the sanitizer has nothing to repair. The result is bounded but not safe: the
sanitizer follows.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from syndicate.content.nesting import CELLS, ended_by_end, ended_by_start
from syndicate.content.tags import BLOCKS, SEPARATE, VOID, Tag, escaped, tokens

_MEDIA = frozenset({"audio", "video"})
_ONLY_IN_MEDIA = frozenset({"source", "track"})


_MANY_REFERENCES = re.compile("(?:&[^&]*+){256}")
_PAUSE = r"\g<0><!---->"
"""html5ever's serializer takes quadratic time over the `&` of one text node; a comment, which it drops, starts
another node. It is inserted where it cannot cut a character reference.
"""
_MAX_VALUE_LENGTH = 8_000


class Finish(Protocol):
    """Called when a link ends, with its start tag and content; returns what is appended to the link."""

    def __call__(self, link: Tag, inside: list[Tag | str], /) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The limits and elements of `balanced`. `elements` counts start tags, `depth` the open ones; beyond the limits,
    tags are dropped and their text stays (of a picture its alternative text). `renamed` maps elements to other names,
    and `renamed_attributes` attributes, by element and name, unless the element already has the new one.
    """

    tags: frozenset[str]
    attributes: Callable[[str], frozenset[str]]
    renamed: Mapping[str, str]
    depth: int
    elements: int
    renamed_attributes: Mapping[tuple[str, str], str] = field(default_factory=dict)


def balanced(html: str, bounds: Bounds, *, finish_link: Finish | None = None) -> str:
    """Return `html` as nested, closed elements of the known kinds, with every attribute quoted."""
    writer = _Writer(bounds, finish_link)
    for token in tokens(html):
        if isinstance(token, str):
            writer.text(token)
        elif token.closing:
            writer.end(bounds.renamed.get(token.name, token.name))
        else:
            writer.start(token)
    return writer.result()


class _Writer:
    def __init__(self, bounds: Bounds, finish_link: Finish | None) -> None:
        self._bounds = bounds
        self._finish_link = finish_link
        self._left = bounds.elements
        self._out: list[Tag | str] = []
        self._open: list[str] = []
        self._link_from = 0
        self._at_start_of_pre = False

    def text(self, text: str) -> None:
        if self._at_start_of_pre:
            text = text.lstrip("\n")  # the parser drops one after each <pre>
            self._at_start_of_pre = not text
        self._out.append(_MANY_REFERENCES.sub(_PAUSE, escaped(text).replace("\xa0", "&nbsp;")))

    def start(self, tag: Tag) -> None:
        name = self._bounds.renamed.get(tag.name, tag.name)
        if name not in self._bounds.tags or not self._fits(name, tag):
            self._unwrap(tag)
            return
        self._close_from(ended_by_start(self._open, name))
        if len(self._open) >= self._bounds.depth or self._left <= 0:
            self._unwrap(tag)
            return
        self._left -= 1
        if name == "a":
            self._link_from = len(self._out)
        self._out.append(Tag(name=name, attributes=self._known_attributes(name, tag)))
        if name not in VOID:
            self._open.append(name)
        self._at_start_of_pre = name == "pre"

    def end(self, name: str) -> None:
        if name not in self._bounds.tags:
            self._unwrap(Tag(name=name, closing=True))
            return
        self._close_from(ended_by_end(self._open, name))

    def result(self) -> str:
        self._close_from(0)
        return "".join(map(str, self._out))

    def _fits(self, name: str, tag: Tag) -> bool:
        if name == "img":
            return bool(tag.get("src"))
        return name not in _ONLY_IN_MEDIA or not _MEDIA.isdisjoint(self._open)

    def _known_attributes(self, name: str, tag: Tag) -> tuple[tuple[str, str], ...]:
        known, renamed = self._bounds.attributes(name), self._bounds.renamed_attributes
        kept = {key: value for key, value in tag.attributes if key in known and len(value) <= _MAX_VALUE_LENGTH}
        for key, value in tag.attributes:
            if (new := renamed.get((name, key))) is not None and len(value) <= _MAX_VALUE_LENGTH:
                kept.setdefault(new, value)
        return tuple(kept.items())

    def _unwrap(self, tag: Tag) -> None:
        if tag.name == "img":
            self.text(tag.get("alt"))
        elif tag.name in BLOCKS:
            self._out.append("\n")
        elif tag.name in CELLS or tag.name in SEPARATE:
            self._out.append(" ")

    def _close_from(self, index: int) -> None:
        while len(self._open) > index:
            name = self._open.pop()
            if name == "a" and self._finish_link:
                link, *inside = self._out[self._link_from :]
                assert isinstance(link, Tag)
                self._out.append(self._finish_link(link, inside))
            self._out.append(Tag(name=name, closing=True))
