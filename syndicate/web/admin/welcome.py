"""The steps after the account exists: the name and picture of the blog and who may comment, bringing in an old blog, and a look from
outside. Each can be skipped, and is found again on the start page or among the settings."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from aiohttp import web

from syndicate.errors import PictureRefused, SettingInvalid
from syndicate.federation.actors.outside_checks import OutsideCheck
from syndicate.storage.look import ABOUT, PICTURE, look_of
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.look import MAX_ABOUT_LENGTH, chosen_picture, shown_picture
from syndicate.web.admin.pages.start import WelcomeBlogPage, WelcomeChecksPage, WelcomeImportPage
from syndicate.web.admin.pictures import MAX_ALT_LENGTH, MAX_PICTURE_BYTES
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
MAX_FORM_BYTES = MAX_PICTURE_BYTES + 256 * 1024


async def get_blog(request: web.Request) -> web.StreamResponse:
    settings = request.app[SETTINGS]
    site = settings.site
    allowed = "1" if await _suggests_form(request) else ""
    texts = {"title": site.title, "tagline": site.tagline, "author": site.author, "form": allowed}
    look = look_of(settings)
    shown = Form(texts | {"about": look.about, "picture_alt": look.picture.alt if look.picture else ""})
    return respond(request, _page(settings, shown))


async def post_blog(request: web.Request) -> web.StreamResponse:
    """Save all of it, and go on."""
    form, settings = request[FORM], request.app[SETTINGS]
    typed = {name: " ".join(form.get(name).split()) for name in _open(settings)}
    errors = dict(_too_long(form, typed))
    try:
        if not errors:
            await settings.save(await _changes(request, typed))
    except PictureRefused as error:
        errors["picture_file"] = str(error)
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


def _too_long(form: Form, typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    given = {**typed, "about": form.get("about"), "picture_alt": form.get("picture_alt")}
    limits = {"about": MAX_ABOUT_LENGTH, "picture_alt": MAX_ALT_LENGTH}
    for name, text in given.items():
        if len(text) > limits.get(name, MAX_LENGTH):
            yield name, _("Please use at most {max_length} characters.", max_length=limits.get(name, MAX_LENGTH))


async def _changes(request: web.Request, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings to save. Raises PictureRefused."""
    form, settings = request[FORM], request.app[SETTINGS]
    changes: dict[str, Any] = {TEXTS[name]: text or None for name, text in typed.items()}
    changes[ABOUT] = form.get("about").replace("\r\n", "\n")
    changes[PICTURE] = await chosen_picture(request, form, "picture")
    if not settings.is_locked(COMMENT_FORM):
        changes[COMMENT_FORM] = form.get("form") == "1"
    return changes


def _open(settings: SiteSettings) -> list[str]:
    """Return the fields that can be set here: `syndicate.toml` wins."""
    return [name for name, setting in TEXTS.items() if not settings.is_locked(setting)]


def _page(settings: SiteSettings, form: Form) -> WelcomeBlogPage:
    return WelcomeBlogPage(
        form=form,
        handle=f"@{settings.site.account}",
        locked=frozenset(TEXTS) - set(_open(settings)),
        picture=shown_picture(look_of(settings).picture),
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
