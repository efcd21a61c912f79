"""What an import did, in words for somebody who writes a blog."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from syndicate.blogroll.following import ListImportReport
from syndicate.importers.block_list import BlockList
from syndicate.importers.markdown.report import FolderReport
from syndicate.importers.own_export import OwnExportReport
from syndicate.importers.report import ImportReport
from syndicate.model.comment import CommentState
from syndicate.model.post import PostKind, PostState
from syndicate.publishing import Change

MAX_NAMED = 100
_HIDDEN = {
    PostState.DRAFT: ("draft", "drafts"),
    PostState.PRIVATE: ("private post", "private posts"),
    PostState.PASSWORD: ("post with a password", "posts with a password"),
    PostState.SCHEDULED: ("scheduled post", "scheduled posts"),
}
_COMMENTS = {
    CommentState.APPROVED: "shown",
    CommentState.PENDING: "waiting for you",
    CommentState.SPAM: "in Spam",
    CommentState.REJECTED: "hidden",
}


def words_of_blog(report: ImportReport) -> list[str]:
    """Return the report of an export of another program."""
    changes = Counter(
        {Change.CREATED: report.created, Change.UPDATED: report.updated, Change.UNCHANGED: report.unchanged}
    )
    return [
        *_of_posts(changes, report.kinds, report.hidden),
        *_of_comments(report),
        *_of_pictures(report.pictures_kept, report.pictures_wanted),
        *_lost(report.shortcodes, "WordPress"),
        *_named("Not changed, since you have changed it here", report.edited),
        *_named("A draft for now", report.held_back),
        *_named("At another address", report.moved),
        *_named("Note", report.notes),
        *_named("Not imported", [f"{item.what}: {' '.join(item.reason.split())}" for item in report.left_out]),
        *_named("Left aside", [f"{number} × {what}: {why}" for (what, why), number in report.counted.items()]),
        *_named("Left aside", [f"{item.what}: {item.reason}" for item in report.passed_over]),
    ]


def words_of_folder(report: FolderReport) -> list[str]:
    """Return the report of a folder of texts."""
    return [
        *_of_posts(report.changes, report.kinds, report.hidden),
        *_of_pictures(report.pictures, report.wanted),
        *_lost(report.lost, "the old program"),
        *_named("Not changed, since you have changed it here", report.edited),
        *_named("A draft for now", report.held),
        *_named("Not found", report.missing),
        *_named("It says where it was taken; please remove that before you publish it", report.locations),
        *_named("Note", report.notes),
        *_named("Not imported", report.left_out),
        *_named("Left aside", report.skipped),
    ]


def words_of_own(report: OwnExportReport) -> list[str]:
    """Return the report of an export of this program."""
    return [
        *_of_posts(report.posts, Counter(), Counter()),
        _counted(report.comments, "comment came in", "comments came in"),
        _counted(report.files, "file came in", "files came in"),
        *_named("Not changed, since you have changed it here", report.edited),
        *_named("Not imported", report.left_out),
    ]


def words_of_list(report: ListImportReport, left_out: Sequence[str]) -> list[str]:
    """Return the report of a list for the blogroll."""
    return [
        _counted(report.added, "is new on your blogroll", "are new on your blogroll"),
        *([_counted(report.updated, "was updated", "were updated")] if report.updated else []),
        *([_counted(report.unchanged, "was there already", "were there already")] if report.unchanged else []),
        *_named("Not changed, since you have changed it here", report.edited),
        *_named("Passed over", report.passed_over),
        *_named("Not imported", left_out),
    ]


def words_of_blocks(listed: BlockList) -> list[str]:
    """Return the report of a list of blocks."""
    milder = _counted(len(listed.milder), "server is", "servers are")
    return [
        _counted(len(listed.patterns), "is blocked.", "are blocked."),
        *([f"{milder} only limited by the list, not suspended, and not blocked."] if listed.milder else []),
        *_named("Not imported", listed.left_out),
    ]


def _of_posts(changes: Counter[Change], kinds: Counter[PostKind], hidden: Counter[PostState]) -> Iterator[str]:
    of = f" There are {_counted(kinds[PostKind.PAGE], 'page', 'pages')} among them." if kinds[PostKind.PAGE] else ""
    yield _counted(changes[Change.CREATED], "post is new.", "posts are new.") + of
    if changes[Change.UPDATED]:
        yield _counted(changes[Change.UPDATED], "post was updated.", "posts were updated.")
    if changes[Change.UNCHANGED]:
        yield _counted(changes[Change.UNCHANGED], "post was here already.", "posts were here already.")
    if hidden:
        names = ", ".join(_counted(number, *_HIDDEN[state]) for state, number in hidden.items() if state in _HIDDEN)
        yield f"Nobody but you sees: {names}."


def _of_comments(report: ImportReport) -> Iterator[str]:
    if report.comments:
        states = ", ".join(f"{number} {_COMMENTS.get(state, state)}" for state, number in report.comment_states.items())
        yield f"{_counted(report.comments, 'comment came in', 'comments came in')}: {states}."
    if report.likes:
        yield f"Likes and boosts: {', '.join(f'{number} × {what}' for what, number in report.likes.items())}."
    if report.reactions:
        yield f"Counted, not shown (of another kind, or by nobody who is named): {', '.join(f'{number} × {what}' for what, number in report.reactions.items())}."


def _of_pictures(kept: int, wanted: int) -> Iterator[str]:
    if kept:
        yield _counted(kept, "picture or file is here.", "pictures and files are here.")
    if wanted:
        yield _counted(wanted, "more is", "more are") + " being fetched from the old blog; leave it online until then."


def _lost(names: Mapping[str, int], program: str) -> Iterator[str]:
    lost = ", ".join(f"{number} × {name}" for name, number in sorted(names.items()) if number)
    if lost:
        yield f"Removed from texts, since only {program} can show it: {lost}."


def _named(what: str, names: Sequence[str]) -> Iterator[str]:
    every = list(dict.fromkeys(names))
    yield from (f"{what}: {name[:400]}" for name in every[:MAX_NAMED])
    if len(every) > MAX_NAMED:
        yield f"{what}: {len(every) - MAX_NAMED} more"


def _counted(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
