"""What handlers use, and what they return.

A handler fetches what it needs, decides, and returns either a verdict or an effect: a function that writes inside the
transaction that also settles the queue row. So there is no effect without a settled row, nor the reverse. If another
server is unavailable, RemoteUnavailable propagates, and the worker retries later.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from syndicate.clock import Clock
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.actors.sanitizer_thread import SanitizerThread
from syndicate.federation.inbox.shown_form import ShownForm
from syndicate.federation.outbox.authorizations import Authorizations
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.activity import Activity, Outcome, Verdict
from syndicate.storage import Store, Tables
from syndicate.storage.site_settings import SiteSettings
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.signed import Signer
from syndicate.urls import Urls

Effect = Callable[[Tables], Coroutine[Any, Any, Verdict]]
Decision = Verdict | Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxContext:
    """The dependencies of handlers."""

    store: Store
    actors: Actors
    fetcher: Fetcher
    signer: Signer
    local_actors: LocalActors
    outbox: Outbox
    authorizations: Authorizations
    urls: Urls
    clock: Clock
    settings: SiteSettings
    sanitizer_thread: SanitizerThread
    shown: ShownForm

    async def object(self, uri: str, *, anew: bool = False) -> dict[str, Any]:
        """Fetch a document from its own origin; `anew` if it was gone and may be back. Raises RemoteError."""
        _, document = await self.fetcher.fetch_document(uri, sign=self.signer.sign_get, anew=anew)
        return document


Handler = Callable[[Activity, InboxContext], Awaitable[Decision]]


def done(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.DONE, reason=reason)


def held(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.HELD, reason=reason)


def ignored(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.IGNORED, reason=reason)


def refused(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.REFUSED, reason=reason)


def private(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.PRIVATE, reason=reason)
