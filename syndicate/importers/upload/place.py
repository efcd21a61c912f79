"""Where an uploaded file lies until it is imported."""

from pathlib import Path

PREFIX = "import-"


def folder_of(transfers: Path, id: str) -> Path:
    """Return the directory of the file of an import."""
    return transfers / f"{PREFIX}{id}"
