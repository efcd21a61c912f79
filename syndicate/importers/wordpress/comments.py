"""Read the comments of one item of a WordPress export.

In come the fields of an item; out go its comments in the order of the file, in which a reply may precede its parent.
Mail and IP addresses are not read.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo

from syndicate.importers.records import ExportedComment, ReactionCount, SkippedItem
from syndicate.importers.wordpress.fields import Fields, instant, person, web_address
from syndicate.importers.wordpress.html import comment_html
from syndicate.model.comment import CommentState

_STATES = {
    "1": CommentState.APPROVED,
    "approve": CommentState.APPROVED,
    "0": CommentState.PENDING,
    "hold": CommentState.PENDING,
    "spam": CommentState.SPAM,
}


_COMMENTS = frozenset({"", "comment", "pingback", "trackback", "webmention", "mention", "reply"})
_REACTIONS = frozenset({"like", "repost", "favorite", "favourite", "bookmark", "announce", "boost", "reacji"})
"""Types of the plug-ins for ActivityPub and Webmention. Other plug-ins keep private notes as comments."""


def read_comments(
    fields: Fields, *, of: str, timezone: tzinfo
) -> Iterator[ExportedComment | ReactionCount | SkippedItem]:
    """Return the comments of an item; `of` names the item in the messages about skipped ones."""
    binned = 0
    other: Counter[str] = Counter()
    for element in fields.all("wp:comment"):
        comment = Fields(element)
        state = _STATES.get(comment.text("wp:comment_approved"))
        type = comment.text("wp:comment_type").lower()
        if state is None:
            binned += 1
        elif type in _COMMENTS:
            yield _comment(comment, state, of, timezone)
        else:
            other[type] += state is CommentState.APPROVED or type not in _REACTIONS
    if binned:
        yield SkippedItem(what=f"{binned} × comment on {of}", reason="it is in WordPress's bin", is_ordinary=True)
    for type, count in other.items():
        if type in _REACTIONS:
            yield ReactionCount(kind=type, count=count)
        else:
            what, reason = f"comment of the type “{type[:40]}”", "a plug-in keeps it, maybe in private"
            yield SkippedItem(what=what, reason=reason, is_ordinary=True, count=count)


def _comment(comment: Fields, state: CommentState, of: str, timezone: tzinfo) -> ExportedComment | SkippedItem:
    wp_id = comment.number("wp:comment_id")
    if wp_id is None:
        return SkippedItem(what=f"a comment on {of}", reason="it has no number (wp:comment_id)")
    published = instant(comment.text("wp:comment_date_gmt"), comment.text("wp:comment_date"), timezone)
    if published is None:
        return SkippedItem(what=f"comment {wp_id} on {of}", reason="its date cannot be read")
    parent = comment.number("wp:comment_parent")
    return ExportedComment(
        id=str(wp_id),
        parent=str(parent) if parent else None,
        anchor=f"comment-{wp_id}",
        author_name=person(comment.raw("wp:comment_author")),
        author_url=web_address(comment.text("wp:comment_author_url")),
        published=published,
        html=comment_html(comment.raw("wp:comment_content")),
        state=state,
    )
