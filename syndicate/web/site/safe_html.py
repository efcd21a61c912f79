"""HTML that templates insert unchanged."""


class SafeHtml(str):
    """HTML from the sanitizer. Any other string derived from it is plain text again."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)
