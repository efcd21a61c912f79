"""Where lists cut a post: what of a text is its opening, also after the text was edited.

A text that was imported has lost its "more" mark; what is known is the opening before it, as plain text.
"""

from difflib import SequenceMatcher

from syndicate.content.hidden_text import before_more, without_hidden
from syndicate.content.markdown import to_html
from syndicate.content.text import plain
from syndicate.model.post import SourceFormat

MAX_COMPARED_WORDS = 400
"""An opening that is longer than an excerpt decides nothing: an excerpt has 55 words."""


def opening_of_edited(opening: str, before: str, after: str, source_format: SourceFormat) -> str:
    """Return the opening of an edited text: what precedes its own mark, else what stands before the same place as
    before; empty if it is cut nowhere.
    """
    if before_mark := before_more(after):
        return _words_of(before_mark, source_format)
    if not opening or before_more(before):
        return ""
    old = _words_of(before, source_format).split()[:MAX_COMPARED_WORDS]
    new = _words_of(after, source_format).split()[:MAX_COMPARED_WORDS]
    cut = len(opening.split())
    return " ".join(new[: _moved(cut, old, new)]) if old[:cut] == opening.split() else ""


def _words_of(source: str, source_format: SourceFormat) -> str:
    return plain(source if source_format is SourceFormat.HTML else to_html(without_hidden(source)))


def _moved(place: int, old: list[str], new: list[str]) -> int:
    """Return where a place between two words is after an edit; words that were added at it follow it."""
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if start < place <= end:
            return new_start + place - start if tag == "equal" else new_end
    return 0
