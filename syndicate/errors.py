"""The exceptions of Syndicate.

    SyndicateError
    ├── ConfigurationError           a setting is missing, unknown or unusable
    │   └── KeyUnusable              an actor's key file is missing or unreadable
    ├── InputError                   input of the author cannot be used
    │   ├── FrontMatterInvalid       file, line and field of a Markdown header
    │   ├── FilesMissing             files that a post refers to are missing
    │   ├── AlreadyAnnounced         a post cannot be taken back any more
    │   ├── PictureRefused           an uploaded file cannot be used as a picture
    │   ├── SlugTaken                another post has the slug
    │   ├── SettingInvalid           a setting is locked, or a value is not one for it
    │   ├── RevisionConflict         the post was changed in the meantime
    │   ├── NotAnExport              the file is not an export of the requested kind
    │   └── AddressUnusable          nothing to follow was found at an address
    ├── StorageError
    │   ├── DatabaseNewer            written by a newer version of Syndicate
    │   ├── DatabaseInUse            another server has this SQLite file
    │   ├── DatabaseDamaged          its file is damaged
    │   ├── DatabaseReplaced         its file is no longer the one that was opened
    │   └── DatabaseBusy             locked by another process for too long        (transient)
    ├── ValueUnstorable              a value that no database can store
    ├── MailUnusable                 no mail can be made for an address, so trying again is of no use
    ├── NotFound
    │   ├── AccountNotFound
    │   ├── PostNotFound
    │   ├── QuoteNotFound
    │   ├── ReportNotFound
    │   └── CommentNotFound
    ├── Gone                         it was deleted on purpose
    ├── Refused                      a request that is not accepted
    │   ├── WrongHost                421
    │   ├── MediaTypeRefused         415
    │   ├── BodyTooLarge             413
    │   ├── BodyTooSlow              408
    │   ├── MalformedRequest         400
    │   │   └── MalformedActivity
    │   ├── SignatureRejected        401, with the reason
    │   ├── SenderRefused            403, blocked, or impersonating this server
    │   ├── WebmentionRefused        400, with the reason
    │   ├── ProgramRefused           400, 401 or 403, with the error of the specification
    │   │   ├── MicropubRefused
    │   │   └── IndieAuthRefused
    │   ├── SubscriptionRefused      400, a request to the hub that is not valid
    │   ├── TooManyRequests          429
    │   ├── TooBusy                  503: too many concurrent requests                     (transient)
    │   └── KeyUnavailable           503: the sender's key could not be fetched  (transient)
    └── RemoteError                  another server failed
        ├── RemoteUnavailable        network, 5xx, 429                             (transient)
        ├── RemoteRefused            it refused the request
        ├── RemoteGone               it responded with 404 or 410
        ├── MailFailed               the mail server did not take a mail
        │   └── RecipientRefused     and never will, for this recipient
        ├── AddressDenied            the guard against private addresses refuses it
        └── DocumentUnusable         its response cannot be used

`str(error)` is for the operator; `error.public` is for clients and names nothing private. `Transient` marks errors
that may succeed when retried. HTTP statuses are assigned in `web/http/problems.py`; lower layers do not know them.
"""

import math
from typing import ClassVar


class Transient(Exception):
    """Mixed into errors that may succeed when retried after `retry_after` seconds."""

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
    """Input of the author cannot be used; the message says what to do."""

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
    """Local files that a post refers to cannot be read; nothing was published."""


class SettingInvalid(InputError):
    """A setting cannot be changed to this value. `name` is its name, `problem` the reason in words."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")
        self.name, self.problem = name, problem


class SlugTaken(InputError):
    """Another post has the slug."""

    public = "Another post has this slug."


class RevisionConflict(InputError):
    """A post was changed after the revision that a change was made from."""

    public = "The post was changed in the meantime."


class AlreadyAnnounced(InputError):
    """A post cannot be taken back any more: other servers have it."""


class PictureRefused(InputError):
    """An uploaded file cannot be used as a picture; the message says why."""


class NotAnExport(InputError):
    """The file is not an export of the requested kind."""


class AddressUnusable(InputError):
    """An address or handle that cannot be followed, mentioned or moved to, as there is no account or feed."""


class StorageError(SyndicateError):
    """The database cannot be used."""

    public = "The server cannot reach its data."


class DatabaseNewer(StorageError):
    """The database was written by a newer version of Syndicate."""


class DatabaseInUse(StorageError):
    """Another server works on this SQLite file."""


class DatabaseDamaged(StorageError):
    """The database's file is damaged."""


class DatabaseReplaced(StorageError):
    """The database's file was moved, removed or replaced while it was open."""


class DatabaseBusy(Transient, StorageError):
    """Another process has held the database for too long."""

    retry_after = 5


class ValueUnstorable(SyndicateError):
    """A value that no database can store: text with a lone surrogate or U+0000, a number beyond 64 bits."""

    public = "The request holds a value that cannot be used."


class NotFound(SyndicateError):
    """There is nothing here."""

    public = "There is nothing here."


class PostNotFound(NotFound):
    """No such post, or none that this reader may see."""


class CommentNotFound(NotFound):
    """No such comment."""


class QuoteNotFound(NotFound):
    """No such quote was authorized."""


class ReportNotFound(NotFound):
    """There is no such report."""


class AccountNotFound(NotFound):
    """The blog has no account of this name."""


class Gone(SyndicateError):
    """It was deleted on purpose."""

    public = "This was here and has been taken away."


class Refused(SyndicateError):
    """A request that is not accepted. `reason` is one of the words listed in FEDERATION.md."""

    public = "The request was refused."

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(f"{reason}: {message}" if message else reason)
        self.reason = reason


class WrongHost(Refused):
    """The request is for a host that this server does not serve."""

    public = "This server does not answer for that host."


class MediaTypeRefused(Refused):
    """The content type or encoding of the request is not supported."""

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
    """The body is not an activity that can be read (ActivityStreams 2.0, in strict JSON)."""

    public = "The body is not a readable activity."


class SignatureRejected(Refused):
    """The signature is missing, unreadable, incomplete, stale or wrong."""

    public = "The signature is missing or does not hold."


class SenderRefused(Refused):
    """The sender is blocked, or impersonates a local actor."""

    public = "The sender is not allowed here."


class SubscriptionRefused(Refused):
    """The hub does not accept a subscription request; `explanation` says why, in text for the subscriber (WebSub
    §5.1)."""

    public = "The hub does not take this request."

    def __init__(self, reason: str, explanation: str = "") -> None:
        super().__init__(reason, explanation)
        self.explanation = explanation or self.public


class WebmentionRefused(Refused):
    """A Webmention cannot be accepted; `explanation` says why, in text for the sender."""

    public = "The Webmention cannot be accepted."

    def __init__(self, reason: str, explanation: str = "") -> None:
        super().__init__(reason, explanation)
        self.explanation = explanation or self.public


class ProgramRefused(Refused):
    """A request of a program that acts for the author cannot be accepted. `code` is the error of the specification,
    `explanation` says what is wrong in text for the client, and `scope` is the one that its token lacks."""

    public = "The request of the program cannot be accepted."
    kind: ClassVar[str] = "program"

    def __init__(self, code: str, explanation: str = "", scope: str = "") -> None:
        super().__init__(f"{self.kind}.{code}", explanation)
        self.code, self.explanation, self.scope = code, explanation or self.public, scope


class MicropubRefused(ProgramRefused):
    """A Micropub request cannot be accepted (W3C Micropub §3.8)."""

    public = "The request is no Micropub request that can be accepted."
    kind = "micropub"


class IndieAuthRefused(ProgramRefused):
    """A program cannot be let in (RFC 6749 §4.1.2.1, §5.2)."""

    public = "The program cannot be let in."
    kind = "indieauth"


class TooManyRequests(Refused, Transient):
    """The client sent too many requests."""

    public = "Too many requests; please come back later."


class TooBusy(Refused, Transient):
    """Too many concurrent requests."""

    public = "Too busy right now; please try again."
    retry_after = 30


class KeyUnavailable(Refused, Transient):
    """The sender's key could not be fetched now. `wait` is the number of seconds until its server is asked again."""

    public = "Your key could not be fetched now; please try again."

    def __init__(self, reason: str, message: str = "", *, wait: float | None = None) -> None:
        super().__init__(reason, message)
        if wait is not None:
            self.retry_after = max(math.ceil(wait), 1)


class RemoteError(SyndicateError):
    """Another server failed. `status` is its HTTP status, or None where there was none."""

    public = "Another server did not answer as hoped."

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class RemoteUnavailable(RemoteError, Transient):
    """No response, or one that says to retry later. `wait` is its Retry-After in seconds, if any."""

    def __init__(self, message: str, *, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(message, status=status)
        self.wait = wait


class MailFailed(RemoteError, Transient):
    """The author's mail server did not take a mail."""


class MailUnusable(SyndicateError):
    """No mail can be made for an address. The text does not name it, as that of a reader is in no log."""


class RecipientRefused(MailFailed):
    """The mail server says for good that there is no such recipient."""


class RemoteRefused(RemoteError):
    """It refused the request."""


class RemoteGone(RemoteError):
    """It responded with 404 or 410."""


class AddressDenied(RemoteError):
    """The guard refuses to connect to the address (private address, port, scheme or redirect)."""


class DocumentUnusable(RemoteError):
    """Its response is too large, of the wrong type, or not what it claims to be."""


PERMANENT_REMOTE_ERRORS = (AddressDenied, DocumentUnusable, RemoteGone, RemoteRefused)
"""Failures of another server that a retry cannot fix."""
