"""The house's errors → answers: problem details for machines (RFC 9457), a page for people.

The status is looked up along the error's ancestry, so that a new error needs a line here only if its parent's does
not fit.
"""

import json
from http import HTTPStatus

from aiohttp import web

from syndicate import errors
from syndicate.errors import Refused, SyndicateError, Transient

STATUS: dict[type[Exception], HTTPStatus] = {
    SyndicateError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InputError: HTTPStatus.BAD_REQUEST,
    errors.StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ValueUnstorable: HTTPStatus.BAD_REQUEST,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Gone: HTTPStatus.GONE,
    errors.Refused: HTTPStatus.BAD_REQUEST,
    errors.WrongHost: HTTPStatus.MISDIRECTED_REQUEST,
    errors.MediaTypeRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.SubscriptionRefused: HTTPStatus.BAD_REQUEST,
    errors.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.BodyTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    errors.SignatureRejected: HTTPStatus.UNAUTHORIZED,
    errors.SenderRefused: HTTPStatus.FORBIDDEN,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.KeyUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.RemoteError: HTTPStatus.BAD_GATEWAY,
}


UNAVAILABLE_SECONDS = 60
"""When to ask again after a failure of ours whose end we do not know."""


def status_of(error: SyndicateError) -> HTTPStatus:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def wait_of(error: SyndicateError) -> int | None:
    """The seconds after which to ask again, which every 503 names; None where that would not help."""
    if isinstance(error, Transient):
        return error.retry_after
    return UNAVAILABLE_SECONDS if status_of(error) is HTTPStatus.SERVICE_UNAVAILABLE else None


def problem(status: HTTPStatus, detail: str, reason: str = "", retry_after: int | None = None) -> web.Response:
    """`application/problem+json`, which says nothing that the sender did not know."""
    document = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if reason:
        document["reason"] = reason
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return web.Response(
        status=status, body=json.dumps(document).encode(), content_type="application/problem+json", headers=headers
    )


def problem_of(error: SyndicateError) -> web.Response:
    """The answer to what went wrong, for machines."""
    reason = error.reason if isinstance(error, Refused) else ""
    return problem(status_of(error), error.public, reason, wait_of(error))
