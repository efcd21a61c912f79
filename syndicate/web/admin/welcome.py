"""The steps after the account exists: the name of the blog and who may comment, bringing in an old blog, and a look from
outside. Each can be skipped, and is found again on the start page or among the settings."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from syndicate.errors import SettingInvalid
from syndicate.federation.actors.outside_checks import OutsideCheck
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.start import WelcomeBlogPage, WelcomeChecksPage, WelcomeImportPage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import SETTINGS, STORE

IMPORT_STEP, CHECKS_STEP = "/admin/welcome/import", "/admin/welcome/checks"
TEXTS = {"title": "site.title", "tagline": "site.tagline", "author": "site.author"}
"""Field → setting."""
COMMENT_FORM = "comments.form"
WORDPRESS = "wordpress"
"""The origin of posts that came from there."""
MAX_LENGTH = 200


async def get_blog(request: web.Request) -> web.StreamResponse:
    settings = request.app[SETTINGS]
    site = settings.site
    allowed = "1" if await _suggests_form(request) else ""
    shown = Form({"title": site.title, "tagline": site.tagline, "author": site.author, "form": allowed})
    return respond(request, _page(settings, shown))


async def post_blog(request: web.Request) -> web.StreamResponse:
    """Save the names, and go on."""
    form, settings = request[FORM], request.app[SETTINGS]
    typed = {name: " ".join(form.get(name).split()) for name in _open(settings)}
    errors = {
        name: _("Please use at most {max_length} characters.", max_length=MAX_LENGTH)
        for name, text in typed.items()
        if len(text) > MAX_LENGTH
    }
    try:
        if not errors:
            changes: dict[str, Any] = {TEXTS[name]: text or None for name, text in typed.items()}
            if not settings.is_locked(COMMENT_FORM):
                changes[COMMENT_FORM] = form.get("form") == "1"
            await settings.save(changes)
    except SettingInvalid as error:
        errors[error.name.partition(".")[2]] = _("This {problem}.", problem=error.problem)
    if errors:
        wrong = form.with_errors(**errors)
        return respond_to_form(request, _page(settings, wrong), wrong)
    return see_other(IMPORT_STEP, "saved")


async def _suggests_form(request: web.Request) -> bool:
    """Return what was decided about the comment form; until then, whether the blog came from WordPress, and so had one."""
    settings = request.app[SETTINGS]
    is_decided = settings.is_locked(COMMENT_FORM) or settings.get(COMMENT_FORM) is not None
    return settings.comments.form if is_decided else await request.app[STORE].admin_posts.has_origin(WORDPRESS)


def _open(settings: SiteSettings) -> list[str]:
    """Return the fields that can be set here: `syndicate.toml` wins."""
    return [name for name, setting in TEXTS.items() if not settings.is_locked(setting)]


def _page(settings: SiteSettings, form: Form) -> WelcomeBlogPage:
    return WelcomeBlogPage(
        form=form,
        handle=f"@{settings.site.account}",
        locked=frozenset(TEXTS) - set(_open(settings)),
        asks_for_form=not settings.is_locked(COMMENT_FORM),
        next=IMPORT_STEP,
    )


async def get_import(request: web.Request) -> web.StreamResponse:
    return respond(request, WelcomeImportPage(next=CHECKS_STEP))


async def get_checks(request: web.Request) -> web.StreamResponse:
    """Look at the blog from outside; that takes some seconds where nothing answers."""
    checks = await request.app[OUTSIDE_CHECKS]()
    return respond(request, WelcomeChecksPage(checks=tuple(checks), next="/admin/"))


OUTSIDE_CHECKS: web.AppKey[Callable[[], Awaitable[list[OutsideCheck]]]] = web.AppKey("checks from outside")
