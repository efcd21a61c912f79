"""Fields that a program's settings give to many files: Jekyll's `defaults`, Hugo's `cascade`, Eleventy's folder data.

They count as if they stood in the file, which wins.
"""

import fnmatch
import json
from functools import lru_cache
from pathlib import Path

import yaml

from syndicate.content.headers import Pairs, split_header, to_fields
from syndicate.content.not_public import name_of
from syndicate.content.text import clean
from syndicate.content.yaml_values import raw
from syndicate.errors import FrontMatterInvalid
from syndicate.importers.markdown.discover import MarkdownFileKind, SourceFile
from syndicate.importers.markdown.programs import ELEVENTY, HUGO, JEKYLL, OCTOPRESS
from syndicate.importers.markdown.project import Project

MAX_BYTES = 1_000_000
_DATA_FILES = tuple(f"{kind}{end}" for kind in ("", ".11tydata") for end in (".yaml", ".yml", ".json"))


def with_defaults(project: Project, file: SourceFile, fields: Pairs) -> Pairs:
    """Return the fields of a file below those that the settings give it."""
    given = {name_of(raw(key)) for key, _ in fields}
    found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in _defaults(project, file):
        if isinstance(key, yaml.ScalarNode) and name_of(raw(key)) not in given:
            found[name_of(raw(key))] = (key, value)
    return [*found.values(), *fields]


def unread_data_files(project: Project) -> list[str]:
    """Return the names of data files that would have to be run."""
    if project.program is not ELEVENTY:
        return []
    found = (path for content in project.contents[-1:] for path in content.rglob("*.11tydata.*js"))
    return sorted(path.relative_to(project.root).as_posix() for path in found if "node_modules" not in path.parts)


def _defaults(project: Project, file: SourceFile) -> Pairs:
    if project.program in (JEKYLL, OCTOPRESS):
        return _jekyll(project, file)
    if project.program is HUGO:
        return _hugo(project, file)
    if project.program is ELEVENTY:
        return _eleventy(project, file)
    return []


def _jekyll(project: Project, file: SourceFile) -> Pairs:
    """Read `defaults`, the least specific scope first."""
    entries = project.settings.get("defaults")
    kind = "drafts" if "_drafts" in file.folders else "posts" if file.kind is MarkdownFileKind.POST else "pages"
    found: list[tuple[int, Pairs]] = []
    for entry in entries if isinstance(entries, list) else []:
        scope = entry.get("scope") if isinstance(entry, dict) else None
        values = entry.get("values") if isinstance(entry, dict) else None
        if not isinstance(values, dict):
            continue
        scope = scope if isinstance(scope, dict) else {}
        path = str(scope.get("path") or "").strip("/")
        type = str(scope.get("type") or "").rstrip("s")
        is_below = (
            not path or file.name == path or file.name.startswith(f"{path}/") or fnmatch.fnmatchcase(file.name, path)
        )
        if is_below and (not type or kind.startswith(type) or (kind == "drafts" and type == "post")):
            found.append((len(path) * 2 + bool(type), to_fields(values)))
    return [pair for _, fields in sorted(found, key=lambda one: one[0]) for pair in fields]


def _hugo(project: Project, file: SourceFile) -> Pairs:
    """Read the `cascade` of the settings and of the sections above a file, the outermost first."""
    found = _cascades(to_fields({"cascade": project.settings.get("cascade") or {}}), file)
    content = project.content_of(file.path)
    above = [folder for folder in reversed(file.path.parents) if folder.is_relative_to(content)]
    for folder in above:
        found += _cascades(_section(folder), file)
    return found


@lru_cache(maxsize=512)
def _section(folder: Path) -> Pairs:
    for name in ("_index.md", "_index.markdown", "_index.html"):
        if (folder / name).is_file():
            try:
                text = (folder / name).read_bytes()[:MAX_BYTES].decode("utf-8-sig", "replace")
                return split_header(clean(text), file=name).fields
            except (FrontMatterInvalid, OSError):
                return []
    return []


def _cascades(fields: Pairs, file: SourceFile) -> Pairs:
    cascade = next((value for key, value in fields if name_of(raw(key)) == "cascade"), None)
    entries = cascade.value if isinstance(cascade, yaml.SequenceNode) else [cascade] if cascade else []
    found: Pairs = []
    for entry in entries:
        if isinstance(entry, yaml.MappingNode) and _is_meant(entry, file):
            found += [(key, value) for key, value in entry.value if name_of(raw(key)) != "target"]
    return found


def _is_meant(entry: yaml.MappingNode, file: SourceFile) -> bool:
    """Whether a file is a target; kinds other than pages are not."""
    target = next((value for key, value in entry.value if name_of(raw(key)) == "target"), None)
    if not isinstance(target, yaml.MappingNode):
        return True
    words = {name_of(raw(key)): raw(value) for key, value in target.value}
    path = "/" + "/".join((*file.folders, file.stem))
    is_there = not words.get("path") or any(
        fnmatch.fnmatchcase(path, one) for one in (words["path"], words["path"].replace("**", "*"))
    )
    return is_there and words.get("kind", "page") == "page"


def _eleventy(project: Project, file: SourceFile) -> Pairs:
    """Read `<folder>.json` of every folder above a file, the outermost first, and `<name>.json` beside it; the same in
    YAML, which many projects add.
    """
    content = project.content_of(file.path)
    above = [folder for folder in reversed(file.path.parents) if folder.is_relative_to(content)]
    stems = [*(folder / folder.name for folder in above), file.path.with_name(file.path.stem)]
    paths = [stem.with_name(f"{stem.name}{end}") for stem in stems for end in _DATA_FILES]
    return [pair for path in paths if path.resolve().is_relative_to(project.root) for pair in _data(path)]


@lru_cache(maxsize=512)
def _data(path: Path) -> Pairs:
    """Return the fields of a data file; nothing if it is not there or cannot be read."""
    try:
        text = path.read_bytes()[:MAX_BYTES].decode("utf-8-sig") if path.is_file() else ""
        if path.suffix == ".json":
            values = json.loads(text) if text else {}
            return to_fields(values) if isinstance(values, dict) else []
        return split_header(f"---\n{clean(text)}\n---\n", file=path.name).fields
    except (OSError, ValueError, RecursionError, FrontMatterInvalid):
        return []
