"""Comments as they are shown: a conversation whose depth is limited, whatever others send."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from syndicate.model.comment import CommentKind
from syndicate.web.site.safe_html import SafeHtml

MAX_INDENTED_DEPTH = 6
"""Deeper replies are not indented further: a phone has no space for more levels."""
MAX_UNFOLDED_DEPTH = 12
"""Deeper replies stay folded until the reader opens them."""


def initial_of(name: str) -> str:
    """Return the first letter or digit of a name, which stands where there is no picture."""
    return next((character.upper() for character in name if character.isalnum()), "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """A comment.

    `anchor` is the id of its element, and `parent` the anchor of the comment that it replies to, empty for a reply to
    the post. `url` is the address of the original, or empty; `avatar` is a local picture, or empty, and then the
    initial is shown. `host` is that of the page which a Webmention came from. `is_own` marks comments of the blog's
    author. `uri` is its ActivityPub id, empty if the fediverse does not know it; there it `takes_replies`. `form` is the address of the form for
    an answer, or empty. `language` is that of the text, or empty;
    `edited` is when it was changed.
    """

    anchor: str
    parent: str = ""
    author: str
    author_url: str = ""
    handle: str = ""
    avatar: str = ""
    url: str = ""
    host: str = ""
    kind: CommentKind = CommentKind.REPLY
    is_own: bool = False
    uri: str = ""
    takes_replies: bool = False
    form: str = ""
    html: SafeHtml
    language: str = ""
    published: datetime
    edited: datetime | None = None

    @property
    def initial(self) -> str:
        """The first letter or digit of the name."""
        return initial_of(self.author)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionView:
    """A like or repost by another blog, at `url`."""

    kind: CommentKind
    author: str
    url: str
    published: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A comment with its replies. `answers` is the comment that it replies to, if the layout does not show that;
    `folded` are replies too deep to be shown at once."""

    comment: CommentView
    answers: CommentView | None = None
    replies: tuple["Thread", ...] = ()
    folded: tuple["Thread", ...] = ()


def threads_of(comments: Iterable[CommentView]) -> tuple[Thread, ...]:
    """Return the conversation as it is shown, at most `MAX_INDENTED_DEPTH` levels deep for any input.

    Comments keep their order. A comment whose parent is missing is shown at the top level. Each is shown once, even if
    parents form a cycle; the work is linear in the number of comments.
    """
    comments = tuple(comments)
    anchors = {comment.anchor for comment in comments}
    roots: list[CommentView] = []
    replies: dict[str, list[CommentView]] = {}
    for comment in comments:
        siblings = replies.setdefault(comment.parent, []) if comment.parent in anchors else roots
        siblings.append(comment)

    threads = [_thread(root, replies, depth=0) for root in roots]
    while replies:
        cycle = replies.pop(next(iter(replies)))
        threads += [_thread(comment, replies, depth=0) for comment in cycle]
    return tuple(threads)


def _thread(comment: CommentView, replies: dict[str, list[CommentView]], *, depth: int) -> Thread:
    """Remove the replies of a comment from `replies`, so that none is visited twice, and return its thread."""
    if depth == MAX_INDENTED_DEPTH - 1:
        return Thread(comment=comment, replies=_flattened(comment, replies, depth=depth))
    answers = replies.pop(comment.anchor, ())
    return Thread(comment=comment, replies=tuple(_thread(answer, replies, depth=depth + 1) for answer in answers))


def _flattened(top: CommentView, replies: dict[str, list[CommentView]], *, depth: int) -> tuple[Thread, ...]:
    shown: list[tuple[CommentView, CommentView, list[Thread]]] = []
    for comment, parent, level in _descendants(top, replies, depth=depth):
        if level <= MAX_UNFOLDED_DEPTH:
            shown.append((comment, parent, []))
        else:
            shown[-1][2].append(Thread(comment=comment, answers=parent))
    return tuple(
        Thread(comment=comment, answers=None if parent is top else parent, folded=tuple(folded))
        for comment, parent, folded in shown
    )


def _descendants(
    top: CommentView, replies: dict[str, list[CommentView]], *, depth: int
) -> Iterator[tuple[CommentView, CommentView, int]]:
    """Yield every reply below `top` with its parent and depth, in reading order. Not recursive, since anybody can send
    a chain of thousands of replies."""
    pending = [(answer, top, depth + 1) for answer in reversed(replies.pop(top.anchor, ()))]
    while pending:
        comment, parent, level = pending.pop()
        yield comment, parent, level
        pending += [(answer, comment, level + 1) for answer in reversed(replies.pop(comment.anchor, ()))]
