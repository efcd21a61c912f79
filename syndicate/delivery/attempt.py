"""One request for the sake of a delivery, and what it met with."""

from syndicate.clock import Clock
from syndicate.content.text import clean
from syndicate.delivery.retry import Attempt
from syndicate.errors import AddressDenied, DocumentUnusable, RemoteUnavailable
from syndicate.transport.message import Request, Response, Transport, retry_after

LONGEST_WORDS = 300


async def send_request(transport: Transport, request: Request, clock: Clock) -> tuple[Attempt, Response | None]:
    """What it met with, and the answer if there was a usable one. Never raises for what another server does."""
    try:
        response = await transport.fetch(request)
    except AddressDenied as error:
        return Attempt(status=None, answer=clean(str(error)), permanent=True), None
    except (RemoteUnavailable, DocumentUnusable) as error:
        return Attempt(status=None, answer=clean(str(error))), None
    words = clean(response.body[:LONGEST_WORDS].decode(errors="replace")) if response.status >= 300 else ""
    return Attempt(status=response.status, answer=words, wait=retry_after(response, clock())), response
