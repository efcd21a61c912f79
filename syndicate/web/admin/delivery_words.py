"""What became of a delivery, in words for the author."""

from collections.abc import Mapping
from http import HTTPStatus

from syndicate.delivery.overview import DeliveryReport
from syndicate.storage.deliveries import DeliveryKind, DeliveryState
from syndicate.translation import _

SENT: Mapping[str, str] = {
    "Accept": _("Acceptance of a follower"),
    "Add": _("Pinned post"),
    "Announce": _("Boost by an account of a category or tag"),
    "Create": _("Publication"),
    "Delete": _("Deletion"),
    "Follow": _("Follow"),
    "Flag": _("Report"),
    "Like": _("Like"),
    "Move": _("Move to another account"),
    "Reject": _("Removal of a follower"),
    "Remove": _("Pin taken away"),
    "Undo": _("Taking back of a follow, like or boost"),
    "Update": _("Change"),
}
KINDS: Mapping[DeliveryKind, str] = {
    DeliveryKind.ACTIVITY: _("Message"),
    DeliveryKind.WEBSUB: _("Feed to a push subscriber"),
    DeliveryKind.INTENT: _("Question to a push subscriber"),
    DeliveryKind.PING: _("Notice to a hub"),
    DeliveryKind.REQUEST: _("Subscription to a feed of the blogroll"),
    DeliveryKind.WEBMENTION: _("Webmention"),
}
ANSWERS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: _("it does not accept the signature of this blog"),
    HTTPStatus.FORBIDDEN: _("it refuses this blog"),
    HTTPStatus.NOT_FOUND: _("it does not know the address"),
    HTTPStatus.GONE: _("the account is gone"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("it is too large for that server"),
    HTTPStatus.TOO_MANY_REQUESTS: _("it asks to wait"),
}


def what_of(report: DeliveryReport) -> str:
    """Return what was sent."""
    if report.said is not None:
        return SENT.get(report.said.type, report.said.type)
    return KINDS[report.delivery.kind]


def state_of(report: DeliveryReport) -> str:
    """Return how far a delivery is."""
    delivery = report.delivery
    match delivery.state:
        case DeliveryState.DELIVERED:
            return _("has it")
        case DeliveryState.FAILED:
            return _("did not get it; given up")
        case DeliveryState.SUPERSEDED:
            return _("was sent something newer instead")
        case DeliveryState.WAITING:
            return _("has not taken it yet") if delivery.attempts else _("waits to be sent")


def answer_of(report: DeliveryReport) -> str:
    """Return the answer of the server in words, with its own where it gave any; empty where there is nothing to say."""
    delivery = report.delivery
    if delivery.state is DeliveryState.DELIVERED or not delivery.attempts:
        return ""
    if delivery.status is None:
        return report.answer or _("it did not answer")
    words = ANSWERS.get(delivery.status)
    if words is None and delivery.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        words = _("it has a problem of its own")
    return f"{words or _('it refused')} ({delivery.status}{': ' + report.answer if report.answer else ''})"
