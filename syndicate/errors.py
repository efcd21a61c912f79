"""Every failure that the house can name.

    SyndicateError
    ├── ConfigurationError           a setting is missing, unknown or unusable
    │   └── KeyUnusable              an actor's key file is missing or unreadable
    ├── InputError                   what the author gave cannot be used
    │   ├── FrontMatterInvalid       file, line and field of a Markdown header
    │   ├── FilesMissing             files that a post names are not there
    │   ├── NotAnExport              the file is no export of the kind that was asked for
    │   └── AddressUnusable          nothing to follow was found at an address
    ├── StorageError
    │   ├── DatabaseNewer            written by a newer version of this program
    │   ├── DatabaseInUse            another server has this SQLite file
    │   ├── DatabaseDamaged          its file cannot be read any more
    │   ├── DatabaseReplaced         its file is no longer the one that was opened
    │   └── DatabaseBusy             locked by another process for too long        (transient)
    ├── ValueUnstorable              a value that no database takes
    ├── NotFound
    │   ├── AccountNotFound
    │   ├── PostNotFound
    │   ├── QuoteNotFound
    │   ├── ReportNotFound
    │   └── CommentNotFound
    ├── Gone                         it was here and was taken away on purpose
    ├── Refused                      a request that we do not take
    │   ├── WrongHost                421
    │   ├── MediaTypeRefused         415
    │   ├── BodyTooLarge             413
    │   ├── BodyTooSlow              408
    │   ├── MalformedRequest         400
    │   │   └── MalformedActivity
    │   ├── SignatureRejected        401, with the reason
    │   ├── SenderRefused            403, blocked or posing as us
    │   ├── SubscriptionRefused      400, what a subscriber asked of our hub
    │   ├── TooManyRequests          429
    │   ├── TooBusy                  503: more at once than we can take                    (transient)
    │   └── KeyUnavailable           503: we could not fetch the sender's key now  (transient)
    └── RemoteError                  another server failed us
        ├── RemoteUnavailable        network, 5xx, 429                             (transient)
        ├── RemoteRefused            it answered, and the answer is no
        ├── RemoteGone               it says 404 or 410
        ├── AddressDenied            our own guard does not go there
        └── DocumentUnusable         what it sent cannot be used

`str(error)` is for us; `error.public` is for strangers and names nothing private. `Transient` marks what may
go right later. Statuses are given in `web/http/problems.py`; lower floors do not know them.
"""

import math
from typing import ClassVar


class Transient(Exception):
    """Mixed into errors that may go right when tried again, after so many seconds."""

    retry_after: int = 60


class SyndicateError(Exception):
    """The common base."""

    public: ClassVar[str] = "Something went wrong."


class ConfigurationError(SyndicateError):
    """A setting is missing, unknown or unusable."""

    public = "The server is not set up correctly."


class KeyUnusable(ConfigurationError):
    """The key file of a known actor is missing or unreadable."""


class InputError(SyndicateError):
    """What the author gave cannot be used; the message says what to do."""

    public = "That input cannot be used."


class FrontMatterInvalid(InputError):
    """The header of a Markdown file is wrong.

    `line` counts from 1; `field` is empty when the YAML itself does not parse.
    """

    def __init__(self, message: str, *, file: str, line: int, field: str = "") -> None:
        where = f"{file}:{line}: " + (f"field '{field}': " if field else "")
        super().__init__(where + message)
        self.file, self.line, self.field = file, line, field


class FilesMissing(InputError):
    """Files of this machine that a post names cannot be had; nothing was published."""


class NotAnExport(InputError):
    """The file is no export of the kind that was asked for."""


class AddressUnusable(InputError):
    """Nothing to follow was found at an address."""


class StorageError(SyndicateError):
    """The database cannot be used."""

    public = "The server cannot reach its data."


class DatabaseNewer(StorageError):
    """The database was written by a newer version of this program."""


class DatabaseInUse(StorageError):
    """Another server works on this SQLite file."""


class DatabaseDamaged(StorageError):
    """The database's file cannot be read any more."""


class DatabaseReplaced(StorageError):
    """The database's file was moved, removed or replaced while it was open."""


class DatabaseBusy(Transient, StorageError):
    """Another process has held the database for too long."""

    retry_after = 5


class ValueUnstorable(SyndicateError):
    """A value that no database takes: text with a lone surrogate or U+0000, a number beyond 64 bits."""

    public = "The request holds a value that cannot be used."


class NotFound(SyndicateError):
    """There is nothing here."""

    public = "There is nothing here."


class PostNotFound(NotFound):
    """No such post, or none that this reader may see."""


class CommentNotFound(NotFound):
    """No such comment."""


class QuoteNotFound(NotFound):
    """No such quote was allowed."""


class ReportNotFound(NotFound):
    """There is no such report."""


class AccountNotFound(NotFound):
    """The blog has no account of this name."""


class Gone(SyndicateError):
    """It was here and was taken away on purpose."""

    public = "This was here and has been taken away."


class Refused(SyndicateError):
    """A request that we do not take. `reason` is one of the words listed in FEDERATION.md."""

    public = "The request was refused."

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(f"{reason}: {message}" if message else reason)
        self.reason = reason


class WrongHost(Refused):
    """The request is for a host that is not ours."""

    public = "This server does not answer for that host."


class MediaTypeRefused(Refused):
    """The content type or encoding of the request is not taken."""

    public = (
        "Send application/activity+json or application/ld+json to an inbox, and to a page what its form sends; "
        "without a content encoding."
    )


class BodyTooLarge(Refused):
    """The request's body is over the limit."""

    public = "The body is too large."


class BodyTooSlow(Refused):
    """The request's body did not arrive in time."""

    public = "The body did not arrive in time."


class MalformedRequest(Refused):
    """The request cannot be read."""

    public = "The request cannot be read."


class MalformedActivity(MalformedRequest):
    """The body is not an activity that we can read (ActivityStreams 2.0, in strict JSON)."""

    public = "The body is not a readable activity."


class SignatureRejected(Refused):
    """The signature is missing, unreadable, incomplete, stale or wrong."""

    public = "The signature is missing or does not hold."


class SenderRefused(Refused):
    """The sender is blocked, or poses as one of ours."""

    public = "The sender is not allowed here."


class SubscriptionRefused(Refused):
    """What a subscriber asks of our hub cannot be; `explanation` says why, in words for the subscriber (WebSub §5.1)."""

    public = "The hub does not take this request."

    def __init__(self, reason: str, explanation: str = "") -> None:
        super().__init__(reason, explanation)
        self.explanation = explanation or self.public


class TooManyRequests(Refused, Transient):
    """More requests than anyone needs."""

    public = "Too many requests; please come back later."


class TooBusy(Refused, Transient):
    """More at once than we can take."""

    public = "Too busy right now; please try again."
    retry_after = 30


class KeyUnavailable(Refused, Transient):
    """The sender's key could not be fetched now. `wait` are the seconds until its server is asked again."""

    public = "Your key could not be fetched now; please try again."

    def __init__(self, reason: str, message: str = "", *, wait: float | None = None) -> None:
        super().__init__(reason, message)
        if wait is not None:
            self.retry_after = max(math.ceil(wait), 1)


class RemoteError(SyndicateError):
    """Another server failed us. `status` is its HTTP status, or None where there was none."""

    public = "Another server did not answer as hoped."

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class RemoteUnavailable(RemoteError, Transient):
    """No answer, or one that says: later. `wait` is its Retry-After in seconds, if it gave one."""

    def __init__(self, message: str, *, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(message, status=status)
        self.wait = wait


class RemoteRefused(RemoteError):
    """It answered, and the answer is no."""


class RemoteGone(RemoteError):
    """It answered 404 or 410."""


class AddressDenied(RemoteError):
    """Our own guard does not connect there (private address, port, scheme or redirect)."""


class DocumentUnusable(RemoteError):
    """What it sent is too large, of the wrong type or not what it says it is."""


PERMANENT_REMOTE_ERRORS = (AddressDenied, DocumentUnusable, RemoteGone, RemoteRefused)
"""Failures of another server that trying again does not mend."""
