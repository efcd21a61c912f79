"""Plain text without characters that change how the text around them is shown."""

import re

# C0 and C1 except tab and line ends; lone surrogates; noncharacters; bidirectional embeddings, overrides, isolates and
# marks (Unicode TR9).
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def printable(value: object) -> object:
    """Return plain text without control characters and bidirectional marks; `SafeHtml` and markup are unchanged."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return _UNPRINTABLE.sub("", value)
    return value
