"""Read the comments of one item of a WordPress export.

In come the fields of an item; out go its comments in the order of the file, in which a reply may precede its parent.
Mail and IP addresses are not read.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo

from syndicate.content.own_format import POST_FIELD
from syndicate.importers.records import ExportedComment, ExportedReaction, ReactionCount, SkippedItem
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
_SHOWN_REACTIONS = {"like": "like", "favorite": "like", "favourite": "like"} | dict.fromkeys(
    ("repost", "announce", "boost"), "share"
)
_IDS = frozenset({"source_id", "webmention_source_url"})
"""Where the plug-ins for ActivityPub and Webmention keep the id of a reaction."""


def read_comments(
    fields: Fields, *, of: str, targets: tuple[str, ...], timezone: tzinfo
) -> Iterator[ExportedComment | ExportedReaction | ReactionCount | SkippedItem]:
    """Return the comments and reactions of an item; `of` names it in the messages about skipped ones, `targets` are its
    addresses.
    """
    binned = 0
    other: Counter[str] = Counter()
    for element in fields.all("wp:comment"):
        comment = Fields(element)
        if _is_own(comment):
            continue
        state = _STATES.get(comment.text("wp:comment_approved"))
        type = comment.text("wp:comment_type").lower()
        if state is None:
            binned += 1
        elif type in _COMMENTS:
            yield _comment(comment, state, of, timezone)
        elif state is CommentState.APPROVED and (reaction := _reaction(comment, type, targets, timezone)):
            yield reaction
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


def _is_own(comment: Fields) -> bool:
    """Whether this program wrote the comment: then it is read from what it wrote there for itself."""
    return any(Fields(meta).text("wp:meta_key") == POST_FIELD for meta in comment.all("wp:commentmeta"))


def _reaction(comment: Fields, type: str, targets: tuple[str, ...], timezone: tzinfo) -> ExportedReaction | None:
    """Return a like or boost; None if it is of another kind, or does not say who made it, when and of what."""
    kind, actor = _SHOWN_REACTIONS.get(type), web_address(comment.text("wp:comment_author_url"))
    received = instant(comment.text("wp:comment_date_gmt"), comment.text("wp:comment_date"), timezone)
    number = comment.number("wp:comment_id")
    if kind is None or not actor or received is None or number is None or not targets:
        return None
    metas = [Fields(meta) for meta in comment.all("wp:commentmeta")]
    ids = [meta.text("wp:meta_value") for meta in metas if meta.text("wp:meta_key") in _IDS]
    uri = next(filter(None, map(web_address, ids)), f"{targets[0]}#{kind}-{number}")
    return ExportedReaction(targets=targets, kind=kind, uri=uri, actor=actor, received=received)


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
