"""The rich editor, which is built when Syndicate is installed (see `admin_ui/build.py`), and may be missing."""

from collections.abc import Iterator
from importlib.resources import files

BUILT = files("syndicate.web.admin").joinpath("static", "built")
REASON = "missing.txt"
RICH_EDITOR = "rich-editor.js"
NAMES = (RICH_EDITOR, "paste-markdown.js")
UNKNOWN_REASON = "it was not built when Syndicate was installed"


def built_files() -> Iterator[tuple[str, bytes]]:
    """Yield the names and bytes of the scripts that are there."""
    for name in NAMES:
        file = BUILT.joinpath(name)
        if file.is_file():
            yield name, file.read_bytes()


def why_missing() -> str:
    """Return why there is no rich editor, or an empty string where there is one."""
    if BUILT.joinpath(RICH_EDITOR).is_file():
        return ""
    reason = BUILT.joinpath(REASON)
    return reason.read_text(encoding="utf-8").strip() if reason.is_file() else UNKNOWN_REASON
