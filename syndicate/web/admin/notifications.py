"""Being notified of what waits: the settings, the private feed, and the one click that ends the mails."""

import secrets
from typing import Any

from aiohttp import web

from syndicate.errors import NotFound, SettingInvalid
from syndicate.feeds import atom
from syndicate.feeds.document import Feed, FeedAuthor, FeedEntry, FeedFormat
from syndicate.model.ids import new_id
from syndicate.notifications.options import (
    CHOSEN,
    MAIL_MODE,
    OFF_KINDS,
    SECRET,
    MailMode,
    is_token,
    kinds_on,
    off_token,
)
from syndicate.notifications.words import NAMES, NotificationText, words_of
from syndicate.storage.notifications import Notification, NotificationKind
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.notifications import MailsOffPage, NotificationsPage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.http.content_policy import content_policy
from syndicate.web.http.keys import RESPONDER
from syndicate.web.http.response_cache import RenderedDocument, uncached
from syndicate.web.keys import CLOCK, LOCAL_ACTORS, SETTINGS, STORE, URLS

NOTIFICATIONS = "/admin/notifications/"
MAX_ENTRIES = 50
MAIL_FIELDS = {"smtp": "mail.smtp", "from": "mail.sender", "to": "mail.to"}
HIDDEN_PASSWORD = "…"  # noqa: S105 - what stands for one
PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


# the settings


async def get_notifications(request: web.Request) -> web.StreamResponse:
    return respond(request, await _page(request, Form(_mail_fields(request.app[SETTINGS]))))


async def post_notifications(request: web.Request) -> web.StreamResponse:
    """Save what to be notified of, and the mail server."""
    form, settings = request[FORM], request.app[SETTINGS]
    off = [kind.value for kind in CHOSEN if not form.has(f"kind-{kind.value}")]
    mode = form.get("mode") if form.get("mode") in set(MailMode) else MailMode.OFF.value
    changes: dict[str, Any] = {OFF_KINDS: off, MAIL_MODE: mode}
    shown = _mail_fields(settings)
    for name, setting in MAIL_FIELDS.items():
        typed = form.get(name).strip()
        if not settings.is_locked(setting) and typed != shown[name]:
            changes[setting] = typed or None
    try:
        await settings.save(changes)
    except SettingInvalid as error:
        name = next((field for field, setting in MAIL_FIELDS.items() if setting == error.name), "smtp")
        wrong = Form({**shown, **form.values}).with_errors(**{name: _("This {problem}.", problem=error.problem)})
        return respond_to_form(request, await _page(request, wrong), wrong)
    return see_other(NOTIFICATIONS, "saved")


async def post_test(request: web.Request) -> web.StreamResponse:
    """Have a mail sent to try the mail server."""
    now = request.app[CLOCK]()
    id = new_id(now)
    await request.app[STORE].transaction(lambda tx: tx.notifications.add(NotificationKind.TEST, id, now))
    return see_other(NOTIFICATIONS, "test-mail")


async def post_address(request: web.Request) -> web.StreamResponse:
    """Give the feed a new address; the old one ends, and so do the links in earlier mails."""
    secret = secrets.token_urlsafe()
    await request.app[STORE].transaction(lambda tx: tx.key_values.save(SECRET, secret))
    return see_other(NOTIFICATIONS, "new-address")


async def _page(request: web.Request, form: Form) -> NotificationsPage:
    settings, store = request.app[SETTINGS], request.app[STORE]
    on = kinds_on(settings)
    secret = await store.key_values.find(SECRET) or ""
    return NotificationsPage(
        form=form,
        kinds=tuple((kind.value, NAMES[kind], kind in on) for kind in CHOSEN),
        mode=settings.get(MAIL_MODE, MailMode.AT_ONCE.value),
        has_mail=settings.config.mail.is_complete,
        feed=request.app[URLS].absolute(f"/notifications/{secret}/feed/"),
        last=await store.mails.find_last(),
        locked=frozenset(name for name, setting in MAIL_FIELDS.items() if settings.is_locked(setting)),
    )


def _mail_fields(settings: SiteSettings) -> dict[str, str]:
    """Return what the fields show: the address of the mail server without its password."""
    mail = settings.config.mail
    credentials, at, rest = mail.smtp.rpartition("@")
    user = credentials.rpartition(":")[0] if credentials.count(":") > 1 else ""
    smtp = f"{user}:{HIDDEN_PASSWORD}{at}{rest}" if user else mail.smtp
    return {"smtp": smtp, "from": mail.sender, "to": mail.to}


# the feed, and the end of the mails


async def get_feed(request: web.Request) -> web.StreamResponse:
    """Return what the author is notified of as a feed (Atom), whose address is the secret."""
    secret = await _require_token(request, is_feed=True)
    store, kinds = request.app[STORE], kinds_on(request.app[SETTINGS])
    entries = []
    for notification in await store.notifications.list_newest(kinds, MAX_ENTRIES):
        words = await words_of(store, notification)
        if words is not None:
            entries.append(_entry(request, notification, words))
    feed = _feed(request, secret, tuple(entries))
    head, tail = atom.frame(feed)
    body = head + b"".join(atom.entry(one, feed) for one in entries) + tail
    media_type = FeedFormat.ATOM.media_type
    document = RenderedDocument(body=body, media_type=media_type, dependencies=(), cache_control="private, no-cache")
    response = await request.app[RESPONDER].document(request, uncached(document))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _entry(request: web.Request, notification: Notification, words: NotificationText) -> FeedEntry:
    return FeedEntry(
        id=f"urn:uuid:{notification.id}",
        url=request.app[URLS].absolute(words.path),
        title=words.title,
        summary=words.text,
        published=notification.created,
        updated=notification.created,
    )


def _feed(request: web.Request, secret: str, entries: tuple[FeedEntry, ...]) -> Feed:
    site, urls = request.app[SETTINGS].site, request.app[URLS]
    address = urls.absolute(f"/notifications/{secret}/feed/")
    return Feed(
        id=address,
        title=f"{site.name}: what waits",
        home_url=urls.absolute("/admin/"),
        self_url=address,
        language=site.language,
        updated=entries[0].updated if entries else None,
        founded=request.app[LOCAL_ACTORS].blog.actor.published,
        author=FeedAuthor(name=site.name),
        entries=entries,
    )


async def get_off(request: web.Request) -> web.StreamResponse:
    """Ask whether the mails are to end; looking at it changes nothing (programs follow the links of mails)."""
    await _require_token(request)
    return _off(request, MailsOffPage())


async def post_off(request: web.Request) -> web.StreamResponse:
    """End the mails: by the button, or by a mail program (RFC 8058)."""
    await _require_token(request)
    await request.app[SETTINGS].save({MAIL_MODE: MailMode.OFF.value})
    return _off(request, MailsOffPage(is_off=True))


def _off(request: web.Request, page: MailsOffPage) -> web.Response:
    response = respond(request, page)
    response.headers.update({**PRIVATE, "Content-Security-Policy": content_policy()})
    return response


async def _require_token(request: web.Request, *, is_feed: bool = False) -> str:
    """Return the secret. Raises NotFound unless the address has it; that of the mails does not open the feed."""
    secret, given = await request.app[STORE].key_values.find(SECRET) or "", request.match_info["secret"]
    if not secret or not is_token(given, secret, *(() if is_feed else (off_token(secret),))):
        raise NotFound("notifications")
    return secret
