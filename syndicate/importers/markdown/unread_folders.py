"""Decide which folders of a project are not read, and say so of those that hold files which could be posts."""

import fnmatch
import os
from pathlib import Path

from syndicate.importers.markdown.project import Project
from syndicate.importers.markdown.settings import load_settings

_BUILT = frozenset({"public", "_site", "output", "dist", "themes", "archetypes"})
_INSTALLED = frozenset({"node_modules", "__macosx"})
_BINS = frozenset({"$recycle.bin", "lost+found", "trash"})
_TEMPLATE_PLUGINS = ("templater-obsidian",)


def why_not_read(project: Project, path: Path, templates: frozenset[Path]) -> str:
    """Return why a folder is not read; empty if it is."""
    name = path.name.lower()
    if name.startswith(("_", ".")) and name not in ("_posts", "_drafts"):
        return f"its name begins with '{name[0]}', which marks a folder that is not published"
    if name in _INSTALLED | _BINS:
        return "it is a bin" if name in _BINS else "it belongs to a program"
    if path in templates:
        return "it holds templates"
    if path.parent == project.root and name in _BUILT | project.program.skipped:
        return "by its name it holds a theme or what a program has built"
    return "the settings exclude it" if is_excluded(project, path) else ""


def is_excluded(project: Project, path: Path) -> bool:
    """Whether the settings exclude a path."""
    excluded = project.settings.texts("exclude")
    relative = path.relative_to(project.root).as_posix()
    return any(relative == one.strip("/") or fnmatch.fnmatchcase(relative, one.strip("/")) for one in excluded)


def count_below(path: Path, suffixes: frozenset[str]) -> int:
    """Count the files below a folder that could be posts; none in what programs install, which is not looked through."""
    if path.name.lower() in _INSTALLED or path.is_symlink():
        return 0
    found = 0
    for _directory, folders, files in os.walk(path):
        folders[:] = [name for name in folders if name.lower() not in _INSTALLED]
        found += sum(Path(name).suffix.lower() in suffixes for name in files)
    return found


def template_folders(project: Project) -> frozenset[Path]:
    """Return the folders of Obsidian's templates."""
    if not (project.root / ".obsidian").is_dir():
        return frozenset()
    named = [load_settings(project.root / ".obsidian" / "templates.json").text("folder")]
    for plugin in _TEMPLATE_PLUGINS:
        data = load_settings(project.root / ".obsidian" / "plugins" / plugin / "data.json")
        named.append(data.text("templates_folder"))
    return frozenset(project.root / name for name in named if name)
