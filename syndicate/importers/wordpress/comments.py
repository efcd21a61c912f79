"""Read the comments of one item of a WordPress export.

In come the fields of an item; out go its comments in the order of the file, in which a reply may precede its parent.
Mail and IP addresses are not read.
"""

from collections.abc import Iterator
from datetime import tzinfo

from syndicate.importers.wordpress.fields import Fields, instant, person, web_address
from syndicate.importers.wordpress.html import comment_html
from syndicate.importers.records import ExportedComment, SkippedItem
from syndicate.model.comment import CommentState

_STATES = {
    "1": CommentState.APPROVED,
    "approve": CommentState.APPROVED,
    "0": CommentState.PENDING,
    "hold": CommentState.PENDING,
    "spam": CommentState.SPAM,
}


def read_comments(fields: Fields, *, of: str, timezone: tzinfo) -> Iterator[ExportedComment | SkippedItem]:
    """Return the comments of an item; `of` names the item in the messages about skipped ones."""
    binned = 0
    for element in fields.all("wp:comment"):
        comment = Fields(element)
        state = _STATES.get(comment.text("wp:comment_approved"))
        if state is None:
            binned += 1
        else:
            yield _comment(comment, state, of, timezone)
    if binned:
        yield SkippedItem(what=f"{binned} × comment on {of}", reason="it is in WordPress's bin", is_ordinary=True)


def _comment(comment: Fields, state: CommentState, of: str, timezone: tzinfo) -> ExportedComment | SkippedItem:
    wp_id = comment.number("wp:comment_id")
    if wp_id is None:
        return SkippedItem(what=f"a comment on {of}", reason="it has no number (wp:comment_id)")
    published = instant(comment.text("wp:comment_date_gmt"), comment.text("wp:comment_date"), timezone)
    if published is None:
        return SkippedItem(what=f"comment {wp_id} on {of}", reason="its date cannot be read")
    return ExportedComment(
        wp_id=wp_id,
        parent=comment.number("wp:comment_parent"),
        author_name=person(comment.raw("wp:comment_author")),
        author_url=web_address(comment.text("wp:comment_author_url")),
        user_id=comment.number("wp:comment_user_id"),
        published=published,
        html=comment_html(comment.raw("wp:comment_content")),
        state=state,
        type=comment.text("wp:comment_type") or "comment",
    )
