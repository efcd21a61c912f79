"""All tables together, for reading and inside transactions."""

from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any, Generic, TypeVar

from syndicate.clock import Clock
from syndicate.storage.access_tokens import AccessTokens
from syndicate.storage.actors import StoredActors
from syndicate.storage.admin_account import AdminAccount
from syndicate.storage.admin_comments import AdminComments
from syndicate.storage.admin_deliveries import AdminDeliveries
from syndicate.storage.admin_events import AdminEvents
from syndicate.storage.admin_media import AdminMedia
from syndicate.storage.admin_people import AdminPeople
from syndicate.storage.admin_posts import AdminPosts
from syndicate.storage.admin_sessions import AdminSessions
from syndicate.storage.announcements import PendingAnnouncements
from syndicate.storage.answer_notices import AnswerNotices, ConfirmationMails
from syndicate.storage.authorizations import StoredAuthorizations
from syndicate.storage.blocks import Blocks
from syndicate.storage.blogroll import Blogroll
from syndicate.storage.citations import Citations, SentReactions
from syndicate.storage.comment_records import CommentRecords
from syndicate.storage.comment_revisions import CommentRevisions
from syndicate.storage.comments import Comments
from syndicate.storage.deliveries import Deliveries
from syndicate.storage.delivery_lists import DeliveryLists
from syndicate.storage.earlier_keys import EarlierKeys
from syndicate.storage.engine.connection import connect
from syndicate.storage.engine.database import Database, Queryable
from syndicate.storage.engine.migrate import migrate
from syndicate.storage.fanouts import Fanouts
from syndicate.storage.feed_entries import FeedEntries
from syndicate.storage.feed_polls import FeedPolls
from syndicate.storage.followers import Followers
from syndicate.storage.followers_sync import Synchronizations
from syndicate.storage.foreign_inboxes import ForeignInboxes
from syndicate.storage.held_deliveries import HeldDeliveries
from syndicate.storage.hosts import Hosts
from syndicate.storage.imports import Imports
from syndicate.storage.inbox_queue import InboxQueue
from syndicate.storage.indieauth_codes import IndieAuthCodes
from syndicate.storage.key_values import KeyValues, Totals
from syndicate.storage.leases import LeasedRows, Leases
from syndicate.storage.legacy_redirects import LegacyRedirects
from syndicate.storage.media import Media
from syndicate.storage.media_uses import MediaUses
from syndicate.storage.mentions import Mentions
from syndicate.storage.move_recipients import MoveRecipients
from syndicate.storage.notifications import Mails, Notifications
from syndicate.storage.numbers import Numbers
from syndicate.storage.outbox import OutboxActivities
from syndicate.storage.own_answers import OwnAnswers
from syndicate.storage.post_archive import PostArchive
from syndicate.storage.post_drafts import PostDrafts
from syndicate.storage.post_export import PostExport
from syndicate.storage.post_lists import PostLists
from syndicate.storage.post_overview import PostOverview
from syndicate.storage.post_writes import PostWrites
from syndicate.storage.posts import Posts
from syndicate.storage.reactions import Reactions
from syndicate.storage.received_notes import ReceivedNotes
from syndicate.storage.received_webmentions import ReceivedWebmentions
from syndicate.storage.refetch_queue import RefetchQueue
from syndicate.storage.remote_actors import RemoteActors
from syndicate.storage.reports import Reports
from syndicate.storage.revisions import Revisions
from syndicate.storage.search import Search
from syndicate.storage.sent_webmentions import SentWebmentions
from syndicate.storage.settings import StoredSettings
from syndicate.storage.shown_comments import ShownComments
from syndicate.storage.source_files import SourceFiles
from syndicate.storage.subscriptions import Subscriptions
from syndicate.storage.terms import Terms
from syndicate.storage.tombstones import Tombstones
from syndicate.storage.versions import Versions
from syndicate.storage.websub_following import WebsubFollowing
from syndicate.storage.withdrawn_posts import WithdrawnPosts
from syndicate.workers.queue import LEASE_DURATION

T = TypeVar("T")


class _Table(Generic[T]):
    """One attribute of `Tables`: made when it is used first, since a transaction uses few of them."""

    def __init__(self, make: Callable[[Queryable], T]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, tables: "Tables", owner: type) -> T:
        made = self._make(tables.query)
        tables.__dict__[self._name] = made  # found before this attribute of the class from now on
        return made


class Tables:
    """Every table, bound to a connection or transaction."""

    totals = _Table(Totals)
    key_values = _Table(KeyValues)
    settings = _Table(StoredSettings)
    posts = _Table(Posts)
    post_lists = _Table(PostLists)
    post_export = _Table(PostExport)
    post_archive = _Table(PostArchive)
    terms = _Table(Terms)
    source_files = _Table(SourceFiles)
    revisions = _Table(Revisions)
    post_overview = _Table(PostOverview)
    comments = _Table(Comments)
    comment_records = _Table(CommentRecords)
    comment_revisions = _Table(CommentRevisions)
    shown_comments = _Table(ShownComments)
    own_answers = _Table(OwnAnswers)
    reactions = _Table(Reactions)
    received_notes = _Table(ReceivedNotes)
    reports = _Table(Reports)
    search = _Table(Search)
    legacy_redirects = _Table(LegacyRedirects)
    authorizations = _Table(StoredAuthorizations)
    local_actors = _Table(StoredActors)
    earlier_keys = _Table(EarlierKeys)
    remote_actors = _Table(RemoteActors)
    inbox_queue = _Table(InboxQueue)
    outbox = _Table(OutboxActivities)
    fanouts = _Table(Fanouts)
    announcements = _Table(PendingAnnouncements)
    deliveries = _Table(Deliveries)
    delivery_lists = _Table(DeliveryLists)
    held_deliveries = _Table(HeldDeliveries)
    foreign_inboxes = _Table(ForeignInboxes)
    hosts = _Table(Hosts)
    received_webmentions = _Table(ReceivedWebmentions)
    sent_webmentions = _Table(SentWebmentions)
    blogroll = _Table(Blogroll)
    feed_polls = _Table(FeedPolls)
    feed_entries = _Table(FeedEntries)
    blocks = _Table(Blocks)
    leases = _Table(Leases)
    media = _Table(Media)
    media_uses = _Table(MediaUses)
    answer_notices = _Table(AnswerNotices)
    confirmation_mails = _Table(ConfirmationMails)
    notifications = _Table(Notifications)
    mails = _Table(Mails)
    mentions = _Table(Mentions)
    move_recipients = _Table(MoveRecipients)
    synchronizations = _Table(Synchronizations)
    tombstones = _Table(Tombstones)
    refetch_queue = _Table(RefetchQueue)
    websub_following = _Table(WebsubFollowing)
    imports = _Table(Imports)
    citations = _Table(Citations)
    sent_reactions = _Table(SentReactions)
    post_drafts = _Table(PostDrafts)
    admin_media = _Table(AdminMedia)
    admin_posts = _Table(AdminPosts)
    admin_people = _Table(AdminPeople)
    admin_comments = _Table(AdminComments)
    admin_deliveries = _Table(AdminDeliveries)
    numbers = _Table(Numbers)
    admin_account = _Table(AdminAccount)
    admin_sessions = _Table(AdminSessions)
    admin_events = _Table(AdminEvents)
    access_tokens = _Table(AccessTokens)
    indieauth_codes = _Table(IndieAuthCodes)
    withdrawn_posts = _Table(WithdrawnPosts)

    def __init__(self, query: Queryable, clock: Clock) -> None:
        self.clock = clock
        self.query = query

    @cached_property
    def versions(self) -> Versions:
        """What readers have seen of each page and feed."""
        return Versions(self.query, self.clock)

    @cached_property
    def post_writes(self) -> PostWrites:
        """Changes to posts, with their totals and terms."""
        return PostWrites(self.query, self.totals, self.posts, self.terms)

    @cached_property
    def followers(self) -> Followers:
        """The followers, with their number."""
        return Followers(self.query, self.totals)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """The WebSub subscriptions, with their number."""
        return Subscriptions(self.query, self.totals)

    async def end_all_access(self) -> None:
        """End all sessions, setup links and tokens, and forget the browsers that are known."""
        await self.admin_sessions.delete_all()
        await self.access_tokens.delete_all()
        await self.indieauth_codes.delete_all()

    async def advisory_lock(self, name: str) -> None:
        """Take the lock of this name until the transaction ends (see `Queryable`)."""
        await self.query.advisory_lock(name)


class Store(Tables):
    """The tables for reading, and `transaction` for writing.

    A transaction body awaits nothing but its statements (see `Database.transaction`).
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database.read, clock)
        self.database = database
        self.leased_rows = LeasedRows()

    @classmethod
    async def open(cls, address: str, clock: Clock) -> "Store":
        """Open the database; create and migrate it where needed.

        Raises StorageError, DatabaseNewer.
        """
        database = await connect(address)
        try:
            await migrate(database)
        except BaseException:
            await database.close()
            raise
        return cls(database, clock)

    async def transaction(self, body: Callable[[Tables], Coroutine[Any, Any, T]]) -> T:
        """Run `body` in one transaction and return its result once that is durable."""
        return await self.database.transaction(lambda query: body(Tables(query, self.clock)))

    async def renew_leases(self) -> None:
        """Renew the leases of all rows that this process works on; called every `RENEW_INTERVAL`."""
        if rows := self.leased_rows.to_renew():
            await self.transaction(lambda tx: tx.leases.renew(rows, self.clock() + LEASE_DURATION))

    async def close(self) -> None:
        await self.database.close()
