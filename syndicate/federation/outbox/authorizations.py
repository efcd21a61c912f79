"""Authorizations of quotes and replies (FEP-044f, GoToSocial): granted, refused and revoked.

Every method writes inside the caller's transaction.
"""

from syndicate.activitypub import render
from syndicate.activitypub.vocabulary import QUOTE_CONTEXT, REPLY_CONTEXT
from syndicate.clock import Clock
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.actor import RemoteActor
from syndicate.model.comment import Comment, CommentState
from syndicate.model.ids import new_id
from syndicate.model.post import Post
from syndicate.storage import Tables
from syndicate.storage.authorizations import Authorization, AuthorizationKind, ReplyRequest
from syndicate.urls import Urls

CONTEXTS = {AuthorizationKind.QUOTE: QUOTE_CONTEXT, AuthorizationKind.REPLY: REPLY_CONTEXT}
REFUSED = (CommentState.REJECTED, CommentState.SPAM, CommentState.WITHDRAWN)


class Authorizations:
    """Answers requests for authorizations."""

    def __init__(self, outbox: Outbox, urls: Urls, clock: Clock) -> None:
        self._outbox, self._urls, self._clock = outbox, urls, clock

    async def allow(
        self, tx: Tables, authorization: Authorization, request: render.Document, actor: RemoteActor
    ) -> None:
        """Save an authorization and send the Accept."""
        await tx.authorizations.save(authorization)
        context = CONTEXTS[authorization.kind]
        await self._outbox.send_to(
            tx, "Accept", request, to=actor.uri, inbox=actor.inbox, context=context, result=authorization.uri
        )

    async def refuse(self, tx: Tables, kind: AuthorizationKind, request: render.Document, actor: RemoteActor) -> None:
        """Send the Reject."""
        await self._outbox.send_to(tx, "Reject", request, to=actor.uri, inbox=actor.inbox, context=CONTEXTS[kind])

    async def revoke(self, tx: Tables, authorization: Authorization, post: Post) -> None:
        """Revoke an authorization: its address answers 410, and its Delete is published."""
        now = self._clock()
        await tx.authorizations.revoke(authorization.uri)
        await tx.versions.move(f"post:{post.id}")
        if post.federates:
            await self._outbox.publish(
                tx,
                "Delete",
                authorization.uri,
                about=authorization.uri,
                post=post,
                published=now,
                cc=[authorization.actor],
            )

    def authorize(self, kind: AuthorizationKind, post: Post, *, object: str, target: str, actor: str) -> Authorization:
        """Create an authorization."""
        now = self._clock()
        uri = self._urls.authorization(new_id(now))
        return Authorization(uri=uri, kind=kind, post=post.id, object=object, target=target, actor=actor, created=now)

    async def decided(self, tx: Tables, comment: Comment, state: CommentState) -> None:
        """Answer a pending request for a comment that the author has decided about, and revoke or grant its
        authorization."""
        post = await tx.posts.find(comment.post)
        if post is None:
            return
        authorization = await tx.authorizations.find_by_object(comment.uri, AuthorizationKind.REPLY)
        if state is not CommentState.APPROVED and authorization is not None and not authorization.revoked:
            await self.revoke(tx, authorization, post)
        if state not in (CommentState.APPROVED, *REFUSED):  # the decision was taken back: it waits again
            return
        request = await tx.authorizations.find_request(comment.uri)
        actor = await tx.remote_actors.find(request.actor) if request else None
        if request is not None and actor is not None:
            await self._answer(tx, request, actor, post, allowed=state is CommentState.APPROVED)

    async def _answer(
        self, tx: Tables, request: ReplyRequest, actor: RemoteActor, post: Post, *, allowed: bool
    ) -> None:
        if not allowed:
            await self.refuse(tx, AuthorizationKind.REPLY, request.request, actor)
            return
        authorization = await tx.authorizations.find_by_object(request.reply, AuthorizationKind.REPLY)
        if authorization is not None and authorization.revoked:  # the author of the blog has decided otherwise
            await tx.authorizations.delete(authorization.uri)
            authorization = None
        authorization = authorization or self.authorize(
            AuthorizationKind.REPLY, post, object=request.reply, target=request.target, actor=request.actor
        )
        await self.allow(tx, authorization, request.request, actor)
