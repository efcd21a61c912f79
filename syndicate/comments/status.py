"""The public status of a comment, for its author who looks for it."""

from syndicate.model.comment import CommentState
from syndicate.storage import Store
from syndicate.urls import Urls


async def place_of(store: Store, urls: Urls, address: str) -> tuple[str, str]:
    """Return the public status of the comment with this id or address: `shown` with its address, `waiting`, or
    `not-shown`, also for one that never arrived."""
    comment = await store.comments.find_by_address(address)
    post = await store.posts.find(comment.post) if comment else None
    if comment is None or post is None or not post.is_public:
        return "not-shown", ""
    if comment.state is CommentState.APPROVED:
        return "shown", f"{urls.absolute(post.path)}#{comment.anchor}"
    return ("waiting" if comment.state is CommentState.PENDING else "not-shown"), ""
