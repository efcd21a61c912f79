"""Records what the inboxes refuse, for `syndicate activity --refused`."""

from collections import deque

import structlog
from aiohttp import web

from syndicate.clock import Clock
from syndicate.config import ServerConfig
from syndicate.content.text import clean_name
from syndicate.errors import Refused, SignatureRejected
from syndicate.model.ids import new_id
from syndicate.storage.inbox_queue import Refusal
from syndicate.web.http.clients import address_of
from syndicate.web.http.handlers import Handler
from syndicate.web.http.problems import status_of

log = structlog.get_logger()

MAX_PENDING_REFUSALS = 1000
INBOX = "/inbox"


class RefusalRecorder:
    """Keeps the newest refusals in `pending`, from which they are written in batches elsewhere: a flood of bad requests
    must not become a flood of commits."""

    def __init__(self, server: ServerConfig, clock: Clock) -> None:
        self._server, self._clock = server, clock
        self.pending: deque[Refusal] = deque(maxlen=MAX_PENDING_REFUSALS)

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refused as error:
                if request.method == "POST" and request.path.endswith(INBOX):
                    self._record(request, error)
                raise

        return handle

    def _record(self, request: web.Request, error: Refused) -> None:
        now, status = self._clock(), status_of(error).value
        sender = request.headers.get("Signature", "") if isinstance(error, SignatureRejected) else ""
        refusal = Refusal(
            id=new_id(now),
            at=now,
            status=status,
            reason=error.reason,
            address=clean_name(address_of(request, self._server), limit=100),
            sender=clean_name(sender.partition('keyId="')[2].partition('"')[0], limit=300),
            detail=clean_name(str(error), limit=500),
        )
        log.info("activity refused", status=status, reason=error.reason, address=refusal.address, sender=refusal.sender)
        self.pending.append(refusal)
