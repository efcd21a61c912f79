"""What stands in a Markdown text and is not for readers: comments, and texts that a program makes.

Code is left as it is: a text about templates shows them.
"""

import re

from syndicate.content.code_blocks import Construct, mask

_COMMENT = re.compile(r"<!--.*?-->|^<!--.*\Z|%%.*?%%|^%%.*\Z", re.DOTALL | re.MULTILINE)
_MORE = re.compile(r"<!--\s*(?:more\b[^>]*?|TEASER_END\b[^>]*?|excerpt)\s*-->", re.IGNORECASE)
_LOGIC = re.compile(r"\{%-?\s*(?:if|unless|for|case|tablerow)\s")
_RAW = Construct(
    opening=r"\{%-?\s*(?:raw|highlight|codeblock|verbatim)\b[^%]*%\}",
    closing=lambda _: r"\{%-?\s*end(?:raw|highlight|codeblock|verbatim)\s*-?%\}",
    render=lambda opening, text: f"{opening[0]}{text}",
)


def without_hidden(source: str) -> str:
    """Return a text without comments: `<!-- … -->` and Obsidian's `%% … %%`."""
    if "<!--" not in source and "%%" not in source:
        return source
    masked = mask(source)
    return masked.unmask(without_comments(masked.text))


def without_comments(text: str) -> str:
    """Return a text whose code is masked without comments."""
    return _COMMENT.sub("", text)


def before_more(source: str) -> str:
    """Return the part of a text before its `<!--more-->`; empty without one."""
    if not _MORE.search(source):
        return ""
    masked = mask(source)
    found = _MORE.search(masked.text)
    return masked.unmask(masked.text[: found.start()]).strip() if found else ""


def has_logic(source: str) -> bool:
    """Whether a template language decides what the text is (`{% if … %}`)."""
    return bool(_LOGIC.search(source)) and bool(_LOGIC.search(mask(source, (_RAW,)).text))
