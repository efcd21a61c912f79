"""All tables together, for reading and inside transactions."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

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


class Tables:
    """Every table, bound to a connection or transaction."""

    def __init__(self, query: Queryable, clock: Clock) -> None:
        self.clock = clock
        self._query = query
        self.versions = Versions(query, clock)
        self.totals = Totals(query)
        self.key_values = KeyValues(query)
        self.settings = StoredSettings(query)
        self.posts = Posts(query)
        self.post_lists = PostLists(query)
        self.post_export = PostExport(query)
        self.post_archive = PostArchive(query)
        self.terms = Terms(query)
        self.post_writes = PostWrites(query, self.totals, self.posts, self.terms)
        self.source_files = SourceFiles(query)
        self.revisions = Revisions(query)
        self.post_overview = PostOverview(query)
        self.comments = Comments(query)
        self.comment_records = CommentRecords(query)
        self.comment_revisions = CommentRevisions(query)
        self.shown_comments = ShownComments(query)
        self.own_answers = OwnAnswers(query)
        self.reactions = Reactions(query)
        self.received_notes = ReceivedNotes(query)
        self.reports = Reports(query)
        self.search = Search(query)
        self.legacy_redirects = LegacyRedirects(query)
        self.authorizations = StoredAuthorizations(query)
        self.local_actors = StoredActors(query)
        self.earlier_keys = EarlierKeys(query)
        self.remote_actors = RemoteActors(query)
        self.followers = Followers(query, self.totals)
        self.inbox_queue = InboxQueue(query)
        self.outbox = OutboxActivities(query)
        self.fanouts = Fanouts(query)
        self.announcements = PendingAnnouncements(query)
        self.deliveries = Deliveries(query)
        self.delivery_lists = DeliveryLists(query)
        self.held_deliveries = HeldDeliveries(query)
        self.foreign_inboxes = ForeignInboxes(query)
        self.hosts = Hosts(query)
        self.received_webmentions = ReceivedWebmentions(query)
        self.sent_webmentions = SentWebmentions(query)
        self.blogroll = Blogroll(query)
        self.feed_polls = FeedPolls(query)
        self.feed_entries = FeedEntries(query)
        self.blocks = Blocks(query)
        self.leases = Leases(query)
        self.media = Media(query)
        self.media_uses = MediaUses(query)
        self.answer_notices = AnswerNotices(query)
        self.confirmation_mails = ConfirmationMails(query)
        self.notifications = Notifications(query)
        self.mails = Mails(query)
        self.mentions = Mentions(query)
        self.move_recipients = MoveRecipients(query)
        self.synchronizations = Synchronizations(query)
        self.tombstones = Tombstones(query)
        self.refetch_queue = RefetchQueue(query)
        self.subscriptions = Subscriptions(query, self.totals)
        self.websub_following = WebsubFollowing(query)
        self.imports = Imports(query)
        self.citations = Citations(query)
        self.sent_reactions = SentReactions(query)
        self.post_drafts = PostDrafts(query)
        self.admin_media = AdminMedia(query)
        self.admin_posts = AdminPosts(query)
        self.admin_people = AdminPeople(query)
        self.admin_comments = AdminComments(query)
        self.admin_deliveries = AdminDeliveries(query)
        self.numbers = Numbers(query)
        self.admin_account = AdminAccount(query)
        self.admin_sessions = AdminSessions(query)
        self.admin_events = AdminEvents(query)
        self.access_tokens = AccessTokens(query)
        self.indieauth_codes = IndieAuthCodes(query)
        self.withdrawn_posts = WithdrawnPosts(query)

    async def advisory_lock(self, name: str) -> None:
        """Take the lock of this name until the transaction ends (see `Queryable`)."""
        await self._query.advisory_lock(name)


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
