"""What the author wants to be notified of, and how: settings of the desk."""

import hmac
from datetime import datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from syndicate.storage.notifications import NotificationKind
from syndicate.storage.site_settings import SiteSettings

MAIL_MODE, OFF_KINDS = "notifications.mail", "notifications.off"
"""The names of the settings."""
SECRET = "notifications secret"  # noqa: S105 - a name, no secret
"""The name under which the database keeps what the addresses of the feed and of the one-click off are made of."""
DIGEST_TIME = time(8)
AT_ONCE_DELAY = timedelta(minutes=1)
"""So that what comes together is one mail."""
CHOSEN = tuple(kind for kind in NotificationKind if kind is not NotificationKind.TEST)
"""The kinds that can be switched off."""


class MailMode(StrEnum):
    AT_ONCE = "at once"
    DAILY = "daily"
    OFF = "off"


def mail_mode(settings: SiteSettings) -> MailMode:
    """Return how mails are sent: at once unless the author chose otherwise, never without a mail server."""
    if not settings.config.mail.is_complete:
        return MailMode.OFF
    return MailMode(settings.get(MAIL_MODE, MailMode.AT_ONCE.value))


def kinds_on(settings: SiteSettings) -> frozenset[NotificationKind]:
    return frozenset(CHOSEN) - frozenset(settings.get(OFF_KINDS, ()))


def mail_due(mode: MailMode, oldest: datetime, zone: ZoneInfo) -> datetime:
    """Return when a mail is made of what was added since `oldest`."""
    if mode is not MailMode.DAILY:
        return oldest + (AT_ONCE_DELAY if mode is MailMode.AT_ONCE else timedelta())
    local = oldest.astimezone(zone)
    today = datetime.combine(local.date(), DIGEST_TIME, zone)
    return today if local < today else datetime.combine(local.date() + timedelta(days=1), DIGEST_TIME, zone)


def off_token(secret: str) -> str:
    """Return the token of the address that switches mails off. The address of the feed cannot be found from it."""
    return hmac.new(secret.encode(), b"off", sha256).hexdigest()


def is_token(given: str, *secrets: str) -> bool:
    """Return whether a token is one of these."""
    return any(secret and hmac.compare_digest(given.encode(), secret.encode()) for secret in secrets)
