"""Send one request of a delivery and describe the result as an attempt."""

from syndicate.clock import Clock
from syndicate.content.text import clean
from syndicate.delivery.retry import Attempt
from syndicate.errors import AddressDenied, DocumentUnusable, RemoteUnavailable
from syndicate.transport.message import Request, Response, Transport, retry_after

MAX_ANSWER_BYTES = 300


async def send_request(transport: Transport, request: Request, clock: Clock) -> tuple[Attempt, Response | None]:
    """Return the attempt, and the response if there was a usable one. Never raises for what another server does."""
    try:
        response = await transport.fetch(request)
    except AddressDenied as error:
        return Attempt(status=None, answer=clean(str(error)), permanent=True), None
    except (RemoteUnavailable, DocumentUnusable) as error:
        return Attempt(status=None, answer=clean(str(error))), None
    answer = clean(response.body[:MAX_ANSWER_BYTES].decode(errors="replace")) if response.status >= 300 else ""
    return Attempt(status=response.status, answer=answer, wait=retry_after(response, clock())), response
