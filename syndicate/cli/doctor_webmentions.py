"""What `syndicate doctor` says about Webmentions: whether pages elsewhere can send them, and what became of the last."""

from collections.abc import AsyncIterator

from syndicate.errors import RemoteError
from syndicate.model.post import Post
from syndicate.services.commands import Services
from syndicate.storage.deliveries import Delivery, DeliveryKind
from syndicate.storage.received_webmentions import ReceivedWebmention
from syndicate.translation import _, ngettext
from syndicate.transport.message import PAGE, Request, Transport
from syndicate.webmention.discovery import find_endpoint

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
BAD_REQUEST, TOO_MANY = 400, 429
MAX_LISTED = 5


async def webmention_advice(services: Services) -> list[str]:
    """Return how many wait, what came last, and which pages did not take ours."""
    store, advice = services.store, []
    if not services.settings.comments.webmentions:
        return [_("Webmentions are not received (comments.webmentions)")]
    if waiting := await store.received_webmentions.count_waiting():
        advice.append(
            ngettext(
                "{count} Webmention waits to be verified; `syndicate serve` does that",
                "{count} Webmentions wait to be verified; `syndicate serve` does that",
                waiting,
            )
        )
    newest = await store.received_webmentions.list_newest(1)
    failed = await store.delivery_lists.list_failed(DeliveryKind.WEBMENTION, MAX_LISTED)
    return advice + [_last(one) for one in newest] + [_not_taken(one) for one in failed]


def _last(received: ReceivedWebmention) -> str:
    return _(
        "the last Webmention came {date:%Y-%m-%d %H:%M} UTC from {source}: {outcome} ({reason})",
        date=received.received,
        source=received.source,
        outcome=received.verdict.outcome.value,
        reason=received.verdict.reason,
    )


def _not_taken(failed: Delivery) -> str:
    answer = failed.answer or failed.status or _("no answer")
    return _("the Webmention to {page} was not taken: {answer}", page=failed.inbox, answer=answer)


async def webmention_problems(services: Services, transport: Transport) -> AsyncIterator[str]:
    """Look at the newest post as other sites do: whether its page names the endpoint, and whether that answers. Nothing is
    sent that would become a Webmention."""
    post = await _newest(services) if services.settings.comments.webmentions else None
    if post is None:
        return
    endpoint, page = services.urls.webmention, services.urls.absolute(post.path)
    try:
        found = await transport.fetch(Request(url=page, budget=PAGE, headers=(("Accept", "text/html"),)))
        announced = find_endpoint(
            found.all("Link"), found.body, found.headers.get("Content-Type", ""), address=found.url
        )
        if announced != endpoint:
            yield _(
                "{page}: does not name {endpoint} for Webmentions; something in front of the blog may change its pages",
                page=page,
                endpoint=endpoint,
            )
        answer = await transport.fetch(Request(method="POST", url=endpoint, headers=FORM, body=b"", budget=PAGE))
    except RemoteError as error:
        yield _("Webmentions: {problem}", problem=error)
        return
    if answer.status not in (BAD_REQUEST, TOO_MANY):
        yield _(
            "{endpoint}: answers {status} to a Webmention without addresses, where 400 is right; does a proxy stop POST?",
            endpoint=endpoint,
            status=answer.status,
        )


async def _newest(services: Services) -> Post | None:
    """Return the newest of the latest posts whose comments are open."""
    posts = await services.store.post_lists.list_newest(limit=20)
    return next((post for post in posts if post.comments_open), None)
