"""Takes comments by the form: finds what they are about, and admits them. They always wait for the author."""

from datetime import datetime

from syndicate.clock import Clock
from syndicate.comments.admission import AdmitOutcome, admit, moderate
from syndicate.comments.draft import CommentDraft, Target
from syndicate.comments.notice_requests import NoticeRequests
from syndicate.comments.policy import Moderation
from syndicate.comments.reader_form import PreviewTokens, TypedComment
from syndicate.comments.targets import find_target
from syndicate.content.sanitize import SANITIZER_VERSION
from syndicate.errors import Gone, NotFound, TooBusy
from syndicate.model.comment import Author, CommentSource, CommentState
from syndicate.model.post import PostKind
from syndicate.storage import Store, Tables
from syndicate.storage.secret_values import own_secret
from syndicate.urls import Urls

SECRET = "comment form secret"  # noqa: S105 - the name under which it is stored
MAX_WAITING = 5_000
"""Comments that wait for the author, whatever their source, beyond which the form takes none."""
ALWAYS: Moderation = "all"


class ReaderComments:
    def __init__(self, store: Store, urls: Urls, notices: NoticeRequests, clock: Clock) -> None:
        self._store, self._urls, self._notices, self._clock = store, urls, notices, clock

    async def target(self, address: str) -> Target:
        """Return the post, or the comment under it, that an address on this blog leads to.

        Raises NotFound, Gone.
        """
        found = await find_target(
            self._store, self._urls, self._urls.absolute(address) if address[:1] == "/" else address
        )
        if found is None or found.post.kind is PostKind.PAGE:
            path = self._urls.path_of(address.partition("#")[0])
            if path is not None and await self._store.tombstones.find_by_path(path) is not None:
                raise Gone("the post was deleted")
            raise NotFound("nothing to comment on")
        parent = found.parent
        is_shown = parent is not None and parent.state is CommentState.APPROVED
        return Target(post=found.post, parent=parent if is_shown else None)

    async def preview_token(self, target: Target) -> str:
        """Return the token of a preview that is made now."""
        return (await self._tokens()).issue(target.post.id, self._clock())

    async def save(self, target: Target, typed: TypedComment, token: str) -> bool:
        """Save a comment that was previewed, once however often it is sent; return False if the token does not hold.

        Raises TooBusy.
        """
        now = self._clock()
        id = (await self._tokens()).read(token, target.post.id, now)
        if id is None:
            return False
        if await self._store.totals.get(f"comments:{CommentState.PENDING.value}") >= MAX_WAITING:
            raise TooBusy("comment.busy")
        draft = _draft(target, typed, id, now.replace(microsecond=0))
        decision = await moderate(self._store.comment_records, draft, ALWAYS, now)
        mail = typed.mail_address if self._notices.are_offered else ""
        secret = await self._notices.secret() if mail else ""

        async def body(tx: Tables) -> None:
            if await tx.comments.find_by_uri(draft.uri) is not None:
                return  # sent again: the first text stands, as the author may have approved it
            outcome = await admit(tx, draft, decision, now)
            saved = await tx.comments.find_by_uri(draft.uri) if mail and outcome is AdmitOutcome.SAVED else None
            if saved is not None:
                await self._notices.add(tx, saved.id, mail, secret)

        await self._store.transaction(body)
        return True

    async def _tokens(self) -> PreviewTokens:
        return PreviewTokens((await own_secret(self._store, SECRET)).encode())


def _draft(target: Target, typed: TypedComment, id: str, now: datetime) -> CommentDraft:
    return CommentDraft(
        source=CommentSource.FORM,
        author=Author(name=typed.author, url=typed.site_address),
        html=typed.html,
        target=target,
        raw_html=typed.text,
        sanitizer=SANITIZER_VERSION,
        published=now,
        updated=now,
        uri=f"urn:uuid:{id}",
    )
