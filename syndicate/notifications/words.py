"""Notifications in words: read from their subjects when they are shown."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from syndicate.content.text import excerpt, plain
from syndicate.model.comment import CommentState
from syndicate.storage import Store
from syndicate.storage.notifications import Notification, NotificationKind
from syndicate.storage.received_notes import NoteKind
from syndicate.translation import _

COMMENTS, MENTIONS = "/admin/comments/", "/admin/mentions/"
NAMES: Mapping[NotificationKind, str] = {
    NotificationKind.COMMENT: _("Comments that wait"),
    NotificationKind.MENTION: _("Mentions"),
    NotificationKind.PRIVATE: _("Private messages"),
    NotificationKind.QUOTE: _("Quotes of your posts"),
    NotificationKind.REPORT: _("Reports of other servers"),
    NotificationKind.DELIVERY: _("Servers that do not answer"),
    NotificationKind.FEED: _("Feeds of the blogroll that cannot be read"),
    NotificationKind.BACKUP: _("A backup that is due"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationText:
    """A notification in words. `text` is plain, and empty where words are private; `path` leads to the desk; `waits`
    says whether there still is something to do."""

    title: str
    text: str = ""
    path: str
    waits: bool = True


async def words_of(store: Store, notification: Notification) -> NotificationText | None:
    """Return None if the subject is gone."""
    return await _READERS[notification.kind](store, notification.subject)


async def _comment(store: Store, id: str) -> NotificationText | None:
    found = await store.admin_comments.find(id)
    if found is None:
        return None
    comment = found.comment
    author = comment.author.name or comment.author.handle or _("Somebody")
    return NotificationText(
        title=_("{author} comments on {post}", author=author, post=found.post_title),
        text=excerpt(plain(comment.html)),
        path=f"{COMMENTS}{comment.id}/",
        waits=comment.state is CommentState.PENDING,
    )


def _note(kind: NoteKind, title: str) -> Callable[[Store, str], Awaitable[NotificationText | None]]:
    async def read(store: Store, uri: str) -> NotificationText | None:
        note = await store.received_notes.find(uri, kind)
        if note is None:
            return None
        actor = await store.remote_actors.find(note.actor)
        author = (actor.handle or actor.name) if actor else note.actor
        is_private = kind is NoteKind.PRIVATE
        text = "" if is_private else excerpt(plain(note.html))
        return NotificationText(title=title.format(author=author), text=text, path=MENTIONS, waits=not note.seen)

    return read


async def _report(store: Store, id: str) -> NotificationText | None:
    if await store.reports.find(id) is None:
        return None
    return NotificationText(title=_("A server has reported something here"), path=MENTIONS)


async def _delivery(store: Store, subject: str) -> NotificationText | None:
    host = subject.partition(" ")[0]
    failing = {one.server for one in await store.hosts.list_failing()}
    title = _("The server {host} does not answer", host=host)
    return NotificationText(
        title=title, text=_("What is meant for it is tried again for two weeks."), path="/admin/", waits=host in failing
    )


async def _feed(_store: Store, subject: str) -> NotificationText | None:
    name = subject.partition(" ")[2]
    return NotificationText(title=_("The feed of {name} cannot be read", name=name), path="/admin/blogroll/")


async def _backup(_store: Store, subject: str) -> NotificationText | None:
    title = _("There is no backup yet") if subject.startswith("none") else _("The last backup is older than a week")
    return NotificationText(title=title, path="/admin/export/")


async def _test(_store: Store, _subject: str) -> NotificationText | None:
    return NotificationText(
        title=_("A mail to try it out"), text=_("Mails from your blog arrive."), path="/admin/notifications/"
    )


_READERS: Mapping[NotificationKind, Callable[[Store, str], Awaitable[NotificationText | None]]] = {
    NotificationKind.COMMENT: _comment,
    NotificationKind.MENTION: _note(NoteKind.MENTION, _("{author} mentions the blog")),
    NotificationKind.PRIVATE: _note(NoteKind.PRIVATE, _("{author} wrote a private message")),
    NotificationKind.QUOTE: _note(NoteKind.QUOTE, _("{author} quotes a post of yours")),
    NotificationKind.REPORT: _report,
    NotificationKind.DELIVERY: _delivery,
    NotificationKind.FEED: _feed,
    NotificationKind.BACKUP: _backup,
    NotificationKind.TEST: _test,
}
