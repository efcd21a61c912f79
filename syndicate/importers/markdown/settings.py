"""Read the settings of a project as plain words, without running anything.

TOML, YAML and JSON are read by their parsers; of Python and JavaScript only `NAME = "text"` and `name: "text"` count.
Names are found whatever their case.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 1_000_000
_PYTHON = re.compile(
    r"""^(?P<name>[A-Z_]{2,60})\s*=\s*[ru]?(?P<quote>['"])(?P<text>[^'"\n]*)(?P=quote)\s*(?:\#.*)?$""", re.MULTILINE
)
_PYTHON_SWITCH = re.compile(r"^(?P<name>[A-Z_]{2,60})\s*=\s*(?P<text>True|False)\s*(?:#.*)?$", re.MULTILINE)
_SCRIPT = re.compile(
    r"""(?<![\w.])["']?(?P<name>[A-Za-z]\w{1,40})["']?\s*:\s*(?P<quote>["'`])(?P<text>[^"'`\n$]*)(?P=quote)"""
)
_ON = frozenset({"true", "yes", "on"})


class Settings:
    """Settings by name; a name may be a path (`params.author`)."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values = _lowered(values or {})

    def get(self, name: str) -> Any:
        """Return a value, or None."""
        found: Any = self._values
        for part in name.lower().split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def text(self, name: str) -> str:
        """Return a value as text; empty if there is none."""
        value = self.get(name) if name else None
        return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        value = self.get(name)
        return tuple(str(item) for item in value) if isinstance(value, list) else ()

    def is_on(self, name: str, *, default: bool = False) -> bool:
        value = self.get(name)
        return default if value is None else value is True or str(value).lower() in _ON

    def is_off(self, name: str) -> bool:
        return self.get(name) is not None and not self.is_on(name)

    def with_values(self, values: Mapping[str, Any]) -> "Settings":
        """Return these settings with others on top."""
        merged = Settings()
        merged._values = {**self._values, **_lowered(values)}
        return merged

    @property
    def is_empty(self) -> bool:
        return not self._values


def load_settings(path: Path) -> Settings:
    """Read a file, or a directory with a file for each table; what cannot be read counts as empty."""
    if path.is_dir():
        loaded = Settings()
        for file in sorted(path.iterdir()):
            is_main = file.stem in ("hugo", "config")
            values = _parsed(file)
            loaded = loaded.with_values(values if is_main else {file.stem: values} if values else {})
        return loaded
    return Settings(_parsed(path))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()[:MAX_BYTES].decode("utf-8-sig", "replace") if path.is_file() else ""
        return dict(_values(path.suffix.lower(), text))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return {}


def _values(suffix: str, text: str) -> Iterator[tuple[str, Any]]:
    match suffix:
        case ".toml":
            yield from tomllib.loads(text).items()
        case ".yml" | ".yaml":
            for document in yaml.load_all(text, Loader=yaml.BaseLoader):
                yield from document.items() if isinstance(document, dict) else ()
        case ".json":
            values = json.loads(text)
            yield from values.items() if isinstance(values, dict) else ()
        case ".py":
            for found in (*_PYTHON.finditer(text), *_PYTHON_SWITCH.finditer(text)):
                yield found["name"], found["text"]
        case ".js" | ".mjs" | ".cjs" | ".ts" | ".mts":
            for found in _SCRIPT.finditer(text):
                yield found["name"], found["text"]


def _lowered(values: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name).lower(): _lowered(value) if isinstance(value, dict) else value for name, value in values.items()}
