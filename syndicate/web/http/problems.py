"""Maps errors to HTTP responses: problem details for machines (RFC 9457).

The status is looked up along the error's base classes, so a new error needs an entry in `STATUS` only if the status of
its parent does not fit.
"""

import json
from http import HTTPStatus

from aiohttp import web

from syndicate import errors
from syndicate.errors import Refused, SyndicateError, Transient

STATUS: dict[type[Exception], HTTPStatus] = {
    SyndicateError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InputError: HTTPStatus.BAD_REQUEST,
    errors.SlugTaken: HTTPStatus.CONFLICT,
    errors.AlreadyAnnounced: HTTPStatus.CONFLICT,
    errors.RevisionConflict: HTTPStatus.CONFLICT,
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


DEFAULT_RETRY_AFTER_SECONDS = 60
"""`Retry-After` for a failure on our side of unknown duration."""


def status_of(error: SyndicateError) -> HTTPStatus:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def retry_after_of(error: SyndicateError) -> int | None:
    """Return the seconds for `Retry-After`, which every 503 carries, or None if a retry would not help."""
    if isinstance(error, Transient):
        return error.retry_after
    return DEFAULT_RETRY_AFTER_SECONDS if status_of(error) is HTTPStatus.SERVICE_UNAVAILABLE else None


def problem(status: HTTPStatus, detail: str, reason: str = "", retry_after: int | None = None) -> web.Response:
    """Return an `application/problem+json` response. It reveals nothing that the client does not know."""
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
    """Return the problem details response to an error."""
    reason = error.reason if isinstance(error, Refused) else ""
    return problem(status_of(error), error.public, reason, retry_after_of(error))
