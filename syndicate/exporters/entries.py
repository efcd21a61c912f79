"""Reads a blog from the database for an export: post by post, oldest first, whatever their state.

The order and the numbers depend on nothing that another database would choose differently, so that a blog that was
exported and imported again is exported as the same bytes.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from syndicate.model.comment import Comment
from syndicate.model.post import Post
from syndicate.storage import Store
from syndicate.storage.media import MediaFile, MediaState
from syndicate.storage.post_export import START
from syndicate.storage.post_rows import PostSource

BATCH_SIZE = 100
COMMENT_ANCHOR = re.compile(r"comment-([1-9][0-9]{0,8})")
OLD_NUMBER = re.compile(r"/\?p=([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedComment:
    """A comment with the number that it has in exports; `parent` is the number of the one that it replies to."""

    number: int
    parent: int | None
    parent_uri: str | None
    comment: Comment


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEntry:
    """A post or page with everything that belongs to it."""

    number: int
    post: Post
    made: PostSource
    aliases: tuple[str, ...]
    files: tuple[MediaFile, ...]
    comments: tuple[NumberedComment, ...]


@dataclass(slots=True)
class ExportNumbers:
    """Numbers for what WordPress numbers: those that things had are kept, others follow after the largest."""

    taken: set[int] = field(default_factory=set)
    next: int = 1

    def number(self, wanted: int | None) -> int:
        """Return the number that is wanted, if it is known and nothing else has it, or the next free one."""
        if wanted is None or wanted in self.taken:
            wanted = self.next
            self.next += 1
        self.taken.add(wanted)
        return wanted


async def list_entries(store: Store) -> AsyncIterator[ExportEntry]:
    """Yield all posts and pages, the oldest first."""
    posts = ExportNumbers(next=await number_after_largest(store))
    comments = ExportNumbers(next=1 + max(await _anchored(store), default=0))
    place = START
    while batch := await store.post_export.list_after(place, BATCH_SIZE):
        for post in batch:
            made = await store.posts.find_source(post.id)
            if made is not None:
                yield await _entry(store, post, made, posts, comments)
        place = store.post_export.place(batch[-1])


async def number_after_largest(store: Store) -> int:
    """Return the first number that no post had in WordPress."""
    found = [OLD_NUMBER.fullmatch(alias) for alias in await store.post_export.list_numbered_aliases()]
    return 1 + max((int(match[1]) for match in found if match), default=0)


async def _anchored(store: Store) -> list[int]:
    found = [COMMENT_ANCHOR.fullmatch(anchor) for anchor in await store.comments.list_kept_anchors()]
    return [int(match[1]) for match in found if match]


async def _entry(
    store: Store, post: Post, made: PostSource, numbers: ExportNumbers, comments: ExportNumbers
) -> ExportEntry:
    aliases = tuple(sorted(await store.posts.list_aliases(post.id)))
    had = next((int(match[1]) for alias in aliases if (match := OLD_NUMBER.fullmatch(alias))), None)
    files = [file for file in await store.media.list_of_post(post.id) if file.state is MediaState.KEPT]
    return ExportEntry(
        number=numbers.number(had),
        post=post,
        made=made,
        aliases=aliases,
        files=tuple(sorted(files, key=lambda file: file.source_url)),
        comments=_numbered(await store.comments.list_for_export(post.id), comments),
    )


def _numbered(comments: list[Comment], numbers: ExportNumbers) -> tuple[NumberedComment, ...]:
    """Number the comments of a post: each after the one that it replies to."""
    known = {comment.id: comment for comment in comments}
    done: dict[str, NumberedComment] = {}

    def add(comment: Comment, below: frozenset[str]) -> None:
        if comment.id in done:
            return
        parent = known.get(comment.parent or "")
        if parent is not None and parent.id not in below:
            add(parent, below | {comment.id})
        had = COMMENT_ANCHOR.fullmatch(comment.anchor)
        above = done.get(parent.id) if parent else None
        done[comment.id] = NumberedComment(
            number=numbers.number(int(had[1]) if had else None),
            parent=above.number if above else None,
            parent_uri=above.comment.uri if above else None,
            comment=comment,
        )

    for comment in sorted(comments, key=lambda it: (it.published, it.uri)):
        add(comment, frozenset())
    return tuple(sorted(done.values(), key=lambda it: it.number))
