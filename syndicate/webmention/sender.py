"""Sends webmentions to pages that accept them (Webmention §3.1)."""

from urllib.parse import urlencode

from syndicate.clock import Clock
from syndicate.delivery.attempt import send_request
from syndicate.delivery.retry import Attempt, DeliveryOutcome, outcome_of
from syndicate.delivery.worker import SendResult
from syndicate.storage.deliveries import Delivery
from syndicate.transport.message import DELIVERY, PAGE, Redirects, Request, Transport
from syndicate.webmention.discovery import find_endpoint

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
ACCEPT = (("Accept", "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"),)
NO_ENDPOINT = "the page accepts no webmentions"


class WebmentionSender:
    """Discovers the endpoint of a page at each attempt and posts the mention there."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport, self._clock = transport, clock

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:  # noqa: ARG002 - nothing is signed
        attempt = await self._send(source=delivery.object, target=delivery.inbox)
        return SendResult(attempt=attempt, outcome=outcome_of(attempt))

    async def _send(self, *, source: str, target: str) -> Attempt:
        page = Request(url=target.partition("#")[0], headers=ACCEPT, budget=PAGE, redirects=Redirects.ANY)
        attempt, found = await send_request(self._transport, page, self._clock)
        if found is None or outcome_of(attempt) is not DeliveryOutcome.DELIVERED:
            return attempt
        endpoint = find_endpoint(
            found.all("Link"), found.body, found.headers.get("Content-Type", ""), address=found.url
        )
        if endpoint is None:
            return Attempt(status=found.status, answer=NO_ENDPOINT)
        body = urlencode({"source": source, "target": target}).encode()
        mention = Request(method="POST", url=endpoint, headers=FORM, body=body, budget=DELIVERY)
        attempt, _ = await send_request(self._transport, mention, self._clock)
        return attempt
