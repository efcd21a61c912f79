"""Remove the mentions at the start of a reply, since readers see what it replies to anyway.

Works on the tags of HTML before it is sanitized. HTML in, HTML out, as unsafe as the input; nothing after the opening
mentions is changed.
"""

import re
from collections.abc import Callable, Sequence

from syndicate.content.tags import Tag, tokens
from syndicate.content.text import plain

IsOurs = Callable[[str, str], bool]
"""Whether a mention with this address and text (`@notes`, `@notes@blog.example`) is one of the blog."""

MAX_MENTION_TOKENS = 12
"""Tokens of a link with its wrapper and inner spans; the search for its end stops there."""
_CONTAINERS = frozenset({"p", "div", "span"})
_TYPED = re.compile(r"\s*(@[\w.-]+@[\w.-]*\w)(?=[\s,:;.!?]|$)[\s,:]*")
_WARNING = re.compile(r"\s*<p><strong>.{0,4000}?</strong></p>", re.DOTALL)


def without_mentions(html: str, is_ours: IsOurs) -> str:
    """Return HTML without the mentions of the blog at its start, and without elements that this leaves empty. A
    content warning or title before them, in our own form, is skipped.
    """
    warning = _WARNING.match(html)
    at = warning.end() if warning else 0
    return html[:at] + _Opening(html[at:], is_ours).cut()


class _Opening:
    """One pass from the start, until something is not a mention."""

    def __init__(self, html: str, is_ours: IsOurs) -> None:
        self._html, self._is_ours = html, is_ours
        self._tokens: list[Tag | str] = list(tokens(html))
        self._kept: list[Tag | str] = []
        self._removed = self._has_text = False

    def cut(self) -> str:
        at = 0
        while at < len(self._tokens):
            length = self._step(at)
            if not length:
                break
            at += length
        if not self._removed:
            return self._html
        rest = self._tokens[at:]
        if rest and isinstance(rest[0], str) and not self._has_text:
            rest[0] = rest[0].lstrip()
        return "".join(str(token) for token in [*self._kept, *rest])

    def _step(self, at: int) -> int:
        """Process the token here if it belongs to the opening; return the number of tokens, 0 where the text itself
        begins.
        """
        token = self._tokens[at]
        if isinstance(token, str):
            return self._text(at, token)
        if token.name in ("a", "span") and not token.closing and (mention := self._mention(at)):
            if self._is_ours(*_link(mention)):
                self._removed = True
            else:
                self._kept += mention
                self._has_text = True
            return len(mention)
        if token.name == "br":
            self._keep(token, unless=self._removed and not self._has_text)
            return 1
        if token.name not in _CONTAINERS:
            return 0
        if token.closing:
            self._close(token)
        else:
            self._keep(token)
        return 1

    def _text(self, at: int, text: str) -> int:
        if not text.strip():
            self._keep(text, unless=self._removed and not self._has_text)
            return 1
        typed = _TYPED.match(text)
        if typed is None or not self._is_ours("", typed[1]):
            return 0
        self._removed = True
        self._tokens[at] = text[typed.end() :]
        return 1 if not self._tokens[at] else self._step(at)

    def _mention(self, at: int) -> list[Tag | str]:
        """Return the element that begins here, if it consists of a mention only."""
        depth, opening = 0, self._tokens[at]
        assert isinstance(opening, Tag)
        for end in range(at, min(at + MAX_MENTION_TOKENS, len(self._tokens))):
            token = self._tokens[end]
            if isinstance(token, Tag) and token.name == opening.name:
                depth += -1 if token.closing else 1
            if depth == 0:
                element = self._tokens[at : end + 1]
                address, words = _link(element)
                return element if address and words.startswith("@") and " " not in words else []
        return []

    def _keep(self, token: Tag | str, *, unless: bool = False) -> None:
        if not unless:
            self._kept.append(token)

    def _close(self, token: Tag) -> None:
        """Remove an element that is empty now."""
        for back in range(len(self._kept) - 1, -1, -1):
            before = self._kept[back]
            if isinstance(before, str) and not before.strip():
                continue
            if self._removed and isinstance(before, Tag) and before.name == token.name and not before.closing:
                del self._kept[back:]
                return
            break
        self._kept.append(token)


def _link(element: Sequence[Tag | str]) -> tuple[str, str]:
    """Return the target and the text of an element."""
    address = next((tag.value("href") for tag in element if isinstance(tag, Tag) and tag.name == "a"), "")
    return address, plain("".join(token for token in element if isinstance(token, str)))
