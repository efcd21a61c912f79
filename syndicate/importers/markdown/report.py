"""What an import of a folder reports: what came in, what was held back and why, what was left out, what to do next."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from syndicate.importers.markdown.programs import ASTRO, ELEVENTY, GATSBY
from syndicate.importers.markdown.project import Project
from syndicate.model.post import PostKind, PostState
from syndicate.publishing import Change

MAX_NAMED = 50
CODED = (ELEVENTY, ASTRO, GATSBY)
"""Programs whose addresses may be made by code."""
HIDDEN_STATES = {
    PostState.DRAFT: "draft",
    PostState.PRIVATE: "private",
    PostState.PASSWORD: "with a password",
    PostState.SCHEDULED: "scheduled",
}
"""What the states of posts that are not public are called in reports."""


@dataclass(slots=True)
class FolderReport:
    """The result of an import. Lines name files and reasons; counters count what repeats."""

    project: Project | None = None
    changes: Counter[Change] = field(default_factory=Counter)
    kinds: Counter[PostKind] = field(default_factory=Counter)
    hidden: Counter[PostState] = field(default_factory=Counter)
    held: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    not_taken: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    missing: list[str] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    wanted: int = 0

    def lines(self) -> Iterator[str]:
        """Return a line for each thing that there is to say."""
        yield ", ".join(f"{self.changes[change]} {change.value}" for change in Change)
        if self.project is not None and self.project.program.name:
            of = f", of {self.project.origin}{self.project.prefix}" if self.project.origin else ""
            yield f"read as: {self.project.program.name}{of}"
        if self.kinds[PostKind.PAGE]:
            yield f"read: {_counted({kind.value: self.kinds[kind] for kind in PostKind})}"
        if self.hidden:
            yield f"not public: {_counted({HIDDEN_STATES[state]: number for state, number in self.hidden.items()})}"
        if self.pictures or self.wanted:
            yield f"pictures and files: {self.pictures} stored, {self.wanted} for the server to download"
        yield from _named("held back", self.held)
        yield from _named("not updated, since it was edited here", self.edited)
        if self.unknown:
            yield f"fields without a meaning here: {_counted(self.unknown)}"
        if self.lost:
            yield f"removed from texts, since only the old program can show it: {_counted(self.lost)}"
        if self.not_taken:
            yield f"not taken: {_counted(self.not_taken)}"
        yield from _named("not found", self.missing)
        yield from _named("note", self.notes)
        yield from _named("skipped", self.skipped)
        yield from self._nothing_found()
        yield from self._next()

    def _nothing_found(self) -> Iterator[str]:
        if self.project is None or self.changes or self.edited or self.left_out:
            return
        yield f"nothing to import in {self.project.folder}: no Markdown file, nor an HTML file with a header, is a post"
        yield (
            "next: give the folder in which the posts lie, or that of the whole project; an export in one file has a command"
            " of its own: see `syndicate import --help`"
        )

    def _next(self) -> Iterator[str]:
        if self.project is not None and self.project.program in CODED and not self.project.is_pattern_given:
            yield (
                f"next: the addresses of {self.project.program.name} follow from its code, which is not run: the folders are taken"
                " for them where a header names none; compare one, and if it differs, import into an empty blog with"
                " --addresses, such as /:year/:month/:title/"
            )
        if self.held or self.hidden:
            yield "next: look through what is not public; 'draft: false' in its file and another import publishes it"
        if self.project is not None and self.project.program.name and not self.project.origin:
            yield (
                "next: the old blog's address is not known, so that posts get new ids in feeds; import into an empty blog with"
                " --origin https://old.example/ to keep the old ones"
            )


def _named(what: str, names: list[str]) -> Iterator[str]:
    names = list(dict.fromkeys(names))
    yield from (f"{what}: {name}" for name in names[:MAX_NAMED])
    if len(names) > MAX_NAMED:
        yield f"{what}: {len(names) - MAX_NAMED} more"


def _counted(numbers: Mapping[str, int]) -> str:
    shown = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{number} × {name}" for name, number in shown if number)
