"""Save the comments of an export: each after the one that it replies to, whatever their order in the file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from syndicate.clock import Clock
from syndicate.comments import records
from syndicate.comments.admission import admit
from syndicate.comments.draft import CommentDraft, ModerationDecision, Target
from syndicate.content.sanitize import SANITIZER_VERSION, for_stranger
from syndicate.content.text import canonical_path, clean_name
from syndicate.importers.records import ExportedComment
from syndicate.importers.report import ImportReport
from syndicate.model.comment import Author, Comment, CommentSource
from syndicate.model.post import Post
from syndicate.storage import Store
from syndicate.urls import Urls, split

IMPORTED = "comment.imported"


class ImportedComments:
    def __init__(self, store: Store, urls: Urls, clock: Clock, report: ImportReport) -> None:
        self._store, self._urls, self._clock, self._report = store, urls, clock, report

    async def save(self, post: Post, comments: Sequence[ExportedComment]) -> None:
        """Save the comments on a post, the questions before the answers; update what was not decided here."""
        if not comments:
            return
        stored = await self._store.comments.list_imported(post.id)
        anchors = {comment.id: comment.anchor for comment in comments}
        for comment in _parents_first(comments):
            if comment.url and comment.anchor not in stored and await self._is_reply(comment):
                continue
            answered = stored.get(anchors.get(comment.parent, f"comment-{comment.parent}")) if comment.parent else None
            parent = await self._store.comments.find(answered) if answered else None
            known = await self._store.comments.find(stored.get(comment.anchor, ""))
            stored[comment.anchor] = await self._save(post, comment, known, parent)

    async def _is_reply(self, comment: ExportedComment) -> bool:
        """Whether a Webmention is a reply that came by ActivityPub, which counts more."""
        return any([await self._store.comments.find_by_address(address) for address in (comment.url, comment.id)])

    async def _save(self, post: Post, item: ExportedComment, known: Comment | None, parent: Comment | None) -> str:
        """Return the id of the comment, which may be stored already."""
        state, reason = item.state, IMPORTED
        if known is not None:
            raw_html, why = await self._store.comments.get_source(known.id)
            if why != IMPORTED:  # the author has decided here
                state, reason = known.state, why
            known = await self._with_parent(known, parent)
            if (raw_html, known.author.name, known.state) == (item.html, _name(item), state):
                return known.id
        now = self._clock().replace(microsecond=0)
        published = min(item.published, now)
        url = item.author_url if item.author_url.startswith(("http://", "https://")) else ""
        draft = CommentDraft(
            source=CommentSource.IMPORT,
            author=Author(name=_name(item), url=url),
            html=for_stranger(item.html, base=self._urls.absolute(post.path)),
            target=Target(post=post, parent=parent),
            raw_html=item.html,
            sanitizer=SANITIZER_VERSION,
            published=published,
            updated=max(now, known.updated + timedelta(seconds=1)) if known else published,
            uri=known.uri if known else item.guid or f"{post.uri}#{item.anchor}",
            url=item.url,
            anchor=item.anchor,
            earlier=known,
        )
        decision = ModerationDecision(state=state, reason=reason)
        await self._store.transaction(lambda tx: admit(tx, draft, decision, self._clock()))
        if known is not None:
            self._report.comments_updated += 1
            return known.id
        self._report.comments += 1
        self._report.comment_states[state] += 1
        saved = await self._store.comments.find_by_uri(draft.uri)
        return saved.id if saved else ""

    async def _with_parent(self, known: Comment, parent: Comment | None) -> Comment:
        """Mend the thread of a comment that an earlier import saved before its parent."""
        if parent is None or known.parent is not None:
            return known
        await self._store.transaction(lambda tx: records.set_parent(tx, known, parent.id))
        self._report.comments_updated += 1
        return replace(known, parent=parent.id)


def _parents_first(comments: Sequence[ExportedComment]) -> Iterator[ExportedComment]:
    """Yield each comment after its parent; those that reply to one another in a circle as they come."""
    by_id = {comment.id: comment for comment in comments}
    done: set[str] = set()
    for comment in comments:
        chain = []
        step: ExportedComment | None = comment
        while step is not None and step.id not in done:
            done.add(step.id)
            chain.append(step)
            step = by_id.get(step.parent) if step.parent else None
        yield from reversed(chain)


def _name(item: ExportedComment) -> str:
    return clean_name(item.author_name) or "Anonymous"


async def find_target(store: Store, urls: Urls, targets: Sequence[str]) -> Post | None:
    """Find the post that a comment is about, by its ids in feeds and its addresses, old ones too."""
    for target in targets:
        bare = target.partition("#")[0]
        post = await store.posts.find_by_guid(target) or await store.posts.find_by_alias(bare)
        path = urls.path_of(bare) or (canonical_path(split(bare).path) if split(bare).netloc else None)
        for candidate in Urls.candidates(canonical_path(path)) if path and post is None else ():
            post = post or await store.posts.find_by_path(candidate) or await store.posts.find_by_alias(candidate)
        if post is not None:
            return post
    return None
