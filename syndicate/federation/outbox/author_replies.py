"""The author's replies to comments and posts: stored as comments and published to the fediverse."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from syndicate.clock import Clock
from syndicate.comments import records
from syndicate.content import markdown
from syndicate.content.sanitize import SANITIZER_VERSION, for_author
from syndicate.errors import CommentNotFound, InputError
from syndicate.federation.outbox.addressees import LinkedNames, addressees, named_in, never_fetched
from syndicate.federation.outbox.distribution import NO_DELAY
from syndicate.federation.outbox.outbox import NAME_LOOKUP_TIMEOUT, Outbox
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.model.post import Mention, Post
from syndicate.storage import Store, Tables
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls

REASON = "author.own"
OnChange = Callable[[Tables, Comment | None, Comment | None, Post], Awaitable[None]]
"""Called with a reply before and after a change, in the transaction of the change."""


class AuthorReplies:
    """Creates, edits and deletes the author's replies; `on_change` is called with each change."""

    def __init__(
        self, store: Store, outbox: Outbox, settings: SiteSettings, urls: Urls, clock: Clock, *, on_change: OnChange
    ) -> None:
        self._store, self._outbox, self._settings = store, outbox, settings
        self._urls, self._clock, self._on_change = urls, clock, on_change

    async def reply(self, to: str, text: str, *, only: bool = False) -> Comment:
        """Reply in Markdown to a shown comment (by its number, or its id here or the remote one) or a post (by its slug).

        The reply is addressed to the author of the comment and, unless `only`, to the accounts that the comment
        mentions. A reply to a comment that is not of the fediverse stays on the site and in feeds.

        Raises CommentNotFound, InputError.
        """
        answered = await self._comment(to)
        post = await (self._store.posts.find(answered.post) if answered else self._store.posts.find_by_slug(to))
        if post is None or not post.is_public:
            raise CommentNotFound(f"there is no comment or post {to!r}; `syndicate comments list --all` shows comments")
        if answered is not None and answered.state is not CommentState.APPROVED:
            raise InputError(
                _("comment {to} is not shown; please approve it first: syndicate comments approve {to}", to=to)
            )
        now = self._clock().replace(microsecond=0)
        id = new_id(self._clock())
        anchor = f"comment-{id}"
        naming = await self._render(text, post)
        mentioned = [*await addressees(self._store, self._urls.base, answered, only=only), *naming.named]
        comment = Comment(
            id=id,
            post=post.id,
            parent=answered.id if answered else None,
            uri=self._urls.comment(id) if answered is None or answered.is_federated else f"urn:uuid:{id}",
            url=f"{self._urls.absolute(post.path)}#{anchor}",
            anchor=anchor,
            source=CommentSource.OWN,
            author=Author(
                name=self._settings.site.author or self._settings.site.name,
                uri=self._urls.blog_actor,
                handle=f"@{self._settings.site.account}",
                url=self._urls.home,
            ),
            html=naming.html,
            language=post.language,
            state=CommentState.APPROVED,
            published=now,
            updated=now,
        )
        await self._store.transaction(
            lambda tx: self._save(tx, "Create", comment, text, post, answered, mentioned, naming.unknown)
        )
        return comment

    async def edit(self, id: str, text: str) -> Comment:
        """Change the text of a reply. Raises CommentNotFound, InputError."""
        before, post = await self._own(id)
        updated = max(self._clock().replace(microsecond=0), before.updated + timedelta(seconds=1))
        naming = await self._render(text, post)
        mentioned = [*await self._store.comments.list_mentions(before.id), *naming.named]
        comment = replace(before, html=naming.html, updated=updated)
        answered = await self._store.comments.find(before.parent) if before.parent else None
        await self._store.transaction(
            lambda tx: self._save(tx, "Update", comment, text, post, answered, mentioned, naming.unknown)
        )
        return comment

    async def add_mentions(self, id: str, found: Sequence[str]) -> None:
        """Link and mention accounts in a reply that were looked up after it was written, and send it to them."""
        before = await self._store.comments.find(id)
        post = await self._store.posts.find(before.post) if before is not None else None
        if before is None or post is None:
            return
        naming = await named_in(self._store, before.html, self._urls.host)
        comment = replace(before, html=for_author(naming.html, base=self._urls.absolute(post.path)))
        answered = await self._store.comments.find(comment.parent) if comment.parent else None
        await self._store.transaction(lambda tx: self._save_mentions(tx, comment, post, answered, naming.named, found))

    async def _save_mentions(
        self,
        tx: Tables,
        comment: Comment,
        post: Post,
        answered: Comment | None,
        named: Sequence[Mention],
        found: Sequence[str],
    ) -> None:
        there = await tx.comments.find(comment.id)
        if there is None or there.updated != comment.updated:
            return
        await tx.comments.update_html(comment.id, comment.html, SANITIZER_VERSION)
        await tx.comments.set_mentions(comment.id, [*await tx.comments.list_mentions(comment.id), *named])
        await tx.versions.move("comments", f"post:{post.id}", f"talk:{post.id}")
        if post.federates and comment.is_federated:
            note = self._outbox.documents.reply(comment, post, answered, await tx.comments.list_mentions(comment.id))
            await self._outbox.add_mentions(tx, note, found)

    async def delete(self, id: str) -> None:
        """Delete a reply; the comments that answer it stay. Raises CommentNotFound."""
        comment, post = await self._own(id)

        async def take_back(tx: Tables) -> None:
            await self._outbox.reply_deleted(tx, comment, post, self._clock())
            await tx.mentions.save_all(post.id, {}, self._clock(), comment=comment.id)
            await tx.own_answers.save_deleted(comment.id, self._clock())
            await self._on_change(tx, comment, None, post)
            await records.delete(tx, comment)

        await self._store.transaction(take_back)

    async def restore(self, id: str) -> Comment:
        """Publish a deleted reply anew, under a new id: other servers never accept one again that was deleted.

        Raises CommentNotFound, InputError.
        """
        deleted = await self._store.own_answers.find_deleted(id)
        if deleted is None:
            raise CommentNotFound(f"you have no deleted answer {id}")
        parent = await self._store.comments.find(deleted.parent) if deleted.parent else None
        post = await self._store.posts.find(deleted.post)
        assert post is not None  # deleted answers go with their post
        is_shown = parent is not None and parent.state is CommentState.APPROVED
        comment = await self.reply(parent.id if parent is not None and is_shown else post.slug, deleted.text)
        await self._store.transaction(lambda tx: tx.own_answers.drop_deleted(id))
        return comment

    async def _save(
        self,
        tx: Tables,
        type: str,
        comment: Comment,
        text: str,
        post: Post,
        answered: Comment | None,
        mentioned: Sequence[Mention],
        unknown: Sequence[str],
    ) -> None:
        await self._on_change(tx, await tx.comments.find(comment.id), comment, post)
        await records.save(
            tx,
            comment,
            raw_html=comment.html,
            sanitizer=SANITIZER_VERSION,
            reason=REASON,
            received=self._clock(),
        )
        await tx.own_answers.set_text(comment.id, text)
        await tx.comments.set_mentions(comment.id, mentioned)
        unfetched = await never_fetched(tx, mentioned) if post.federates and comment.is_federated else ()
        wanted = dict.fromkeys([*unknown, *unfetched], "")
        await tx.mentions.save_all(post.id, wanted, self._clock(), comment=comment.id)
        await tx.versions.move(f"post:{post.id}", "comments")
        if post.federates and comment.is_federated:
            note = self._outbox.documents.reply(comment, post, answered, await tx.comments.list_mentions(comment.id))
            mentions = [tag["href"] for tag in note["tag"]]
            at = comment.published if type == "Create" else comment.updated
            hold = NAME_LOOKUP_TIMEOUT if unknown else NO_DELAY
            await self._outbox.publish(
                tx, type, note, about=comment.uri, post=post, published=at, cc=mentions, hold=hold
            )

    async def _render(self, text: str, post: Post) -> LinkedNames:
        """Render the text as HTML, with the accounts that it names. Raises InputError."""
        if not text.strip():
            raise InputError(_("a reply needs a text"))
        naming = await named_in(self._store, markdown.to_html(text), self._urls.host)
        return replace(naming, html=for_author(naming.html, base=self._urls.absolute(post.path)))

    async def _comment(self, id: str) -> Comment | None:
        return await self._store.comments.find_by_reference(id)

    async def _own(self, id: str) -> tuple[Comment, Post]:
        comment = await self._comment(id)
        if comment is None or comment.source is not CommentSource.OWN:
            raise CommentNotFound(f"you have no answer {id}; `syndicate comments list --all` shows them")
        post = await self._store.posts.find(comment.post)
        assert post is not None  # comments go with their post
        return comment, post
