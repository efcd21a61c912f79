"""Fetches the software of followers' servers by NodeInfo, since not all software accepts a changed key.

It is fetched an hour after the first follow, when the first exchange is over. A server that does not answer is asked
again after a week, until its row is deleted.
"""

import re
from datetime import timedelta
from functools import partial

import structlog

from syndicate.activitypub.access import as_list, as_object, as_text
from syndicate.activitypub.discovery import NODEINFO
from syndicate.activitypub.documents import parse_document
from syndicate.activitypub.parse import authority_of
from syndicate.clock import Clock
from syndicate.errors import MalformedActivity, RemoteError, RemoteUnavailable
from syndicate.federation.actors.webfinger import Schemes, in_turn
from syndicate.storage import Store
from syndicate.transport.message import WEBFINGER, Redirects, Request, Response, Transport, require_success
from syndicate.workers.loop import WorkerLoop, isolated

log = structlog.get_logger()

SOFTWARE_LOOKUP_DELAY = timedelta(hours=1)
RETRY_INTERVAL = timedelta(days=7)
UNKNOWN = "unknown"
"""Stored for a server that does not publish its software."""
JSON = (("Accept", "application/json"),)
NAME = re.compile(r"[a-z0-9-]{1,40}")


class SoftwareWorker:
    """Fetches the software of one server after another."""

    def __init__(self, store: Store, transport: Transport, clock: Clock, *, schemes: Schemes) -> None:
        self._store, self._transport, self._clock, self._schemes = store, transport, clock, schemes
        self._loop = WorkerLoop("software", clock, store.hosts.next_software_check)

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run(self.work)

    async def work(self) -> bool:
        """Ask the server that is due; return False if none is."""
        now = self._clock()
        due = await self._store.hosts.next_software_check()
        if due is None or due > now:
            return False
        host = await self._store.transaction(lambda tx: tx.hosts.claim_software_check(now, again=now + RETRY_INTERVAL))
        if host is not None:
            with isolated("software", host=host):
                await self._ask(host)
        return host is not None

    async def _ask(self, host: str) -> None:
        try:
            software = await in_turn(self._schemes, partial(self._software, host))
        except RemoteUnavailable as error:
            log.debug("software lookup failed", host=host, problem=str(error))
            return
        except (RemoteError, MalformedActivity):
            software = UNKNOWN
        await self._store.transaction(lambda tx: tx.hosts.set_software(host, software))

    async def _software(self, host: str, scheme: str) -> str:
        """Return the name of a server's software. Raises RemoteError, MalformedActivity."""
        links = parse_document((await self._get(f"{scheme}://{host}/.well-known/nodeinfo")).body).get("links")
        found = [link for link in as_list(links) if as_text(as_object(link).get("rel")).startswith(NODEINFO)]
        address = as_text(as_object(found[-1]).get("href")) if found else ""
        if authority_of(address) != host:
            return UNKNOWN
        document = parse_document((await self._get(address)).body)
        name = as_text(as_object(document.get("software")).get("name")).lower()
        return name if NAME.fullmatch(name) else UNKNOWN

    async def _get(self, address: str) -> Response:
        request = Request(url=address, headers=JSON, budget=WEBFINGER, redirects=Redirects.WEBFINGER)
        response = await self._transport.fetch(request)
        require_success(response, self._clock())
        return response
