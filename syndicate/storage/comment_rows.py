"""Rows of comments: their columns, and the values made of them."""

from syndicate.clock import from_text
from syndicate.model.comment import Audience, Author, Comment, CommentKind, CommentSource, CommentState
from syndicate.storage.engine.database import Row

AVATAR = "coalesce((SELECT avatar FROM remote_actors WHERE remote_actors.uri = {0}.author_uri), '') AS author_avatar"
COLUMNS = (
    "id, number, post_id, parent_id, uri, url, anchor, source, kind, author_uri, author_name, author_handle, author_url, html,"
    " language, state, audience, published, updated"
)


def comment_of_row(row: Row) -> Comment:
    return Comment(
        id=row["id"],
        number=row["number"],
        post=row["post_id"],
        parent=row["parent_id"],
        uri=row["uri"],
        url=row["url"],
        anchor=row["anchor"],
        source=CommentSource(row["source"]),
        kind=CommentKind(row["kind"]),
        author=Author(
            name=row["author_name"],
            uri=row["author_uri"],
            handle=row["author_handle"],
            url=row["author_url"],
            avatar=row["author_avatar"],
        ),
        html=row["html"],
        language=row["language"],
        state=CommentState(row["state"]),
        audience=Audience(row["audience"]),
        published=from_text(row["published"]),
        updated=from_text(row["updated"]),
    )
