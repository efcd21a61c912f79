"""How the blog and its account look: name, tagline, author, about text, pictures, profile fields.

What is saved shows at once, and the followers' servers get an Update of the account.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from syndicate.errors import PictureRefused, SettingInvalid
from syndicate.storage.look import ABOUT, FIELDS, HEADER, PICTURE, LookPicture, SiteLook, look_of, picture_setting
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.look import LookPage, ShownPicture
from syndicate.web.admin.pictures import MAX_ALT_LENGTH, MAX_PICTURE_BYTES, UPLOADS
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FILES_SENT, FORM
from syndicate.web.keys import SETTINGS

LOOK = "/admin/look/"
MAX_LOOK_FORM_BYTES = 2 * MAX_PICTURE_BYTES
MAX_FIELDS = 4
"""As many as Mastodon shows."""
THUMBNAIL_WIDTH = 480
TEXTS = {"title": ("site.title", 200), "tagline": ("site.tagline", 300), "author": ("site.author", 200)}
"""Field → setting, and the most characters."""
MAX_ABOUT_LENGTH = 20_000
MAX_FIELD_LENGTH = 250
PICTURES = {"picture": PICTURE, "header": HEADER}


async def get_look(request: web.Request) -> web.StreamResponse:
    return respond(request, _page(request, Form(_stored(request.app[SETTINGS]))))


async def post_look(request: web.Request) -> web.StreamResponse:
    """Save all of it, or nothing if something is wrong."""
    form, settings = request[FORM], request.app[SETTINGS]
    typed = Form({**_stored(settings), **form.values})
    errors = dict(_too_long(typed))
    changes: dict[str, Any] = dict(_texts(typed, settings)) | {
        ABOUT: typed.get("about").replace("\r\n", "\n"),
        FIELDS: _fields(typed),
    }
    try:
        if not errors:
            for name, setting in PICTURES.items():
                changes[setting] = await chosen_picture(request, typed, name)
            await settings.save(changes)
    except PictureRefused as error:
        errors[f"{name}_file"] = str(error)
    except SettingInvalid as error:
        errors[error.name.partition(".")[2]] = _("This {problem}.", problem=error.problem)
    if errors:
        wrong = typed.with_errors(**errors)
        return respond_to_form(request, _page(request, wrong), wrong)
    return see_other(LOOK, "saved")


async def chosen_picture(request: web.Request, form: Form, name: str) -> Mapping[str, Any] | None:
    """Return the setting of a picture. The one that it replaces stays among the files, for the author alone.

    Raises PictureRefused.
    """
    stored: dict[str, Any] | None = request.app[SETTINGS].get(PICTURES[name])
    alt, file = " ".join(form.get(f"{name}_alt").split()), request[FILES_SENT].get(f"{name}_file")
    if file is not None:
        return picture_setting(await request.app[UPLOADS].keep(file.data, alt), alt)
    return None if stored is None or form.has(f"{name}_remove") else {**stored, "alt": alt}


def _texts(form: Form, settings: SiteSettings) -> Iterator[tuple[str, str | None]]:
    """Yield the settings that can be changed; an empty one has its default again."""
    for name, (setting, _limit) in TEXTS.items():
        if not settings.is_locked(setting):
            yield setting, " ".join(form.get(name).split()) or None


def _fields(form: Form) -> list[tuple[str, str]]:
    given = ((form.get(f"label{at}").strip(), form.get(f"content{at}").strip()) for at in range(1, MAX_FIELDS + 1))
    return [(label, content) for label, content in given if label and content]


def _too_long(form: Form) -> Iterator[tuple[str, str]]:
    limits = {name: limit for name, (_setting, limit) in TEXTS.items()} | {"about": MAX_ABOUT_LENGTH}
    limits |= {f"{name}_alt": MAX_ALT_LENGTH for name in PICTURES}
    limits |= {f"{part}{at}": MAX_FIELD_LENGTH for part in ("label", "content") for at in range(1, MAX_FIELDS + 1)}
    for name, limit in limits.items():
        if len(form.get(name)) > limit:
            yield (
                name,
                _("Please use at most {limit} characters; these are {count}.", limit=limit, count=len(form.get(name))),
            )
    for at in range(1, MAX_FIELDS + 1):
        label, content = form.get(f"label{at}").strip(), form.get(f"content{at}").strip()
        if content and not label:
            yield f"label{at}", _("Please give the line a label.")
        if label and not content:
            yield f"content{at}", _("Please write what the label is about.")


def _stored(settings: SiteSettings) -> dict[str, str]:
    look, site = look_of(settings), settings.site
    fields = {"title": site.title, "tagline": site.tagline, "author": site.author, "about": look.about}
    for at, (label, content) in enumerate(look.fields, start=1):
        fields |= {f"label{at}": label, f"content{at}": content}
    pictures = {"picture_alt": look.picture, "header_alt": look.header}
    return fields | {name: picture.alt for name, picture in pictures.items() if picture}


def _page(request: web.Request, form: Form) -> LookPage:
    settings = request.app[SETTINGS]
    look: SiteLook = look_of(settings)
    return LookPage(
        form=form,
        handle=f"@{settings.site.account}",
        fields=MAX_FIELDS,
        picture=shown_picture(look.picture),
        header=shown_picture(look.header),
        locked=frozenset(name for name, (setting, _limit) in TEXTS.items() if settings.is_locked(setting)),
    )


def shown_picture(picture: LookPicture | None) -> ShownPicture | None:
    if picture is None:
        return None
    return ShownPicture(address=Urls.media(picture.within(THUMBNAIL_WIDTH)[0]), alt=picture.alt)
